"""The issue notice and its attachments, opened again and added up."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

import allocation
from allocation.disbursement.issue import issue_of, issue_of_record
from allocation.disbursement.months import months_of
from allocation.disbursement.notice import EXPECTED, Notice
from allocation.errors import InputError
from allocation.money import capitals

TERMS = """
issuer = "江苏省财政厅"
document_number = "苏财建〔2024〕1号"
addressees = ["南京市财政局", "苏州市财政局"]
fund = "外经贸发展专项资金"
batch = "第二批"
basis = "财建〔2024〕2号"
purpose = "专项用于开发区能力建设"
function_subject = "2160299其他商业流通事务支出"
economic_subject = "30299其他商品和服务支出"
income_subject = "1100316商业服务业"
project_code = "0010000013Z13505000901"
received = 2024-05-10
report_by = 2025-02-01
date = 2024-05-28
publicity = "此件主动公开"
copies = "省商务厅"
department = "江苏省商务厅"
goal = "提升开放水平"
[already]
"苏州工业园区" = "100万元"
[[targets]]
level1 = "产出指标"
level2 = "数量指标"
level3 = "支持开发区数量"
value = "≥20家"
"""


@pytest.fixture(scope="module")
def jiangsu():
    return allocation.allocate("jiangsu-2024")


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "notice.toml"
    path.write_text(TERMS, encoding="utf-8")
    return path


def paper(path):
    return Document(str(path))


def text_of(path):
    return "\n".join(p.text for p in paper(path).paragraphs).replace("\u00a0", " ")


def rows_of(path, sheet=0):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python()


def recipients(rows, first=4):
    """Return the figures of the numbered rows by name, in fen."""
    return {row[1]: [fen(cell) for cell in row[2:]] for row in rows[first:] if row[0] != ""}


def fen(cell):
    return round((cell or 0) * 1_000_000) if not isinstance(cell, str) else 0


# ---- the paper ----------------------------------------------------------------------------------


def test_the_paper_says_every_field_given(jiangsu, terms, tmp_path):
    found = allocation.notice(jiangsu, terms)
    assert found.warnings == []
    paths = found.save(tmp_path / "out")
    assert [path.name for path in paths] == ["notice.docx", "attachments.xlsx"]
    said = text_of(paths[0])
    assert "江苏省财政厅关于下达2024年第二批外经贸发展专项资金预算的通知" in said
    total = int(jiangsu.amounts.sum())
    assert f"3,600.00万元({capitals(total)})" in said
    for words in (
        *(
            "苏财建〔2024〕1号",
            "南京市财政局、苏州市财政局:",
            "根据财建〔2024〕2号,",
            "2024年5月28日",
        ),
        *("“2160299其他商业流通事务支出”", "“0010000013Z13505000901”", "(此件主动公开)"),
        *("抄送:省商务厅。", "2025年2月1日前", "1. 2024年外经贸发展专项资金分配情况表"),
    ):
        assert words in said
    assert "〔   〕" not in said
    # 30 days after 10 May 2024, with the article.
    assert "依据预算法第五十二条第三款,上述资金应于2024年6月9日前" in said


def test_what_is_not_given_stays_a_blank_and_is_said(jiangsu, tmp_path):
    found = allocation.notice(jiangsu)
    (warning,) = found.warnings
    assert (warning.code, warning.warning) == ("L1-notice-blank", True)
    assert all(name in warning.text("zh") for name in EXPECTED)
    docx, xlsx = found.save(tmp_path / "out")
    said = text_of(docx)
    assert said.count("〔   〕") >= 12
    runs = [run for p in paper(docx).paragraphs for run in p.runs if "〔" in run.text]
    assert all(run.font.highlight_color is not None for run in runs)
    assert any("〔   〕" in str(cell) for row in rows_of(xlsx, 1) for cell in row)


def test_an_advance_notice_opens_with_the_budget_year(jiangsu, tmp_path):
    from datetime import date

    terms = Notice(advance=True, received=date(2023, 11, 1), year=2024, direct=True)
    found = allocation.notice(jiangsu, terms)
    assert "direct_tag" in found.warnings[0].text()
    said = text_of(found.save(tmp_path)[0])
    assert "关于提前下达2024年" in said
    assert "待2024年预算年度开始后,按程序拨付使用" in said
    assert "上述资金应于2023年12月1日前" in said
    assert "标识为“〔   〕”" in said


def test_chinese_fonts_are_set_where_word_looks_for_them(jiangsu, terms, tmp_path):
    path = allocation.notice(jiangsu, terms).save(tmp_path)[0]
    fonts = {
        run._element.rPr.rFonts.get(qn("w:eastAsia"))
        for p in paper(path).paragraphs
        for run in p.runs
    }
    assert fonts == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}
    section = paper(path).sections[0]
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]


def test_the_notice_follows_the_offices_letterhead(jiangsu, terms, tmp_path):
    head = Document()
    head.add_paragraph("江苏省财政厅文件")
    head.sections[0].left_margin = 1_000_000
    head.save(str(tmp_path / "head.docx"))
    found = allocation.notice(jiangsu, terms, letterhead=tmp_path / "head.docx")
    path = found.save(tmp_path / "out")[0]
    said = text_of(path)
    assert said.startswith("江苏省财政厅文件\n")
    assert "抄送:省商务厅。" in said
    # Word counts in twentieths of a point, 635 of its smallest units.
    assert abs(paper(path).sections[0].left_margin - 1_000_000) < 635


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no Word file", None])
def test_a_letterhead_that_is_no_word_file_is_refused(jiangsu, tmp_path, content):
    path = tmp_path / "head.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="L1-not-a-docx"):
        allocation.notice(jiangsu, letterhead=path)


def test_a_workbook_is_no_letterhead(jiangsu, tmp_path):
    path = allocation.notice(jiangsu).save(tmp_path)[1]
    with pytest.raises(InputError, match="L1-not-a-docx"):
        allocation.notice(jiangsu, letterhead=path)


def test_illustrative_figures_are_labelled_everywhere(jiangsu, terms, tmp_path):
    docx, xlsx = allocation.notice(jiangsu, terms).save(tmp_path)
    assert text_of(docx).startswith("本表金额为示例")
    assert all(rows_of(xlsx, at)[2][0].startswith("本表金额为示例") for at in (0, 1))


def test_in_english(jiangsu, terms, tmp_path):
    said = text_of(allocation.notice(jiangsu, terms).save(tmp_path, "en")[0])
    assert "By Budget Law, art. 52(3), the money is to be passed on by 2024-06-09." in said
    assert "  " not in said


# ---- the attachments ----------------------------------------------------------------------------


def test_total_is_issued_before_plus_this_issue(jiangsu, terms, tmp_path):
    rows = rows_of(allocation.notice(jiangsu, terms).save(tmp_path)[1])
    assert rows[3] == ["序号", "地区(单位)", "总额", "已经下达", "此次下达"]
    by_name = recipients(rows)
    amounts = dict(zip(jiangsu.recipients.names, jiangsu.amounts.tolist(), strict=True))
    assert {name: cells[2] for name, cells in by_name.items()} == amounts
    assert all(total == before + now for total, before, now in by_name.values())
    assert by_name["苏州工业园区"][1] == 100_000_000
    assert rows[4][1] == "合计"
    assert [fen(cell) for cell in rows[4][2:]] == [3_700_000_000, 100_000_000, 3_600_000_000]
    subtotals = [row for row in rows[5:] if row[0] == "" and row[1]]
    assert len(subtotals) > 5
    assert sum(fen(row[4]) for row in subtotals) == 3_600_000_000


def test_sums_are_live_formulas_with_their_value(jiangsu, terms, tmp_path):
    path = allocation.notice(jiangsu, terms).save(tmp_path)[1]
    page = load_workbook(path).worksheets[0]
    assert page["C7"].value == "=SUM(D7:E7)"
    assert page["E5"].value.startswith("=SUM(E6,")
    assert page["E6"].value == "=SUM(E7)"


def test_planned_cities_follow_their_province_and_nothing_is_blank(tmp_path):
    rows = rows_of(allocation.notice("national-2022").save(tmp_path)[1])
    names = [row[1] for row in rows[4:] if row[0] != ""]
    assert len(names) == 37
    for province, city in (("辽宁省", "大连市"), ("浙江省", "宁波市"), ("福建省", "厦门市")):
        assert names.index(city) == names.index(province) + 1
    result = allocation.allocate("national-2022")
    got = recipients(rows)
    none = [n for n, a in zip(result.recipients.names, result.amounts, strict=True) if not a]
    page = load_workbook(tmp_path / "attachments.xlsx").worksheets[0]
    cells = {page.cell(row, 2).value: page.cell(row, 5) for row in range(5, 43)}
    assert all(cells[name].value is None and not any(got[name]) for name in none)
    assert cells["合计"].number_format.endswith(";")


def test_purposes_stand_under_this_issue(tmp_path):
    result = allocation.allocate("guangxi-2018")
    rows = rows_of(allocation.notice(result).save(tmp_path)[1])
    assert len(rows[3]) == 5 + 5
    for name, cells in recipients(rows).items():
        at = result.recipients.names.index(name)
        assert cells[3:] == result.cells[at].tolist()
        assert cells[2] == sum(cells[3:])


def test_targets_are_the_offices_own(jiangsu, terms, tmp_path):
    rows = rows_of(allocation.notice(jiangsu, terms).save(tmp_path)[1], 1)
    flat = [cell for row in rows for cell in row]
    assert {"江苏省商务厅", "提升开放水平", "支持开发区数量", "≥20家"} <= set(flat)
    assert fen(rows[6][1]) == 3_600_000_000


# ---- from a record, and one for each place ------------------------------------------------------


@pytest.mark.parametrize("name", allocation.shipped())
def test_a_record_gives_the_same_issue_as_its_scenario(name, tmp_path):
    result = allocation.allocate(name)
    result.save(tmp_path / "record.json")
    ours, theirs = (
        issue_of(result),
        issue_of_record(allocation.read_record(tmp_path / "record.json")),
    )
    assert np.array_equal(ours.cells, theirs.cells)
    for field in ("scenario", "title", "year", "illustrative", "ids", "names", "purposes"):
        assert getattr(ours, field) == getattr(theirs, field), field
    found = allocation.notice(tmp_path / "record.json").issue
    assert found.total + int(found.already.sum()) == int(result.amounts.sum())


@pytest.mark.parametrize(
    ("name", "by"), [("national-2022-zones", "unit"), ("jiangsu-2024", "city")]
)
def test_one_file_each_adds_up_to_the_whole(name, by, tmp_path):
    result = allocation.allocate(name)
    found = allocation.notice(result, by=by)
    paths = found.save(tmp_path)
    assert len(paths) == 2 * len(found.groups)
    together = {}
    for path in paths:
        if path.suffix == ".xlsx":
            rows = recipients(rows_of(path))
            assert not set(rows) & set(together)
            together |= {n: cells[2] for n, cells in rows.items()}
    amounts = zip(result.recipients.names, result.amounts.tolist(), strict=True)
    assert together == dict(amounts)
    place, members = next(iter(found.groups.items()))
    said = text_of(paths[0])
    assert f"{place}:" in said
    assert capitals(int(issue_of(result).amounts[list(members)].sum())) in said


def test_a_settled_advance_is_issued_less_what_went_out_before(tmp_path):
    """总额 = 已经下达 + 此次下达, from the scenario and from its record alike."""
    result = allocation.allocate("jiangsu-2023")
    result.save(tmp_path / "record.json")
    for source in (result, tmp_path / "record.json"):
        found = allocation.notice(source)
        rows = recipients(rows_of(found.save(tmp_path / "paper")[1]))
        assert list(rows["吴中经济技术开发区"]) == [184_0000_00, 81_0000_00, 103_0000_00]
        assert "1,080.00万元" in found.words().body[0]
        assert capitals(1080_0000_00) in found.words().body[0]


def test_what_is_issued_before_is_said_once():
    with pytest.raises(InputError, match="L1-already-twice"):
        allocation.notice("jiangsu-2023", Notice(already={"昆山经济技术开发区": "1万元"}))


def test_who_gives_money_back_is_told_so():
    found = allocation.notice("jiangsu-2023@recover", by="city")
    words = found.words("徐州市")
    assert "收回" in words.title
    assert "14.00万元" in words.body[0]
    assert capitals(14_0000_00) in words.body[0]
    assert sum(part.total for part in found.parts.values()) == 1080_0000_00


@pytest.mark.parametrize("whole", [True, False])
def test_the_schedule_may_pay_the_whole_or_this_issue(whole):
    issue = issue_of(allocation.allocate("jiangsu-2023"))
    sums = issue.amounts + issue.already if whole else issue.amounts
    frame = pd.DataFrame({"id": issue.ids, "2023-05_fen": sums}).set_index("id")
    assert np.array_equal(months_of(frame, issue).cells.sum(axis=1), sums)
    frame.iloc[3, 0] += 1
    with pytest.raises(InputError, match="L2-schedule-total"):
        months_of(frame, issue)


def test_payments_are_planned_for_the_whole(tmp_path):
    plan = tmp_path / "plan.toml"
    text = 'title = "示例"\nfirst = "2023-01"\nlast = "2023-12"\n[received.all]\n'
    plan.write_text(text + 'day = 2023-01-05\nshare = "100%"\nsource = "示例"\n', encoding="utf-8")
    result = allocation.allocate("jiangsu-2023")
    found = allocation.schedule(result, plan)
    assert int(found.table["total_fen"].sum()) == int(result.amounts.sum())


def test_places_without_money_get_no_notice():
    found = allocation.notice("national-2022", by="unit")
    amounts = allocation.allocate("national-2022").amounts
    assert len(found.groups) == np.count_nonzero(amounts)


def test_unknown_places_are_refused(build):
    result = build.two_way_result()
    with pytest.raises(InputError, match="L1-no-city-known"):
        allocation.notice(result, by="city")
    with pytest.raises(InputError, match="L1-no-unit-known"):
        allocation.notice(result, by="unit")


# ---- hostile names ------------------------------------------------------------------------------


def test_names_never_become_formulas_links_or_broken_papers(build, tmp_path):
    result = build.hostile_result()
    terms = Notice(
        issuer="\x00\x1b[31m厅\ud800\ufffe",
        addressees=("<w:p>&</w:p>" + "很长" * 500,),
        goal="=HYPERLINK(1)",
        fund="资金\n\u202e",
        targets=({"level1": "=1+1", "level3": "@x", "value": "\t=2"},),
    )
    docx, xlsx = allocation.notice(result, terms).save(tmp_path)
    assert "<w:p>&</w:p>很长" in text_of(docx)
    book = load_workbook(xlsx)
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                assert cell.data_type != "f" or re.fullmatch(r"=SUM\([A-Z0-9:,]+\)", cell.value)
    named = [row[1] for row in rows_of(xlsx)[5:]]
    assert [name.strip() for name in named] == [
        "".join(c if c.isprintable() else " " for c in name).strip() for name in build.HOSTILE
    ]


def test_hostile_places_make_plain_file_names(build, tmp_path):
    result = build.hostile_result()
    names = [f"../{name}" for name in build.HOSTILE]
    cells = type(result.recipients.text["unit"])(tuple(names))
    result.recipients.text["unit_name"] = cells
    paths = allocation.notice(result, by="unit").save(tmp_path / "out")
    assert len(paths) == 2 * len(names)
    assert all(path.parent == tmp_path / "out" for path in paths)
    assert all(re.fullmatch(r"[\w.-]+", path.name) for path in paths)


# ---- notice.toml --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('isuer = "厅"', "L1-unknown-key", "issuer"),
        ("project_code = 1000001", "L1-not-text", "project_code"),
        ('date = "2024-5-1"', "L1-not-a-day", "2024-05-01"[:4]),
        ('advance = "yes"', "L1-not-a-flag", "advance"),
        ("[already]\n江苏 = 1", "L1-unquoted-key", "江苏"),
        ('[already]\n"江苏" = 100', "L3-amount", "100"),
        ('[[targets]]\nlevel1 = "产出"', "L1-missing-key", "level3"),
        ('issuer = "厅', "L1-toml-syntax", "厅"),
    ],
)
def test_wrong_terms_are_refused_with_their_line(jiangsu, tmp_path, text, code, words):
    path = tmp_path / "notice.toml"
    path.write_text(f'title = "题"\n{text}\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        allocation.notice(jiangsu, path)
    (problem, *_) = caught.value.problems
    assert problem.code == code
    assert problem.place.line in (2, 3)
    assert words in caught.value.text("zh")


PAGE = Path(__file__).resolve().parents[2] / "docs/notice.md"


def test_the_page_explains_every_key():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in Notice.model_fields if f"`{name}`" not in page] == []


def test_the_example_of_the_page_works(jiangsu, tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "notice.toml"
    path.write_text(example, encoding="utf-8")
    found = allocation.notice(jiangsu, path)
    assert int(found.issue.already.sum()) == 100_000_000
    assert "0010000013Z13505000901" in "".join(found.words().body)


def test_money_issued_before_belongs_to_somebody(jiangsu, tmp_path):
    path = tmp_path / "notice.toml"
    path.write_text('issuer = "厅"\n[already]\n"苏州工业圆区" = "1万元"\n', encoding="utf-8")
    with pytest.raises(InputError, match="苏州工业园区") as caught:
        allocation.notice(jiangsu, path)
    assert caught.value.problems[0].place.line == 3
    with pytest.raises(InputError, match="L1-unknown-recipient"):
        allocation.notice(jiangsu, Notice(already={"苏州工业圆区": "1万元"}))


# ---- attachment 3 -------------------------------------------------------------------------------


def schedule_text(result, change=0):
    lines = ["id,2024-07_fen,2024-06_fen"]
    for at, (key, amount) in enumerate(zip(result.recipients.ids, result.amounts, strict=True)):
        lines.append(f"{key},{amount // 3},{amount - amount // 3 + (change if at == 0 else 0)}")
    return "\n".join(lines)


def test_the_schedule_is_attachment_three(jiangsu, terms, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(schedule_text(jiangsu), encoding="utf-8")
    found = allocation.notice(jiangsu, terms, schedule=path)
    docx, xlsx = found.save(tmp_path / "out")
    assert "3. 分月拨付计划表" in text_of(docx)
    rows = rows_of(xlsx, 2)
    assert rows[3][2:] == ["合计", "2024-06", "2024-07"]
    for name, (total, first, second) in recipients(rows).items():
        amount = int(jiangsu.amounts[jiangsu.recipients.names.index(name)])
        assert (total, second) == (amount, amount // 3)
        assert first + second == total


def test_a_schedule_may_be_a_frame(jiangsu):
    frame = pd.read_csv(io.StringIO(schedule_text(jiangsu)), index_col="id")
    months = months_of(frame, issue_of(jiangsu))
    assert months.months == ("2024-06", "2024-07")
    assert np.array_equal(months.cells.sum(axis=1), issue_of(jiangsu).amounts)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2024-07_fen", "2024-13", "L2-schedule-column"),
        ("id,", "who,", "L2-schedule-column"),
        ("\n32-", "\n33-", "L1-unknown-recipient"),
    ],
)
def test_a_wrong_schedule_is_refused(jiangsu, tmp_path, old, new, code):
    path = tmp_path / "months.csv"
    path.write_text(schedule_text(jiangsu).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        allocation.notice(jiangsu, schedule=path)
    assert caught.value.problems[0].code == code


def test_months_must_add_up_to_the_fen(jiangsu, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text(schedule_text(jiangsu, change=1), encoding="utf-8")
    with pytest.raises(InputError, match="L2-schedule-total"):
        allocation.notice(jiangsu, schedule=path)
    path.write_text(schedule_text(jiangsu).rpartition("\n")[0], encoding="utf-8")
    with pytest.raises(InputError, match="L2-schedule-recipient"):
        allocation.notice(jiangsu, schedule=path)
