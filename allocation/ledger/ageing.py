"""How long money has been idle: first in, first out, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.ledger.budget_year import AUTHORITY
from allocation.ledger.legs import KEYS, holders_of, legs

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

#: ``cash``: paid, not spent; ``authority``: issued, not paid.
STATES = ("cash", "authority")
_CLOSING = ("carry_over", "reopen")


def ageing(flows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return idle money by the day since which it is idle.

    What leaves an account is the money that came first, so what is left is what came last. Closing
    a year and opening it again does not make money younger; a refund is idle from its day on as
    authority. A reversal counts as money that leaves.

    Returns
    -------
    pandas.DataFrame
        ``KEYS``, ``state`` (``STATES``), ``since`` (datetime64), ``days`` (int64, to ``as_of``),
        ``amount`` (int64 fen, above zero), ``name``, ``level``, ``parent``; the oldest first.
    """
    import numpy as np
    import pandas as pd

    found = legs(flows, as_of)
    states = np.select(
        [found["account"] == "disbursed", found["account"].isin(AUTHORITY)], STATES, ""
    )
    found = found.assign(state=states)
    own, groups = found[found["state"] != ""], [*KEYS, "state"]
    moved = own[~own["kind"].isin(_CLOSING)]
    daily = moved.groupby([*groups, "kind", "valid_on"], observed=True)["amount"].sum()
    daily = daily[daily != 0].reset_index()
    balance = daily.groupby(groups)["amount"].sum()
    came = daily[daily["amount"] > 0].groupby([*groups, "valid_on"])["amount"].sum().reset_index()
    came = came.sort_values("valid_on", ascending=False, kind="stable")
    came["until_here"] = came.groupby(groups)["amount"].cumsum()
    left = balance.reindex(pd.MultiIndex.from_frame(came[groups])).to_numpy()
    before = (came["until_here"] - came["amount"]).to_numpy()
    came["amount"] = np.minimum(came["amount"].to_numpy(), left - before)
    rows = came[came["amount"] > 0].rename(columns={"valid_on": "since"})
    rows = rows.assign(days=(pd.Timestamp(as_of) - rows["since"]).dt.days.astype("int64"))
    rows = rows.sort_values(["since", *groups], kind="stable", ignore_index=True)
    return rows.drop(columns="until_here").join(holders_of(flows), on="recipient")
