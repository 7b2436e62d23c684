"""Any sequence of operations keeps the book equal to a plain dictionary of balances."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from books import UNIT, ZONES, move, sound
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from allocation.errors import InputError
from allocation.ledger.book import Book
from allocation.ledger.records import WAYS

KINDS = ("receive", "issue", "commit", "release", "disburse", "spend", "refund", "recover")
NAMES = {"available": "issued"}
DAYS = st.integers(1, 28)


def codes_of(write):
    """Return the codes a writing is refused with, none if it is not."""
    try:
        write()
    except InputError as error:
        return {problem.code for problem in error.problems}
    return set()


class Accounts(RuleBasedStateMachine):
    """Money moves between accounts by day; the model keeps every day's changes in a list."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.book = Book.create(Path(self.folder.name) / "book.db")
        self.changes = []
        self.reversible = {}

    def teardown(self):
        assert sound(self.book)
        self.book.close()
        self.folder.cleanup()

    def lands(self, movements):
        """Return the changes if no account ends any day below zero, else None."""
        new = [*self.changes]
        for source, target, amount, day in movements:
            new += [(source, day, -amount), (target, day, amount)]
        for account in {change[0] for change in new} - {("central", "source")}:
            days = sorted({day for who, day, _ in new if who == account})
            sums = [sum(a for who, d, a in new if who == account and d <= day) for day in days]
            if any(total < 0 for total in sums):
                return None
        return new

    @staticmethod
    def sides(kind, holder, source):
        ways = WAYS[kind]
        upper = "central" if holder == UNIT else UNIT
        pair = {"same": (holder, holder), "down": (upper, holder), "up": (holder, upper)}
        low, high = pair[ways.held]
        return (low, source), (high, ways.targets[0])

    @initialize()
    def start(self):
        self.post([("receive", UNIT, 500, 1, "source")])

    def post(self, asked):
        movements = [
            move(kind, holder, amount, f"2023-06-{day:02d}", source=source)
            for kind, holder, amount, day, source in asked
        ]
        sides = [
            (*self.sides(kind, holder, source), amount, day)
            for kind, holder, amount, day, source in asked
        ]
        new = self.lands(sides)
        refused = codes_of(lambda: self.book.post(movements))
        assert refused == (set() if new else {"L12-below-zero"})
        if new is None:
            return
        self.changes = new
        first = int(self.book.entries()["entry"].max()) - len(sides) + 1
        self.reversible |= {first + at: side for at, side in enumerate(sides)}

    @rule(data=st.data(), size=st.integers(1, 3))
    def move_some(self, data, size):
        asked = []
        for _ in range(size):
            kind = data.draw(st.sampled_from(KINDS))
            holder = UNIT if kind == "receive" else data.draw(st.sampled_from(ZONES))
            source = data.draw(st.sampled_from(WAYS[kind].sources))
            asked.append((kind, holder, data.draw(st.integers(1, 300)), data.draw(DAYS), source))
        self.post(asked)

    @rule(data=st.data(), day=DAYS)
    def reverse(self, data, day):
        if not self.reversible:
            return
        entry = data.draw(st.sampled_from(sorted(self.reversible)))
        source, target, amount, before = self.reversible[entry]
        new = self.lands([(target, source, amount, day)])
        refused = codes_of(lambda: self.book.reverse(entry, "冲销", date(2023, 6, day)))
        expected = set() if new else {"L12-below-zero"}
        assert refused == ({"L12-reversed-before"} if day < before else expected)
        if refused:
            return
        self.changes = new
        del self.reversible[entry]

    @invariant()
    def the_book_says_the_same(self):
        for day in (10, 28):
            self.same_on(day)

    def same_on(self, day):
        table = self.book.positions(date(2023, 6, day))
        found = {
            (row["recipient"], NAMES.get(column, column)): row[column]
            for _, row in table.iterrows()
            for column in ("source", "available", *WAYS_COLUMNS)
            if row[column]
        }
        expected = {}
        for account, on, amount in self.changes:
            if on <= day:
                expected[account] = expected.get(account, 0) + amount
        assert found == {key: amount for key, amount in expected.items() if amount}
        assert sum(found.values()) == 0


WAYS_COLUMNS = ("committed", "disbursed", "spent", "carried_over", "surplus", "recovered")
TestAccounts = Accounts.TestCase
TestAccounts.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
