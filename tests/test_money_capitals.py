"""Amounts in capitals, by the basic rules for bills and settlement vouchers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.money import LARGEST_FEN, capitals

DIGITS = "零壹贰叁肆伍陆柒捌玖"


def parse(text):
    """Return the fen that capitals say; refuses whatever is no well-formed figure."""
    assert text.startswith("人民币")
    text = text.removeprefix("人民币")
    whole = text.endswith("整")
    text = text.removesuffix("整")
    yuan, mark, tail = text.rpartition("元")
    if not mark:
        yuan, tail = "", text
    fen = 0
    for character in tail:
        if character in DIGITS:
            digit = DIGITS.index(character)
        else:
            fen += digit * {"角": 10, "分": 1}[character]
    assert whole != tail.endswith("分")
    return number(yuan) * 100 + fen


def number(text):
    for name, size in (("亿", 10**8), ("万", 10**4)):
        above, mark, rest = text.rpartition(name)
        if mark:
            return number(above) * size + number(rest)
    total, digit = 0, 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        else:
            total += digit * {"拾": 10, "佰": 100, "仟": 1000}[character]
            digit = 0
    return total + digit


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        # The examples of the rules themselves; 整 after 角 may be written.
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # Edges.
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.11", "壹角壹分"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("10.01", "壹拾元零壹分"),
        ("9999.99", "玖仟玖佰玖拾玖元玖角玖分"),
        ("10000.00", "壹万元整"),
        ("10001.00", "壹万零壹元整"),
        ("11000.00", "壹万壹仟元整"),
        ("100100.00", "壹拾万零壹佰元整"),
        ("10000000.00", "壹仟万元整"),
        ("99999999.00", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100050000.00", "壹亿零伍万元整"),
        ("110000005.00", "壹亿壹仟万零伍元整"),
        ("244750000.00", "贰亿肆仟肆佰柒拾伍万元整"),
        ("1000000000000.00", "壹万亿元整"),
        ("1000000000001.00", "壹万亿零壹元整"),
        ("1234500000000.00", "壹万贰仟叁佰肆拾伍亿元整"),
        ("10000000000000.00", "壹拾万亿元整"),
    ],
)
def test_examples_and_edges(yuan, text):
    assert capitals(int(yuan.replace(".", ""))) == f"人民币{text}"


@pytest.mark.parametrize("fen", [-1, LARGEST_FEN + 1])
def test_no_capitals_beyond_the_range(fen):
    with pytest.raises(ValueError, match=str(fen)):
        capitals(fen)


def assert_well_formed(fen):
    text = capitals(fen)
    assert parse(text) == fen
    assert "零零" not in text
    assert not any(f"零{mark}" in text.replace("零元整", "") for mark in "万亿元整角分")
    assert set(text) <= set("人民币零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整")


def test_every_small_amount_reads_back():
    for fen in range(20_001):
        assert_well_formed(fen)


def test_every_pattern_of_zeros_reads_back():
    """Each place of the largest figures is 0 or not: all 2^15 patterns."""
    for pattern in range(2**15):
        assert_well_formed(sum(10**at * (1 + at % 9) for at in range(15) if pattern >> at & 1))


@given(st.integers(0, LARGEST_FEN))
def test_any_amount_reads_back(fen):
    assert_well_formed(fen)
