"""Payment problems and plan files generated from a seed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from allocation_models.disbursement import Payable
from allocation_models.program import NO_BOUND


def payable(seed, n, months, largest=12, scarce=True):
    """Return a generated problem: any need, scarce cash, two receipts, a deadline at times."""
    rng = np.random.default_rng(seed)
    amount = rng.integers(1, largest + 1, n)
    steps = np.sort(rng.integers(0, amount[:, None] + 1, (n, months)), axis=1)
    need = steps.astype(np.int64)
    if rng.random() < 0.7:
        need[:, -1] = amount
    total = int(amount.sum())
    received = np.zeros(months, dtype=np.int64)
    received[0] = total * rng.integers(3, 11) // 10
    received[months // 2] += total - received[0]
    limit = np.full(months, total * (12 if scarce else 30) // (10 * months) + 1)
    if rng.random() < 0.3:
        limit[rng.integers(months)] = 0
    if rng.random() < 0.2:
        limit[-1] = NO_BOUND
    least = np.zeros((n, months), dtype=np.int64)
    if rng.random() < 0.5:
        least[:, months // 2 :] = (amount * rng.integers(0, 11) // 10)[:, None]
    most = np.repeat(amount[:, None], months, axis=1)
    if rng.random() < 0.3:
        most[:, 0] = amount * 3 // 10
    return Payable(need, least, most, 0 * need, most[:, -1:].repeat(months, 1), received, limit)


SCENARIO = """title = "生成 {seed}"
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
[factors.a]
weight = 1
column = "a"
[rounding]
quantum = "{quantum}"
"""


def write_plan(folder, seed, extra=""):
    """Write a generated scenario ``s.toml`` and plan ``plan.toml``; return their paths."""
    rng = random.Random(seed)
    count, months = rng.randint(2, 9), rng.randint(3, 12)
    pot = count * rng.randint(1000, 9000) * 100
    quantum = rng.choice(["1万元", "100元", "1元", "1分"])
    pot = pot // 10000 * 10000 if quantum == "1万元" else pot
    folder = Path(folder)
    rows = [f"r{at},对象{at},{rng.randint(1, 50)}" for at in range(count)]
    (folder / "t.csv").write_text("id,name,a\n" + "\n".join(rows) + "\n", encoding="utf-8")
    scenario = folder / "s.toml"
    text = SCENARIO.format(seed=seed, pot=pot, quantum=quantum)
    scenario.write_text(text, encoding="utf-8")
    limit = pot * rng.choice([11, 13, 20]) // (10 * months) + 1
    curve = rng.choice(["even", "front_loaded", "back_loaded", "s_curve"])
    share = rng.choice([40, 60, 100])
    lines = [
        'title = "计划"',
        'first = "2024-01"',
        f'last = "2024-{months:02d}"',
        "illustrative = true",
        f'received.a = {{ day = 2024-01-05, share = "{share}%" }}',
        f'cash.limit = "{limit}元"',
        f'need.curve = "{curve}"',
    ]
    if share < 100:
        lines.append(f'received.b = {{ day = 2024-02-20, share = "{100 - share}%" }}')
    if rng.random() < 0.4:
        lines.append(f'deadlines.half = {{ day = 2024-{months:02d}-28, share = "50%" }}')
    plan = folder / "plan.toml"
    plan.write_text("\n".join(lines) + "\n" + extra, encoding="utf-8")
    return scenario, plan
