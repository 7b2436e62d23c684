"""The result as a CSV file that opens right by double-clicking and starts no formula."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.disbursement.settlement import settlement
from allocation.report.frames import ATTRIBUTES
from allocation.report.layout import half_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.disbursement.settlement import Settlement
    from allocation.result import Allocation

#: A spreadsheet takes a cell that starts with one of these for a formula; the full-width forms too.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def write_csv(result: Allocation, path: Path | str) -> None:
    """Write one row per recipient, UTF-8 with a byte order mark.

    Columns: id, names, attributes, steps, ``entitlement_yuan``, ``<purpose>_yuan``,
    ``amount_yuan`` (two decimals: exact) and ``amount_fen``; in a settlement also ``issued_yuan``
    (blank where nothing was issued) and ``this_issue_yuan``, by purpose too where that is known,
    and a row for each recipient who left.
    """
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_rows(result))


def _rows(result: Allocation) -> Iterator[list[str]]:
    frame = result.recipients
    attributes = [key for key in ATTRIBUTES if key in frame.text]
    steps = [f"{step.kind}_{step.key}" for step in result.steps]
    purposes = [f"{purpose.key}_yuan" for purpose in result.purposes]
    head = ["id", "name", "name_en", *attributes, *steps, "entitlement_yuan", *purposes]
    settled = settlement(result)
    heads, issues = _issues(result, settled)
    yield [defused(cell) for cell in (*head, "amount_yuan", "amount_fen", *heads)]
    entitlements, amounts = half_up(result.entitlements).tolist(), result.amounts.tolist()
    for i, name in enumerate(frame.names):
        text = [frame.ids[i], name, frame.names_en[i]]
        text += [frame.attribute(key)[i] for key in attributes]
        shares = [f"{float(step.values[i]):.12g}" for step in result.steps]
        fen = [entitlements[i], *result.cells[i, : len(purposes)].tolist(), amounts[i]]
        yield [*map(defused, text), *shares, *map(yuan, fen), str(amounts[i]), *issues[i]]
    for who, cells in zip(settled.left if settled else (), issues[len(frame) :], strict=True):
        text = [who.id, who.name, who.name_en, *("" for _ in (*attributes, *steps))]
        yield [*map(defused, text), *map(yuan, [0] * (len(purposes) + 2)), "0", *cells]


def _issues(
    result: Allocation, settled: Settlement | None
) -> tuple[list[str], Sequence[Sequence[str]]]:
    """Return the heads of what is issued already and now, and the cells of everybody."""
    if settled is None:
        return [], [()] * len(result.recipients)
    heads: list[str] = []
    columns: list[list[str]] = []
    for prefix, issued, now in settled.by_column(purpose.key for purpose in result.purposes):
        pairs = zip(issued.tolist(), settled.new.tolist(), strict=True)
        heads += [f"{prefix}issued_yuan", f"{prefix}this_issue_yuan"]
        columns += [["" if new else yuan(fen) for fen, new in pairs], [*map(yuan, now.tolist())]]
    return heads, list(zip(*columns, strict=True))


def defused(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals, exact."""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
