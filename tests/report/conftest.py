"""Results built by hand: the report needs no engine."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from allocation.entitlement import Step
from allocation.frame import Frame, TextColumn
from allocation.registry.units import units
from allocation.registry.zones import all_zones
from allocation.result import Allocation, Heading, PurposeColumn
from allocation.whole import RuleOutcome

WAN = 1_000_000


def make_frame(ids, names, names_en, **attributes):
    text = {key: TextColumn(tuple(cells)) for key, cells in attributes.items()}
    return Frame(tuple(ids), tuple(names), tuple(names_en), text)


def make_rule(key, kind, name, name_en, who, *, priority=None, binds=None, broken_by=0):
    who = np.array(who, dtype=bool)
    binds = bool(who.any()) if binds is None else binds
    return RuleOutcome(key, kind, name, name_en, "示例办法第3条", priority, binds, broken_by, who)


def make_result(frame, cells, *, rules=(), purposes=(), title=None, **changes):
    """Return a result whose entitlements differ from the amounts by known steps."""
    cells = np.array(cells, dtype=np.int64)
    amounts = cells.sum(axis=1)
    pot = int(amounts.sum())
    entitlements = tuple(Fraction(int(a) * 9, 10) + Fraction(pot, 10 * len(frame)) for a in amounts)
    shares = tuple(value / max(pot, 1) for value in entitlements)
    ones = tuple(Fraction(1 + i % 3, 2) for i in range(len(frame)))
    heading = {
        "scenario": "demo-2022",
        "title": title or "2022年外经贸发展专项资金分配方案",
        "title_en": "Special foreign-trade development fund, 2022",
        "level": "national",
        "year": 2022,
        "illustrative": True,
        "pot": pot,
        "pot_source": "示例",
        "quantum": WAN,
        "rounding": "largest_remainder",
        "unspent": 0,
    }
    return Allocation(
        heading=Heading(**(heading | changes)),
        recipients=frame,
        purposes=tuple(purposes),
        cells=cells,
        unrounded=tuple(Fraction(int(cell)) for cell in cells.ravel()),
        entitlements=entitlements,
        steps=(
            Step("trade", "factor", "进出口额", "Trade", shares),
            Step("tilt", "coefficient", "地区倾斜系数", "Regional tilt", ones),
        ),
        rules=tuple(rules),
        method="direct",
        reason="report-reason-nested",
        recorder=lambda _: {
            "hashes": {"scenario.toml": "ab" * 32},
            "versions": {"bokuan": "0.1.0"},
        },
    )


def unit_result(scale=1, **changes):
    """Return the 37 units by code, the planned cities last; Shenzhen gets nothing."""
    found = sorted(units(), key=lambda unit: (unit.kind == "separately planned city", unit.id))
    # In steps of 0.01 万元, from tens to thousands of 万元.
    fen = [(600 + 97 * ((7 * i) % 37)) * WAN + 10_000 * i for i in range(len(found))]
    for i, unit in enumerate(found):
        fen[i] = 0 if unit.name == "深圳市" else fen[i] * scale
    frame = make_frame(
        [u.id for u in found],
        [u.name for u in found],
        [u.name_en for u in found],
        unit=[u.id for u in found],
        province=[u.parent or u.id for u in found],
        fiscal_region=[u.fiscal_region.value for u in found],
        assessment_region=[u.assessment_region.value for u in found],
    )
    low = np.array(fen) < 900 * WAN
    rules = [
        make_rule(
            "floor", "floor", "每省不低于600万元", "floor of 6 m yuan", low & (np.array(fen) > 0)
        ),
        make_rule(
            "cap", "cap", "每省不超过5000万元", "cap of 50 m yuan", np.array(fen) > 3800 * WAN
        ),
        make_rule(
            "west", "group_share", "西部占比不低于40%", "west at least 40%", [False] * len(found)
        ),
        make_rule(
            "stable",
            "hold_harmless",
            "不低于上年",
            "hold-harmless",
            [False] * len(found),
            priority=2,
            broken_by=123_4500_00,
        ),
    ]
    return make_result(frame, [[value] for value in fen], rules=rules, **changes)


def zone_result(**changes):
    """Return every zone of the registry that was listed, grouped by unit: some 230."""
    found = all_zones()[:230]
    fen = [(50 + (37 * i) % 211) * WAN for i in range(len(found))]
    frame = make_frame(
        [z.id for z in found],
        [z.name for z in found],
        [z.name_en or "" for z in found],
        unit=[z.unit for z in found],
        province=[z.province for z in found],
        fiscal_region=[z.fiscal_region.value for z in found],
        assessment_region=[z.assessment_region.value for z in found],
    )
    low = np.array(fen) < 60 * WAN
    rules = [make_rule("floor", "floor", "每家不低于60万元", "floor of 0.6 m yuan", low)]
    return make_result(frame, [[value] for value in fen], rules=rules, **changes)


PURPOSES = (
    ("import", "进口贴息", "Import interest subsidy"),
    ("service", "服务贸易", "Trade in services"),
    ("invest", "对外投资合作", "Outward investment"),
    ("zone", "开发区能力建设", "Zone capacity"),
    ("green", "绿色低碳", "Green and low-carbon"),
)


def two_way_result(rows=4, purposes=5, **changes):
    """Return a table of recipients by purposes; one cell is blank."""
    cells = [[(100 + 30 * i + 7 * j) * WAN for j in range(purposes)] for i in range(rows)]
    cells[1][purposes // 2] = 0
    names = [f"第{i + 1}开发区" for i in range(rows)]
    frame = make_frame(
        [f"z{i}" for i in range(rows)], names, [f"Zone {i + 1}" for i in range(rows)]
    )
    columns = [
        PURPOSES[j % 5] if j < 5 else (f"p{j}", f"方向{j}", f"Purpose {j}") for j in range(purposes)
    ]
    sums = np.array(cells, dtype=np.int64).sum(axis=0).tolist()
    made = [PurposeColumn(*column, total) for column, total in zip(columns, sums, strict=True)]
    who = [i == 0 for i in range(rows)]
    rules = [make_rule("floor", "floor", "保底", "floor", who)]
    return make_result(frame, cells, purposes=made, rules=rules, level="unit", **changes)


HOSTILE = (
    '=HYPERLINK("http://x","点")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "\t=1+1",
    "＝1+1",
    "[red]$x$ {0}",
    "https://a.b",
)


def hostile_result():
    """Return recipients named to start formulas, links, markup and mathematics."""
    frame = make_frame(
        [f"h{i}" for i in range(len(HOSTILE))], HOSTILE, ["" for _ in HOSTILE], unit=HOSTILE
    )
    return make_result(frame, [[(i + 1) * WAN] for i in range(len(HOSTILE))])


@pytest.fixture
def by_unit():
    return unit_result()


@pytest.fixture
def by_zone():
    return zone_result()


@pytest.fixture
def two_way():
    return two_way_result()


@pytest.fixture
def hostile():
    return hostile_result()


@pytest.fixture(scope="session")
def build():
    """Return the builders of this file; tests cannot import it."""
    return sys.modules[__name__]
