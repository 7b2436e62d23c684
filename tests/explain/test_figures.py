"""Figures of repairs are short, on the safe side, and read back as what they are."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from allocation.explain.figures import amount_text, amounts_near, ratio_text, ratios_near
from allocation.money import parse_amount, parse_ratio

fen = st.integers(0, 10**13)
parts = st.fractions(min_value=0, max_value=5, max_denominator=10**6)


@given(fen, parts, st.sampled_from([1, 100, 1_000_000]), st.booleans())
def test_amounts_are_on_the_safe_side(whole, part, quantum, up):
    value = whole + part
    for figure in amounts_near(value, quantum, up=up):
        near = abs(figure - value) <= max(value, quantum) / 10**6
        assert near or (figure >= value if up else figure <= value)


@given(parts, st.booleans())
def test_ratios_are_on_the_safe_side(value, up):
    first, second, *_ = ratios_near(value, up=up)
    assert second > first if up else second < first
    assert abs(first - value) <= Fraction(1, 1000) * max(value, Fraction(1, 10))
    assert abs(first - value) < Fraction(1, 10**6) or (first >= value) == up


@given(fen)
def test_an_amount_reads_back(value):
    assert parse_amount(amount_text(value)) == value


@given(st.fractions(min_value=-1, max_value=50, max_denominator=10**5))
def test_a_ratio_reads_back(value):
    assert parse_ratio(ratio_text(value)) == value


def test_figures_are_short():
    assert amount_text(2_700_000 * 100) == "270万元"
    assert amount_text(12_345) == "123.45元"
    assert ratio_text(Fraction(2703, 100_000)) == "2.703%"
    assert ratio_text(Fraction(1, 3)) == "1/3"
    assert list(amounts_near(Fraction(5), 1_000_000, up=False)) == [5, 4, 0]
