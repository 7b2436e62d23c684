"""Several processes at once, and processes that are killed: nothing lost, nothing doubled."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from books import UNIT, ZONES, balance, move, sound

from allocation.ledger.book import Book

SUPPORT = Path(__file__).resolve().parents[1] / "support"
#: Posts journals of three entries and says each one's number when it is posted.
WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from books import ZONES, move
from allocation.ledger.book import Book
from allocation.errors import InputError
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
