"""Both sides of every movement: the accounts of each holder, from the frame of flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

#: What tells one line of money at one holder from another.
LINE = ("fund", "year", "batch", "purpose", "direct")
KEYS = (*LINE, "recipient")
#: Movements that end, or start, at the holder above the recipient.
_FROM_ABOVE, _TO_ABOVE = ("receive", "issue"), ("recover", "return")


def legs(flows: pd.DataFrame, as_of: date | None = None) -> pd.DataFrame:
    """Return what each movement takes from one account and adds to another.

    Parameters
    ----------
    flows
        As :meth:`allocation.ledger.book.Book.flows`; later days than ``as_of`` are left out.

    Returns
    -------
    pandas.DataFrame
        Two rows per flow: ``KEYS`` (``recipient`` is whose account it is), ``account``, ``other``
        (the account at the other side), ``kind``, ``valid_on``, ``amount`` (int64 fen, below zero
        for what leaves). The centre's own account is left out.
    """
    import numpy as np
    import pandas as pd

    known = flows if as_of is None else flows[flows["valid_on"] <= pd.Timestamp(as_of)]
    kind = known["kind"].astype(str)
    shared = [*LINE, "kind", "valid_on"]
    ends = []
    for mine, other, above, sign in (
        ("source", "target", _FROM_ABOVE, -1),
        ("target", "source", _TO_ABOVE, 1),
    ):
        end = known[shared].copy()
        end["recipient"] = np.where(kind.isin(above), known["parent"], known["recipient"])
        end["account"], end["other"] = known[mine], known[other]
        end["amount"] = sign * known["amount"]
        ends.append(end)
    found = pd.concat(ends, ignore_index=True)
    return found[found["account"] != "source"].reset_index(drop=True)


def numbered(found: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index]:
    """Return the legs with ``at``, the place of their line and holder, and these in order."""
    groups = found.groupby([*KEYS])
    return found.assign(at=groups.ngroup()), groups.size().index


def summed(part: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Return the sum of amounts of :func:`numbered` legs by line and holder; nothing is zero."""
    import pandas as pd

    sums = part.groupby("at")["amount"].sum().reindex(range(len(index)), fill_value=0)
    return pd.Series(sums.to_numpy(dtype="int64"), index)


def holders_of(flows: pd.DataFrame) -> pd.DataFrame:
    """Return ``name``, ``level`` and ``parent`` of everybody by code."""
    columns = ["recipient", "name", "level", "parent"]
    return flows[columns].drop_duplicates("recipient").set_index("recipient")
