"""Laws 10, 12 and 13: a reallocation is posted once; its year enters the next scenario."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from liaoning import LINE, WAN, book_of, spend_the_year, write_plan

import allocation
from allocation.cli.entry import main
from allocation.errors import InputError
from allocation.ledger.records import Movement
from allocation.reallocation.confirm import confirm
from allocation.record import sealed
from allocation.report.figures import figures, save_figures
from allocation.scenario.find import scenarios_folder

GRADES = scenarios_folder() / "data/liaoning-2023-grades.csv"


@pytest.fixture
def book(tmp_path):
    with book_of(tmp_path / "book.db") as found:
        yield found


def totals(book):
    frame = book.positions()
    kinds = ["available", "committed", "disbursed", "spent", "recovered"]
    return frame.groupby("level")[kinds].sum()


def test_the_book_gives_the_same_moves_as_the_table(book, tmp_path):
    by_book = allocation.reallocate(write_plan(tmp_path), book=book)
    by_table = allocation.reallocate("liaoning-2022")
    assert (by_book.reallocation.moves == by_table.reallocation.moves).all()


def test_confirmed_once_as_one_balanced_journal(book, tmp_path):
    found = allocation.reallocate(write_plan(tmp_path), book=book)
    found.save(tmp_path / "out")
    before = totals(book)
    journal = confirm(book, tmp_path / "out/reallocation.json", "辽财预〔2022〕9号")
    after = totals(book)
    assert (before.loc["zone"] == after.loc["zone"]).all(), "the line's total does not change"
    assert after.loc["unit", "recovered"] == 0
    entries = book.entries()
    posted = entries[entries["journal"] == journal]
    assert set(posted["made_by"]) == {"reallocate"}
    assert set(posted["document"]) == {"辽财预〔2022〕9号"}
    assert posted.groupby("kind")["amount"].sum().nunique() == 1
    held = found.table.set_index("id")["after_fen"]
    own = book.positions().set_index("recipient")
    kinds = ["available", "committed", "disbursed", "spent"]
    assert (own.loc[held.index, kinds].sum(axis=1) == held).all()
    with pytest.raises(InputError, match="L12-book-changed"):
        confirm(book, tmp_path / "out/reallocation.json")


def test_refused_if_the_book_changed_since(book, tmp_path):
    allocation.reallocate(write_plan(tmp_path), book=book).save(tmp_path / "out")
    book.post([Movement("commit", LINE, "21-jinzhou", WAN, "2022-09-16")])
    state = book.state
    with pytest.raises(InputError, match="L12-book-changed"):
        confirm(book, tmp_path / "out/reallocation.json")
    assert book.state == state, "nothing was posted"


def test_a_changed_record_and_one_without_a_book_are_refused(book, tmp_path):
    allocation.reallocate("liaoning-2022").save(tmp_path / "table")
    with pytest.raises(InputError, match="L12-not-from-book"):
        confirm(book, tmp_path / "table/reallocation.json")
    allocation.reallocate(write_plan(tmp_path), book=book).save(tmp_path / "out")
    path = tmp_path / "out/reallocation.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["movements"][0]["fen"] += 1
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputError, match="L6-record-changed"):
        confirm(book, path)
    # Sealed again, it is the book that refuses: more would be issued than was recovered.
    record["movements"][0]["fen"] -= 2
    path.write_text(json.dumps(sealed(record), ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputError, match="L12-below-zero"):
        confirm(book, path)


def test_money_beside_the_scenario_is_refused(book, tmp_path):
    book.post([Movement("receive", LINE, "210000", WAN, "2022-05-01")])
    book.post([Movement("issue", LINE, "21-dalian-x", WAN, "2022-05-02")], holders=[_stranger()])
    with pytest.raises(InputError, match="L12-held-beside"):
        allocation.reallocate(write_plan(tmp_path), book=book)


def _stranger():
    from allocation.ledger.records import Holder

    return Holder("21-dalian-x", "另一个开发区", "zone", "210000")


def test_two_sources_or_none(book, tmp_path):
    with pytest.raises(InputError, match="L12-two-holdings"):
        allocation.reallocate("liaoning-2022", book=book)
    with pytest.raises(InputError, match="L12-no-holdings"):
        allocation.reallocate(write_plan(tmp_path))


def test_by_command_line(book, tmp_path, capsys):
    plan, out, file = write_plan(tmp_path), tmp_path / "out", str(book.path)
    assert main(["reallocate", "--plan", str(plan), "--book", file, "--out", str(out)]) == 0
    assert "每家保底" in capsys.readouterr().out
    record = str(out / "reallocation.json")
    assert main(["reallocate", "--confirm", record, "--book", file, "--document", "9号"]) == 0
    assert main(["reallocate", "--confirm", record, "--book", file]) == 2
    assert "L12-book-changed" in capsys.readouterr().err
    assert main(["reallocate", "--confirm", record, "--book", file, "--out", str(out)]) == 2
    assert main(["reallocate", "--plan", str(plan), "--document", "9号"]) == 2
    assert main(["reallocate"]) == 2
    year = str(tmp_path / "performance.csv")
    assert main(["book", "figures", "2022", "--level", "zone", "--out", year, "--book", file]) == 0
    assert main(["book", "figures", "2019", "--out", year, "--book", file]) == 2
    assert main(["book", "figures", "2022", "--level", "city", "--out", year, "--book", file]) == 2


def year_end(book, tmp_path):
    """Reallocate, spend and close the year; return its figures."""
    allocation.reallocate(write_plan(tmp_path), book=book).save(tmp_path / "out")
    confirm(book, tmp_path / "out/reallocation.json")
    spend_the_year(book)
    book.close_year(2022)
    return figures(book, 2022, level="zone", grades=GRADES)


def test_the_shipped_figures_are_those_of_the_book(book, tmp_path):
    table = year_end(book, tmp_path)
    save_figures(table, tmp_path / "f.csv")
    shipped = scenarios_folder() / "data/liaoning-2023.csv"
    written = (tmp_path / "f.csv").read_text(encoding="utf-8-sig")
    assert written == shipped.read_text(encoding="utf-8")


def test_what_could_be_spent_is_spent_or_unspent(book, tmp_path):
    table = year_end(book, tmp_path)
    assert (table["could_spend"] - table["spent"] == table["unspent"]).all()
    # The year after: what was carried over is in the denominator, and its surplus is not unspent.
    line = LINE._replace(year=2023)
    book.post(
        [
            Movement("receive", line, "210000", 10 * WAN, "2023-03-01"),
            Movement("issue", line, "21-jinzhou", 10 * WAN, "2023-03-02"),
            Movement("disburse", LINE, "21-jinzhou", 20 * WAN, "2023-04-01"),
            Movement("spend", LINE, "21-jinzhou", 20 * WAN, "2023-05-01"),
        ]
    )
    book.close_year(2023)
    row = figures(book, 2023, level="zone").loc["21-jinzhou"]
    assert row["last_year"] == 10 * WAN
    assert row["spent"] == 20 * WAN
    assert row["could_spend"] == 76 * WAN
    assert row["unspent_before"] == 66 * WAN
    assert row["unspent"] == 10 * WAN, "46 of the older money are surplus"
    assert row["unspent_rise"] == -56 * WAN


def test_the_rise_cuts_next_year_and_the_grade_counts():
    result = allocation.allocate("liaoning-2023")
    shown = dict(zip(result.recipients.ids, result.amounts.tolist(), strict=True))
    rise = {"21-yingkou": 37, "21-jinzhou": 66, "21-tieling": 30}
    last = {"21-yingkou": 187, "21-jinzhou": 136, "21-tieling": 120}
    for code, unspent in rise.items():
        most = (last[code] - Fraction(30, 100) * unspent) * WAN
        assert shown[code] == most // WAN * WAN, "cut by at least 30 % of the rise, whole quanta"


def test_the_waterfall_shows_the_cut_to_the_fen():
    explained = allocation.explain("liaoning-2023")
    frame = explained.table
    parts = [name for name in frame.columns if name.endswith("_fen") and name != "amount_fen"]
    assert (frame[parts].sum(axis=1) == frame["amount_fen"]).all()
