"""The files of a sensitivity: two tables and two pictures, and the kinks of every curve."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem
from allocation.money import LARGEST_FEN, UNITS, format_amount, parse_amount, parse_ratio
from allocation.report.csv_file import defused, yuan
from allocation.report.curve_chart import draw_curve
from allocation.report.saved import save_files
from allocation.report.sensitivity_chart import draw_sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from allocation.explain.curves import Curve
    from allocation.explain.sensitivity import Sensitivity
    from allocation.explain.sides import Side
    from allocation.result import Allocation
    from allocation.wording import Language

_PER_WAN = UNITS["万元"] // UNITS["元"]


def save_sensitivity(
    found: Sensitivity,
    curve: Curve,
    directory: Path | str,
    language: Language = "zh",
    zones: Sequence[int] = (),
) -> list[Path]:
    """Write ``sensitivity.csv``, ``gains.csv``, ``curve.csv``, ``sensitivity.png``, ``curve.png``.

    All or none are written.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "sensitivity.csv": lambda path: _write(path, _parameters(found)),
        "gains.csv": lambda path: _write(path, _gains(found)),
        "curve.csv": lambda path: _write(path, _kinks(curve)),
        "sensitivity.png": lambda path: draw_sensitivity(found, path, language),
        "curve.png": lambda path: draw_curve(found, curve, path, language, zones),
    }
    return save_files(Path(directory), writers)


def ends(
    result: Allocation, start: str | None, stop: str | None, *, asked: bool = True
) -> tuple[int | None, int | None]:
    """Return the ends of a curve in fen from what a user wrote: an amount, or a share of the pot.

    Raises
    ------
    InputError
        If one cannot be read, the pot does not lie between them, or no curve is asked for.
    """
    if not asked and (start is not None or stop is not None):
        raise InputError([Problem("L1-curve-for-nobody", words={"found": start or stop})])
    assert result.solved is not None, "an allocation that was made here keeps it"
    pot = result.solved.task.pot
    low, high = (None if text is None else _end(text, pot) for text in (start, stop))
    problems = [
        Problem("L1-curve-end", words={"found": text, "allowed": format_amount(pot)})
        for text, fen, side in ((start, low, 1), (stop, high, -1))
        if fen is not None and (not 0 < fen <= LARGEST_FEN or (fen - pot) * side > 0)
    ]
    if problems:
        raise InputError(problems)
    return low, high


def _end(text: str, pot: int) -> int:
    try:
        return int(parse_ratio(text) * pot) if text.strip().endswith("%") else parse_amount(text)
    except ValueError:
        words = {"found": text, "allowed": format_amount(pot)}
        raise InputError([Problem("L1-curve-end", words=words)]) from None


def _write(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _sides(found: Sensitivity) -> Iterator[tuple[int, str, Side]]:
    """Yield each parameter's place, the name of a side, and the side."""
    for at, item in enumerate(found.parameters):
        for name, side in (("more", item.up), ("less", item.down)):
            if side is not None:
                yield at, name, side


def _parameters(found: Sensitivity) -> Iterator[list[str]]:
    """Yield one row per parameter and side; ``worth`` per 10,000 yuan more."""
    head = "key side kind name name_en group value_yuan worth reach_yuan unique step_yuan reason"
    yield head.split()
    for at, name, side in _sides(found):
        item = found.parameters[at]
        parameter = item.parameter
        text = (parameter.key, name, parameter.kind, parameter.name, parameter.name_en)
        yield [
            *map(defused, (*text, parameter.group)),
            "" if parameter.value is None else yuan(parameter.value),
            decimal(side.worth * found.scale),
            "" if side.reach is None else yuan(int(side.reach)),
            "yes" if item.unique else "no",
            yuan(side.step) if side.step else "",
            item.reason,
        ]


def _gains(found: Sensitivity) -> Iterator[list[str]]:
    """Yield one row per parameter, side and recipient that gains or loses, yuan per 10,000."""
    frame = found.result.recipients
    yield ["key", "side", "id", "name", "gain_yuan", "gain_exact"]
    for at, name, side in _sides(found):
        key = found.parameters[at].parameter.key
        for who, gain in enumerate(side.gains):
            if gain:
                text = (key, name, frame.ids[who], frame.names[who])
                share = Fraction(gain) * _PER_WAN
                yield [*map(defused, text), decimal(share), _exact(share)]


def _kinks(curve: Curve) -> Iterator[list[str]]:
    """Yield every recipient's kinks: pot and amount in yuan, and exactly in fen."""
    frame = curve.recipients
    yield ["id", "name", "pot_yuan", "amount_yuan", "pot_fen_exact", "amount_fen_exact"]
    for at, (key, name) in enumerate(zip(frame.ids, frame.names, strict=True)):
        for pot, amount in curve.knots(at):
            figures = decimal(pot / 100), decimal(amount / 100), _exact(pot), _exact(amount)
            yield [defused(key), defused(name), *figures]


def _exact(value: Fraction) -> str:
    """Return an exact number as text no spreadsheet takes for a date."""
    value = Fraction(value)
    return str(value.numerator) if value.denominator == 1 else f"({value})"


def decimal(value: Fraction) -> str:
    """Return a number with at most twelve places, rounded half up."""
    step = 10**12
    whole = int((abs(value) * 2 * step + 1) // 2)
    head, tail = divmod(whole, step)
    places = str(tail).zfill(12).rstrip("0")
    return f"{'-' if value < 0 and whole else ''}{head}{'.' if places else ''}{places}"
