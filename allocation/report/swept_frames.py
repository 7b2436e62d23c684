"""The cases of a sweep as pandas frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from allocation.report.swept import Swept
    from allocation_models.program import Integers, Mask


def values_of(found: Swept) -> dict[str, list[str]]:
    """Return each varied key's value in every case; blank where it keeps its own."""
    columns = zip(*found.design.cases, strict=True)
    pairs = zip(found.design.axes, columns, strict=True)
    return {axis.key: [value or "" for value in column] for axis, column in pairs}


def cases_frame(found: Swept) -> pd.DataFrame:
    """Return one row per case.

    Returns
    -------
    pandas.DataFrame
        Index ``case`` from 1; the varied keys (text, blank: as it is); ``state`` (``allocated``,
        ``conflict``, ``refused``, ``unproven``); ``codes`` of what stands against it;
        ``pot_fen`` (Int64); ``why`` in English.
    """
    import pandas as pd

    outcomes = found.outcomes
    columns: dict[str, Any] = dict(values_of(found))
    columns["state"] = [outcome.state for outcome in outcomes]
    columns["codes"] = [" ".join(outcome.codes) for outcome in outcomes]
    columns["pot_fen"] = _missing_where(
        np.array([outcome.pot for outcome in outcomes], dtype=np.int64), found.done
    )
    columns["why"] = [outcome.words[1] for outcome in outcomes]
    return pd.DataFrame(columns, index=_index(found))


def wide_frame(found: Swept) -> pd.DataFrame:
    """Return one row per case: the varied keys, then each recipient's fen (Int64) by id."""
    import pandas as pd

    columns: dict[str, Any] = dict(values_of(found))
    for at, key in enumerate(found.loaded.frame.ids):
        columns[key] = _missing_where(found.fen[:, at], found.done)
    return pd.DataFrame(columns, index=_index(found))


def long_frame(found: Swept) -> pd.DataFrame:
    """Return one row per case and recipient.

    Returns
    -------
    pandas.DataFrame
        ``case``, the varied keys, ``id, name, name_en``, ``amount_fen`` (Int64, missing without
        amounts) and ``change_fen`` from the scenario as it is (missing if that has none).
    """
    import pandas as pd

    frame, count = found.loaded.frame, len(found.outcomes)
    size = len(frame)
    columns: dict[str, Any] = {"case": np.repeat(np.arange(1, count + 1), size)}
    for key, values in values_of(found).items():
        columns[key] = pd.Categorical(values).repeat(size)
    for name, cells in (("id", frame.ids), ("name", frame.names), ("name_en", frame.names_en)):
        codes = pd.factorize(np.array(cells, dtype=object))
        columns[name] = pd.Categorical.from_codes(np.tile(codes[0], count), codes[1])
    done = np.repeat(found.done, size)
    columns["amount_fen"] = _missing_where(found.fen.ravel(), done)
    compared = done & (found.base.state == "allocated")
    columns["change_fen"] = _missing_where((found.fen - found.before).ravel(), compared)
    return pd.DataFrame(columns)


def _index(found: Swept) -> pd.Index[int]:
    import pandas as pd

    return pd.RangeIndex(1, len(found.outcomes) + 1, name="case")


def _missing_where(values: Integers, present: Mask) -> Any:
    """Return whole numbers, missing where not ``present``."""
    import pandas as pd

    return pd.arrays.IntegerArray(values.copy(), ~present)
