import ast
import inspect
import subprocess
import sys
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
