"""By what money is grouped: whom it is with, what it is for, and both region systems (law 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from allocation.registry.units import units_by_id

if TYPE_CHECKING:
    import pandas as pd

By = Literal[
    "recipient",
    "purpose",
    "batch",
    "unit",
    "fiscal_region",
    "assessment_region",
    "direct",
    "fund",
    "year",
]
BYS: tuple[By, ...] = get_args(By)
#: Levels of holders a walk to the unit may take: project, zone, city, unit.
_STEPS = 4


def grouped(table: pd.DataFrame, by: By, holders: pd.DataFrame | None = None) -> pd.Series:
    """Return the key of the group of each row, as text.

    Units and recipients by code, regions by their value (``east`` …), ``direct`` or ``other``;
    empty where it is not known, as the region of a unit that is not in the registry.

    Parameters
    ----------
    table
        Rows with the line's columns, ``recipient``, ``level`` and ``parent``.
    holders
        Everybody's ``level`` and ``parent`` by code; default: those of the table.
    """
    import numpy as np
    import pandas as pd

    if by == "direct":
        return pd.Series(np.where(table["direct"], "direct", "other"), table.index)
    if by not in ("unit", "fiscal_region", "assessment_region"):
        return table[by].astype(str)
    codes = _units(table, holders)
    if by == "unit":
        return codes
    regions = {code: getattr(unit, by).value for code, unit in units_by_id().items()}
    return codes.map(regions).fillna("")


def _units(table: pd.DataFrame, holders: pd.DataFrame | None) -> pd.Series:
    """Return the code of the budget unit above (or at) each row's holder; empty without one."""
    columns = ["recipient", "level", "parent"]
    known = (
        table[columns].drop_duplicates("recipient").set_index("recipient")
        if holders is None
        else holders
    )
    level, parent = known["level"].to_dict(), known["parent"].to_dict()
    found = {code: _unit(code, level, parent) for code in table["recipient"].unique()}
    return table["recipient"].map(found)


def _unit(code: str, level: dict[str, str], parent: dict[str, str]) -> str:
    for _ in range(_STEPS):
        if level.get(code) == "unit" or code in units_by_id():
            return code
        code = parent.get(code, "")
    return ""
