"""Several processes at once, and processes that are killed: nothing lost, nothing doubled."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from books import UNIT, ZONES, balance, move, sound

from allocation.ledger.book import Book
from allocation.report.imported import import_file

SUPPORT = Path(__file__).resolve().parents[1] / "support"
#: Posts journals of three entries and says each one's number when it is posted.
WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from books import ZONES, move
from allocation.ledger.book import Book
with Book.open(sys.argv[1]) as book:
    print("ready", flush=True)
    for turn in range(int(sys.argv[4])):
        zone = ZONES[turn % 3]
        key = f"{sys.argv[3]}-{turn}"
        moves = [
            move("disburse", zone, 2, "2023-07-01", document=key),
            move("spend", zone, 1, "2023-07-02", document=key),
            move("refund", zone, 1, "2023-07-03", document=key),
        ]
        book.post(moves)
        print(key, flush=True)
"""


def started(path, name, turns):
    command = [sys.executable, "-c", WRITER, str(path), str(SUPPORT), name, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def rich_book(tmp_path):
    path = tmp_path / "book.db"
    with Book.create(path) as book:
        book.post([move("receive", UNIT, 10**9, "2023-05-10")])
        book.post([move("issue", zone, 10**8, "2023-05-30") for zone in ZONES])
    return path


def documents(path):
    with Book.open(path) as book:
        assert sound(book)
        found = book.entries()
        counts = found[found["document"] != ""].groupby("document").size()
        # Every journal is there whole.
        assert set(counts) <= {3}
        held = balance(book, ZONES[0], "spent") + balance(book, ZONES[1], "spent")
        assert held + balance(book, ZONES[2], "spent") == len(counts)
        return set(counts.index)


def test_eight_processes_write_at_once(tmp_path, campaign):
    path, turns = rich_book(tmp_path), campaign(small=6, full=60)
    writers = [started(path, f"w{at}", turns) for at in range(8)]
    said = [line for writer in writers for line in writer.communicate(timeout=300)[0].split()]
    assert [writer.returncode for writer in writers] == [0] * 8
    assert documents(path) == set(said) - {"ready"}
    assert len(set(said)) == 8 * turns + 1


def test_a_kill_at_any_instant_loses_nothing_that_was_reported(tmp_path, campaign):
    """The writer may have posted one journal more than it could still say."""
    path, kills = rich_book(tmp_path), campaign(small=6, full=500)
    rng, kept = random.Random(20231), set()
    for turn in range(kills):
        writer = started(path, f"k{turn}", 10_000)
        assert writer.stdout.readline() == "ready\n"
        time.sleep(rng.random() * 0.08)
        writer.send_signal(signal.SIGKILL)
        # Not communicate(): lines that came with "ready" wait in the reader's own buffer.
        said = set(writer.stdout.read().split("\n")[:-1])
        writer.stdout.close()
        writer.wait(timeout=60)
        found = documents(path)
        assert kept | said <= found
        assert len(found - kept - said) <= 1
        kept = found


#: Posts one journal of many entries, or imports a file, and says when it is done.
BIG = """
import sys
sys.path.insert(0, sys.argv[2])
from books import ZONES, move
from allocation.ledger.book import Book
from allocation.report.imported import import_file
with Book.open(sys.argv[1]) as book:
    moves = [move("disburse", zone, 1, "2023-07-01", document=sys.argv[3])
             for zone in ZONES for _ in range(2000)]
    print("ready", flush=True)
    if sys.argv[4] == "post":
        book.post(moves)
    else:
        import_file(book, sys.argv[3], fund="外经贸发展专项资金", year=2023, direct=False)
    print("done", flush=True)
"""


def paid_file(folder, name):
    path = folder / f"{name}.csv"
    rows = [f"2023-07-{1 + at % 28:02d},昆山,0.01,拨付,第二批,ZF{name}-{at}" for at in range(600)]
    path.write_text("\n".join(["日期,单位名称,金额(元),业务类型,批次,支付令号", *rows]), "utf-8")
    return path


def killed(command, wait):
    """Run until it is ready, kill it after a while, and return whether it was done."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    done = "done" in child.stdout.read()
    child.stdout.close()
    child.wait(timeout=60)
    return done


def test_a_kill_while_much_is_posted_leaves_all_of_it_or_nothing(tmp_path, campaign):
    path, rng = rich_book(tmp_path), random.Random(20232)
    for turn in range(campaign(small=4, full=100)):
        with Book.open(path) as book:
            before = len(book.entries())
        name = f"big{turn}"
        command = [sys.executable, "-c", BIG, str(path), str(SUPPORT), name, "post"]
        done = killed(command, rng.random() * 0.25)
        with Book.open(path) as book:
            assert sound(book)
            table = book.entries()
            found = len(table) - before
            assert found == (table["document"] == name).sum()
        assert found in ({6000} if done else {0, 6000})


def test_a_killed_import_is_finished_by_importing_again(tmp_path, campaign):
    path, rng = rich_book(tmp_path), random.Random(20233)
    for turn in range(campaign(small=4, full=100)):
        file = paid_file(tmp_path, f"k{turn}")
        with Book.open(path) as book:
            before = len(book.entries())
        command = [sys.executable, "-c", BIG, str(path), str(SUPPORT), str(file), "import"]
        done = killed(command, rng.random() * 0.5)
        with Book.open(path) as book:
            assert sound(book)
            found = len(book.entries()) - before
            assert found in ({600} if done else {0, 600})
            import_file(book, file, fund="外经贸发展专项资金", year=2023, direct=False)
            assert len(book.entries()) == before + 600


def test_who_checks_or_reads_while_others_write_sees_one_moment(tmp_path, campaign):
    path = rich_book(tmp_path)
    writers = [started(path, f"w{at}", campaign(small=15, full=100)) for at in range(2)]
    with Book.open(path) as book:
        while any(writer.poll() is None for writer in writers):
            assert sound(book)
            with book.snapshot():
                table, held = book.entries(), book.positions()
            spent = table[table["kind"] == "spend"]["amount"].sum()
            assert spent == held["spent"].sum()
    assert [writer.wait() for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
