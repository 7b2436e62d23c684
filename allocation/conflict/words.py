"""Rules that cannot all hold, said in the officer's words (law 11)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict.members import Given, Member
from allocation.conflict.terms import Term, terms_of
from allocation.errors import Problem
from allocation.money import format_amount, format_ratio
from allocation.policy.kinds import Exclude, GroupShare, RankOrder, RankStep, ZeroOrAtLeast
from allocation.registry import AssessmentRegion, FiscalRegion, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.conflict.smallest import Proof
    from allocation.task import Task
    from allocation_models.program import Integers

#: So many names or groups are listed; the count says how many there are.
_LISTED = 3


@dataclass(frozen=True)
class Found:
    """A member of a conflict: its key, what it says, and its part in the two sums in fen.

    A part is None where the member adds nothing to that side, or the proof is no sum.
    """

    key: str
    problem: Problem
    asked: int | None
    given: int | None


def found_in(task: Task, proof: Proof) -> list[Found]:
    """Return each member of a conflict with its place and numbers, in the scenario's order."""
    order, terms = [*task.loaded.scenario.rules, *Given], _terms(task, proof)
    found = []
    for member in sorted(proof.members, key=order.index):
        mine = [term for term in terms if term.member == member]
        parts = {term.asked: term.fen for term in mine}
        key = member.value if isinstance(member, Given) else member
        said = _member(task, member, mine)
        found.append(Found(key, said, parts.get(True), parts.get(False)))
    return found


def conflict_problems(task: Task, proof: Proof) -> list[Problem]:
    """Return a heading, the contradiction as a sum, and each member with its place and numbers."""
    members = [found.problem for found in found_in(task, proof)]
    heading = Problem("L11-conflict", words={"count": len(members)})
    return [heading, *_contradiction(task, _terms(task, proof)), *members]


def _terms(task: Task, proof: Proof) -> list[Term]:
    return [] if proof.conflict is None else terms_of(task, proof.part, proof.conflict)


# ---- the contradiction as a sum ------------------------------------------------------------------


def _contradiction(task: Task, terms: Sequence[Term]) -> list[Problem]:
    """Return "these together > those together" in money, where the proof is a sum to be followed.

    Where a member's bounds count differently often, there is no such sum.
    """
    sides = [[term for term in terms if term.asked is asked] for asked in (True, False)]
    if not all(sides) or any(len(_often(term)) != 1 for term in terms if term.fen != 0):
        return []
    asked, given = (_side(task, side, "name") for side in sides)
    asked_en, given_en = (_side(task, side, "name_en") for side in sides)
    words = {"name": f"{asked} > {given}", "name_en": f"{asked_en} > {given_en}"}
    return [Problem("L11-sum", words=words)]


def _often(term: Term) -> set[int]:
    """Return how often the bounds of a term count; nothing where it is not known."""
    return (
        set() if term.times is None else set(term.times[(term.bounds != 0).astype(bool)].tolist())
    )


def _side(task: Task, terms: Sequence[Term], name: str) -> str:
    """Return ``A 100.00 + B 3 × 20.00 = 160.00``; what counts for nothing is left out."""
    paying = [term for term in terms if term.fen] or list(terms[:1])
    said = [f"{_names(task, term.member)[name]} {_times(term)}" for term in paying]
    total = format_amount(sum(term.fen or 0 for term in paying))
    return " + ".join(said) + (f" = {total}" if len(paying) > 1 or "×" in said[0] else "")


def _times(term: Term) -> str:
    """Return a term's sum, as ``3 × 20.00`` where each bound counts three times."""
    often = max(_often(term), default=1)
    times = f"{often} × " if often != 1 else ""
    return times + format_amount((term.fen or 0) // often)


# ---- members -------------------------------------------------------------------------------------


def _names(task: Task, member: Member) -> dict[str, str]:
    """Return what a member is called in both languages."""
    if isinstance(member, Given):
        called = _GIVEN[member]
        return {"name": called[0], "name_en": called[1]}
    rule = task.loaded.scenario.rules[member]
    name = rule.name or member
    return {"name": f"“{name}”", "name_en": f"'{rule.name_en or rule.name or member}'"}


#: Names of what is given.
_GIVEN = {
    Given.POT: ("资金总额", "the pot"),
    Given.PURPOSES: ("各方向合计", "the purposes"),
    Given.UPPER: ("上级确定的总额", "the upper level's totals"),
    Given.CLAIMS: ("公式份额为零者的保底", "floors of those entitled to nothing"),
    Given.MIN_RATIO: ("最低满足率", "the least ratio"),
}


def _member(task: Task, member: Member, terms: Sequence[Term]) -> Problem:
    """Return what a member says, with its place, source and numbers."""
    return _given(task, member) if isinstance(member, Given) else _rule(task, member, terms)


def _given(task: Task, member: Given) -> Problem:
    place = task.loaded.place
    match member:
        case Given.POT:
            return Problem("L11-pot", place("pot"), {"amount": format_amount(task.pot)})
        case Given.PURPOSES:
            return Problem("L11-purposes", place("purposes"))
        case Given.UPPER:
            return Problem("L11-upper", place("upper"))
        case Given.MIN_RATIO:
            ratio = format_ratio(task.loaded.scenario.objective.min_ratio or Fraction(0))
            return Problem("L11-min-ratio", place("objective", "min_ratio"), {"ratio": ratio})
    idle = np.flatnonzero(task.rows.idle & ~task.excluded)
    return Problem("L11-no-claim", place("factors"), _listed(task, idle))


def _rule(task: Task, key: str, terms: Sequence[Term]) -> Problem:
    rule, place = task.loaded.scenario.rules[key], task.loaded.place("rules", key)
    words = {"name": rule.name or key, "name_en": rule.name_en or rule.name or key}
    words |= {"source": rule.source or "—"}
    match rule:
        case Exclude():
            count = int(task.rows.bounds[key].applies.sum())
            return Problem("L11-exclude", place, words | {"count": count})
        case ZeroOrAtLeast():
            code = "L11-least" if rule.below == "drop" else "L11-raise"
            return Problem(code, place, words | {"amount": format_amount(rule.amount)})
        case RankOrder():
            return Problem("L11-order", place, words)
        case RankStep():
            step = format_ratio(rule.step_share or Fraction(0))
            step = step if rule.step is None else format_amount(rule.step)
            return Problem("L11-step", place, words | {"step": step})
        case GroupShare():
            return _group(task, key, rule, terms)
    bounds = task.rows.bounds[key]
    who = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(term.who for term in terms)]))
    who = who if len(who) else np.flatnonzero(bounds.applies)
    numbers = {
        "count": len(who),
        "amount": format_amount(int(bounds.amount[who].sum())),
    } | _listed(task, who)
    return Problem("L11-floor" if bounds.floor else "L11-cap", place, words | numbers)


def _listed(task: Task, who: Integers) -> dict[str, str]:
    """Return the first few names of recipients in both languages."""
    frame, more = task.loaded.frame, "…" if len(who) > _LISTED else ""
    first = who[:_LISTED].tolist()
    names = "、".join(frame.names[at] for at in first)
    english = ", ".join(frame.names_en[at] or frame.names[at] for at in first)
    return {"who": names + more, "who_en": english + more}


def _group(task: Task, key: str, rule: GroupShare, terms: Sequence[Term]) -> Problem:
    """Return the sides of a group's rows that take part, by the groups' names."""
    rows = [pair for term in terms for pair in _limits(term)]
    shown = [(_label(task, rule, row), limit) for row, limit in rows[:_LISTED]]
    zh, en = (
        mark.join(f"{label[side]} {limit}".strip() for label, limit in shown)
        for side, mark in enumerate(("、", ", "))
    )
    more = "…" if len(rows) > _LISTED else ""
    words = {
        "name": f"“{rule.name or key}”:{zh or '—'}{more}",
        "name_en": f"'{rule.name_en or rule.name or key}': {en or '—'}{more}",
        "source": rule.source or "—",
    }
    return Problem("L11-rule", task.loaded.place("rules", key), words)


def _limits(term: Term) -> list[tuple[int, str]]:
    """Return each row of a term with the bound that takes part; none where the side is unknown."""
    sign = "≥" if term.asked else "≤"
    if term.times is None:
        return []
    bounds = zip(term.rows.tolist(), term.bounds.tolist(), strict=True)
    return [(row, f"{sign} {format_amount(bound)}") for row, bound in bounds]


def _label(task: Task, rule: GroupShare, row: int) -> tuple[str, str]:
    """Return what the group of a row is called in both languages; empty if there is one only."""
    if not rule.each:
        return "", ""
    program = task.rows.program
    who = int(program.indices[program.indptr[row]]) // task.cells.purposes
    value = task.loaded.frame.attribute(rule.each)[who]
    for region in (*FiscalRegion, *AssessmentRegion):
        if region.value == value and rule.each.endswith("_region"):
            return region.label("zh"), region.label("en")
    for unit in units():
        if unit.id == value:
            return unit.name, unit.name_en
    return value, value
