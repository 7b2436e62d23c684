"""Reallocations generated from a seed: arrays, and scenarios with their plan files."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.reallocation import Exchange, parts_of

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """title = "生成"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
[pot]
amount = "{pot}元"
source = "生成"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
amounts = {{ most = "元" }}
[factors.a]
weight = 1
column = "a"
[rounding]
quantum = "{quantum}"
rank = "rank"
[rules.floor]
kind = "floor"
share_of_pot = "1%"
[rules.most]
kind = "cap"
name = "封顶"
share_of_pot = "{cap}%"
[rules.east]
kind = "group_share"
name = "东部不少于"
where = {{ side = "e" }}
least = "{east}%"
"""
ORDER = """[rules.order]
kind = "rank_order"
name = "位次"
column = "rank"
within = ""
per = "amount"
"""
SOFT = '[rules.west]\nkind = "group_share"\nwhere = { side = "w" }\nleast = "60%"\npriority = 1\n'
PLAN = """title = "调剂"
as_of = 2024-09-01
scenario = "s.toml"
quantum = "{quantum}"
[holdings]
file = "h.csv"
unit = "元"
source = "生成"
[use]
file = "u.csv"
unit = "元"
source = "生成"
"""


def exchange(seed, n=3, lines=1, most=4):
    """Return a generated exchange on whole quanta; at times a group row and a comparison."""
    rng = np.random.default_rng(seed)
    count = n * lines
    idle = rng.integers(0, most + 1, count)
    held = (idle + rng.integers(0, 3, count)).reshape(n, lines).sum(axis=1)
    use = rng.integers(0, 2 * most, n)
    upper = np.where(rng.random(count) < 0.2, 0, NO_BOUND)
    who = np.repeat(np.arange(n), lines)
    cell, ones = np.arange(count), np.ones(count, dtype=np.int64)
    blocks = []
    if rng.random() < 0.5:
        limit = rng.integers(0, most, n)
        blocks.append(Block("own", who, cell, ones, -limit, np.full(n, most)))
    if rng.random() < 0.5:
        group = np.flatnonzero(who < max(1, n // 2))
        row = np.zeros(len(group), dtype=np.int64)
        blocks.append(Block("group", row, group, ones[group], np.array([-1]), np.array([NO_BOUND])))
    if rng.random() < 0.3:
        sign = np.where(who == 0, 1, np.where(who == n - 1, -1, 0))
        row = np.zeros(count, dtype=np.int64)
        blocks.append(Block("order", row, cell, sign, np.array([-1]), np.array([NO_BOUND])))
    return Exchange(
        rules=stack(blocks, -idle, upper),
        cells=count,
        pool=np.tile(np.arange(lines), n),
        user=who,
        ends=parts_of(use, held, 1, 5),
        spare=np.maximum(held - use, 0),
        order=rng.permutation(count),
    )


def write_case(folder: Path, seed: int, *, lines=2, extra=""):
    """Write a scenario whose rules hold as things stand, holdings and use; return the plan."""
    rng = random.Random(seed)
    count = rng.randint(3, 9)
    quantum = rng.choice([1, 100, 1000])
    held = [[rng.randint(1, 60) * 100 for _ in range(lines)] for _ in range(count)]
    ranks = list(range(1, count + 1))
    by_order = rng.random() < 0.3
    if by_order:
        held.sort(key=sum, reverse=True)
    else:
        rng.shuffle(ranks)
    total = sum(map(sum, held))
    side = ["e" if rng.random() < 0.5 else "w" for _ in range(count)]
    side[0] = "e"
    side[-1] = "w"
    east = sum(sum(h) for h, s in zip(held, side, strict=True) if s == "e")
    low = min(100 * sum(h) // total for h in held)
    rows = [f"r{i},对象{i},{rng.randint(1, 50)},{ranks[i]},{side[i]}," for i in range(count)]
    (folder / "t.csv").write_text("id,name,a,rank,side,most\n" + "\n".join(rows) + "\n")
    text = SCENARIO.format(
        pot=total,
        quantum="1分",
        cap=min(100, 100 * max(map(sum, held)) // total + rng.randint(2, 20)),
        east=max(0, 100 * east // total - rng.randint(0, 10)),
    ).replace('share_of_pot = "1%"', f'share_of_pot = "{low * rng.randint(0, 100) // 100}%"')
    text += ORDER if by_order else ""
    text += SOFT if rng.random() < 0.3 else ""
    (folder / "s.toml").write_text(text, encoding="utf-8")
    head = "id,batch,purpose,parent,available,committed,disbursed,spent"
    body, parents = [], ["p", "q" if rng.random() < 0.3 else "p"]
    for i, cells in enumerate(held):
        for line, amount in enumerate(cells):
            parts = sorted(rng.randint(0, amount) for _ in range(3))
            free, kept = parts[0], [parts[1] - parts[0], parts[2] - parts[1], amount - parts[2]]
            body.append(f"r{i},b{line},,{parents[i % 2]},{free},{','.join(map(str, kept))}")
    rng.shuffle(body)
    (folder / "h.csv").write_text(head + "\n" + "\n".join(body) + "\n", encoding="utf-8")
    use = [f"r{i},{rng.randint(0, 2 * sum(h))}" for i, h in enumerate(held)]
    (folder / "u.csv").write_text("id,use\n" + "\n".join(use) + "\n", encoding="utf-8")
    plan = folder / "plan.toml"
    plan.write_text(PLAN.format(quantum=f"{quantum}元") + extra, encoding="utf-8")
    return plan
