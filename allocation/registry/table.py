"""Reading the tables beside this file: text in, text out, with leading zeros kept."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``tables/<name>.csv``, each a mapping of column to text.

    Parameters
    ----------
    name
        Name of the table without its ending.
    """
    text = files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
