"""The file of the book: what can be wrong with it, and what happens then."""

import sqlite3
import subprocess
import sys

import pytest
from books import ZONES, balance, fund, move, sound

from allocation.errors import InputError
from allocation.ledger import database
from allocation.ledger.book import Book


def test_a_new_book_overwrites_nothing(book):
    with pytest.raises(InputError, match="L12-book-exists"):
        Book.create(book.path)


def test_no_book_and_no_book_of_ours(tmp_path):
    with pytest.raises(InputError, match="L12-no-book"):
        Book.open(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("这不是账簿" * 200, encoding="utf-8")
    with pytest.raises(InputError, match="L12-not-a-book"):
        Book.open(tmp_path / "text.db")
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE entry (id INTEGER)")
    other.close()
    with pytest.raises(InputError, match="L12-not-a-book"):
        Book.open(tmp_path / "other.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(InputError, match="L12-not-a-book"):
        Book.open(tmp_path / "empty.db")


def test_a_newer_book_is_refused(book):
    book._connection.execute("PRAGMA user_version = 99")
    book.close()
    with pytest.raises(InputError, match="L12-book-newer"):
        Book.open(book.path)


def test_an_older_book_is_brought_up_to_date_after_a_copy(funded, monkeypatch):
    funded.close()
    monkeypatch.setattr(database, "VERSION", 2)
    step = "ALTER TABLE setting ADD COLUMN note TEXT;"
    monkeypatch.setattr(database, "MIGRATIONS", {1: step})
    with Book.open(funded.path) as found:
        assert found._connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert balance(found, ZONES[0]) == 200
    backup = funded.path.with_name("book.db.v1")
    monkeypatch.setattr(database, "VERSION", 1)
    with Book.open(backup) as copy:
        assert balance(copy, ZONES[0]) == 200
        assert sound(copy)


def test_a_migration_that_fails_changes_nothing(funded, monkeypatch):
    funded.close()
    monkeypatch.setattr(database, "VERSION", 2)
    monkeypatch.setattr(database, "MIGRATIONS", {1: "DROP TABLE daily; SELECT nonsense;"})
    with pytest.raises(InputError, match="L12-cannot-use"):
        Book.open(funded.path)
    monkeypatch.setattr(database, "VERSION", 1)
    with Book.open(funded.path) as found:
        assert sound(found)


def test_a_damaged_book_is_found(funded):
    for _ in range(40):
        funded.post([move("disburse", ZONES[0], 1, note="长" * 500)])
    funded.close()
    content = bytearray(funded.path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = b"\xff" * 4096
    funded.path.write_bytes(content)
    assert not _opens_sound(funded.path)


def _opens_sound(path):
    try:
        with Book.open(path) as found:
            return sound(found)
    except InputError as error:
        return error.problems[0].code not in {"L12-damaged", "L12-not-a-book"}


def test_a_full_disk_leaves_the_book_as_it_was(funded):
    state, pages = funded.state, funded._connection.execute("PRAGMA page_count").fetchone()[0]
    funded._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    many = [move("disburse", ZONES[0], 1, note="长" * 900) for _ in range(100)]
    with pytest.raises(InputError, match="L12-disk-full"):
        funded.post(many)
    assert funded.state == state
    funded._connection.execute("PRAGMA max_page_count = 1000000")
    funded.post(many)
    assert sound(funded)


def test_a_limit_on_the_file_leaves_the_book_as_it_was(funded):
    """As on a disk that is really full: the write itself fails."""
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from allocation.ledger.book import Book\n"
        "sys.path.insert(0, 'tests/support')\n"
        "from books import ZONES, move\n"
        "book = Book.open(sys.argv[1])\n"
        "size = book.path.stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))\n"
        "try:\n"
        "    book.post([move('disburse', ZONES[0], 1, note='长' * 900) for _ in range(100)])\n"
        "except Exception as error:\n"
        "    print(error.problems[0].code)\n"
    )
    funded.close()
    ended = subprocess.run(
        [sys.executable, "-c", script, str(funded.path)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() in {"L12-disk-full", "L12-cannot-use"}
    with Book.open(funded.path) as found:
        assert balance(found, ZONES[0]) == 200
        assert sound(found)


def test_a_read_only_file_can_be_read_and_says_so_when_written(funded):
    funded.close()
    read_only = f"file:{funded.path}?mode=ro"
    connection = sqlite3.connect(read_only, uri=True, isolation_level=None)
    book = Book(connection, funded.path)
    assert balance(book, ZONES[0]) == 200
    with pytest.raises(InputError, match="L12-read-only"):
        book.post([move("disburse", ZONES[0], 1)])
    book.close()


def test_a_book_that_is_kept_busy_says_so(funded, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    other = sqlite3.connect(funded.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Book.open(funded.path) as second, pytest.raises(InputError, match="L12-busy"):
        second.post([move("disburse", ZONES[0], 1)])
    other.execute("ROLLBACK")
    other.close()


def test_the_same_movements_make_the_same_book(tmp_path):
    tables = []
    for name in ("a", "b"):
        with Book.create(tmp_path / f"{name}.db") as book:
            fund(book)
            tables.append(book.entries().drop(columns="recorded_at"))
    assert tables[0].equals(tables[1])


def test_a_book_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "schema", lambda: "CREATE TABLE line (id INTEGER); nonsense;")
    with pytest.raises(InputError, match="L12-cannot-use"):
        Book.create(tmp_path / "book.db")
    assert list(tmp_path.iterdir()) == []


def test_the_same_origin_is_posted_once(funded):
    funded.post([move("disburse", ZONES[0], 1, origin_hash="x")])
    for keys in (["x"], ["y", "y"]):
        with pytest.raises(InputError, match="L12-posted-already"):
            funded.post([move("disburse", ZONES[0], 1, origin_hash=key) for key in keys])
    assert balance(funded, ZONES[0]) == 199
    assert sound(funded)
