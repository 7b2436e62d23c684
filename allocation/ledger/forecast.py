"""What will be spent by the end of the year, recipient by recipient, and what may be left.

Every figure ahead is an estimate: a mean or a quantile of draws, in fen only so that it adds up.
Foreseen is the use of the money that is there on the day; what is issued later is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Problem, raise_if_any
from allocation.ledger.forecast_errors import BackTest, back_test
from allocation.ledger.spending_history import Spending, spending_of
from allocation_models.back_test import errors_after
from allocation_models.program import sums_by
from allocation_models.spending_curves import Ahead, ahead, fit

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from allocation.result import Fen
    from allocation_models.program import Floats, Integers

#: Chance of the interval, and the share of a budget beyond which money counts as left over.
INTERVAL, OVER = Fraction(4, 5), Fraction(1, 20)
DRAWS = 1000
#: Years needed before: one to learn from, two to tell how years differ.
_YEARS = 3


@dataclass(frozen=True)
class Forecast:
    """A forecast of n recipients to the end of the year.

    Parameters
    ----------
    as_of
        The day from which it looks ahead.
    last_spent
        The last day up to then on which the book knows of any spending.
    recipients, names
        Shape (n,): codes and names.
    budget, spent
        Shape (n,), int64 fen: what could be spent this year so far, and what was.
    draws
        Shape (S, n), int64 fen: equally likely uses by the end of the year.
    trust
        Shape (n,): the part of each speed that is its own; the rest is its group's.
    interval, over
        Chance of the interval; share of the budget beyond which money counts as left over.
    back_test
        How wrong such forecasts were.
    """

    as_of: date
    last_spent: date
    recipients: tuple[str, ...]
    names: tuple[str, ...]
    budget: Fen
    spent: Fen
    draws: Fen
    trust: Floats
    interval: Fraction
    over: Fraction
    back_test: BackTest
    _spending: Spending
    _member: Integers
    _ahead: Ahead
    _shares: Floats

    @property
    def expected(self) -> Fen:
        """Shape (n,), int64 fen: the mean use, rounded half up."""
        count = len(self.draws)
        found: Fen = (2 * self.draws.sum(axis=0) + count) // (2 * count)
        return found

    @property
    def left(self) -> Fen:
        """Shape (n,), int64 fen: what is expected to be left over."""
        return self.budget - self.expected

    @property
    def ends(self) -> Fen:
        """Shape (2, n), int64 fen: the ends of the interval of each recipient's use."""
        return self._quantiles(self.draws)

    @property
    def total_ends(self) -> tuple[int, int]:
        """The ends of the interval of the use of all, in fen."""
        low, high = self._quantiles(self.draws.sum(axis=1, keepdims=True))[:, 0].tolist()
        return low, high

    @property
    def chances(self) -> tuple[Fraction, ...]:
        """Shape (n,): the chance that more than ``over`` of the budget is left."""
        share = self.over
        beyond = (self.budget - self.draws) * share.denominator > self.budget * share.numerator
        return tuple(Fraction(int(found), len(self.draws)) for found in beyond.sum(axis=0))

    @property
    def table(self) -> pd.DataFrame:
        """One row per recipient, amounts in int64 fen; everything ahead is an estimate."""
        import pandas as pd

        low, high = self.ends
        columns = {
            "name": self.names,
            "budget_fen": self.budget,
            "spent_fen": self.spent,
            "expected_use_fen": self.expected,
            "low_fen": low,
            "high_fen": high,
            "expected_left_fen": self.left,
            "chance_left": [float(chance) for chance in self.chances],
            "own_part": self.trust,
        }
        return pd.DataFrame(columns, index=pd.Index(self.recipients, name="recipient"))

    def months(self, recipient: str = "") -> pd.DataFrame:
        """Return use so far by the end of each month, of all or of one recipient; fen.

        Columns ``month``, ``spent`` (known: NaN for what is ahead), ``low``, ``middle``, ``high``
        (estimates: NaN for what is past).

        Raises
        ------
        InputError
            If it is not among the recipients.
        """
        import pandas as pd

        chosen = np.flatnonzero(self._cells(recipient))
        known = np.cumsum(self._spending.spent[chosen, -1].sum(axis=0)).astype(np.float64)
        paths = [
            self._ahead.use(self._shares, month)[:, chosen].sum(axis=1) for month in range(1, 13)
        ]
        outer = float((1 - self.interval) / 2)
        low, middle, high = np.quantile(
            paths, [outer, 0.5, 1 - outer], axis=1, method="inverted_cdf"
        )
        past = self._spending.seen[-1] == 1
        columns = {"month": np.arange(1, 13), "spent": np.where(past, known, np.nan)}
        for name, line in (("low", low), ("middle", middle), ("high", high)):
            columns[name] = np.where(past, np.nan, line)
        return pd.DataFrame(columns)

    def position(self, recipient: str) -> int:
        """Return where a recipient stands.

        Raises
        ------
        InputError
            If it is not among them.
        """
        if recipient not in self.recipients:
            words = {"found": recipient[:60], "year": self.as_of.year}
            raise_if_any([Problem("L1-nothing-to-forecast", words=words)])
        return self.recipients.index(recipient)

    def _cells(self, recipient: str) -> Integers:
        if not recipient:
            return np.ones(len(self._member), dtype=np.int64)
        found: Integers = (self._member == self.position(recipient)).astype(np.int64)
        return found

    def _quantiles(self, draws: Fen) -> Fen:
        outer = float((1 - self.interval) / 2)
        found: Fen = np.quantile(draws, [outer, 1 - outer], axis=0, method="inverted_cdf").astype(
            np.int64
        )
        return found


def forecast(
    flows: pd.DataFrame,
    as_of: date | None = None,
    *,
    interval: Fraction = INTERVAL,
    over: Fraction = OVER,
    count: int = DRAWS,
    seed: int = 0,
) -> Forecast:
    """Return the forecast of every recipient to the end of the year.

    Parameters
    ----------
    flows
        By day, as :meth:`allocation.Book.flows` gives them; what lies after ``as_of`` is not used.
    as_of
        Default: the last day on which money was spent.
    count, seed
        How many draws; the same seed gives the same draws.

    Raises
    ------
    InputError
        If there are not three years with spending before this one.
    """
    day = as_of or _last_day(flows)
    spending = _recent(spending_of(flows, day), day)
    history = spending.history()
    tested = back_test(history, spending.first, float(interval))
    curves = fit(history, tested.shape)
    found = ahead(history, curves)
    known = errors_after(tested.trials, found.months)
    shares = known.draws(found, count, np.random.default_rng(seed))
    codes = tuple(dict.fromkeys(spending.recipients))
    member = np.array([codes.index(code) for code in spending.recipients])
    budget = spending.opening[:, -1] + spending.income[:, -1].sum(axis=1)
    whole = _by(member, budget, len(codes))
    names = dict(zip(spending.recipients, spending.names, strict=True))
    return Forecast(
        as_of=day,
        last_spent=_last_day(flows, day),
        recipients=codes,
        names=tuple(names[code] for code in codes),
        budget=whole,
        spent=_by(member, spending.spent[:, -1].sum(axis=1), len(codes)),
        draws=_by(member, np.floor(found.use(shares)).astype(np.int64).T, len(codes)).T,
        trust=sums_by(member, curves.trust * budget, len(codes)) / np.maximum(whole, 1),
        interval=interval,
        over=over,
        back_test=tested,
        _spending=spending,
        _member=member,
        _ahead=found,
        _shares=shares,
    )


def use_scenarios(
    flows: pd.DataFrame, as_of: date, count: int, seed: int
) -> tuple[tuple[str, ...], Fen]:
    """Return equally likely uses by the end of the year, in fen, what is spent included.

    Returns
    -------
    The recipients' codes, shape (n,), and their uses, shape (count, n), int64.

    Raises
    ------
    InputError
        As :func:`forecast`.
    """
    found = forecast(flows, as_of, count=count, seed=seed)
    return found.recipients, found.draws


def _last_day(flows: pd.DataFrame, until: date | None = None) -> date:
    """Return the last day on which money was spent, no later than ``until``."""
    spent = flows.loc[flows["kind"] == "spend", "valid_on"]
    days = spent if until is None else spent[spent <= np.datetime64(until)]
    if not len(days):
        raise_if_any([Problem("L1-no-history", words={"found": 0, "as_of": until or "—"})])
    last: date = days.max().date()
    return last


def _recent(spending: Spending, day: date) -> Spending:
    """Return the years up to this one without a gap; refuse fewer than three before."""
    spent = spending.spent.max(axis=(0, 2), initial=0) > 0
    quiet = np.flatnonzero(~spent[:-1])
    cut = int(quiet[-1]) + 1 if len(quiet) else 0
    whole = len(spent) - 1 - cut
    if whole < _YEARS:
        raise_if_any([Problem("L1-no-history", words={"found": whole, "as_of": day})])
    return replace(
        spending,
        first=spending.first + cut,
        opening=spending.opening[:, cut:],
        income=spending.income[:, cut:],
        spent=spending.spent[:, cut:],
        seen=spending.seen[cut:],
    )


def _by(member: Integers, amounts: Fen, size: int) -> Fen:
    """Return sums over the cells of each recipient, along the first axis."""
    sums = np.zeros((size, *amounts.shape[1:]), dtype=np.int64)
    np.add.at(sums, member, amounts)
    return sums
