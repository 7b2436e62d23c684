"""A result as pandas frames, for notebooks and for whoever computes further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.disbursement.settlement import settlement
from allocation.report.layout import half_up

if TYPE_CHECKING:
    import pandas as pd

    from allocation.disbursement.settlement import Settlement
    from allocation.result import Allocation

#: Registry attributes shown where the recipients have them.
ATTRIBUTES = ("unit", "province", "fiscal_region", "assessment_region")


def allocation_frame(result: Allocation) -> pd.DataFrame:
    """Return one row per recipient, indexed by id.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``name_en``, the attributes of ``ATTRIBUTES`` the recipients have, the steps of
        the entitlement as floats (``factor_<key>``, ``coefficient_<key>``, ``score_score``),
        ``entitlement_fen`` (rounded half up), ``<purpose>_fen`` and ``amount_fen`` as int64, and
        for display ``amount_wan`` (万元) and ``ratio`` (amount / entitlement; NaN without one).
        In a settlement also ``issued_fen`` (Int64, missing where nothing was issued) and
        ``this_issue_fen`` (int64; below zero is recovered), by purpose too where that is known,
        and after the recipients a row of amount 0 for each who left.
    """
    import pandas as pd

    frame = result.recipients
    index = pd.Index(frame.ids, name="id")
    columns: dict[str, Any] = {"name": frame.names, "name_en": frame.names_en}
    columns |= {key: frame.attribute(key) for key in ATTRIBUTES if key in frame.text}
    columns |= {f"{step.kind}_{step.key}": np.array(step.values, float) for step in result.steps}
    columns["entitlement_fen"] = half_up(result.entitlements)
    for column, purpose in enumerate(result.purposes):
        columns[f"{purpose.key}_fen"] = result.cells[:, column].astype(np.int64)
    columns["amount_fen"] = result.amounts.astype(np.int64)
    columns["amount_wan"] = result.amounts / 1e6
    columns["ratio"] = _ratios(result)
    table = pd.DataFrame(columns, index=index)
    settled = settlement(result)
    return table if settled is None else _settled(table, settled, result)


def _settled(table: pd.DataFrame, settled: Settlement, result: Allocation) -> pd.DataFrame:
    """Return the table with what is issued already and now, and a row for each who left."""
    import pandas as pd

    if settled.left:
        gone = pd.DataFrame(0, [who.id for who in settled.left], table.columns)
        gone["name"] = [who.name for who in settled.left]
        gone["name_en"] = [who.name_en for who in settled.left]
        unknown = {key: "" for key in ATTRIBUTES if key in table}
        gone = gone.assign(**unknown, ratio=float("nan")).astype(table.dtypes)
        table = pd.concat([table, gone]).rename_axis("id")
    added = {}
    for prefix, issued, now in settled.by_column(purpose.key for purpose in result.purposes):
        added[f"{prefix}issued_fen"] = pd.array(issued, dtype="Int64")
        added[f"{prefix}issued_fen"][settled.new] = pd.NA
        added[f"{prefix}this_issue_fen"] = now
    return table.assign(**added)


def _ratios(result: Allocation) -> list[float]:
    pairs = zip(result.amounts.tolist(), result.entitlements, strict=True)
    return [float(amount / exact) if exact else float("nan") for amount, exact in pairs]


def comparison_frame(a: Allocation, b: Allocation) -> pd.DataFrame:
    """Return what each recipient gains or loses from ``a`` to ``b``, indexed by id.

    Returns
    -------
    pandas.DataFrame
        Rows of ``a`` in its order, then those only in ``b``. ``name``, ``name_en``;
        ``before_fen``, ``after_fen``, ``change_fen`` as Int64 (missing where the recipient is in
        one only); ``change_wan`` and ``percent`` as Float64 (no percentage of nothing);
        ``outcome``: ``gains``, ``loses``, ``same``, ``only_before`` or ``only_after``.
    """
    import pandas as pd

    before, after = _amounts(a), _amounts(b)
    ids = pd.Index([*before, *(key for key in after if key not in before)], name="id")
    called = _names(b) | _names(a)
    change = [after[key] - before[key] if key in before and key in after else None for key in ids]
    percent = [
        100 * moved / before[key] if moved is not None and before[key] else None
        for key, moved in zip(ids, change, strict=True)
    ]
    wan = [None if moved is None else moved / 1e6 for moved in change]
    columns = {
        "name": [called[key][0] for key in ids],
        "name_en": [called[key][1] for key in ids],
        "before_fen": pd.array([before.get(key) for key in ids], dtype="Int64"),
        "after_fen": pd.array([after.get(key) for key in ids], dtype="Int64"),
        "change_fen": pd.array(change, dtype="Int64"),
        "change_wan": pd.array(wan, dtype="Float64"),
        "percent": pd.array(percent, dtype="Float64"),
        "outcome": [_outcome(key in before, moved) for key, moved in zip(ids, change, strict=True)],
    }
    return pd.DataFrame(columns, index=ids)


def _amounts(result: Allocation) -> dict[str, int]:
    return dict(zip(result.recipients.ids, result.amounts.tolist(), strict=True))


def _names(result: Allocation) -> dict[str, tuple[str, str]]:
    frame = result.recipients
    return dict(zip(frame.ids, zip(frame.names, frame.names_en, strict=True), strict=True))


def _outcome(was_there: bool, change: int | None) -> str:
    if change is None:
        return "only_before" if was_there else "only_after"
    return "gains" if change > 0 else "loses" if change < 0 else "same"
