"""The study of cliffs as pandas frames, and as CSV files."""

from __future__ import annotations

import csv
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocation.explain.figure_steps import FigureStep
from allocation.explain.rank_moves import RankMove
from allocation.report.cliffs_words import Words
from allocation.report.csv_file import defused, yuan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from allocation.explain.audit import Check, Seen, Violation
    from allocation.explain.cliffs import Findings
    from allocation.explain.what_if import Refused
    from allocation.frame import Frame
    from allocation.wording import Language

_CALLED = ("id", "name", "name_en")
_EFFECT = ("exact_change_fen", "change_fen")
_RANKS = (
    *_CALLED,
    *("column", "from_rank", "to_rank", "other", "why", "edges"),
    *_EFFECT,
    *("other_exact_change_fen", "other_change_fen", "refused"),
)
_STATISTICS = (
    *_CALLED,
    *("column", "step", "from", "to", "against"),
    *_EFFECT,
    *("gains_by_less", "refused"),
)
_CHECKS = ("check", "level", "cases", "violations", "conflicts", "refused")
_AUDIT = (
    *("check", "level", "change"),
    *_CALLED,
    *("exact_before_fen", "exact_after_fen", "exact_change_fen"),
    *("before_fen", "after_fen", "change_fen", "causes"),
)
#: Whole fen; the other columns of money hold Fractions.
_WHOLE = ("change_fen", "other_change_fen", "before_fen", "after_fen")


def ranks_frame(found: Findings) -> pd.DataFrame:
    """Return one row per move on a ranking, the largest effect first.

    Returns
    -------
    pandas.DataFrame
        ``id, name, name_en, column``; ``from_rank, to_rank``; ``other``: the id of whom it
        changes places with, blank if only its own rank changes; ``why``: ``place``, ``next``,
        ``edge``; ``edges``: the keys of the tiers and awards it crosses; ``exact_change_fen``
        (Fraction) and ``change_fen`` (Int64) on its own amount, ``other_exact_change_fen`` and
        ``other_change_fen`` on the other's; ``refused``: codes, if there are no amounts.
    """
    ids = found.result.recipients.ids
    rows = []
    for seen in largest(found.ranks):
        move = seen.change
        assert isinstance(move, RankMove)
        rows.append(
            _own(found, seen)
            | {
                "column": move.column,
                "from_rank": move.before,
                "to_rank": move.after,
                "other": "" if move.other is None else ids[move.other],
                "why": " ".join(move.why),
                "edges": " ".join(move.edges),
            }
            | _effects(seen)
            | {
                "other_exact_change_fen": seen.other and seen.other.exact,
                "other_change_fen": seen.other and seen.other.whole,
                "refused": codes(seen.refused),
            }
        )
    return _frame(rows, _RANKS)


def statistics_frame(found: Findings) -> pd.DataFrame:
    """Return one row per step of a figure, the largest effect first.

    Returns
    -------
    pandas.DataFrame
        ``id, name, name_en, column``; ``step`` (``-1``: one unit less, ``-1%`` …, ``edge``: just
        across a least amount); ``from, to``: the figure in the table's unit (Fraction);
        ``against``: whether it counts against whoever reports it; ``exact_change_fen`` (Fraction)
        and ``change_fen`` (Int64); ``gains_by_less``: whether less reported is more received;
        ``refused``: codes.
    """
    rows = []
    for seen in largest(found.figures):
        step = seen.change
        assert isinstance(step, FigureStep)
        gain = seen.effect is not None and seen.effect.exact > 0
        rows.append(
            _own(found, seen)
            | {
                "column": step.use.column,
                "step": step.step,
                "from": step.before,
                "to": step.after,
                "against": step.against,
            }
            | _effects(seen)
            | {"gains_by_less": step.less and gain, "refused": codes(seen.refused)}
        )
    return _frame(rows, _STATISTICS)


def checks_frame(found: Findings) -> pd.DataFrame:
    """Return one row per check: ``check, level, cases, violations, conflicts, refused``."""
    return _frame(
        [
            {
                "check": check.test.key,
                "level": _level(check),
                "cases": check.cases,
                "violations": len(check.violations),
                "conflicts": sum(refused.conflict for _, refused in check.refused),
                "refused": sum(not refused.conflict for _, refused in check.refused),
            }
            for check in found.checks
        ],
        _CHECKS,
    )


def audit_frame(found: Findings, language: Language = "zh") -> pd.DataFrame:
    """Return one row per violation, check by check, the largest first in each.

    Returns
    -------
    pandas.DataFrame
        ``check, level``; ``change``: what was changed, in words; ``id, name, name_en`` of who is
        wronged; ``exact_before_fen, exact_after_fen, exact_change_fen`` (Fraction);
        ``before_fen, after_fen, change_fen`` (Int64); ``causes``: dotted keys, ``rounding``,
        blank if none can be told, and ``?`` if it was not asked.
    """
    words = Words(found.result, language)
    return _frame(
        [
            {"check": check.test.key, "level": _level(check)} | _violation(words, violation)
            for check in found.checks
            for violation in worst(check)
        ],
        _AUDIT,
    )


def _violation(words: Words, violation: Violation) -> dict[str, Any]:
    effect = violation.effect
    return {
        "change": words.change(violation.change),
        **_called(words.result.recipients, violation.wronged),
        "exact_before_fen": effect.exact_before,
        "exact_after_fen": effect.exact_after,
        "exact_change_fen": effect.exact,
        "before_fen": effect.before,
        "after_fen": effect.after,
        "change_fen": effect.whole,
        "causes": "?" if violation.causes is None else " ".join(violation.causes),
    }


def largest(seen: Sequence[Seen]) -> list[Seen]:
    """Return what has amounts with the largest effect first, then what has none."""
    return sorted(seen, key=lambda each: -1 if each.effect is None else -abs(each.effect.exact))


def worst(check: Check) -> list[Violation]:
    """Return a check's violations, the largest first."""
    return sorted(check.violations, key=lambda each: -each.size(whole=check.test.whole))


def codes(refused: Refused | None) -> str:
    """Return the codes of what stands against a what-if."""
    problems = refused.problems if refused else ()
    return " ".join(dict.fromkeys(problem.code for problem in problems))


def _level(check: Check) -> str:
    return "whole" if check.test.whole else "exact"


def _own(found: Findings, seen: Seen) -> dict[str, Any]:
    assert seen.change.who is not None, "moves and steps are somebody's"
    return _called(found.result.recipients, seen.change.who)


def _called(frame: Frame, index: int) -> dict[str, str]:
    return {
        "id": frame.ids[index],
        "name": frame.names[index],
        "name_en": frame.names_en[index],
    }


def _effects(seen: Seen) -> dict[str, Any]:
    effect = seen.effect
    return {"exact_change_fen": effect and effect.exact, "change_fen": effect and effect.whole}


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    found = pd.DataFrame(rows, columns=list(columns))
    whole = [column for column in _WHOLE if column in found]
    return found.astype(dict.fromkeys(whole, "Int64"))


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV, UTF-8 with a byte order mark; money in yuan.

    Whole amounts have two decimals and are exact; exact ones are shown to eight.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_rows(frame))


def _rows(frame: pd.DataFrame) -> Iterator[list[str]]:
    yield [column.replace("_fen", "_yuan") for column in frame.columns]
    for row in frame.to_dict("records"):
        yield [_cell(column, value) for column, value in row.items()]


def _cell(column: object, value: object) -> str:
    if isinstance(value, Fraction):
        return decimal(value / 100 if str(column).endswith("_fen") else value)
    if str(column).endswith("_fen"):
        return yuan(value) if isinstance(value, int) else ""
    # A step such as -1% is a number to a spreadsheet too, and starts no formula.
    return str(value) if isinstance(value, int) or column == "step" else defused(str(value))


def decimal(value: Fraction, places: int = 8) -> str:
    """Return an exact value as a decimal, rounded half up, without zeros at the end."""
    scale = 10**places
    whole = (2 * abs(value) * scale + 1) // 2
    head, tail = divmod(int(whole), scale)
    digits = str(tail).zfill(places).rstrip("0")
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{head}" + (f".{digits}" if digits else "")
