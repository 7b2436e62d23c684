"""What is written into the book: lines of money, who holds it, and how it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AccountKind = Literal[
    "source", "issued", "committed", "disbursed", "spent", "carried_over", "surplus", "recovered"
]
MovementKind = Literal[
    "receive",
    "issue",
    "commit",
    "release",
    "disburse",
    "spend",
    "refund",
    "carry_over",
    "reopen",
    "lapse",
    "recover",
    "return",
]
Level = Literal["central", "unit", "city", "zone", "project"]
MadeBy = Literal["issue", "import", "manual", "close", "reverse", "reallocate"]

ACCOUNTS: tuple[AccountKind, ...] = get_args(AccountKind)
MOVEMENTS: tuple[MovementKind, ...] = get_args(MovementKind)
LEVELS: tuple[Level, ...] = get_args(Level)
#: Code of the one holder above all others.
CENTRAL = "central"


class Ways(NamedTuple):
    """From which accounts a movement may start, the usual one first, and where it ends.

    ``held`` says at whom: ``same`` at one holder, ``down`` from a parent to a child, ``up`` back.
    """

    sources: tuple[AccountKind, ...]
    targets: tuple[AccountKind, ...]
    held: Literal["same", "down", "up"]


_OPEN: tuple[AccountKind, ...] = ("issued", "committed", "disbursed", "recovered")
#: What ``movement`` in the schema says, for choosing accounts; a test compares the two.
WAYS: Mapping[MovementKind, Ways] = {
    "receive": Ways(("source",), ("issued",), "down"),
    "issue": Ways(("issued", "recovered"), ("issued",), "down"),
    "commit": Ways(("issued",), ("committed",), "same"),
    "release": Ways(("committed",), ("issued",), "same"),
    "disburse": Ways(("issued", "committed"), ("disbursed",), "same"),
    "spend": Ways(("disbursed",), ("spent",), "same"),
    "refund": Ways(("disbursed",), ("issued",), "same"),
    "carry_over": Ways(_OPEN, ("carried_over",), "same"),
    "reopen": Ways(("carried_over",), _OPEN, "same"),
    "lapse": Ways(_OPEN, ("surplus",), "same"),
    "recover": Ways(("issued", "disbursed", "surplus"), ("recovered",), "up"),
    "return": Ways(("recovered", "surplus"), ("source",), "up"),
}


class Line(NamedTuple):
    """资金: one kind of money; no movement changes it."""

    fund: str
    year: int
    batch: str = ""
    purpose: str = ""
    direct: bool = False


def line_of(columns: Sequence[Any]) -> Line:
    """Return the line of its five columns in the book."""
    fund, year, batch, purpose, direct = columns[:5]
    return Line(fund, year, batch, purpose, bool(direct))


class Holder(NamedTuple):
    """Who holds money; ``parent`` is the code of the next level up, empty for the centre."""

    code: str
    name: str
    level: Level
    parent: str


class Movement(NamedTuple):
    """One transfer of ``amount`` fen on the day ``on`` (ISO), seen from its lower end.

    Parameters
    ----------
    holder
        Code of the lower holder: who receives at ``receive`` and ``issue``, who gives at
        ``recover`` and ``return``, else whose it is.
    source, target
        The account it starts from or ends in, where the kind leaves a choice; empty: the usual.
    origin, origin_hash
        Where it was read (``file!sheet!row``), and a hash that no other movement may share.
    """

    kind: MovementKind
    line: Line
    holder: str
    amount: int
    on: str
    source: AccountKind | Literal[""] = ""
    target: AccountKind | Literal[""] = ""
    document: str = ""
    note: str = ""
    origin: str = ""
    origin_hash: str | None = None
