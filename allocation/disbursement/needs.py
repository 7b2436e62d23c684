"""How much each recipient needs by the end of each month, as an exact share of its amount."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from allocation.disbursement.curves import shares
from allocation.disbursement.plan_tables import by_month, open_table, progress_cell
from allocation.errors import Place, Problem, nearest
from allocation.money import format_amount, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.disbursement.issue import Issue
    from allocation.disbursement.periods import Periods
    from allocation.disbursement.plan import Milestone, Own
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation_models.program import Integers

Shares = list[tuple[Fraction, ...]]


def needs_of(loaded: LoadedPlan, issue: Issue, periods: Periods) -> tuple[Shares, list[Problem]]:
    """Return each recipient's need so far by month, shares of its amount, shape (n, T)."""
    need = loaded.plan.need
    found: Shares = [shares(need.curve, len(periods))] * len(issue.ids)
    problems: list[Problem] = []
    if need.file:
        problems += _requested(loaded, issue, periods, found)
    for name, own in loaded.plan.recipient.items():
        at = position(issue, name)
        if at is None:
            problems.append(_unknown(loaded, issue, name))
            continue
        found[at] = _own(own, periods)
        place = loaded.place("recipient", name)
        problems += [
            Problem("L14-milestone-outside", place, {"found": milestone.day})
            for milestone in own.milestones
            if periods.by(milestone.day) == len(periods) - 1
            and f"{milestone.day:%Y-%m}" > periods.months[-1]
        ]
    return found, problems


def position(issue: Issue, name: str) -> int | None:
    """Return the position of the only recipient of that id or name."""
    pairs = enumerate(zip(issue.ids, issue.names, strict=True))
    found = [at for at, pair in pairs if name in pair]
    return found[0] if len(found) == 1 else None


def _unknown(loaded: LoadedPlan, issue: Issue, name: str) -> Problem:
    words = {"found": name[:60], "nearest": nearest(name, [*issue.names, *issue.ids])}
    return Problem("L1-unknown-recipient", loaded.place("recipient", name), words)


def _own(own: Own, periods: Periods) -> tuple[Fraction, ...]:
    if own.curve is not None:
        return shares(own.curve, len(periods))
    return _stepped(own.milestones, periods)


def _stepped(milestones: Sequence[Milestone], periods: Periods) -> tuple[Fraction, ...]:
    """Return the shares of milestones: each is needed by the last day of payment before it."""
    rise = [Fraction(0)] * len(periods)
    for milestone in milestones:
        rise[max(periods.by(milestone.day), 0)] += milestone.share
    return tuple(accumulate(rise))


def _requested(loaded: LoadedPlan, issue: Issue, periods: Periods, found: Shares) -> list[Problem]:
    """Put the requested payments of the table in place of the curve; return what is wrong."""
    need = loaded.plan.need
    table, problems = open_table(need.file, loaded.folder)
    if table is None:
        return problems

    def money(text: str, unit: str | None) -> Fraction:
        return Fraction(parse_amount(text, unit or need.unit))

    if not table.rows:
        return [*problems, Problem("L1-no-rows", table.place(0), {"found": need.file})]
    rows, wrong = by_month(table, issue, periods.months, money)
    loaded.hashes[need.file] = table.sha256
    problems += wrong
    for at, cells in rows.items():
        amount, asked = int(issue.amounts[at]), [cell or Fraction(0) for cell in cells]
        words = {
            "found": format_amount(int(sum(asked))),
            "allowed": format_amount(amount),
            "recipient": issue.names[at],
        }
        mine = {issue.ids[at], issue.names[at]}
        line = next(line for line, row in table.rows if mine & {*row})
        if sum(asked) > amount:
            problems.append(Problem("L2-need-above", table.place(line), words))
        elif amount:
            found[at] = tuple(part / amount for part in accumulate(asked))
            if sum(asked) < amount:
                problems.append(Problem("L2-need-below", table.place(line), words, warning=True))
    missing = [issue.names[at] for at in range(len(issue.ids)) if at not in rows]
    if missing and not any(not problem.warning for problem in problems):
        said: dict[str, object] = {"found": _some(missing), "count": len(missing)}
        said["allowed"] = need.curve
        problems.append(Problem("L2-need-missing", table.place(0), said, warning=True))
    return problems


def condition_months(
    loaded: LoadedPlan, issue: Issue, periods: Periods, needed: Shares
) -> tuple[list[int], list[Problem]]:
    """Return from which month the rest may be paid, by recipient; T where it never may.

    Progress is known when a month ends, so the rest is payable from the next month on.
    """
    rules = loaded.plan.tranches
    if rules.after is None:
        return [0] * len(needed), []
    problems: list[Problem] = []
    progress: dict[int, list[Fraction | None]] = {at: [*row] for at, row in enumerate(needed)}
    if rules.progress != "planned":
        table, problems = open_table(rules.progress, loaded.folder)
        if table is None:
            return [len(periods)] * len(needed), problems
        if not table.rows:
            problems.append(Problem("L1-no-rows", table.place(0), {"found": rules.progress}))
        progress, wrong = by_month(table, issue, periods.months, progress_cell)
        loaded.hashes[rules.progress] = table.sha256
        problems += [*wrong, *_odd_progress(issue, progress, rules.progress)]
    last = len(periods) if rules.forfeit is None else periods.by(rules.forfeit) + 1
    months = []
    for at in range(len(needed)):
        row = progress.get(at, [])
        reached = [t for t, share in enumerate(row) if share is not None and share >= rules.after]
        first = reached[0] if reached else len(periods)
        months.append(first + 1 if first < last else len(periods))
    return months, problems


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:5]) + ("…" if len(names) > 5 else "")


def _odd_progress(
    issue: Issue, progress: dict[int, list[Fraction | None]], file: str
) -> list[Problem]:
    """Return whose progress falls, and a warning of who is not in the table."""
    problems = []
    for at, row in progress.items():
        known = [share for share in row if share is not None]
        if known != sorted(known):
            words = {"found": issue.names[at]}
            problems.append(Problem("L14-progress-falls", Place(file), words))
    missing = [name for at, name in enumerate(issue.names) if at not in progress]
    if missing:
        said: dict[str, object] = {"found": _some(missing), "count": len(missing)}
        problems.append(Problem("L14-progress-missing", Place(file), said, warning=True))
    return problems


def late_conditions(
    loaded: LoadedPlan, issue: Issue, recipient: Integers, payable_from: Integers, months: int
) -> list[Problem]:
    """Return a warning of who meets the condition too late for the rest to be paid."""
    rules = loaded.plan.tranches
    late = [issue.names[at] for at in recipient[payable_from >= months].tolist()]
    names = list(dict.fromkeys(late))
    if not names or rules.forfeit is not None:
        return []
    words = {"count": len(names), "found": _some(names)}
    return [Problem("L14-condition-late", loaded.place("tranches"), words, warning=True)]
