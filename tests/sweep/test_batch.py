"""Cases that are proven together: each is what the road for one case gives, to the fen."""

import csv
import random
import re

import pytest
from generated import KINDS, write_scenario
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import allocation
from allocation.errors import FaultError
from allocation.scenario import load
from allocation.sweep import batch
from allocation.sweep.outcome import Start, solve_case

HEAD = """title = "成批"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
pot = {{ amount = "{pot}元", source = "示例" }}
recipients = {{ kind = "table", table = "t" }}
tables.t = {{ file = "t.csv", key = "id", amounts = {{ last_year = "元", requested = "元", \
unspent_rise = "元" }} }}
factors.a = {{ weight = "70%", column = "a" }}
factors.b = {{ weight = "30%", column = "b" }}
coefficients.tilt = {{ by = "region", values = {{ r0 = "1", r1 = "1.3", r2 = "3/2" }} }}
coefficients.rank.rank = {{ column = "rank", tiers = [{{ to = 4, value = "1.2" }}, \
{{ value = "1" }}], unknown = "1", unranked = "1" }}
coefficients.own = {{ column = "own" }}
rounding = {{ quantum = "{quantum}", rank = "rank" }}
"""
#: Rules by name: how each is written, the keys that may be varied, and values for them.
RULES = {
    "floor": ('kind = "floor", amount = "300元"', "amount", ["0元", "250.55元", "800元"]),
    "part": ('kind = "floor", share_of_pot = "1%"', "share_of_pot", ["0", "1/300", "2%"]),
    "past": ('kind = "floor", share_of_last_year = "30%"', "share_of_last_year", ["0", "31.7%"]),
    "even": ('kind = "floor", share_of_equal_split = { by = "each", share = "20%" }', "", []),
    "cap": ('kind = "cap", amount = "4000元"', "amount", ["1500元", "2000.01元", "90000元"]),
    "top": ('kind = "cap", share_of_pot = "30%"', "share_of_pot", ["12%", "1/7"]),
    "hold": ('kind = "hold_harmless", share = "50%"', "share", ["0", "1/3", "77.7%"]),
    "pace": ('kind = "growth_cap", growth = "150%"', "growth", ["60%", "3"]),
    "asked": ('kind = "at_most_requested"', "", []),
    "west": ('kind = "group_share", where = { region = "r1" }, least = "20%"', "least", ["1/3"]),
    "each": ('kind = "group_share", each = "prov", most = "40%"', "most", ["1/4", "33%", "1"]),
    "sum": (
        'kind = "group_share", where = { region = ["r1", "r2"] }, most_amount = "15000元"',
        "most_amount",
        ["9000元", "12345.67元"],
    ),
    "soft": ('kind = "floor", amount = "700元", priority = 2', "amount", ["500元", "900元"]),
    "hope": (
        'kind = "group_share", where = { region = "r0" }, least = "35%", priority = 1',
        "least",
        ["20%", "50%"],
    ),
    "cut": ('kind = "utilisation_cut", share = "30%", base = "last_year"', "", []),
    "out": ('kind = "exclude", where = { id = "z01" }', "", []),
}
ALWAYS = {
    "coefficients.tilt.values.r1": ["0.5", "1.30001", "9/7"],
    "coefficients.rank.rank.tiers.0.value": ["1.1", "4/3"],
    "rounding.quantum": ["1分", "1元", "100元"],
}


def write(folder, seed):
    """Write a scenario drawn from a seed; return its path and the values keys may have."""
    rng = random.Random(seed)
    count = rng.randint(4, 30)
    pot = count * 100 * rng.randint(5, 20)
    equal = rng.random() < 0.2
    rows = [_row(rng, at, equal=equal) for at in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    names = rng.sample(sorted(RULES), rng.randint(0, 5))
    text = HEAD.format(pot=pot, quantum=rng.choice(["1分", "1元", "100元"]))
    text += "".join(f"rules.{name} = {{ {RULES[name][0]} }}\n" for name in names)
    path = folder / "s.toml"
    path.write_text(text, encoding="utf-8")
    vary = {f"rules.{name}.{RULES[name][1]}": RULES[name][2] for name in names if RULES[name][1]}
    pots = [f"{pot + step}元" for step in (-300, 100, 1000)]
    return path, vary | ALWAYS | {"pot.amount": pots}


def _row(rng, at, *, equal):
    return {
        "id": f"z{at:02d}",
        "name": f"区{at:02d}",
        "region": f"r{at % 5 % 3}",
        "prov": f"p{at % 5}",
        "a": "5" if equal else f"{rng.choice([1, 2, rng.uniform(1, 9)]):.3f}",
        "b": "5" if equal else str(rng.randint(1, 3)),
        "own": "1" if equal else rng.choice(["1", "1.05", "0"]),
        "last_year": f"{rng.uniform(300, 1500):.2f}",
        "requested": f"{rng.uniform(1500, 4000):.2f}",
        "unspent_rise": rng.choice(["0", "100.5"]),
        "rank": "" if equal else str(at + 1),
    }


@st.composite
def cases_of(draw, vary):
    """Draw what-ifs: some of the keys, each with one of its values; weights add up or do not."""
    cases = []
    for _ in range(6):
        keys = draw(st.lists(st.sampled_from(sorted(vary)), max_size=4, unique=True))
        case = [f"{key}={draw(st.sampled_from(vary[key]))}" for key in keys]
        first = draw(st.sampled_from([None, 10, 55, 99]))
        second = 100 - (first or 0) + draw(st.sampled_from([0, 0, 0, 1]))
        weights = [f"factors.a.weight={first}%", f"factors.b.weight={second}%"]
        cases.append((*case, *(weights if first else [])))
    return cases


def compare(path, cases):
    """Return how many cases were proven together, and how many have amounts."""
    start = Start.of(load(str(path)), {}, "highs")
    proven = batch.proven_at_once(start, cases)
    alone = [solve_case(start, sets) for sets in cases]
    for at, outcome in proven.items():
        assert outcome == alone[at], cases[at]
    return len(proven), sum(bool(outcome.fen) for outcome in alone)


def test_together_is_as_alone(tmp_path, campaign):
    count = campaign(small=25, full=3000)
    tally = {"proven": 0, "allocated": 0}

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data(), st.integers(0, 10**9))
    def check(data, seed):
        path, vary = write(tmp_path / "drawn", seed)
        proven, allocated = compare(path, data.draw(cases_of(vary)))
        tally["proven"] += proven
        tally["allocated"] += allocated

    check()
    assert tally["proven"] > tally["allocated"] / 2


@pytest.mark.parametrize("kind", KINDS)
def test_generated_scenarios(tmp_path, campaign, kind):
    together = allocated = 0
    for seed in range(campaign(small=3, full=100)):
        path = write_scenario(tmp_path / f"{kind}-{seed}", seed, kind)
        pot = load(str(path)).scenario.pot.amount // 1_000_000
        pots = [f"pot.amount={pot * part // 100}万元" for part in (5, 90, 99, 100, 120)]
        tilts = [f"coefficients.tilt.values.r1={tilt}" for tilt in ("0", "0.7", "1.31")]
        both = compare(path, [(one, other) for one in pots for other in tilts])
        together, allocated = together + both[0], allocated + both[1]
    assert allocated
    # Ranks and purposes take the road for one case; so does a soft rule that gives way.
    assert (together > 0) == (kind == "nested")


def test_a_shipped_scenario_is_what_runs_of_its_own_give():
    cases = [(f"coefficients.tilt.values.west=1.{at}1",) for at in range(6)]
    proven = batch.proven_at_once(Start.of(load("national-2022"), {}, "highs"), cases)
    assert len(proven) == len(cases)
    for at, sets in enumerate(cases):
        alone = allocation.allocate(load("national-2022", sets=sets))
        assert proven[at].fen == tuple(alone.cells.ravel().tolist())


@pytest.mark.parametrize(
    "change",
    [
        'rules.floor.where={ region = "r1" }',
        "rules.floor.priority=1",
        "coefficients.tilt.by=prov",
        "factors.a.column=b",
        "rounding.method=webster",
        "rules.floor.kind=cap",
    ],
)
def test_what_is_no_number_takes_the_road_for_one(tmp_path, change):
    start = Start.of(load(str(plain(tmp_path))), {}, "highs")
    number = ("rules.floor.amount=10元",)
    assert set(batch.proven_at_once(start, [number, (change,), number, (change,)])) == {0, 2}


def test_equal_recipients_share_a_round_pot_evenly(tmp_path):
    path = plain(tmp_path, equal=True)
    count = len(load(str(path)).frame)
    pots = [count * 100_000, count * 100_000 + 3, count * 100_000 + 9, count * 200_000]
    assert compare(path, [(f"pot.amount={pot}分",) for pot in pots]) == (4, 4)


def test_a_difference_stops_the_sweep(tmp_path, monkeypatch):
    start = Start.of(load(str(plain(tmp_path))), {}, "highs")
    cases = [(f"coefficients.tilt.values.r1=1.{at}",) for at in range(8)]
    assert len(batch.proven_at_once(start, cases)) == 8
    other = solve_case(start, cases[5])
    monkeypatch.setattr(batch, "solve_case", lambda *_: other)
    with pytest.raises(FaultError) as caught:
        batch.proven_at_once(start, cases)
    assert caught.value.problems[0].code == "L6-batch-differs"


def plain(folder, *, equal=False):
    """Write a scenario with one floor, and equal recipients or not; return its path."""
    path, _ = write(folder, 1)
    text = path.read_text(encoding="utf-8").split("rules.")[0]
    text = re.sub('quantum = "[^"]*"', 'quantum = "1分"', text)
    if equal:
        lines = [line for line in text.splitlines() if line[:7] not in ("factors", "coeffic")]
        text = "\n".join([*lines, 'factors.e = { weight = "1", column = "each" }', ""])
    path.write_text(text + f"rules.floor = {{ {RULES['floor'][0]} }}\n", encoding="utf-8")
    return path
