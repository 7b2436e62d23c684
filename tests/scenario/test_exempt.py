"""``exempt``: whom a rule is not for, honoured by every kind; wrong names are refused."""

from __future__ import annotations

import pytest

from allocation import allocate
from allocation.errors import InputError

HEAD = """title = "x"
level = "national"
year = 2022
as_of = 2022-01-01
illustrative = true
pot = { amount = "1000万元", source = "s" }
recipients = { kind = "table", table = "t" }
tables.t = { file = "t.csv", amounts = { last_year = "万元", asked = "万元", rise = "万元" } }
factors.a = { weight = "100%", column = "a" }
"""
TABLE = """id,name,unit,rank,a,last_year,asked,rise
A,甲,u,1,1,300,50,200
B,乙,u,2,1,300,500,0
C,丙,v,3,3,200,500,0
D,丁,v,4,5,,500,0
E,丁,v,,0,50,,0
"""


@pytest.fixture
def run(tmp_path):
    def call(rule, **more):
        (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "s.toml").write_text(HEAD + f"rules.r = {{ {rule} }}\n", encoding="utf-8")
        result = allocate(str(tmp_path / "s.toml"), **more)
        return dict(zip(result.recipients.ids, (result.amounts // 1_000_000).tolist(), strict=True))

    return call


@pytest.mark.parametrize(
    ("rule", "exempt", "who", "with_rule", "without"),
    [
        ('kind = "floor", amount = "200万元"', '"A"', "A", 200, 67),
        ('kind = "cap", amount = "490万元", where = { unit = "v" }', '"D"', "D", 490, 500),
        ('kind = "hold_harmless", share = "60%", missing = "skip"', '"甲"', "A", 180, 88),
        ('kind = "growth_cap", growth = "0%", missing = "skip"', '"C"', "C", 200, 300),
        ('kind = "at_most_requested", column = "asked", where = { a = "1" }', '"A"', "A", 50, 100),
        ('kind = "utilisation_cut", share = "50%", column = "rise"', '"A"', "A", 0, 100),
        ('kind = "group_share", least = "90%", where = { unit = "v" }', '"C"', "C", 338, 60),
        ('kind = "exclude", where = { id = ["A", "B"] }', '"A"', "A", 0, 111),
        ('kind = "zero_or_at_least", amount = "150万元"', '"A"', "A", 0, 111),
        ('kind = "top_award", top = 1, amount = "400万元"', '"A"', "A", 460, 60),
        ('kind = "rank_order"', '"D"', "D", 417, 500),
        ('kind = "rank_step", tiers = [1], step = "100万元"', '"A"', "A", 422, 100),
    ],
)  # fmt: skip
def test_every_kind_passes_over_the_exempt(run, rule, exempt, who, with_rule, without):
    assert run(rule)[who] == with_rule
    assert run(f"{rule}, exempt = [{exempt}]")[who] == without


def test_a_blank_cell_of_the_exempt_is_no_error(run):
    rule = 'kind = "hold_harmless", share = "10%"'
    with pytest.raises(InputError, match="L1-missing-value"):
        run(rule)
    assert run(f'{rule}, exempt = ["D"]')["D"] == 497


@pytest.mark.parametrize(
    ("exempt", "code"),
    [
        ('"甲方"', "L1-unknown-exempt"),
        ('"丁"', "L1-ambiguous-exempt"),
        ('"C"', "L1-exempt-anyway"),
        ('"A", "B"', "L1-empty-group"),
    ],
)
def test_wrong_names_are_refused(run, exempt, code):
    rule = f'kind = "floor", amount = "1万元", where = {{ unit = "u" }}, exempt = [{exempt}]'
    with pytest.raises(InputError, match=code):
        run(rule)


def test_the_call_can_exempt(run):
    sets = ['rules.r.exempt=["A", "乙"]']
    assert run('kind = "floor", amount = "200万元"', sets=sets)["A"] < 200
