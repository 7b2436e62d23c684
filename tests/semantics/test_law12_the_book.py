"""Law 12: the book is append-only and double-entry; SQLite itself refuses what may not be."""

import sqlite3
from datetime import date, datetime
from itertools import pairwise

import pytest
from books import UNIT, ZONES, balance, fund, move, sound

import allocation
from allocation.errors import InputError
from allocation.ledger.book import Book
from allocation.ledger.records import LEVELS, WAYS, Holder, Line, Movement

ENTRY = "INSERT INTO entry (id, journal, kind, source, target, amount, valid_on)"
AGAIN = ENTRY.replace("INSERT", "INSERT OR REPLACE")


@pytest.fixture
def book(tmp_path):
    with Book.create(tmp_path / "book.db", title="江苏省") as made:
        yield made


@pytest.fixture
def funded(book):
    return fund(book)


def raw(book):
    """Return a connection that knows nothing of our code, foreign keys off as is SQLite's way."""
    return sqlite3.connect(book.path)


# ---- refused by the database, whoever asks ------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET amount = 1 WHERE id = 1",
        "UPDATE entry SET note = 'x' WHERE id = 2",
        "DELETE FROM entry",
        "UPDATE journal SET recorded_at = '2000-01-01' WHERE id = 1",
        "DELETE FROM journal WHERE id = 1",
        "UPDATE account SET balance = balance + 1 WHERE kind = 'issued'",
        "UPDATE account SET balance = 5, last_journal = 99",
        "UPDATE account SET balance = 5, last_journal = 2 WHERE id = 1",
        "UPDATE account SET kind = 'spent' WHERE kind = 'issued'",
        "DELETE FROM account",
        "UPDATE line SET direct = 1",
        "DELETE FROM line",
        "UPDATE holder SET parent = 1 WHERE level = 'zone'",
        "UPDATE holder SET name = 'x'",
        "DELETE FROM holder",
        "DELETE FROM sealed",
        "UPDATE sealed SET journal = 9",
        "INSERT INTO sealed VALUES (3)",
        "INSERT INTO account (line, holder, kind, balance) VALUES (1, 1, 'spent', 7)",
        "INSERT INTO daily VALUES (1, 2, 'receive', '2023-06-01', 5)",
        "UPDATE daily SET amount = amount + 1",
        "DELETE FROM daily",
        "INSERT INTO movement VALUES ('spend', 'issued', 'source', 'same')",
        "UPDATE movement SET way = 'up'",
        "DELETE FROM movement",
        "REPLACE INTO account (id, line, holder, kind) VALUES (2, 1, 1, 'issued')",
        "REPLACE INTO account (line, holder, kind) SELECT line, holder, kind FROM account",
        "REPLACE INTO line SELECT id, fund, year, batch, purpose, 1 FROM line",
        "REPLACE INTO line SELECT NULL, fund, year, batch, purpose, direct FROM line",
        "REPLACE INTO holder SELECT id, code, name, level, 1 FROM holder",
        "REPLACE INTO holder SELECT NULL, code, 'x', level, 1 FROM holder",
        "REPLACE INTO journal SELECT * FROM journal",
        "REPLACE INTO journal SELECT 3, 'issue', '3', '', '', 1, 1, 1, hash, hash FROM journal",
        "REPLACE INTO sealed VALUES (2)",
        "REPLACE INTO daily SELECT source, target, kind, day, amount + 1 FROM daily",
        f"{ENTRY} VALUES (5, 2, 'issue', 2, 3, 5, '2023-06-01')",
        f"{ENTRY} VALUES (5, 4, 'issue', 2, 3, 5, '2023-06-01')",
        f"{ENTRY} VALUES (6, 3, 'issue', 2, 3, 5, '2023-06-01')",
        f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, -5, '2023-06-01')",
        f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, 5.5, '2023-06-01')",
        f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, 5, 'June')",
        f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, 5, '2023-02-30')",
        f"{AGAIN} VALUES (2, 3, 'issue', 2, 3, 5, '2023-06-01')",
    ],
)
def test_sqlite_refuses_edits_and_forgeries(funded, statement):
    before, said = funded.entries(), funded.positions()
    connection = raw(funded)
    with pytest.raises(sqlite3.DatabaseError):
        connection.execute(statement)
    connection.close()
    assert funded.entries().equals(before)
    assert funded.positions().equals(said)
    assert sound(funded)


@pytest.mark.parametrize("column", ["origin_hash", "reverses"])
def test_replacing_by_another_key_deletes_no_entry(funded, column):
    """INSERT OR REPLACE deletes whatever stands in its way, by any key, and asks no trigger."""
    funded.post([move("disburse", ZONES[0], 50, origin_hash="7")])
    funded.reverse(5, "记错", date(2023, 6, 1))
    connection = raw(funded)
    sql = AGAIN.replace("valid_on", f"valid_on, {column}")
    value = "7" if column == "origin_hash" else 5
    with pytest.raises(sqlite3.IntegrityError, match=r"origin|entry"):
        connection.execute(f"{sql} VALUES (7, 5, 'issue', 2, 3, 5, '2023-06-01', ?)", (value,))
    connection.close()
    assert len(funded.entries()) == 6
    assert sound(funded)


def sealed_by_hand(book, entries, amount=None, checks=True):
    """Write entries and their journal without our code; return what SQLite says."""
    connection = raw(book)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA ignore_check_constraints = {int(not checks)}")
    journal, previous = connection.execute(
        "SELECT id + 1, hash FROM journal ORDER BY id DESC"
    ).fetchone()
    (last,) = connection.execute("SELECT max(id) FROM entry").fetchone()
    try:
        connection.executemany(
            "INSERT INTO entry (id, journal, kind, source, target, amount, valid_on, reverses)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(last + 1 + at, journal, *entry) for at, entry in enumerate(entries)],
        )
        total = sum(entry[3] for entry in entries) if amount is None else amount
        connection.execute(
            "INSERT INTO journal VALUES (?, 'manual', '2099-01-01', '', '', ?, ?, 1, ?, 'x')",
            (journal, len(entries), total, previous),
        )
        connection.commit()
    finally:
        connection.close()


def account(book, holder, kind, year="2023"):
    connection = raw(book)
    (found,) = connection.execute(
        "SELECT account.id FROM account JOIN holder ON holder.id = account.holder"
        " JOIN line ON line.id = account.line WHERE code = ? AND kind = ? AND year = ?",
        (holder, kind, year),
    ).fetchone()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("way", "movement"),
        ("parent", "movement"),
        ("line", "movement"),
        ("short", "never_below_zero"),
        ("count", "count"),
        ("opposite", "reversal"),
        ("twice", "entry"),
        ("unchecked short", "below-zero"),
        ("unchecked amount", "count"),
    ],
)
def test_sqlite_refuses_to_seal_what_may_not_be(funded, fault, said):
    funded.post([move("disburse", ZONES[0], 50)])
    other_line = Line("外经贸发展专项资金", 2024)
    funded.post([Movement("receive", other_line, UNIT, 100, "2023-05-10")])
    one, other = (account(funded, zone, "issued") for zone in ZONES[:2])
    paid, unit = account(funded, ZONES[0], "disbursed"), account(funded, UNIT, "issued")
    elsewhere = account(funded, UNIT, "issued", "2024")
    day = "2023-07-01"
    entries, amount = {
        "way": ([("spend", one, paid, 10, day, None)], None),
        "parent": ([("issue", one, other, 10, day, None)], None),
        "line": ([("issue", elsewhere, one, 10, day, None)], None),
        "short": ([("disburse", one, paid, 151, day, None)], None),
        "count": ([("disburse", one, paid, 10, day, None)], 11),
        "opposite": ([("issue", one, unit, 199, day, 2)], None),
        "twice": ([("issue", one, unit, 150, day, 2), ("issue", one, unit, 150, day, 2)], None),
        "unchecked short": ([("disburse", one, paid, 151, day, None)], None),
        "unchecked amount": ([("disburse", one, paid, -1, day, None)], None),
    }[fault]
    with pytest.raises(sqlite3.IntegrityError, match=said):
        sealed_by_hand(funded, entries, amount, checks="unchecked" not in fault)
    assert sound(funded)


def test_entries_without_a_journal_are_refused_at_commit(funded):
    connection = raw(funded)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, 5, '2023-06-01')")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        connection.commit()
    connection.close()


def test_entries_that_no_journal_seals_were_never_posted(funded):
    """With foreign keys off they stay in the file: they count nowhere, are found, and can go."""
    said = funded.positions()
    connection = raw(funded)
    connection.execute(f"{ENTRY} VALUES (5, 3, 'issue', 2, 3, 5, '2023-06-01')")
    connection.commit()
    assert funded.positions().equals(said)
    assert {finding.check for finding in funded.check() if finding.places} >= {"file", "chain"}
    with pytest.raises(InputError, match="L12-refused"):
        funded.post([move("disburse", ZONES[0], 50)])
    connection.execute("DELETE FROM entry WHERE journal = 3")
    connection.commit()
    connection.close()
    funded.post([move("disburse", ZONES[0], 50)])
    assert sound(funded)


def test_a_sealed_forgery_is_found_by_the_chain(funded):
    one, unit = account(funded, ZONES[0], "issued"), account(funded, UNIT, "issued")
    sealed_by_hand(funded, [("issue", unit, one, 5, "2023-07-01", None)])
    found = {finding.check for finding in funded.check() if finding.places}
    assert found == {"chain"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE entry SET amount = amount + 1 WHERE id = 2", "balances"),
        ("UPDATE entry SET note = 'x' WHERE id = 2", "chain"),
        ("UPDATE line SET direct = 1", "chain"),
        ("UPDATE holder SET name = 'x' WHERE code = '320000'", "chain"),
        ("UPDATE account SET balance = balance + 1 WHERE id = 2", "balances"),
        ("UPDATE daily SET amount = amount + 1", "sums"),
        ("DELETE FROM journal WHERE id = 2", "file"),
        ("UPDATE entry SET valid_on = '2023-01-01' WHERE id = 2", "chain"),
        ("DELETE FROM movement WHERE kind = 'issue'", "movements"),
        ("CREATE TRIGGER more AFTER INSERT ON line BEGIN SELECT 1; END", "guards"),
    ],
)
def test_who_removes_the_guards_is_found(funded, statement, check):
    connection = raw(funded)
    triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    found = {finding.check for finding in funded.check() if finding.places}
    assert {"guards", check} <= found


# ---- what our own code says ---------------------------------------------------------------------


def test_no_day_may_end_below_zero(funded):
    funded.post([move("disburse", ZONES[0], 200, "2023-06-20")])
    with pytest.raises(InputError, match="L12-below-zero") as told:
        funded.post([move("spend", ZONES[0], 50, "2023-06-19")])
    (problem,) = told.value.problems
    assert "2023-06-19" in problem.text("zh")
    assert "已拨未支" in problem.text("zh")
    assert "paid and unspent" in problem.text("en")


def test_a_journal_is_posted_whole_or_not_at_all(funded):
    state = funded.state
    with pytest.raises(InputError) as told:
        funded.post(
            [
                move("disburse", ZONES[0], 10),
                move("disburse", ZONES[1], 201),
                move("disburse", ZONES[2], 300),
            ]
        )
    assert [problem.code for problem in told.value.problems] == ["L12-below-zero"] * 2
    assert funded.state == state


def test_everything_wrong_is_said_at_once(funded):
    with pytest.raises(InputError) as told:
        funded.post(
            [
                move("spend", ZONES[0], 0, origin="a.xlsx!1!2"),
                move("spend", ZONES[0], 5, "2023-02-30"),
                move("spend", ZONES[0], 5, source="issued"),
                move("spend", "central", 5),
            ]
        )
    codes = [problem.code for problem in told.value.problems]
    assert codes == ["L12-amount", "L14-not-a-day", "L12-account", "L12-central"]
    assert str(told.value.problems[0].place) == "a.xlsx!1!2"


def test_a_correction_is_a_reversal(funded):
    funded.post([move("disburse", ZONES[0], 50)])
    entry = int(funded.entries()["entry"].max())
    funded.reverse(entry, "记错对象", date(2023, 6, 2))
    table = funded.entries()
    assert len(table) == entry + 1
    assert table["reverses"].iloc[-1] == entry
    assert balance(funded, ZONES[0]) == 200
    assert balance(funded, ZONES[0], as_of=date(2023, 6, 1)) == 150
    flows = funded.flows().query("kind == 'disburse'")
    assert flows["amount"].tolist() == [50, -50]
    for again, code in ((entry, "L12-reversed"), (entry + 1, "L12-reversal-of-reversal")):
        with pytest.raises(InputError, match=code):
            funded.reverse(again, "再次", date(2023, 6, 3))
    with pytest.raises(InputError, match="L12-no-entry"):
        funded.reverse(999, "没有", date(2023, 6, 3))
    with pytest.raises(InputError) as told:
        funded.reverse(1, " ", date(2023, 1, 1))
    assert {p.code for p in told.value.problems} == {"L12-no-reason", "L12-reversed-before"}


def test_a_whole_journal_is_reversed_at_once(funded):
    before = funded.positions()
    journal = funded.post([move("disburse", zone, 50) for zone in ZONES])
    first = int(funded.entries()["entry"].max()) - 2
    funded.reverse(first, "先冲一笔", date(2023, 6, 2))
    for refused, code in ((date(2023, 5, 1), "L12-reversed-before"), (None, "L12-no-journal")):
        with pytest.raises(InputError, match=code):
            funded.reverse(
                journal if refused else 99, "记错", refused or date(2023, 6, 2), whole=True
            )
    done = funded.reverse(journal, "导错文件", date(2023, 6, 2), whole=True)
    back = funded.entries().query("journal == @done")
    assert back["reverses"].tolist() == [first + 1, first + 2]
    kinds = ["available", "disbursed"]
    assert funded.positions()[kinds].sum().tolist() == before[kinds].sum().tolist()
    assert funded.flows().query("kind == 'disburse'")["amount"].sum() == 0
    assert sound(funded)
    for again, code in ((journal, "L12-reversed"), (done, "L12-reversal-of-reversal")):
        with pytest.raises(InputError, match=code):
            funded.reverse(again, "再次", date(2023, 6, 3), whole=True)


def test_a_journal_whose_money_moved_on_is_reversed_not_even_in_part(funded):
    journal = funded.post([move("disburse", zone, 50) for zone in ZONES])
    funded.post([move("spend", ZONES[1], 20, "2023-06-02")])
    state = funded.state
    with pytest.raises(InputError, match="L12-below-zero"):
        funded.reverse(journal, "导错文件", date(2023, 6, 5), whole=True)
    assert funded.state == state


def test_money_that_moved_on_cannot_be_reversed_away(funded):
    funded.post([move("disburse", ZONES[0], 50)])
    entry = int(funded.entries()["entry"].max())
    funded.post([move("spend", ZONES[0], 20, "2023-06-02")])
    with pytest.raises(InputError, match="L12-below-zero"):
        funded.reverse(entry, "记错", date(2023, 6, 5))


def test_as_of_and_as_known_on_are_two_questions(funded):
    known = max(funded.entries()["recorded_at"])
    funded.post([move("disburse", ZONES[0], 50, "2023-06-01")])
    moment = datetime.fromisoformat(known)
    assert balance(funded, ZONES[0], "disbursed", as_of=date(2023, 6, 30)) == 50
    assert balance(funded, ZONES[0], "disbursed", as_of=date(2023, 5, 31)) == 0
    assert balance(funded, ZONES[0], "disbursed", known_on=moment) == 0
    assert balance(funded, ZONES[0], known_on=moment) == 200


def test_the_sums_of_all_accounts_are_nothing(funded):
    funded.post([move("disburse", ZONES[0], 50), move("recover", ZONES[1], 30)])
    table = funded.positions()
    figures = table.select_dtypes("int64").drop(columns="year")
    assert int(figures.to_numpy().sum()) == 0
    assert balance(funded, UNIT, "recovered") == 30
    funded.post([move("issue", ZONES[2], 30, "2023-09-01", source="recovered")])
    assert balance(funded, ZONES[2]) == 230


def test_closing_carries_over_once_and_then_is_surplus(funded):
    funded.post([move("disburse", ZONES[0], 50), move("spend", ZONES[0], 20)])
    preview = funded.closing(2023)
    assert sum(m.amount for m in preview if m.kind == "carry_over") == 1000 - 20
    funded.close_year(2023)
    assert balance(funded, ZONES[0], "carried_over", as_of=date(2023, 12, 31)) == 180
    assert balance(funded, ZONES[0], as_of=date(2024, 1, 1)) == 150
    assert balance(funded, ZONES[0], "disbursed", as_of=date(2024, 1, 1)) == 30
    with pytest.raises(InputError, match="L12-nothing-to-close"):
        funded.close_year(2023)
    funded.post([move("spend", ZONES[0], 10, "2024-03-01")])
    funded.close_year(2024)
    assert balance(funded, ZONES[0], "surplus") == 170
    assert balance(funded, ZONES[0], "carried_over") == 0
    funded.post([move("recover", ZONES[0], 170, "2025-01-10", source="surplus")])
    funded.post([move("return", UNIT, 170, "2025-01-20")])
    assert sound(funded)


def test_an_issue_is_posted_to_the_fen(book):
    from allocation.disbursement.issue import issue_of

    result = allocation.allocate("jiangsu-2023@recover")
    advance = issue_of(allocation.allocate("jiangsu-2023-advance"))
    book.issue(advance, fund="外经贸", on=date(2022, 11, 20), batch="2023")
    terms = {"fund": "外经贸", "on": date(2023, 5, 30), "batch": "2023", "received": False}
    with pytest.raises(InputError, match="L12-below-zero"):
        book.issue(issue_of(result), **terms)
    book.post([Movement("receive", Line("外经贸", 2023, "2023"), UNIT, 1080_0000_00, "2023-05-10")])
    book.issue(issue_of(result), **terms)
    table = book.positions().set_index("recipient")["available"]
    amounts = dict(zip(result.recipients.ids, result.amounts.tolist(), strict=True))
    assert {key: int(table[key]) for key in amounts} == amounts


def test_who_is_not_in_the_registry_stands_below_a_unit(book):
    from allocation.disbursement.issue import issue_of

    issue = issue_of(allocation.allocate("linhe-2023"))
    with pytest.raises(InputError, match="L12-issue-under"):
        book.issue(issue, fund="外经贸", on=date(2023, 1, 10))
    book.issue(issue, fund="外经贸", on=date(2023, 1, 10), under="150000")
    assert int(book.positions()["available"].sum()) == issue.total
    holder = Holder("warehouse-1", "公共海外仓", "project", "320000")
    with pytest.raises(InputError, match="L12-other-holder"):
        book.post([move("commit", "warehouse-1", 1)], holders=[holder])


def test_the_ways_in_code_are_those_of_the_schema(book):
    connection = raw(book)
    rows = connection.execute("SELECT kind, source, target, way FROM movement").fetchall()
    connection.close()
    said = {
        (kind, source, target, ways.held)
        for kind, ways in WAYS.items()
        for source in ways.sources
        for target in ways.targets
    }
    assert set(rows) == said
    assert all(a != b for a, b in pairwise(sorted(LEVELS)))


def test_names_that_try_tricks_are_only_names(book):
    bad = ["'; DROP TABLE entry; --", "=1+1", "a\x00b", "字" * 10_000, "\u202e反"]
    holders = [Holder(f"p{at}", name, "project", UNIT) for at, name in enumerate(bad)]
    book.post([move("receive", UNIT, 100, "2023-05-01")])
    moves = [move("issue", holder.code, 10) for holder in holders]
    book.post(
        [m._replace(note=n, document=n) for m, n in zip(moves, bad, strict=True)], None, holders
    )
    assert book.entries()["note"].tolist()[1:] == bad
    assert [book.holders[f"p{at}"].name for at in range(len(bad))] == bad
    assert sound(book)


def test_a_closed_book_is_one_file_that_can_be_copied(funded, tmp_path):
    import shutil

    funded.close()
    shutil.copy(funded.path, tmp_path / "copy.db")
    with Book.open(tmp_path / "copy.db") as copy:
        assert balance(copy, ZONES[0]) == 200
        assert copy.title == "江苏省"
