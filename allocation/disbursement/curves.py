"""Standard curves of need: shapes to plan with, from the table ``curves.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Curve:
    """A share of an amount over time; ``formula`` says it in x, from 0 to 1."""

    name: str
    name_en: str
    formula: str
    powers: tuple[int, ...]

    def at(self, x: Fraction) -> Fraction:
        """Return the share needed by the time ``x``."""
        return sum((power * x**degree for degree, power in enumerate(self.powers)), Fraction(0))


@cache
def curves() -> dict[str, Curve]:
    """Return every standard curve by its key."""
    text = files(__package__).joinpath("curves.toml").read_text(encoding="utf-8")
    return {
        key: Curve(said["name"], said["name_en"], said["formula"], tuple(said["powers"]))
        for key, said in tomllib.loads(text).items()
    }


def shares(key: str, months: int) -> tuple[Fraction, ...]:
    """Return the share needed by the end of each of ``months`` months.

    >>> [str(share) for share in shares("s_curve", 3)]
    ['7/27', '20/27', '1']
    """
    curve = curves()[key]
    return tuple(curve.at(Fraction(month, months)) for month in range(1, months + 1))
