"""``allocation.Book``: the book as people use it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from allocation.errors import Problem, raise_if_any
from allocation.ledger import checks, closing, database, posting, queries, reversal
from allocation.ledger.issues import issuing, not_again
from allocation.ledger.posting import Made

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime
    from types import TracebackType

    import pandas as pd

    from allocation.disbursement.issue import Issue
    from allocation.ledger.records import Holder, Movement


class Book:
    """A book of public money in one SQLite file: append-only, double entry, in whole fen.

    Several processes may have it open. Close it, or use ``with``: a closed book is one whole file
    that may be copied.

    >>> import tempfile
    >>> from allocation.ledger.records import Line, Movement
    >>> line = Line("外经贸发展专项资金", 2023)
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Book.create(Path(folder.name) / "book.db") as book:
    ...     journal = book.post([Movement("receive", line, "320000", 100, "2023-05-10")])
    ...     int(book.positions().query("recipient == '320000'")["available"].sum())
    100
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def create(cls, path: Path | str, *, title: str = "", synthetic: bool = False) -> Self:
        """Make a new book.

        Parameters
        ----------
        title
            What stands above every paper of it.
        synthetic
            Whether its figures are made up; every paper then says so.

        Raises
        ------
        InputError
            If the file is there already or cannot be written.
        """
        settings = {"title": title, "synthetic": "1" if synthetic else ""}
        return cls(database.create(Path(path), settings), Path(path))

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a book.

        Raises
        ------
        InputError
            If there is none, or it cannot be read.
        """
        return cls(database.open_book(Path(path)), Path(path))

    def close(self) -> None:
        """Close the file; what was posted is in it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The open file, for questions that no method answers."""
        return self._connection

    @property
    def title(self) -> str:
        """What stands above every paper of it."""
        return self._setting("title")

    @property
    def synthetic(self) -> bool:
        """Whether its figures are made up (合成数据)."""
        return bool(self._setting("synthetic"))

    def _setting(self, key: str) -> str:
        row = self._read("SELECT value FROM setting WHERE key = ?", (key,))
        return str(row[0][0]) if row else ""

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        with database.told(self.path):
            return self._connection.execute(query, values).fetchall()

    # ---- writing ----

    def post(
        self,
        movements: Sequence[Movement],
        made: Made | None = None,
        holders: Sequence[Holder] = (),
        *,
        state: str | None = None,
    ) -> int:
        """Post movements as one journal, all or none; return its number.

        When this returns, they are on the disk. With ``state``, only if the book is still in that
        state (:attr:`state`): what was decided on older figures is refused.

        Raises
        ------
        InputError
            With every problem: an amount, a day, an account, an unknown holder, money that is not
            there.
        """
        with database.writing(self._connection, self.path):
            if state is not None and self.state != state:
                raise_if_any([Problem("L12-book-changed", words={"found": str(self.path)})])
            return posting.post(self._connection, movements, made or Made("manual"), holders)

    def issue(
        self,
        issue: Issue,
        *,
        fund: str,
        on: date,
        batch: str = "",
        document: str = "",
        direct: bool = False,
        under: str = "",
        received: bool = True,
    ) -> int:
        """Post what an allocation issues (:func:`allocation.ledger.issues.issuing`).

        Raises
        ------
        InputError
            If it is not known below whom a recipient stands, the same was issued already, or the
            money is not there.
        """
        movements, holders = issuing(
            issue,
            fund=fund,
            on=on,
            batch=batch,
            document=document,
            direct=direct,
            under=under,
            received=received,
        )
        with database.writing(self._connection, self.path):
            not_again(self._connection, movements)
            return posting.post(self._connection, movements, Made("issue"), holders)

    def reverse(self, number: int, reason: str, on: date, *, whole: bool = False) -> int:
        """Post the exact opposite of an entry; return the journal.

        With ``whole`` the number is a journal's, such as that of an import, and all of it that is
        not reversed yet is.

        Raises
        ------
        InputError
            If there is no such entry or journal, it is reversed already or a reversal itself, no
            reason is given, or the money has moved on.
        """
        with database.writing(self._connection, self.path):
            return reversal.reverse(self._connection, number, reason, on, whole=whole)

    def closing(self, year: int) -> list[Movement]:
        """Return the movements that would close a year."""
        with database.told(self.path):
            return closing.closing(self._connection, year)

    def close_year(self, year: int) -> int:
        """Carry over what is unspent of a year, and take as surplus what was carried over before.

        Raises
        ------
        InputError
            If nothing is left to close.
        """
        with database.writing(self._connection, self.path):
            movements = closing.closing(self._connection, year)
            if not movements:
                raise_if_any([Problem("L12-nothing-to-close", words={"found": year})])
            return posting.post(self._connection, movements, Made("close"))

    # ---- reading ----

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything inside a ``with`` as of one moment; who posts meanwhile waits."""
        return database.reading(self._connection, self.path)

    def flows(
        self, as_of: date | None = None, known_on: datetime | None = None, *, daily: bool = True
    ) -> pd.DataFrame:
        """Return what moved (:func:`allocation.ledger.queries.flows`)."""
        with database.told(self.path):
            return queries.flows(self._connection, as_of, known_on, daily=daily)

    def positions(
        self, as_of: date | None = None, known_on: datetime | None = None
    ) -> pd.DataFrame:
        """Return balances (:func:`allocation.ledger.queries.positions`)."""
        with database.told(self.path):
            return queries.positions(self._connection, as_of, known_on)

    def entries(self, *, recipient: str = "", last: int = 0) -> pd.DataFrame:
        """Return entries in order: all or the last few, of everybody or of a recipient (code)."""
        where, values = ("WHERE low.code = ?", (recipient,)) if recipient else ("", ())
        with database.told(self.path):
            return queries.entries(self._connection, where, values, last)

    def known_origins(self, hashes: Sequence[str]) -> set[str]:
        """Return which origin hashes are in the book."""
        import json

        query = (
            "SELECT origin_hash FROM entry WHERE origin_hash IN (SELECT value FROM json_each(?))"
        )
        return {str(row[0]) for row in self._read(query, (json.dumps(list(hashes)),))}

    @property
    def holders(self) -> dict[str, Holder]:
        """Everybody in the book, by code."""
        from allocation.ledger.records import Holder

        rows = self._read(
            "SELECT holder.code, holder.name, holder.level, coalesce(up.code, '')"
            " FROM holder LEFT JOIN holder AS up ON up.id = holder.parent ORDER BY holder.id"
        )
        return {str(row[0]): Holder(*row) for row in rows}  # type: ignore[arg-type]

    @property
    def state(self) -> str:
        """The hash of the last journal: it changes with whatever is posted."""
        rows = self._read("SELECT hash FROM journal ORDER BY id DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    def check(self) -> tuple[checks.Finding, ...]:
        """Look at everything the book must be (:mod:`allocation.ledger.checks`)."""
        with self.snapshot():
            return checks.check(self._connection)
