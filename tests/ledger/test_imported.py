"""From a file to a real book, and back from the book to a file."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from allocation.errors import InputError
from allocation.ledger.book import Book
from allocation.report.imported import import_file
from allocation.report.reconciled import print_reconciled, reconcile, save_reconciled

FUND = "外经贸发展专项资金"
HEAD = "日期,单位名称,金额(万元),业务类型,用途,文号,备注"
MONEY = (
    "2023-05-10,江苏省,1000,收到,产业园,苏财〔2023〕1号,",
    "2023-05-20,江宁,600,下达,产业园,苏商〔2023〕2号,",
    "2023-05-20,昆山经开区,400,下达,产业园,苏商〔2023〕2号,",
)
PAID = (
    "2023-06-25,江宁经济技术开发区,100.5,拨付,产业园,ZF1,首笔",
    '2023-07-25,昆山,"1,00.25",拨付,产业园,ZF2,',
)
GIVEN = {"fund": FUND, "year": 2023, "direct": False}


@pytest.fixture
def write(tmp_path):
    def write(name, *rows):
        path = tmp_path / name
        path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def book(tmp_path):
    with Book.create(tmp_path / "book.db") as made:
        yield made


def codes(error):
    return [problem.code for problem in error.value.problems]


def test_a_year_in_files(book, write):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    done = import_file(book, write("2.csv", PAID[0], PAID[1].replace("1,00", "100")))
    assert done.journal == 2
    table = book.positions().set_index("recipient")
    assert table.loc["32-jiangning", "disbursed"] == 100_500_000
    assert table.loc["32-kunshan", "available"] == 400_000_000 - 100_250_000
    entries = book.entries(last=2)
    assert list(entries["document"]) == ["ZF1", "ZF2"]
    assert list(entries["origin"]) == ["2.csv:2", "2.csv:3"]
    assert list(entries["note"]) == ["首笔", ""]
    assert not any(finding.places for finding in book.check())


def test_the_same_file_twice_changes_nothing(book, write):
    path = write("1.csv", *MONEY)
    import_file(book, path, **GIVEN)
    state, content = book.state, list(book.connection.iterdump())
    again = import_file(book, path, **GIVEN)
    assert again.journal is None
    assert len(again.intake.present) == 3
    assert book.state == state
    assert list(book.connection.iterdump()) == content


def test_one_bad_line_and_nothing_is_imported(book, write, tmp_path):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    state = book.state
    with pytest.raises(InputError) as caught:
        import_file(
            book, write("2.csv", *PAID, "2023-02-30,江宁,x,拨付,,,"), marked=tmp_path / "out"
        )
    assert codes(caught) == [
        "L2-not-an-amount",
        "L14-not-a-day-cell",
        "L2-not-an-amount",
        "L1-marked-copy",
    ]
    assert book.state == state
    marked = openpyxl.load_workbook(tmp_path / "out/2.marked.xlsx").active
    comments = {
        cell.coordinate: cell.comment.text for row in marked for cell in row if cell.comment
    }
    assert set(comments) == {"C3", "A4", "C4"}
    assert "L14-not-a-day-cell" in comments["A4"]
    assert marked["C4"].fill.fgColor.rgb == "FFFFC7CE"
    assert marked["B2"].value == "江宁经济技术开发区"


def test_the_marked_copy_can_be_corrected_and_imported(book, write, tmp_path):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    with pytest.raises(InputError):
        import_file(book, write("2.csv", *PAID), marked=tmp_path)
    copy = openpyxl.load_workbook(tmp_path / "2.marked.xlsx")
    copy.active["C3"] = 100.25
    copy.save(tmp_path / "right.xlsx")
    assert len(import_file(book, tmp_path / "right.xlsx").intake.new) == 2


def test_money_that_is_not_there(book, write):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    state = book.state
    with pytest.raises(InputError) as caught:
        import_file(book, write("2.csv", "2023-06-25,江宁,601,拨付,产业园,ZF1,"))
    assert codes(caught) == ["L12-below-zero"]
    assert book.state == state


def test_a_reversed_entry_comes_in_again(book, write):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    path = write("2.csv", PAID[0])
    import_file(book, path)
    book.reverse(4, "记错", date(2023, 6, 25))
    assert len(import_file(book, path).intake.new) == 1
    assert import_file(book, path).journal is None


def test_an_import_is_undone_whole_and_comes_in_again(book, write):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    path = write("2.csv", *PAID[:1])
    journal = import_file(book, path).journal
    book.reverse(journal, "导错文件", date(2023, 6, 25), whole=True)
    assert len(import_file(book, path).intake.new) == 1


HOSTILE = [
    "O'Brien\"; DROP TABLE entry; --",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "园区\x1b[31m",
    "园区\u202e\u200b",
    "长" * 10_000,
    "../../etc/passwd",
    "{found}%s",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(book, write, tmp_path, name):
    """In a name, a purpose and a note: refused, or text to the end."""
    quoted = '"' + name.replace('"', '""') + '"'
    row = f"2023-05-10,江苏省,5,收到,{quoted},,"
    if len(name) > 200 or not name.isprintable():
        with pytest.raises(InputError) as caught:
            import_file(book, write("a.csv", row), **GIVEN)
        assert "\x1b" not in caught.value.text()
    else:
        import_file(book, write("a.csv", row), **GIVEN)
        assert list(book.flows()["purpose"]) == [name]
    with pytest.raises(InputError) as caught:
        import_file(
            book, write("b.csv", f"2023-05-10,{quoted},5,收到,,,"), **GIVEN, marked=tmp_path
        )
    assert "\x1b" not in caught.value.text()
    assert "\u202e" not in caught.value.text()
    assert len(caught.value.text()) < 2_000
    rows = CalamineWorkbook.from_path(tmp_path / "b.marked.xlsx").get_sheet_by_index(0).to_python()
    assert rows[1][1] == " ".join(name.split())[:32_767] or not name.isprintable()
    content = (tmp_path / "b.marked.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    found = reconcile(book, write("c.csv", *MONEY), **GIVEN, since=None)
    (path,) = save_reconciled(found, tmp_path)
    for cells in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize(
    "name", ["..", "../up.csv", "a/b.csv", "C:\\x.csv", ".csv", "=cmd|x.csv", "\x1b.csv", "x" * 250]
)
def test_a_copy_stays_in_its_folder(name):
    from allocation.report.marked_copy import marked_name

    made = marked_name(name)
    assert Path(made).name == made
    assert not any(character in made for character in "/\\:|=\x1b")
    assert made.endswith(".marked.xlsx")
    assert len(made.encode()) < 255


def test_what_libreoffice_writes(book, write):
    path = Path(__file__).parent / "files/libreoffice.xls"
    money = [row.replace("产业园", p) for row in MONEY for p in ("产业园", "绿色改造")]
    import_file(
        book,
        write(
            "1.csv", *(row.replace(",1000,", ",5000,").replace(",600,", ",2000,") for row in money)
        ),
        **GIVEN,
    )
    import_file(book, write("2.csv", "2023-07-01,昆山,33,拨付,产业园,ZF0,"))
    done = import_file(book, path)
    assert [p.content.fen for p in done.intake.new] == [120_500_000, 1_030_250_000, 33_000_000]
    assert [p.content.document for p in done.intake.new] == ["ZF001", "ZF002", "007"]
    lines = list(done.lines("zh"))
    assert any("153.5" in line and "1,183.75" in line for line in lines)


def test_two_programs_at_once(book, write, tmp_path):
    """The other one got in between our reading and our writing: nothing counts twice."""
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    path = write("2.csv", PAID[0])
    with Book.open(tmp_path / "book.db") as other:
        post = book.post
        book.post = lambda *given, **named: (import_file(other, path), post(*given, **named))
        with pytest.raises(InputError) as caught:
            import_file(book, path)
    assert codes(caught) == ["L12-posted-already"]
    assert len(book.entries()) == 4


def test_reconciling(book, write, tmp_path, capsys):
    import_file(book, write("1.csv", *MONEY), **GIVEN)
    import_file(book, write("2.csv", PAID[0]))
    changed = PAID[0].replace("100.5", "105"), "2023-06-30,昆山,7,拨付,产业园,ZF9,"
    found = reconcile(book, write("3.csv", *changed))
    print_reconciled(found, "zh")
    out = capsys.readouterr().out
    assert "内容不同 1 笔,只在文件中 1 笔" in out
    assert "105.00 / 100.50" in out
    (path,) = save_reconciled(found, tmp_path)
    assert "only_file" in path.read_text(encoding="utf-8-sig")
    assert reconcile(book, write("2.csv", PAID[0])).complete
