"""Check a record of bokuan again, in exact arithmetic, with Python's standard library alone.

    python verifier.py record.json [--inputs DIR] [--lang en]

It runs wherever it is copied. The proof: docs/certificate.md. Exit: 0 proved, 1 not, 2 no record.
"""

from __future__ import annotations

import json
import sys
import tomllib
from argparse import ArgumentParser
from base64 import b64decode
from collections import Counter, defaultdict
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Json = dict[str, Any]
Said = tuple[str, str]  # in Chinese and in English
Check = tuple[Said, list[Said] | None]  # a check's name and failures; or a note, and None
Weights = defaultdict[int, Fraction]
FORMAT = 3
PARTS = 2**62 - 1  # of a quantum, in which fractions are compared
MALFORMED = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError)
SIGNPOSTS: dict[str, Callable[[int], tuple[int, int]]] = {  # squared, after n quanta
    "adams": lambda n: (n * n, 1),
    "dean": lambda n: ((2 * n * (n + 1)) ** 2, (2 * n + 1) ** 2),
    "huntington_hill": lambda n: (n * (n + 1), 1),
    "webster": lambda n: ((2 * n + 1) ** 2, 4),
    "modified_webster": lambda n: ((2 * n + 1) ** 2, 4) if n else (49, 100),
    "jefferson": lambda n: ((n + 1) ** 2, 1),
}
NOTES: dict[str, Said] = {  # what a record says its checks do not cover
    "raise": ("所选对象可行,未证最优", "who is funded: possible, not proved the best"),
    "crossing": ("取整:任意两者对换均不更优", "rounding: no exchange between two would be better"),
    "quota": ("配额法的次序未复核", "the order of the quota method is not checked again"),
    "upper": ("上级给各单位的总额按给定值", "the units' totals from above are taken as given"),
}


def short(what: str, by: Fraction | float) -> Said:
    """Return a failure: an inequality, and by how much it fails."""
    return f"{what}:差 {float(by):.6g}", f"{what}: fails by {float(by):.6g}"


def differs(what: str, found: object, right: object) -> Said:
    """Return a failure: what stands in the record, and what is right."""
    old, new = f"{found}"[:80], f"{right}"[:80]
    return f"{what}:记录为 {old},应为 {new}", f"{what}: {old} is recorded, {new} is right"


class Certificate:
    """The program and the exact amounts of a record, with bounds closed in."""

    def __init__(self, record: Json) -> None:
        self.record, self.proof = record, record["certificate"]
        columns, rows = self.proof["columns"], self.proof["rows"]
        purposes = len(record["purposes"]) or 1
        self.cells, self.quantum = len(record["recipients"]) * purposes, record["quantum_fen"]
        self.names = [name for name in record["names"] for _ in range(purposes)]
        self.names += [f"#{j}" for j in range(self.cells, len(columns["target"]))]
        self.rows = [
            list(zip(rows["column"][a:b], rows["coefficient"][a:b], strict=True))
            for a, b in pairwise(rows["start"])
        ]
        self.low, self.high, self.lower, self.upper = (
            [free if bound is None else bound for bound in part[side]]
            for part in (rows, columns)
            for side, free in (("lower", -inf), ("upper", inf))
        )
        self.priority = rows["priority"] + [0] * (len(self.rows) - len(rows["priority"]))
        self.rule, self.stays_whole = [""] * len(self.rows), [False] * len(self.rows)
        for name, a, b, whole in rows["rules"]:
            self.rule[a:b], self.stays_whole[a:b] = [name] * (b - a), [whole] * (b - a)
        self.exact = [Fraction(*pair) for pair in self.proof["exact"]]
        self.target = columns["target"]
        self.whole, self.order = self.proof["whole"], self.proof["order"]
        sizes = [*map(len, (self.target, self.exact, self.lower, self.upper))]
        if len({*sizes}) > 1 or not 0 < self.cells <= len(self.whole) <= sizes[0]:
            raise ValueError(sizes)
        self.notes = [NOTES[key] for key in self.proof.get("notes", ())]
        self._close_bounds(columns.get("least") or self.lower)
        self.sums = self.sums_of(self.exact)
        written = self.sums_of(self.exact[: len(self.whole)])
        soft = zip(self.priority, self.low, written, self.high, strict=True)
        self.let_go = [p > 0 and not low <= total <= high for p, low, total, high in soft]

    def _close_bounds(self, least: list[Any]) -> None:
        """Draw together what bounds one column; who has no claim gets no more than its floor."""
        limits = [bound for limits in self.proof["limits"].values() for bound in limits]
        rows = zip(self.rows, self.low, self.high, strict=True)
        ones = [(r[0][0], low, high) for r, low, high in rows if len(r) == 1 == r[0][1]]
        for bounds in (limits, ones):
            # On whole amounts rows are checked as rows, and the benefit's least ratio not at all.
            self.whole_lower = [*self.lower]
            for j, low, high in bounds:
                self.lower[j], self.upper[j] = max(self.lower[j], low), min(self.upper[j], high)
        for j in (j for j in range(self.cells) if not self.target[j]):
            self.upper[j] = min(self.upper[j], self.lower[j])
        self.lower = [*map(max, self.lower, least)]

    def sums_of(self, amounts: list[Any]) -> list[Any]:
        """Return every row's sum; columns without an amount count nothing."""
        known = len(amounts)
        return [sum(a * amounts[j] for j, a in row if j < known) for row in self.rows]

    def outside(self, sums: list[Any], rows: Iterable[int], *bounded: list[Any]) -> Iterator[Said]:
        """Yield the rows, and the columns of (lower, amounts, upper), whose bounds are not met."""
        gaps = [(self.rule[r], max(self.low[r] - sums[r], sums[r] - self.high[r])) for r in rows]
        columns = zip(self.names, *bounded, strict=False)
        gaps += [(name, max(low - x, x - high)) for name, low, x, high in columns]
        yield from (short(what, by) for what, by in gaps if by > 0)


def check_hashes(record: Json, folder: Path | None = None) -> Iterator[Said]:
    """Check the record's own hash, and that of every input, as kept and as in ``folder``."""
    bare = {key: value for key, value in record.items() if key != "sha256"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if (right := sha256(text.encode()).hexdigest()) != record.get("sha256"):
        yield differs("sha256", record.get("sha256"), right)
    for name in record["hashes"] | record["inputs"]:
        kept = record["inputs"].get(name, {"text": ""})
        contents = [kept["text"].encode() if "text" in kept else b64decode(kept["base64"])]
        files = [folder / name] if folder and not name.startswith("upper/") else []
        contents += [file.read_bytes() for file in files if file.is_file()]
        found = {sha256(content).hexdigest() for content in contents}
        found |= {"—" for file in files if not file.is_file()}
        right = record["hashes"].get(name)
        yield from (differs(name, right, each) for each in found - {right})


def check_rules(it: Certificate) -> Iterator[Said]:
    """Check that the rules are the scenario's; those of a workbook ``bokuan verify`` reads."""
    kept = next(k for n, k in it.record["inputs"].items() if n.endswith((".toml", ".xlsx")))
    recorded = {rule["key"] for rule in it.record["rules"]}
    text = kept.get("text", "").removeprefix("\ufeff")
    expected = set(tomllib.loads(text).get("rules", () if text else recorded))
    for change in it.record["changes"]:
        if (path := change["key"].split("."))[0] == "rules" and len(path) > 1:
            gone = len(path) == 2 and change["after"] == "off"
            (expected.discard if gone else expected.add)(path[1])
    there = {name for name, *_ in it.proof["rows"]["rules"]} | set(it.proof["limits"])
    if recorded != expected or not recorded <= there:
        yield differs("rules", sorted(recorded & there), sorted(expected))


def check_formula(it: Certificate) -> Iterator[Said]:
    """Check the entitlements against their steps, and the targets against the entitlements."""
    formula = it.record["formula"]
    score = [Fraction(0)] * len(it.record["recipients"])
    for factor in formula["factors"]:
        shares = zip(score, factor["shares"], strict=True)
        score = [s + Fraction(factor["weight"]) * Fraction(share) for s, share in shares]
    for values in formula["coefficients"]:
        score = [s * Fraction(value) for s, value in zip(score, values, strict=True)]
    awards, total = formula["awards_fen"], sum(score) or Fraction(1)
    rest = (it.record["pot_fen"] - sum(awards)) / Fraction(total)
    right = [award + rest * s for award, s in zip(awards, score, strict=True)]
    said = map(Fraction, it.record["entitlement_fen"])
    pairs = zip(it.record["names"], said, right, strict=True)
    yield from (differs(*pair) for pair in pairs if pair[1] != pair[2])
    totals = [it.low[r] for r, rule in enumerate(it.rule) if rule == "purposes"] or [1]
    claims = [claim * part for claim in right for part in totals]
    unit = next((t / c for t, c in zip(it.target, claims, strict=False) if t and c), 0)
    for j, claim in enumerate(claims):
        if claim and it.target[j] not in (claim * unit, 0 if len(totals) > 1 else None):
            yield differs(it.names[j], it.target[j], claim * unit)


def check_rows(it: Certificate) -> Iterator[Said]:
    """Check every row and bound at the exact amounts, and the pot."""
    yield from it.outside(it.sums, range(len(it.rows)), it.lower, it.exact, it.upper)
    pot, total = [r for r, name in enumerate(it.rule) if name == "pot"], it.record["pot_fen"]
    everyone = [(j, 1) for j in range(it.cells)]
    if [(sorted(it.rows[r]), it.low[r], it.high[r]) for r in pot] != [(everyone, total, total)]:
        yield differs("pot", [it.low[r] for r in pot], total)
    if [Fraction(value) for value in it.record["unrounded_fen"]] != it.exact[: it.cells]:
        yield differs("unrounded_fen", "…", "exact")


def gap(weight: Fraction, x: Any, low: Any, high: Any) -> Any:
    """Return what ``weight`` leaves open: how far x is from the side it is pushed to, weighted."""
    return weight * (x - (low if weight > 0 else high)) if weight else 0


def weigh(it: Certificate, rows: list[list[int]], y: Weights, total: Weights) -> set[int]:
    """Add to the rows' multipliers and to the columns' sums; return the columns touched."""
    for r, top, bottom in rows:
        y[r] += Fraction(top, bottom)
        for j, a in it.rows[r]:
            total[j] += a * Fraction(top, bottom)
    return {j for r, _, _ in rows for j, _ in it.rows[r]}


def check_objectives(it: Certificate) -> Iterator[Said]:
    """Check that each objective before the fair one is at its least; pin what holds it there."""
    for number, objective in enumerate(it.proof["objectives"], start=1):
        y, weight = Weights(Fraction), Weights(Fraction)
        weigh(it, [[r, -top, bottom] for r, top, bottom in objective["rows"]], y, weight)
        for j, top, bottom in objective["cost"]:
            weight[j] += Fraction(top, bottom)
        left = sum(gap(-value, it.sums[r], it.low[r], it.high[r]) for r, value in y.items())
        left += sum(
            gap(value, it.exact[j], it.lower[j], it.upper[j]) for j, value in weight.items()
        )
        if left or any(it.priority[r] > objective["priority"] > 0 for r in y):
            yield short(f"objective {number}", left)
        for r in [r for r, value in y.items() if value]:
            it.low[r] = it.high[r] = it.sums[r]
        for j in [j for j, value in weight.items() if value]:
            it.lower[j] = it.upper[j] = it.exact[j]


def check_stages(it: Certificate) -> Iterator[Said]:
    """Check that the stages leave nobody under a cap room for more."""
    ratio = [Fraction(x) / t if t else inf for x, t in zip(it.exact, it.target, strict=True)]
    waiting = {j for j in range(it.cells) if it.target[j] and it.exact[j] < it.upper[j]}
    y, total, level, gaps = Weights(Fraction), Weights(Fraction), Fraction(-1), dict[Any, Any]()
    for number, stage in enumerate(it.proof["stages"], start=1):
        level, before = Fraction(*stage["level"]), level
        touched = weigh(it, stage["rows"], y, total) | {j for kind, j in gaps if kind}
        gaps |= {(0, r): gap(y[r], it.sums[r], it.low[r], it.high[r]) for r, _, _ in stage["rows"]}
        for j in touched:
            # Nobody at or under the level may lose: such a column goes no lower.
            held = total[j] < 0 and ratio[j] <= level
            gaps[1, j] = 0 if held else gap(-total[j], it.exact[j], it.lower[j], it.upper[j])
            if total[j] < 0 and ratio[j] >= level:
                waiting.discard(j)
        gaps = {key: left for key, left in gaps.items() if left}
        if gaps or level < before:
            yield short(f"stage {number}", sum(gaps.values()) or before - level)
    yield from (short(it.names[j], it.upper[j] - it.exact[j]) for j in sorted(waiting))


def check_whole(it: Certificate) -> Iterator[Said]:
    """Check whole quanta, rows, bounds and the total; rounded per unit, totals are ceilings."""
    q, said = it.quantum, [fen for row in it.record["amount_fen"] for fen in row]
    if said != it.whole[: it.cells]:
        yield differs("amount_fen", "…", "whole")
    yield from (short(it.names[j], fen % q) for j, fen in enumerate(said) if fen % q)
    if sum(said) + it.record["unspent_fen"] != it.record["pot_fen"]:
        yield differs("Σ", sum(said), it.record["pot_fen"] - it.record["unspent_fen"])
    sums = it.sums_of(it.whole)
    free = ("pot", "upper") if it.record["rounding"] == "per_unit" else ()
    sums = [max(s, a) if r in free else s for s, a, r in zip(sums, it.low, it.rule, strict=True)]
    held = [r for r, stays in enumerate(it.stays_whole) if stays and not it.let_go[r]]
    upper = [h if it.target[j] else -(-h // q) * q for j, h in enumerate(it.upper[: it.cells])]
    yield from it.outside(sums, held, it.whole_lower, it.whole, upper)


def check_rounding(it: Certificate) -> Iterator[Said]:
    """Check that who was rounded up comes first in the stated order, rows permitting."""
    method = it.record["rounding"]
    units = it.proof["units"] if method == "per_unit" else ()
    for j, per in enumerate(unit * it.quantum for unit in units):
        if it.whole[j] != it.exact[j] // per * per:
            yield differs(it.names[j], it.whole[j], it.exact[j] // per * per)
    if method == "largest_remainder":
        yield from check_exchanges(it)
    pools = it.proof["pools"] if method in SIGNPOSTS else ()
    for pool in set(pools):
        yield from check_pool(it, [j for j, other in enumerate(pools) if other == pool])


def check_pool(it: Certificate, who: list[int]) -> Iterator[Said]:
    """Check a divisor method: no next quantum was due before one that was given."""
    if sum(it.exact[j] for j in who) != sum(it.whole[j] for j in who):
        yield short(it.names[who[0]], abs(sum(it.exact[j] - it.whole[j] for j in who)))

    def due(j: int, n: int) -> tuple[Fraction | float, int, int]:
        top, bottom = SIGNPOSTS[it.record["rounding"]](n)
        return Fraction(it.target[j] ** 2 * bottom, top) if top else inf, -it.order[j], j

    quanta = {j: it.whole[j] // it.quantum for j in who if it.target[j]}
    following = [due(j, n) for j, n in quanta.items() if (n + 1) * it.quantum <= it.upper[j]]
    last = [due(j, n - 1) for j, n in quanta.items() if (n - 1) * it.quantum >= it.lower[j]]
    if following and last and max(following) > min(last):
        yield differs(it.names[min(last)[2]], "+1", it.names[max(following)[2]])


def check_exchanges(it: Certificate) -> Iterator[Said]:
    """Look for two amounts between which a quantum would better be moved."""
    q, cells, sums = it.quantum, range(it.cells), it.sums_of(it.whole)
    part = [-(-(it.exact[j] % q) * PARTS // q) for j in cells]
    place = {j: n for n, j in enumerate(sorted(cells, key=lambda j: (-part[j], it.order[j])))}
    wide, narrow, pairs = blocking_entries(it, sums)

    def fits(up: Any, down: Any = ()) -> bool:
        moved = Counter({r: a * q for r, a in up})
        moved.subtract({r: a * q for r, a in down})
        return all(it.low[r] <= sums[r] + by <= it.high[r] for r, by in moved.items())

    rise, fall = [inf] * it.cells, [inf] * it.cells
    ups, downs = dict[Any, int](), dict[Any, int]()
    for j in place:
        # How many quanta beyond the two next to the exact amount, when moved, more than now.
        k = it.whole[j] // q - it.exact[j] // q
        less, here, more = (max(0, -n, n - (part[j] > 0)) for n in (k - 1, k, k + 1))
        rise[j] = more - here if it.whole[j] + q <= it.upper[j] else inf
        fall[j] = less - here if it.whole[j] - q >= it.lower[j] else inf
        if fits(narrow[j]):
            ups.setdefault((*wide[j], rise[j]), j)
        if fits((), narrow[j]):
            downs[*wide[j], fall[j]] = j
    pairs |= {(i, j) for i in ups.values() for j in downs.values()}
    for i, j in pairs:
        better = rise[i] + fall[j] < 0 or (rise[i] == fall[j] == 0 and place[i] < place[j])
        if i != j and better and fits(wide[i] + narrow[i], wide[j] + narrow[j]):
            yield differs(it.names[j], "+1", it.names[i])


def blocking_entries(it: Certificate, sums: list[Any]) -> tuple[Any, Any, Any]:
    """Return each cell's entries in rows that one quantum could break: of many cells, of two."""
    wide, narrow = ([list[Any]() for _ in it.exact] for _ in range(2))
    pairs = set[Any]()
    for r, (row, total) in enumerate(zip(it.rows, sums, strict=True)):
        swing = 2 * it.quantum * max((abs(a) for _, a in row), default=0)
        safe = it.low[r] <= total - swing and total + swing <= it.high[r]
        held = it.stays_whole[r] and not (it.let_go[r] or safe)
        cells = [(j, a) for j, a in row if held and j < it.cells]
        pairs |= {(i, j) for i, _ in cells for j, _ in cells} if len(cells) == 2 else set()
        for j, a in cells:
            (narrow if len(cells) <= 2 else wide)[j].append((r, a))
    return wide, narrow, pairs


CHECKS: list[tuple[Callable[[Certificate], Iterable[Said]], Said]] = [
    (check_rules, ("方案的每条规则都在", "every rule of the scenario is there")),
    (check_formula, ("公式份额可由各步重算", "entitlements follow from their steps")),
    (check_rows, ("精确金额合乎每一行", "the exact amounts meet every row")),
    (check_rounding, ("取整合乎所述次序", "rounding follows its order")),
    (check_whole, ("整额合乎每一行与总额", "whole amounts meet every row and the pot")),
    (check_objectives, ("公平之前的目标已达最优", "objectives before the fair one are met")),
    (check_stages, ("各阶段的界闭合", "the bound of every stage closes")),
]


def verify(record: Json, folder: Path | None = None) -> list[Check]:
    """Return every check by name with its failures: none where it holds."""
    found: list[Check] = [(("哈希相符", "hashes match"), _failures(check_hashes, record, folder))]
    try:
        it = Certificate(record)
    except MALFORMED as error:
        said = [differs("certificate", type(error).__name__, error)]
        return [*found, (("证书完整", "the certificate is complete"), said)]
    found += [(name, _failures(check, it)) for check, name in CHECKS]
    return found + [(note, None) for note in it.notes]


def _failures(check: Callable[..., Iterable[Said]], *given: Any) -> list[Said]:
    try:
        return list(check(*given))
    except MALFORMED as error:
        return [differs(type(error).__name__, error, "…")]


def told(found: list[Check], language: str) -> list[str]:
    """Return what was found, line by line, the verdict last."""
    tongue, lines = int(language == "en"), []
    for name, failures in found:
        lines += [f"{'  *' if failures is None else '√×'[bool(failures)]} {name[tongue]}"]
        lines += [f"    {failure[tongue]}" for failure in (failures or ())[:20]]
    lines = ["".join(filter(str.isprintable, line)) for line in lines]
    ends = ("已证明", "proved"), ("未能证明", "not proved")
    return [*lines, ends[any(failures for _, failures in found)][tongue]]


def read(path: Path) -> Json:
    """Return a record, its numbers exact; raises ValueError or OSError if it is none."""
    record = json.loads(path.read_bytes(), parse_float=Fraction, parse_constant=Fraction)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(path)
    return record


def main(arguments: list[str] | None = None) -> int:
    """Check the record named by the arguments and say what was found."""
    parser = ArgumentParser(prog="verifier")
    for name in ("record", "--inputs"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--lang", default="zh")
    given = parser.parse_args(arguments)
    try:
        found = verify(read(given.record), given.inputs)
    except (OSError, ValueError, RecursionError) as error:
        parser.error(f"{type(error).__name__}: {error}")
    print(*told(found, given.lang), sep="\n")
    return int(any(failures for _, failures in found))


if __name__ == "__main__":
    sys.exit(main())
