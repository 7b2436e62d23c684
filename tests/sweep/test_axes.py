"""What can be varied, how it is written, and what is refused."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import Problem
from allocation.money import parse_number
from allocation.sweep.axes import Axis, read_axes, read_axis
from allocation.sweep.cases import LATIN, SINGLE, design


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=1.0:2.0:0.5", ("1", "1.5", "2")),
        ("pot.amount=15亿元:1700000000元:1亿元", ("15亿元", "16亿元", "17亿元")),
        ("pot.amount=1:3:1万元", ("1万元", "2万元", "3万元")),
        ("a.b=10%:12%:1%", ("10%", "11%", "12%")),
        ("a.b=-0.1:0.1:0.1", ("-0.1", "0", "0.1")),
        ("a.b=1, 3/40,5亿元", ("1", "3/40", "5亿元")),
        ("a.b=1,2、3", ("1", "2", "3")),
        ('tables.t."进 出".x=1', ("1",)),
    ],
)
def test_values_are_written_as_a_change_takes_them(text, values):
    assert read_axis(text).values == values


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a.b", "L1-vary-syntax"),
        ("=1", "L1-vary-syntax"),
        ("a.b=", "L1-vary-syntax"),
        ("a.b=1:2", "L1-vary-syntax"),
        ("a.b=1:2:3:4", "L1-vary-syntax"),
        ("a.b=1,1", "L1-vary-repeats"),
        ("a.b=1,,2", "L1-vary-repeats"),
        ("a.b=1万元:2:1", "L1-vary-units"),
        ("a.b=1%:2:1万元", "L1-vary-units"),
        ("a.b=x:y:1", "L1-vary-units"),
        ("a.b=1/2:2:1", "L1-vary-units"),
        ("a.b=2:1:0.1", "L1-vary-order"),
        ("a.b=1:2:-1", "L1-vary-order"),
        ("a.b=1:2:0", "L1-vary-order"),
        ("a.b=1:2:0.3", "L1-vary-step"),
        ("a.b=0:1000000:1", "L1-vary-too-many"),
    ],
)
def test_what_is_refused(text, code):
    found = read_axis(text)
    assert isinstance(found, Problem)
    assert found.code == code
    assert found.text("zh") != found.text("en")


def test_a_key_varies_once():
    _, problems = read_axes(["a.b=1", 'a."b"=2', "c=1", "c.d=2"])
    assert [problem.code for problem in problems] == ["L1-vary-twice"] * 2


@given(
    st.integers(-1000, 1000), st.integers(1, 40), st.integers(1, 50), st.sampled_from([1, 10, 1000])
)
def test_a_range_is_exact(start, steps, step, scale):
    first, by = Fraction(start, scale), Fraction(step, scale)
    from allocation.sweep.axes import decimal_text

    ends = [decimal_text(value) for value in (first, first + steps * by, by)]
    values = read_axis(f"k={':'.join(ends)}").values
    assert [parse_number(value) for value in values] == [first + at * by for at in range(steps + 1)]


# The first call imports scipy.stats.
@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 9))
def test_a_latin_hypercube_has_one_case_in_each_part_of_every_range(count, seed):
    axes = [read_axis("a=0:1", sampled=True), read_axis("b=10%:60%", sampled=True)]
    found = design(axes, LATIN, count, seed)
    assert len(found.cases) == count
    for place, (low, width) in enumerate([(0, 1), (10, 50)]):
        numbers = [parse_number(case[place].rstrip("%")) for case in found.cases]
        # Values stand on steps of a ten-thousandth of the range, which may touch the next part.
        parts = sorted(float((number - low) / width * count) for number in numbers)
        assert all(at - 0.01 * count <= part <= at + 1.01 for at, part in enumerate(parts))


def test_samples_are_the_same_for_the_same_seed_and_fen_are_whole():
    axis = read_axis("pot.amount=1元:2元", sampled=True)
    one, two, other = (design([axis], LATIN, 50, seed).cases for seed in (1, 1, 2))
    assert one == two != other
    assert all(len(value.rstrip("元").partition(".")[2]) <= 2 for (value,) in one)
    listed = design([Axis("k", ("x", "y"))], LATIN, 10, 0)
    assert sorted(value for (value,) in listed.cases) == ["x"] * 5 + ["y"] * 5


def test_one_at_a_time_leaves_the_others():
    found = design([Axis("a", ("1", "2")), Axis("b", ("3",))], SINGLE)
    assert [found.sets(case) for case in range(3)] == [("a=1",), ("a=2",), ("b=3",)]
    assert design([], SINGLE).code == "L1-vary-cases"
    many = Axis("a", tuple(map(str, range(2000))))
    assert design([many, Axis("b", many.values)], "grid").code == "L1-vary-cases"
