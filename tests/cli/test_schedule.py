"""``bokuan schedule`` as officers call it."""

import csv
import json
import unicodedata
from pathlib import Path

import pytest

import allocation


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_fits_a_terminal_and_its_console(inside, language):
    ended = inside("--lang", language, "schedule", "linhe-2023", "--strategies")
    assert ended.code == 0
    assert not ended.err
    tables = [line for line in ended.out.splitlines() if "  " in line]
    assert max(map(width, tables)) <= 100
    ended.out.encode("gbk")
    assert "2,355" in ended.out
    assert ("(示例)" if language == "zh" else "(illustrative)") in ended.out


def test_every_figure_of_the_table_is_the_schedules(inside):
    out = inside("schedule", "linhe-2023").out
    found = allocation.schedule("linhe-2023")
    sums = [line.split()[1:] for line in out.splitlines() if line.startswith("合计")]
    shown = [int(cell.replace(",", "")) for cells in sums for cell in cells]
    months = [fen // 10**6 for fen in found.schedule.payments.sum(axis=0).tolist() if fen]
    assert shown == [*months, found.schedule.issue.total // 10**6]


def test_files(inside):
    ended = inside("schedule", "linhe-2023", "--out", "out")
    assert ended.code == 0
    names = {path.name for path in Path("out").iterdir()}
    assert names == {
        "schedule.xlsx",
        "schedule.csv",
        "schedule-calendar.png",
        "schedule-curve.png",
        "schedule.json",
    }
    record = json.loads(Path("out/schedule.json").read_text(encoding="utf-8"))
    assert (
        sum(map(sum, (row for cells in record["payments_fen"] for row in cells)))
        == 2355 * 10**8 // 100
    )
    assert record["hashes"]
    # The notice takes the table as its attachment 3.
    noticed = inside("notice", "linhe-2023", "--schedule", "out/schedule.csv", "--out", "notice")
    assert noticed.code == 0, noticed.err


def test_from_a_record_the_same(inside):
    assert inside("run", "linhe-2023", "--out", "out", "--no-chart").code == 0
    again = inside("schedule", "out/record.json", "--plan", "linhe-2023")
    assert again.code == 0, again.err
    assert again.out == inside("schedule", "linhe-2023").out


def test_a_plan_that_cannot_hold_is_exit_code_1_with_changes_to_type(inside):
    arguments = ("schedule", "national-2022-zones", "--set", "cash.limit=1亿元")
    ended = inside(*arguments)
    assert ended.code == 1
    assert not ended.out
    assert "L11-pay-cash" in ended.err
    assert "deadlines.year_end" not in ended.err.split("L11-mend-cash")[0]
    [line] = [line for line in ended.err.splitlines() if "L11-mend-cash" in line]
    change = line.partition("--set")[1] + line.partition("--set")[2]
    assert inside(*arguments, *change.split()).code == 0


def test_a_wrong_plan_is_exit_code_2(inside):
    ended = inside("schedule", "linhe-2023", "--set", "cash.limit=-1万元")
    assert ended.code == 2
    assert "--set cash.limit=-1万元" in ended.err
    assert inside("schedule", "plan.toml").code == 2
    assert inside("schedule", "linhe-2023", "--plan", "nope").code == 2
    assert inside("schedule", "linhe-2023", "--strategy", "fast").code == 2


def test_paid_is_frozen(inside, folder):
    with (folder / "paid.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["id", "date", "amount"], ["warehouse-1", "2023-02-20", "100万元"]]
        )
    ended = inside("schedule", "linhe-2023", "--paid", "paid.csv", "--strategies")
    assert ended.code == 0, ended.err
    assert "2023-02" in ended.out
    assert "100.00" in ended.out
