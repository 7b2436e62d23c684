"""Law 13: a utilisation rate shows its numerator and denominator, and is their exact quotient."""

import csv
import re
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from books import UNIT, ZONES, move
from flowing import FIRST, LINES, STEPS, figures, fill, queues
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocation
from allocation.errors import InputError
from allocation.ledger.ageing import ageing
from allocation.ledger.book import Book
from allocation.ledger.budget_year import money_of_year
from allocation.ledger.elapsed import elapsed_share, months_elapsed
from allocation.ledger.groups import BYS
from allocation.ledger.utilisation import DENOMINATORS
from allocation.report.utilised import utilisation
from allocation.report.utilised_words import points, rate, summary

DAYS = st.integers(0, 420).map(lambda n: FIRST + timedelta(n))
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
HALF = date(2023, 6, 30)


def written(steps, **how):
    """Return the flows of a book in which the steps were posted, and what was."""
    with TemporaryDirectory() as folder, Book.create(Path(folder) / "book.db") as book:
        posted = fill(book, steps, **how)
        return book.flows(), posted


@pytest.fixture
def book(tmp_path):
    """A year with carry-over, two batches, a recovery that is issued again, a refund."""
    old, advance, main, _ = LINES
    zone, other, third = ZONES
    with Book.create(tmp_path / "book.db", title="江苏省") as made:
        made.post([move("receive", UNIT, 900, "2022-11-05", old)])
        made.post([move("issue", z, 300, "2022-11-10", old) for z in ZONES])
        made.post([move("disburse", zone, 200, "2022-11-20", old)])
        made.post([move("spend", zone, 80, "2022-12-01", old)])
        made.close_year(2022)
        made.post([move("receive", UNIT, 1000, "2023-01-15", advance)])
        made.post([move("issue", z, 300, "2023-01-20", advance) for z in ZONES])
        made.post([move("disburse", zone, 300, "2023-03-01", advance)])
        made.post([move("spend", zone, 100, "2023-04-01", advance)])
        made.post([move("spend", zone, 20, "2023-04-02", old)])
        made.post([move("receive", UNIT, 500, "2023-05-01", main)])
        made.post([move("issue", zone, 500, "2023-05-02", main)])
        made.post([move("recover", third, 150, "2023-06-01", advance)])
        made.post([move("issue", other, 150, "2023-06-10", advance, source="recovered")])
        made.post([move("refund", zone, 50, "2023-06-20", advance)])
        yield made


# ---- the figures ---------------------------------------------------------------------------------


def test_the_three_denominators(book):
    by = {name: utilisation(book, HALF, denominator=name) for name in DENOMINATORS}
    whole = {name: found.total.iloc[0] for name, found in by.items()}
    # The advance is the first batch; what was recovered and issued again is no new budget.
    assert whole["initial"]["denominator"] == 1000
    assert whole["adjusted"]["denominator"] == 1500
    assert whole["with_carry_over"]["denominator"] == 1500 + 900 - 80
    assert whole["initial"]["spent"] == whole["adjusted"]["spent"] == 100
    assert whole["with_carry_over"]["spent"] == 120
    assert whole["with_carry_over"]["disbursed"] == 250 + 120
    zones = by["initial"].table["denominator"], by["adjusted"].table["denominator"]
    assert zones[0][ZONES[1]] == zones[0][ZONES[2]] == 300
    assert (zones[1][ZONES[1]], zones[1][ZONES[2]], zones[1][UNIT]) == (450, 150, 100)


def test_a_rate_is_the_exact_quotient_of_what_stands_beside_it(book):
    table = utilisation(book, HALF).table
    for row in table.to_dict("records"):
        assert row["spent_rate"] == Fraction(row["spent"], row["denominator"])
        assert row["disbursed_rate"] == Fraction(row["disbursed"], row["denominator"])
        assert row["ahead"] == row["spent_rate"] - Fraction(6, 12)


def test_nothing_to_divide_by_is_a_blank_with_its_reason(book, capsys):
    found = utilisation(book, date(2023, 1, 10), denominator="adjusted")
    assert found.table["spent_rate"].tolist() == [None] * len(found.table)
    found.print()
    said = capsys.readouterr().out
    assert "分母不大于 0,不计算" in said
    assert not re.search(r"支出[^\n]*\d%", said.split("序时")[0])


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 800, "0.13%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (10**15, 10**15, "100.00%"),
        (10**15 - 1, 10**15, "100.00%"),
        (12345, 100000, "12.35%"),
        (12_344_999_999_999, 10**14, "12.34%"),
    ],
)
def test_percentages_are_rounded_half_up_once(part, whole, said):
    assert rate(Fraction(part, whole)) == said


@pytest.mark.parametrize(
    ("day", "months"),
    [("2023-01-30", 0), ("2023-01-31", 1), ("2024-02-28", 1), ("2024-02-29", 2), ("2022-12-31", 0)],
)
def test_a_month_is_over_on_its_last_day(day, months):
    found = date.fromisoformat(day)
    assert months_elapsed(found, max(found.year, 2023)) == months


def test_the_year_after_all_time_has_gone():
    assert elapsed_share(date(2024, 1, 1), 2023) == 1
    assert points(Fraction(1, 3) - Fraction(1, 2)) == "-16.67"


# ---- random books against entry by entry ---------------------------------------------------------


@SLOW
@given(STEPS, DAYS)
def test_figures_are_those_of_the_entries(steps, as_of):
    flows, posted = written(steps)
    if flows.empty:
        return
    table = money_of_year(flows, as_of, 2023)
    expected = figures(posted, as_of, 2023)
    assert len(table) == len(expected)
    keys = ["fund", "year", "batch", "purpose", "direct"]
    for row in table.to_dict("records"):
        line = tuple(row[key] for key in keys)
        accounts = expected[line, row["recipient"]]
        spent = accounts["spent"] - accounts["spent_before"]
        idle = sum(accounts[a] for a in ("issued", "committed", "recovered", "carried_over"))
        assert row["spent"] == spent
        assert row["surplus"] == accounts["surplus"]
        assert row["authority"] + row["cash"] == idle + accounts["disbursed"]
        assert row["cash"] >= 0
        assert row["authority"] >= 0
        assert spent <= row["disbursed"] <= row["budget"]
        # Steps lapse money from "issued" alone.
        lapsed = [m for m in posted if (m.line, m.holder) == (line, row["recipient"])]
        lapsed = [m.amount for m in lapsed if m.kind == "lapse" and m.on <= as_of.isoformat()]
        old = [m for m in posted if m.kind == "lapse" and m.on < "2023" and m.line.year == 2022]
        before = sum(m.amount for m in old if (m.line, m.holder) == (line, row["recipient"]))
        before = before if as_of >= date(2023, 1, 1) else sum(lapsed) if row["year"] < 2023 else 0
        kept = min(sum(lapsed) - before, accounts["surplus"])
        assert row["budget"] == idle + accounts["disbursed"] + spent + kept


@SLOW
@given(STEPS, DAYS)
def test_idle_money_is_first_in_first_out(steps, as_of):
    flows, posted = written(steps)
    if flows.empty:
        return
    found = defaultdict(int)
    for row in ageing(flows, as_of).to_dict("records"):
        line = tuple(row[key] for key in ("fund", "year", "batch", "purpose", "direct"))
        found[line, row["recipient"], row["state"], f"{row['since']:%Y-%m-%d}"] += row["amount"]
        assert row["days"] == (as_of - row["since"].date()).days
    expected = defaultdict(int)
    for (line, holder, state), queue in queues(posted, as_of).items():
        for day, amount in queue:
            expected[line, holder, state, day] += amount
    assert dict(found) == dict(expected)


@SLOW
@given(STEPS, DAYS, st.sampled_from(DENOMINATORS))
def test_every_grouping_has_the_same_totals(steps, as_of, denominator):
    flows, _ = written(steps)
    if flows[flows["year"] <= 2023].empty or flows["valid_on"].min().date() > as_of:
        return
    found = [utilisation(flows, as_of, year=2023, by=by, denominator=denominator) for by in BYS]
    totals = [one.total for one in found]
    assert all(total.equals(totals[0]) for total in totals)
    assert all(one.table["denominator"].sum() == totals[0]["denominator"].iloc[0] for one in found)
    idle = found[0].idle.groupby("state")["amount"].sum()
    for state in ("cash", "authority"):
        assert idle.get(state, 0) == found[0].money[state].sum()


@SLOW
@given(STEPS, DAYS, DAYS)
def test_later_days_never_show_less_where_nothing_went_back(steps, one, other):
    flows, _ = written(steps, backward=False)
    if flows.empty:
        return
    first, second = sorted((one, other))
    first, second = max(first, date(2023, 1, 1)), max(second, date(2023, 1, 1))
    columns = ["initial", "budget", "disbursed", "spent"]
    before, after = (money_of_year(flows, day, 2023)[columns].sum() for day in (first, second))
    assert (before <= after).all()


def test_both_region_systems_stay_apart(tmp_path):
    line = LINES[1]
    with Book.create(tmp_path / "b.db") as book:
        for unit in ("210000", "220000", "320000"):
            book.post([move("receive", unit, 100, "2023-02-01", line)])
        tilt = utilisation(book, HALF, by="fiscal_region").table["denominator"].to_dict()
        pool = utilisation(book, HALF, by="assessment_region").table["denominator"].to_dict()
    assert tilt == {"northeast": 200, "east": 100}
    assert pool == {"east": 200, "central": 100}


# ---- plan ----------------------------------------------------------------------------------------


def test_against_a_plan(book, tmp_path):
    plan = tmp_path / "schedule.csv"
    plan.write_text(
        f"id,name,2023-03_fen,2023-06_fen,2023-07_fen,total_fen\n{ZONES[0]},昆山,200,300,99,599\n",
        encoding="utf-8",
    )
    row = utilisation(book, HALF, plan=plan).table.loc[ZONES[0]]
    assert (row["planned"], row["plan_rate"]) == (500, Fraction(370, 500))
    half_june = utilisation(book, date(2023, 6, 29), plan=plan).table.loc[ZONES[0]]
    assert half_june["planned"] == 200


def test_a_plan_that_is_wrong_is_refused_whole(book, tmp_path):
    plan = tmp_path / "schedule.csv"
    plan.write_text("id,2023-03_fen,瞎写\n不存在,1,2\n32-kunshan,一,3\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        utilisation(book, HALF, plan=plan)
    codes = [problem.code for problem in refused.value.problems]
    assert sorted(codes) == ["L1-unknown-recipient", "L2-schedule-column", "L3-amount"]
    with pytest.raises(InputError, match="L13-plan-by"):
        utilisation(book, HALF, plan=plan, by="purpose")


# ---- wherever a rate is shown --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_has_a_rate_without_both_figures(book, language):
    found = utilisation(book, HALF)
    said = summary(found, language)
    assert all(re.search(r"\d.*(÷|of).*\d.* = [\d.-]+%", line) for line in said)


@pytest.fixture
def papers(book, tmp_path):
    found = utilisation(book, HALF)
    found.save(tmp_path / "out")
    return found, tmp_path / "out"


def test_the_csv_has_both_beside_each_rate(papers):
    found, folder = papers
    with (folder / "utilisation.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found.table)
    for row in rows:
        for part in ("disbursed", "spent"):
            pair = Fraction(int(row[f"{part}_fen"]), int(row["denominator_fen"]))
            assert row[f"{part}_rate"] == rate(pair)


def test_the_workbook_computes_rates_from_the_cells_beside_them(papers):
    found, folder = papers
    formulas = openpyxl.load_workbook(folder / "papers.xlsx")
    values = openpyxl.load_workbook(folder / "papers.xlsx", data_only=True)
    assert len(formulas.sheetnames) == 8
    counted = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                text = str(cell.value)
                if cell.number_format != "0.00%" or not text.startswith("=IF"):
                    assert not (cell.number_format == "0.00%" and cell.value is not None)
                    continue
                top, base = re.search(r"ROUND\((\w+)/(\w+),4\)", text).groups()
                shown = values[sheet.title]
                whole = shown[base].value or 0
                expected = (shown[top].value or 0) / whole if whole > 0 else None
                got = shown[cell.coordinate].value
                assert (got in (None, "")) if expected is None else abs(got - expected) < 6e-5
                counted += 1
    assert counted > 2 * len(found.table)


def test_a_book_without_money_of_the_year_says_so(book):
    with pytest.raises(InputError, match="L12-nothing-held"):
        utilisation(book, date(2021, 6, 30))


def test_the_public_function(book):
    assert allocation.utilisation(book.path, HALF).table.equals(utilisation(book, HALF).table)
