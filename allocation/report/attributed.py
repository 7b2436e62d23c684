"""The change between two runs told apart by what it is due to: frame, terminal table and CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.engine import allocate
from allocation.explain.attribution import Attribution, attribution
from allocation.money import format_amount
from allocation.report.csv_file import defused, yuan
from allocation.report.explained_page import places_of
from allocation.report.layout import printable
from allocation.report.saved import save_files
from allocation.report.terminal import WIDTH, Column, console, drawn, in_parts
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from rich.table import Table

    from allocation.result import Allocation


def attribution_frame(a: Allocation | str, b: Allocation | str) -> pd.DataFrame:
    """Return how much of each recipient's change from ``a`` to ``b`` each change is the cause of.

    Both are runs of one scenario file with different overrides or ``sets``, or references to them.

    Returns
    -------
    pandas.DataFrame
        Indexed by id. ``name``, ``name_en``; ``before_fen``, ``after_fen``, ``change_fen`` and one
        ``part_<change>_fen`` for each change, int64: they add up to ``change_fen``. A change of
        ``a`` that ``b`` does not make stands with a minus before its name. From the ninth change
        on the parts are sampled, with their standard errors as ``error_<change>_fen``, float.

    Raises
    ------
    InputError
        If the two are not runs of one scenario, or some of the changes cannot stand alone.
    """
    import pandas as pd

    found = attribution(*(allocate(x) if isinstance(x, str) else x for x in (a, b)))
    columns: dict[str, Any] = {
        "name": found.names,
        "name_en": found.names_en,
        "before_fen": found.before,
        "after_fen": found.after,
        "change_fen": found.after - found.before,
    }
    columns |= {f"part_{p.label}_fen": found.parts[at] for at, p in enumerate(found.players)}
    if found.error is not None:
        columns |= {f"error_{p.label}_fen": found.error[at] for at, p in enumerate(found.players)}
    return pd.DataFrame(columns, index=pd.Index(found.ids, name="id"))


def print_attribution(
    a: Allocation, b: Allocation, found: Attribution, language: Language = "zh"
) -> None:
    """Print what each change does to each recipient to stdout, most gain first."""
    from rich.text import Text

    out = console()
    ends = {"before": a.heading.scenario, "after": b.heading.scenario}
    head = printable(say("attribution-title", language, **ends))
    out.print(Text(head, style="bold"), soft_wrap=True)
    out.print(Text(_way(found, language)), soft_wrap=True)
    tables = attribution_tables(found, language)
    for part, table in enumerate(tables, start=1):
        if len(tables) > 1:
            out.print(Text(say("explain-part", language, part=part, count=len(tables))))
        out.print(table)
        out.print()
    for player in found.players:
        key = "attribution-added" if player.added else "attribution-taken"
        words = {"label": player.label, "reason": player.reason or "—"}
        out.print(Text(printable(say(key, language, **words))), soft_wrap=True)


def attribution_tables(found: Attribution, language: Language) -> list[Table]:
    """Return the change and its parts in 万元, exact, cut into tables of 100 columns."""
    change = found.after - found.before
    order = np.argsort(-change, kind="stable")
    places = places_of(np.vstack([found.parts, change]))
    pairs = [(found.names[at], found.names_en[at]) for at in order.tolist()]
    names = [english if language == "en" and english else chinese for chinese, english in pairs]
    labels = (say("report-total", language), *(f"  {printable(name)}" for name in names))

    def column(head: str, fen: Sequence[int]) -> Column:
        return Column(printable(head), tuple(_signed(amount, places) for amount in fen))

    columns = [
        column(head, [int(fen.sum()), *fen[order].tolist()])
        for head, fen in (
            (say("report-change", language), change),
            *((player.label, found.parts[at]) for at, player in enumerate(found.players)),
        )
    ]
    first = Column(say("report-name", language), labels)
    kinds = ["total", *["row"] * len(names)]
    parts = in_parts(columns, WIDTH - first.width)
    return [drawn(kinds, first, part, None) for part in parts]


def _signed(fen: int, places: int) -> str:
    """Return fen in 万元 with a sign; nothing for none."""
    if not fen:
        return ""
    return ("+" if fen > 0 else "") + format_amount(fen, decimals=places)


def _way(found: Attribution, language: Language) -> str:
    """Return how the parts were found, and how exact they are."""
    count = len(found.players)
    if found.error is None:
        return say("attribution-exact", language, count=count, subsets=2**count)
    error = format_amount(int(np.ceil(found.error.max())))
    return say("attribution-sampled", language, count=count, orders=found.orders, error=error)


def save_attribution(found: Attribution, path: Path) -> Path:
    """Write one row per recipient, UTF-8 with a byte order mark; return the path.

    Columns: id, names, ``before_yuan``, ``after_yuan``, ``change_yuan`` and
    ``part_<change>_yuan`` (two decimals: exact); sampled parts also ``error_<change>_yuan``.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    return save_files(path.parent, {path.name: lambda draft: _write(found, draft)})[0]


def _write(found: Attribution, path: Path) -> None:
    labels = [player.label for player in found.players]
    head = ["id", "name", "name_en", "before_yuan", "after_yuan", "change_yuan"]
    head += [f"part_{label}_yuan" for label in labels]
    errors = [] if found.error is None else [f"error_{label}_yuan" for label in labels]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([defused(cell) for cell in (*head, *errors)])
        for at, key in enumerate(found.ids):
            names = map(defused, (key, found.names[at], found.names_en[at]))
            ends = int(found.before[at]), int(found.after[at])
            fen = [*ends, ends[1] - ends[0], *found.parts[:, at].tolist()]
            spread = [] if found.error is None else found.error[:, at].tolist()
            rows.writerow([*names, *map(yuan, fen), *(f"{value / 100:.2f}" for value in spread)])
