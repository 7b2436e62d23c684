import ast
import inspect
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import allocation


def test_all_is_sorted_and_complete():
    assert allocation.__all__ == sorted(allocation.__all__)
    assert dir(allocation) == allocation.__all__
    assert set(allocation._HOMES) | {"__version__"} == set(allocation.__all__)


def test_type_checkers_see_the_same_names():
    tree = ast.parse(Path(inspect.getfile(allocation)).read_text(encoding="utf-8"))
    seen = next(node for node in tree.body if isinstance(node, ast.If))
    names = {
        (alias.asname or alias.name): (node.module, alias.name)
        for node in ast.walk(seen)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == allocation._HOMES


@pytest.mark.parametrize("name", allocation.__all__)
def test_every_name_is_there(name):
    assert getattr(allocation, name) is not None


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="alocate"):
        _ = allocation.alocate


def test_import_costs_nothing():
    script = "import allocation, sys; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_allocate_and_compare():
    import pandas as pd

    result = allocation.allocate("national-2022")
    assert isinstance(result.table, pd.DataFrame)
    assert result.table["amount_fen"].sum() == result.heading.pot
    other = allocation.allocate("national-2022@more_west")
    assert allocation.compare(result, other)["change_fen"].sum() == 0
    assert allocation.check(allocation.load("national-2022")) == []


def test_what_is_issued_may_be_said_in_three_ways(tmp_path):
    result = allocation.allocate("liaoning-2022")
    result.save(tmp_path / "record.json")
    held = []
    for number, source in enumerate((result, tmp_path / "record.json", "liaoning-2022")):
        with allocation.Book.create(tmp_path / f"{number}.db") as book:
            book.issue(source, fund="外经贸发展专项资金", on=date(2022, 3, 1))
            held.append(book.positions())
    assert held[0].equals(held[1])
    assert held[0].equals(held[2])
    assert held[0].query("level == 'zone'")["available"].sum() == result.heading.pot


def test_what_an_analyst_posts_and_draws(tmp_path):
    result = allocation.allocate("liaoning-2022")
    line = allocation.Line("外经贸发展专项资金", 2022)
    with allocation.Book.create(tmp_path / "book.db") as book:
        book.issue(result, fund=line.fund, on=date(2022, 3, 1))
        book.post([allocation.Movement("disburse", line, "21-shenyang", 100, "2022-05-01")])
        found = allocation.utilisation(book, date(2022, 6, 30))
    assert found.table.loc["21-shenyang", "disbursed"] == 100
    bars = [len(figure.axes[0].get_yticks()) for figure in (result.plot(), found.plot())]
    assert bars == [6, 7], "a bar for each, in the book one for all too"
    months = found.plot_curve().axes[0].lines[-1].get_xdata()
    assert len(months) == 6
