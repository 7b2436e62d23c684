"""The file of the book: made, opened, and what can be wrong with it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Says in the file's head that it is a book (``BOKU``), and which version of the schema it has.
APPLICATION, VERSION = 0x424F4B55, 1
#: Seconds to wait for another process that is writing.
PATIENCE = 60
#: From each version to the next: nothing yet.
MIGRATIONS: dict[int, str] = {}

#: What is said of SQLite's errors, by how their names start.
_SAID = {
    "SQLITE_CONSTRAINT": "L12-refused",
    "SQLITE_NOTADB": "L12-not-a-book",
    "SQLITE_CORRUPT": "L12-damaged",
    "SQLITE_BUSY": "L12-busy",
    "SQLITE_LOCKED": "L12-busy",
    "SQLITE_FULL": "L12-disk-full",
    "SQLITE_READONLY": "L12-read-only",
}


def schema() -> str:
    """Return the schema of a new book."""
    return files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")


def create(path: Path, settings: Mapping[str, str]) -> sqlite3.Connection:
    """Make a new, empty book; refuse a file that is there, leave none that is not whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=False)
    except FileExistsError as error:
        words = {"found": str(path)}
        raise InputError([Problem("L12-book-exists", words=words)]) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        return _filled(path, settings)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _filled(path: Path, settings: Mapping[str, str]) -> sqlite3.Connection:
    """Write the schema and the settings into a new file, in one transaction."""
    with told(path):
        connection = _connected(path)
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;{schema()}PRAGMA application_id = {APPLICATION};"
                f"PRAGMA user_version = {VERSION};"
            )
            connection.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
    return connection


def open_book(path: Path) -> sqlite3.Connection:
    """Open a book; an older version is brought up to date, after a copy was made beside it.

    Raises
    ------
    InputError
        If there is no file, it is no book, damaged, or of a newer version.
    """
    if not path.is_file():
        raise_if_any([Problem("L12-no-book", words={"found": str(path)})])
    with told(path):
        connection = _connected(path)
        try:
            _up_to_date(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that it is a book of this version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise_if_any([Problem("L12-not-a-book", words={"found": str(path)})])
    if version > VERSION:
        words = {"found": version, "allowed": VERSION}
        raise_if_any([Problem("L12-book-newer", words=words)])
    if version < VERSION:
        _migrate(connection, path, version)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    # 64 MB, in KB: a large journal is written at the end, not page by page.
    connection.execute("PRAGMA cache_size = -65536")
    # SQLite's usual rollback journal, not WAL: no other file belongs to the book between commands,
    # so it can be copied, mailed and kept on a shared folder as one file.
    # Every journal that was reported as saved is on the disk, whatever happens next.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring an older book up to date in one transaction; its copy stands beside it."""
    backup = path.with_name(f"{path.name}.v{version}")
    with sqlite3.connect(backup) as copy:
        connection.backup(copy)
    copy.close()
    script = "".join(MIGRATIONS[step] for step in range(version, VERSION))
    connection.executescript(f"BEGIN IMMEDIATE;{script}PRAGMA user_version = {VERSION};COMMIT;")


@contextmanager
def writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Do everything inside in one transaction that nobody else can interrupt, or nothing."""
    with told(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reading(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Read everything inside as of one moment: nobody posts in between."""
    with told(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in words what SQLite says of a file."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        raise InputError([_problem(path, error)]) from error


def _problem(path: Path, error: sqlite3.DatabaseError) -> Problem:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name == "SQLITE_CONSTRAINT_TRIGGER":
        code = "L12-posted-already" if str(error) == "origin" else "L12-refused"
        return Problem(code, words={"found": str(path), "reason": str(error)})
    code = next((code for start, code in _SAID.items() if name.startswith(start)), "L12-cannot-use")
    return Problem(code, words={"found": str(path), "reason": name})


def _unwritable(path: Path, error: OSError) -> InputError:
    words = {"found": str(path), "reason": error.strerror or type(error).__name__}
    return InputError([Problem("L12-cannot-use", words=words)])
