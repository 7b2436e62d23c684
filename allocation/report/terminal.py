"""The result as officers read it in a terminal: within 100 columns, Chinese widths counted.

Lines are drawn with ASCII and every sign is in GBK: consoles in China are cp936, and draw the
box characters two columns wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.settlement import settlement
from allocation.money import format_amount
from allocation.report.layout import (
    Line,
    decimals,
    half_up,
    mark,
    named,
    percent,
    printable,
    title,
    wan,
)
from allocation.report.settled import (
    settled_columns,
    settled_lines,
    settled_marks,
    settled_notes,
    settled_places,
    with_left,
)
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from allocation.disbursement.settlement import Settlement
    from allocation.errors import Problem
    from allocation.result import Allocation, Fen
    from allocation.scenario.settle import Applied
    from allocation.whole import RuleOutcome

WIDTH = 100
#: Blanks between two columns.
_GAP = 2
_STYLES = {"total": "bold", "group": "bold", "row": ""}
_RULE = "    \n    \n -- \n    \n    \n -- \n    \n    \n"


@dataclass(frozen=True)
class Column:
    """One column of text: its head and a cell for each line."""

    head: str
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        """Columns of a terminal, the gap included."""
        from rich.cells import cell_len

        return max(map(cell_len, (self.head, *self.cells))) + _GAP


def console() -> Console:
    """Return a console on stdout: at most 100 columns wide, plain when it is no terminal."""
    from rich.console import Console

    found = Console(highlight=False, emoji=False, markup=False)
    width = min(found.width, WIDTH) if found.is_terminal else WIDTH
    return Console(highlight=False, emoji=False, markup=False, width=width)


def print_allocation(
    result: Allocation,
    language: Language = "zh",
    *,
    warnings: Sequence[Problem] = (),
    on: Console | None = None,
) -> None:
    """Print title, table, rules, method and warnings to stdout, or to ``on``."""
    from rich.text import Text

    out = on or console()
    out.print(Text(title(result, language), style="bold"), soft_wrap=True)
    out.print(Text(_subtitle(result, language)), soft_wrap=True)
    for table in allocation_tables(result, language):
        out.print(table)
        out.print()
    for sentence in (*_notes(result, language), *_spoken(warnings, language)):
        out.print(sentence, soft_wrap=True)


def print_comparison(
    a: Allocation, b: Allocation, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print who gains and who loses from ``a`` to ``b``, to stdout or to ``on``."""
    from rich.text import Text

    out = on or console()
    words = {"before": _case(a, language), "after": _case(b, language)}
    out.print(Text(say("report-compare-title", language, **words), style="bold"), soft_wrap=True)
    out.print(Text(say("report-compare-legend", language)), soft_wrap=True)
    out.print(compare_table(a, b, language))


def _case(result: Allocation, language: Language) -> str:
    return f"{title(result, language)} [{result.heading.scenario}]"


def allocation_tables(result: Allocation, language: Language = "zh") -> list[Table]:
    """Return the table; more than one where the purposes do not fit in 100 columns."""
    settled = settlement(result)
    table = settled_lines(result, settled, language)
    rows = tuple(("  " if line.kind == "row" else "") + line.label for line in table)
    first = Column(say("report-name", language), rows)
    signs = settled_marks(result, settled, language)
    last = Column(say("report-marks", language), _marks_by_line(signs, table))
    figures = _figures(result, settled, table, language)
    parts = in_parts(figures, WIDTH - first.width - last.width)
    kinds = [line.kind for line in table]
    return [drawn(kinds, first, part, last if part is parts[-1] else None) for part in parts]


def _figures(
    result: Allocation, settled: Settlement | None, table: Sequence[Line], language: Language
) -> list[Column]:
    """Return the columns of figures.

    Entitlement, amount and ratio; or the purposes and the sum; in a settlement the whole, what is
    issued already and this issue instead of entitlement and ratio.
    """
    places = settled_places(result, settled)

    def money(key: str, fen: Fen) -> Column:
        return Column(say(key, language), tuple(wan(v, places) for v in sums_of(fen, table)))

    whole = with_left(result.amounts, settled)
    issued = [money(key, fen) for key, fen in settled_columns(settled)]
    if len(result.purposes) > 1:
        fen = [with_left(column, settled) for column in result.cells.T]
        cells = [tuple(wan(value, places) for value in sums_of(column, table)) for column in fen]
        heads = [printable(named(purpose, language)) for purpose in result.purposes]
        return [*map(Column, heads, cells), money("report-sum", whole), *issued]
    if settled is not None:
        return [money("settle-whole", whole), *issued]
    entitlements = half_up(result.entitlements)
    pairs = zip(sums_of(result.amounts, table), sums_of(entitlements, table), strict=True)
    ratios = tuple(percent(amount, entitlement) for amount, entitlement in pairs)
    return [
        money("report-entitlement", entitlements),
        money("report-amount", result.amounts),
        Column(say("report-ratio", language), ratios),
    ]


def sums_of(fen: Fen, table: Sequence[Line]) -> list[int]:
    """Return the sum of ``fen`` (n,) over each line's members."""
    return [int(fen[list(line.members)].sum()) for line in table]


def _marks_by_line(signs: Sequence[Sequence[str]], table: Sequence[Line]) -> tuple[str, ...]:
    return tuple(" ".join(signs[line.members[0]]) if line.kind == "row" else "" for line in table)


def in_parts(columns: Sequence[Column], room: int) -> list[list[Column]]:
    """Return the columns cut into runs that fit in ``room``, at least one column each."""
    parts: list[list[Column]] = [[]]
    for column in columns:
        if parts[-1] and sum(other.width for other in parts[-1]) + column.width > room:
            parts.append([])
        parts[-1].append(column)
    return parts


def drawn(
    kinds: Sequence[str], first: Column, figures: Sequence[Column], last: Column | None
) -> Table:
    """Return the columns as a table, a row for each line of ``kinds``: total, group or row."""
    from rich.table import Table
    from rich.text import Text

    found = Table(box=box(), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    found.add_column(Text(first.head), overflow="fold")
    for column in figures:
        found.add_column(Text(column.head), justify="right", no_wrap=True, overflow="fold")
    if last is not None:
        found.add_column(Text(last.head), overflow="fold")
    shown = [first, *figures, *([last] if last else [])]
    for kind, *cells in zip(kinds, *(column.cells for column in shown), strict=True):
        found.add_row(*map(Text, cells), style=_STYLES[kind])
    return found


def ruled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a plain table: the first column to the left, the others to the right."""
    from rich.table import Table
    from rich.text import Text

    found = Table(box=box(), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    found.add_column(Text(heads[0]), overflow="fold")
    for head in heads[1:]:
        found.add_column(Text(head), justify="right", no_wrap=True, overflow="fold")
    for row in rows:
        found.add_row(*map(Text, row))
    return found


def box() -> Box:
    """Return the lines of a table: a rule under the head, ASCII only."""
    from rich.box import Box

    return Box(_RULE, ascii=True)


def _subtitle(result: Allocation, language: Language) -> str:
    heading = result.heading
    words = {"pot": format_amount(heading.pot), "source": printable(heading.pot_source)}
    line = say("report-subtitle", language, quantum=format_amount(heading.quantum), **words)
    if heading.unspent:
        line += say("report-unspent", language, amount=format_amount(heading.unspent))
    return line


def _notes(result: Allocation, language: Language) -> Iterator[Text]:
    """Yield the lines below the table: settlement, rules that bind or are broken, the method."""
    from rich.text import Text

    yield from map(Text, settled_notes(settlement(result), language))
    yield from (Text(_binding(rule, language)) for rule in result.rules if rule.binds)
    idle = [printable(named(r, language)) for r in result.rules if not (r.binds or r.broken_by)]
    if idle:
        yield Text(say("report-idle", language, rules=say("report-and", language).join(idle)))
    for rule in result.rules:
        if rule.broken_by:
            yield Text(broken(rule, language), style="yellow")
    yield Text(method(result, language))
    for change in changes(result, language):
        yield Text(printable(change))


def changes(result: Allocation, language: Language) -> list[str]:
    """Return what was changed in the scenario for this run, a sentence each."""
    return [changed(change, language) for change in result.changes]


def changed(change: Applied, language: Language) -> str:
    """Return one change as a sentence."""
    by_call = change.origin == "call"
    return say(
        "report-changed",
        language,
        origin=say("report-origin-call", language) if by_call else change.origin,
        key=change.key,
        before=change.before or "—",
        after=change.after or "—",
    )


def _binding(rule: RuleOutcome, language: Language) -> str:
    words = {"mark": mark(rule.kind, language), "name": printable(named(rule, language))}
    return say("report-binds", language, count=int(np.count_nonzero(rule.recipients)), **words)


def broken(rule: RuleOutcome, language: Language) -> str:
    """Return which soft rule is not met and by how much."""
    words = {"name": printable(named(rule, language)), "amount": format_amount(rule.broken_by)}
    return say("report-broken", language, priority=rule.priority or "-", **words)


def method(result: Allocation, language: Language) -> str:
    """Return how the amounts were found and why that way."""
    way = say(f"report-method-{result.method}", language)
    return say("report-method", language, way=way, reason=say(result.reason, language))


def _spoken(warnings: Sequence[Problem], language: Language) -> Iterator[Text]:
    from rich.text import Text

    for problem in warnings:
        words = printable(problem.text(language))
        yield Text(say("report-warning", language, text=words), style="yellow")


def compare_table(a: Allocation, b: Allocation, language: Language = "zh") -> Table:
    """Return who gains (red, +) and who loses (green, -) from ``a`` to ``b``, most gain first."""
    from rich.table import Table
    from rich.text import Text

    from allocation.report.frames import comparison_frame

    places = max(decimals(a), decimals(b))
    found = Table(box=box(), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    found.add_column(Text(say("report-name", language)), overflow="fold")
    for key in ("before", "after", "change", "change-percent"):
        head = Text(say(f"report-{key}", language))
        found.add_column(head, justify="right", no_wrap=True, overflow="fold")
    frame = comparison_frame(a, b).sort_values("change_fen", ascending=False, kind="stable")
    before, after = int(a.amounts.sum()), int(b.amounts.sum())
    total = say("report-total", language)
    found.add_row(*_change(total, before, after, places), style="bold")
    for row in frame.itertuples():
        name = row.name_en if language == "en" and row.name_en else row.name
        pair = _whole(row.before_fen), _whole(row.after_fen)
        found.add_row(*_change(f"  {printable(name)}", *pair, places))
    return found


def _whole(cell: pd.api.typing.NAType | int) -> int | None:
    import pandas as pd

    return None if cell is pd.NA else int(cell)


def _change(label: str, before: int | None, after: int | None, places: int) -> list[Text]:
    """Return the cells of one line; change and percentage blank without both figures."""
    from rich.text import Text

    figures = [Text("" if fen is None else wan(fen, places)) for fen in (before, after)]
    if before is None or after is None or before == after:
        return [Text(label), *figures, Text(), Text()]
    moved = after - before
    sign, style = ("+", "red") if moved > 0 else ("-", "green")
    share = percent(abs(moved), before)
    change = Text(sign + wan(abs(moved), places), style=style)
    return [Text(label), *figures, change, Text(sign + share if share else "", style=style)]
