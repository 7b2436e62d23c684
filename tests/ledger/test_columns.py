"""Rows, postings and movements kept by column say what the same would say one by one."""

from books import UNIT, ZONES, move
from hypothesis import given
from hypothesis import strategies as st

from allocation.ledger.imports.cells import read_amount, read_yuan
from allocation.ledger.imports.reading import FileRow, Rows
from allocation.ledger.moves import Moves

AMOUNTS = st.one_of(
    st.integers(1, 10**15).map(lambda fen: f"{fen // 100}.{fen % 100:02d}"),
    st.sampled_from(["0.00", "1.5", "7", "1,234.50", "12.00\n34.00", "-1.00", "１.00", ".50", ""]),
)


@given(st.lists(AMOUNTS, min_size=1))
def test_a_column_of_yuan_is_read_as_each_of_its_cells(cells):
    found = read_yuan(cells)
    if found is not None:
        assert found == [read_amount(cell, "元") for cell in cells]


def test_only_a_column_of_yuan_with_two_places_is_read_at_once():
    assert read_yuan(["1.50", "20.05"]) == [150, 2005]
    for odd in ("0.00", "1.5", "12.00\n34.00", "99999999999999.00", 1.5):
        assert read_yuan(["1.50", odd]) is None


def test_movements_by_column_are_the_same_movements():
    moves = [
        move(
            "disburse", ZONES[0], 5, "2023-06-01", document="A", origin="a.csv:2", origin_hash="1"
        ),
        move("disburse", ZONES[1], 6, "2023-06-02", note="x"),
        move("disburse", ZONES[0], 7, "2023-06-01", source="committed"),
        move("receive", UNIT, 8),
        move("disburse", ZONES[0], 9),
    ]
    found = Moves.of(moves)
    assert list(found) == moves
    assert len(found.ways) == 4


def test_rows_by_column_are_the_same_rows():
    first = FileRow(0, 4, "day", "a", "", 5, "spend", None, 2023, None, "p", None, "", "v", "")
    second = first._replace(row=5, fen=6)
    rows = Rows({name: [a, b] for name, a, b in zip(FileRow._fields, first, second, strict=True)})
    assert list(rows) == [first, second] == [rows[0], rows[1]]
    assert list(rows.where([False, True])) == [second]
    rows.extend(rows.where([True, False]))
    assert list(rows) == [first, second, first]
