"""The report as one page: its figures, its words in both languages, its needing nothing else."""

import base64
import hashlib
import html
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from tempfile import gettempdir

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from tampered import tampered

import allocation
from allocation.cli import main
from allocation.errors import ConflictError, InputError
from allocation.report.overview.charts import bars, flow, tile_map
from allocation.report.overview.drawing import BLUE, CASES, GREEN, RED, Text, shade
from allocation.report.overview.payments import heat_map, planned
from allocation.report.overview.table import ranks
from allocation.report.overview.tornado import asked

BENEFIT = ["objective.kind=benefit", "objective.weight=trade_2021", "objective.min_ratio=30%"]


@pytest.fixture(scope="module")
def national():
    return allocation.report_page("national-2022")


@pytest.fixture(scope="module")
def compared():
    return allocation.report_page(
        "national-2022", "national-2022@more_west", "national-2022@more_west,no_group_floor"
    )


@pytest.fixture(scope="module")
def zones():
    return allocation.report_page("national-2022-zones")


def fen(text):
    """Return the fen of an amount in 万元 as it is shown."""
    return round(float(text.replace(",", "")) * 1_000_000)


def section(page, key):
    return next((found for found in page.sections if found.key == key), None)


class Tags(HTMLParser):
    """Every tag with its attributes, and the text a reader sees."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.seen, self.raw, self._in = [], [], {"style": "", "script": ""}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in = tag if tag in self.raw else self._in

    def handle_endtag(self, tag):
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data):
        if self._in:
            self.raw[self._in] += data
        elif data.strip():
            self.seen.append(data.strip())


# ---- figures ------------------------------------------------------------------------------------


def test_the_table_holds_every_amount_and_adds_up(national):
    result = national.cases[0].result
    heads = [head.words.en for head in national.table.heads]
    column = heads.index("Amount")
    amounts = {row.id: row.cells[column] for row in national.table.rows}
    by_id = dict(zip(result.recipients.ids, result.amounts.tolist(), strict=True))
    assert {key: cell.value for key, cell in amounts.items()} == by_id
    assert all(fen(cell.shown.zh) == cell.value for cell in amounts.values())
    facts = {fact.label.en: fact.values[0].zh for fact in national.facts}
    assert fen(facts["Allocated"]) == sum(by_id.values()) == result.heading.pot


def test_ranks_share_the_better_place():
    assert ranks(np.array([5, 9, 5, 1])) == [2, 1, 2, 4]


def test_steps_add_up_as_they_are_shown(national):
    (_, steps), *_ = national.steps
    for _, row in steps.rows:
        *parts, amount = (fen(text) if text else 0 for text in row)
        assert sum(parts) == amount
    total, *groups = (row for _, row in steps.rows)
    columns = zip(total, *groups, strict=True)
    assert all(
        fen(whole or "0") == sum(fen(text or "0") for text in parts) for whole, *parts in columns
    )


def test_the_map_counts_everyone_once_and_draws_no_boundary(national, zones):
    for page in (national, zones):
        case = page.cases[0]
        texts = [mark.words.zh for mark in tile_map(case).marks if isinstance(mark, Text)]
        amounts = [fen(text) for text in texts if re.fullmatch(r"[\d,.]+", text)]
        assert sum(amounts) == case.result.amounts.sum()
    drawn = tile_map(national.cases[0])
    grey = {mark.tip.zh[:2] for mark in drawn.marks if getattr(mark, "fill", "") == "#d9d9d9"}
    assert grey == {"台湾", "香港", "澳门"}
    assert sum(mark.kind == "rect" for mark in drawn.marks) == 34
    assert len({(m.x, m.y) for m in drawn.marks if m.kind == "rect"}) == 34
    assert "不表示边界" in drawn.name.zh
    assert tile_map(allocation.report_page("linhe-2023").cases[0]) is None


def test_bars_and_flow_leave_nobody_out(zones):
    case = zones.cases[0]
    total = int(case.result.amounts.sum())
    said = [mark.words.en for mark in bars(case).marks if isinstance(mark, Text)]
    figures = [fen(text) for text in said if re.fullmatch(r"[\d,.]+", text)]
    rest = re.fullmatch(r"not drawn: the other (\d+), ([\d,.]+) together", said[-1])
    assert len(figures) + int(rest[1]) == len(case.result.recipients)
    assert sum(figures) + fen(rest[2]) == total
    ends = [m.words.en for m in flow(case).marks if isinstance(m, Text) and m.size == 11]
    assert sum(fen(text.rpartition(" ")[2]) for text in ends) == total


def test_payments_are_those_of_the_plan(zones):
    case = zones.cases[0]
    found = planned(case, None)
    drawn = heat_map(found)
    tips = [mark.tip.en for mark in drawn.marks if mark.kind == "rect"]
    assert sum(fen(re.search(r": ([\d,.]+) \(", tip)[1]) for tip in tips) == found.payments.sum()
    assert found.payments.sum() == case.result.amounts.sum()


def test_a_shipped_plan_that_cannot_hold_is_a_note_and_one_asked_for_an_error():
    result = allocation.allocate("linhe-2023", sets=["pot.amount=2000万元"])
    try:
        allocation.schedule(result)
    except (InputError, ConflictError) as error:
        code = error.problems[0].code
    page = allocation.report_page(result)
    shown = section(page, "payments")
    assert not shown.pictures
    assert code in shown.notes[0].zh
    with pytest.raises((InputError, ConflictError)):
        allocation.report_page(result, plan="linhe-2023")


def test_utilisation_stands_there_with_both_figures(tmp_path):
    path = tmp_path / "book.db"
    assert main(["book", "example", str(path), "--years", "1"]) == 0
    day = date(2022, 9, 30)
    page = allocation.report_page("national-2022", book=path, as_of=day)
    shown = section(page, "progress")
    row = allocation.utilisation(path, day).total.iloc[0]
    said = " ".join(note.en for note in shown.notes)
    assert allocation.utilisation(path, day).source.synthetic
    assert "synthetic" in said
    for part in ("spent", "denominator"):
        assert f"{row[part] / 1_000_000:,.2f}"[:-1] in said
    assert sum(mark.kind == "path" and mark.dashed for mark in shown.pictures[0].drawing.marks) == 4


def test_the_trade_off_is_drawn_where_the_scenario_aims_at_benefit(national):
    assert section(national, "frontier") is None
    result = allocation.allocate("national-2022", sets=BENEFIT)
    drawn = section(allocation.report_page(result), "frontier").pictures[0].drawing
    corners = len(allocation.frontier("national-2022", sets=BENEFIT).found.points)
    assert sum(mark.kind == "rect" and mark.width == 6 for mark in drawn.marks) == corners


def test_the_tornado_has_the_worths_of_the_sensitivity(national):
    found = allocation.sensitivity("national-2022")
    drawn = section(national, "tornado").pictures[0].drawing
    texts = [mark.words.en for mark in drawn.marks if isinstance(mark, Text)]
    assert f"{float(found['pot'].up.worth * found.scale):+.6f}" in texts
    longest = max(abs(s.worth) for item in found.parameters for s in item.sides) * found.scale
    assert any(f"{float(longest):.6f}" in text for text in texts[:3])


def test_of_many_given_totals_those_that_hold_the_lowest_are_asked(zones):
    found = allocation.sensitivity("national-2022-zones")
    moving = {item.parameter.key for item in found.parameters if any(s.worth for s in item.sides)}
    chosen, count = asked(zones.cases[0].result)
    assert moving
    assert moving <= {parameter.key for parameter in chosen}
    notes = [note.en for note in section(zones, "tornado").notes]
    assert any(note.startswith(f"{len(chosen)} of {count} figures") for note in notes)


# ---- side by side -------------------------------------------------------------------------------


def test_changes_are_from_the_first(compared):
    heads = [head.words.en for head in compared.table.heads]
    one, two = (case.result for case in compared.cases[::2])
    change = dict(zip(one.recipients.ids, (two.amounts - one.amounts).tolist(), strict=True))
    column = heads.index("Case 3: change")
    for row in compared.table.rows:
        cell = row.cells[column]
        assert cell.value == change[row.id]
        assert cell.way == ("up" if cell.value > 0 else "down" if cell.value < 0 else "")
    places = [row.cells[heads.index("Case 3: places up")].value for row in compared.table.rows]
    assert any(places)


def test_each_change_says_what_it_does(compared):
    notes = [note.en for note in section(compared, "changes").notes]
    frame = allocation.attribute("national-2022", "national-2022@more_west,no_group_floor")
    gained = frame["part_no_group_floor_fen"].clip(lower=0).sum()
    assert any(f"no_group_floor: adds {gained / 1_000_000:,.2f}" in note for note in notes)
    assert len(notes) == 3


def test_different_scenarios_stand_side_by_side_and_that_is_said():
    page = allocation.report_page("national-2022", "linhe-2023")
    assert "L10-other-scenario" in section(page, "changes").notes[0].zh
    assert len(page.table.rows) == 37 + 11


def test_the_same_twice_changes_nothing():
    page = allocation.report_page("linhe-2023", "linhe-2023")
    assert [note.en for note in section(page, "changes").notes] == [
        "Case 2 has the same amounts as case 1."
    ]


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four(count):
    with pytest.raises(InputError, match="L1-report-count"):
        allocation.report_page(*["linhe-2023"] * count)


# ---- records ------------------------------------------------------------------------------------


def saved(result, path):
    result.save(path)
    return path


@pytest.mark.parametrize("name", ["national-2022@more_west", "national-2022-zones", "linhe-2023"])
def test_a_record_gives_the_page_of_its_scenario(tmp_path, name):
    path = saved(allocation.allocate(name), tmp_path / "record.json")
    found, right = allocation.report_page(path), allocation.report_page(name)
    assert (found.facts, found.table, found.sections) == (right.facts, right.table, right.sections)
    assert json.loads(path.read_text())["sha256"] in " ".join(note.en for note in found.notes)
    assert str(tmp_path.parent) not in found.html()
    assert gettempdir() not in found.html()


def test_records_of_one_scenario_are_told_apart_by_their_changes(tmp_path):
    one = saved(allocation.allocate("national-2022"), tmp_path / "a.json")
    two = saved(allocation.allocate("national-2022@more_west"), tmp_path / "b.json")
    notes = section(allocation.report_page(one, two), "changes").notes
    assert "more_west" in notes[0].zh


def test_a_record_that_was_changed_is_refused(tmp_path):
    path = saved(allocation.allocate("linhe-2023"), tmp_path / "record.json")
    record = json.loads(path.read_text(encoding="utf-8"))
    changed = tampered(record, "quantum", 0)
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(InputError, match="L9-record-differs"):
        allocation.report_page(path)
    path.write_text(json.dumps(record | {"title": "x"}), encoding="utf-8")
    with pytest.raises(InputError, match="L6-record-changed"):
        allocation.report_page(path)


# ---- the file -----------------------------------------------------------------------------------


def test_the_page_needs_nothing_else_and_obeys_only_its_own_script(compared):
    found = Tags(compared.html())
    policy = next(a["content"] for _, a in found.tags if a.get("http-equiv"))
    for name in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.raw[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag, attributes in found.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes
        link = attributes.get("href", "#")
        assert link.startswith(("#", "data:application/vnd.openxmlformats")), link
    assert not re.search(r"@import|url\(", found.raw["style"])
    assert sum(tag == "script" for tag, _ in found.tags) == 1


def test_the_workbook_is_in_the_page(national):
    tags = Tags(national.html("zh")).tags
    link = next(a for _, a in tags if "download" in a)
    content = base64.b64decode(link["href"].partition("base64,")[2])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    total = next(row for row in rows if "合计" in row)
    assert link["download"].endswith(".xlsx")
    assert 200_000 in total


#: What no translation has: names of files and keys, hashes, codes, links, the name of the program.
OWN = re.compile(
    r"SHA-256:?\s*[0-9a-f]{64}|[0-9a-f]{64}|national-2022\S*|bokuan( \w+)*( --\w+)?"
    r"|L\d+-[a-z-]+|https?:\S+"
    r"|English|more_west|no_group_floor|[a-z_]+(\.[a-z_]+)+|\((override|what-if) \w+\)|\bsource\b"
)


def test_no_english_leaks_into_the_chinese_page(compared, zones):
    for page in (compared, zones):
        text = "\n".join(Tags(page.html("zh")).seen)
        left = OWN.sub("", text)
        # What was changed is quoted as it stands in the file.
        left = re.sub(r"\{kind = .*", "", left)
        assert not re.findall(r"[A-Za-z]{2,}[^\n]*", left)


def test_english_throughout(compared):
    text = "\n".join(Tags(compared.html("en")).seen)
    # Sources and changes are quoted as they stand in the file.
    left = re.sub(r"中文|.*Source of the pot.*|.*name = .*|source: .*", "", text)
    assert not re.findall(r"[^\n]*[一-鿿][^\n]*", left)


def test_both_languages_have_the_same_shape(compared):
    zh, en = (Tags(compared.html(language)) for language in ("zh", "en"))
    assert [tag for tag, _ in zh.tags] == [tag for tag, _ in en.tags]
    figures = [
        [text for text in page.seen if re.fullmatch(r"[-+\d,.%]+", text)] for page in (zh, en)
    ]
    assert figures[0] == figures[1]


def test_what_others_wrote_stays_text(tmp_path):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    scenario = f"""
title = '''{evil}'''
title_en = "en"
level = "national"
year = 2022
as_of = 2022-12-01
[pot]
amount = "100万元"
source = '''"{evil}'''
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
source = "示例"
[factors.trade]
weight = "100%"
column = "trade"
source = "示例"
"""
    named = evil.replace("<", "<b>", 1)
    (tmp_path / "plan.toml").write_text(scenario, encoding="utf-8")
    table = f'id,name,trade\na,"{named}",1\n"b"">",二,2\n'
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    text = allocation.report_page(str(tmp_path / "plan.toml")).html()
    found = Tags(text)
    assert not [tag for tag, _ in found.tags if tag == "img"]
    assert sum(tag == "script" for tag, _ in found.tags) == 1
    assert html.escape(evil, quote=False).replace("&#x27;", "'") in text


def test_a_page_is_there_whole_or_not_at_all(tmp_path, national):
    path = national.save(tmp_path / "report.html")
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(InputError, match="L1-cannot-write"):
        national.save(path / "below.html")


def test_the_same_allocation_gives_the_same_bytes():
    pages = [allocation.report_page("linhe-2023").html() for _ in range(2)]
    assert pages[0] == pages[1]


# ---- eyes ---------------------------------------------------------------------------------------


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(2 * c for c in digits) if len(digits) == 3 else digits
    values = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_on_every_shade_can_be_read():
    assert all(contrast(*shade(at / 1000)) >= 4.5 for at in range(1001))


def test_bars_stand_out_from_the_paper_and_up_from_down():
    assert all(contrast(colour, "#fff") >= 3 for colour in (BLUE, RED, GREEN))
    # Without any colour, too, the curves of several cases differ.
    shades = sorted(luminance(colour) for colour in CASES)
    assert all(b - a > 0.01 for a, b in pairwise(shades))


def test_the_colours_are_named(national):
    text = national.html("en")
    assert "Red, to the right, adds; green, to the left, takes away" in text
