"""Law 2: money is whole fen; the total is exact, and so is every margin."""

from __future__ import annotations

import numpy as np
import pytest
from generated import KINDS, write_scenario

from allocation.engine import allocate
from allocation.errors import ConflictError
from allocation.scenario import shipped


@pytest.mark.parametrize("name", shipped())
def test_shipped_amounts_are_whole_quanta_and_add_up(name):
    result = allocate(name)
    assert result.cells.dtype == np.int64
    assert np.all(result.cells % result.heading.quantum == 0)
    assert int(result.amounts.sum()) + result.heading.unspent == result.heading.pot
    assert result.heading.unspent == 0
    for column, purpose in zip(result.cells.T, result.purposes, strict=False):
        assert int(column.sum()) == purpose.total


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quantum", ["1万元", "1元", "1分"])
def test_generated_amounts_add_up_at_every_quantum(tmp_path, kind, quantum, campaign):
    for seed in range(campaign(small=2, full=30)):
        path = write_scenario(tmp_path / f"{kind}{seed}", seed, kind, quantum)
        try:
            result = allocate(str(path))
        except ConflictError:
            continue
        assert int(result.amounts.sum()) == result.heading.pot
        assert np.all(result.cells % result.heading.quantum == 0)
        assert np.all(result.cells >= 0)


def test_the_unrounded_amounts_add_up_exactly_too():
    result = allocate("national-2022")
    assert sum(result.unrounded) == result.heading.pot
    assert sum(result.entitlements) == result.heading.pot


def test_no_amount_moves_by_a_quantum():
    result = allocate("national-2022-zones")
    moved = [
        abs(int(cell) - exact)
        for cell, exact in zip(result.cells.ravel(), result.unrounded, strict=True)
    ]
    assert max(moved) < result.heading.quantum


def test_a_pot_that_is_no_whole_number_of_quanta_is_refused():
    from allocation.errors import InputError

    with pytest.raises(InputError, match="L2-quantum"):
        allocate("jiangsu-2024", sets=["pot.amount=36000001元"])
