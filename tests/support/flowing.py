"""Random years in a real book, and what follows from them, entry by entry, in plain Python."""

from collections import defaultdict, deque
from datetime import date, timedelta

from books import UNIT, ZONES
from hypothesis import strategies as st

from allocation.ledger.records import WAYS, Line, Movement

FUND = "外经贸发展专项资金"
LINES = (
    Line(FUND, 2022, "", "展会"),
    Line(FUND, 2023, "提前下达", "展会", direct=True),
    Line(FUND, 2023, "第二批", "物流"),
    Line(FUND, 2024, "提前下达", "展会"),
)
FIRST = date(2022, 11, 1)
SAME = ("commit", "release", "disburse", "spend", "refund")
IDLE = {"disbursed": "cash", "issued": "authority", "committed": "authority"}
IDLE["recovered"] = "authority"

#: Two words: from which account.
KINDS = ("receive", "issue", "recover", "lapse", "recover surplus", "disburse", "spend", *SAME)
#: What happens: kind, line, holder, part of what is there, days since what happened before.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(LINES),
        st.sampled_from(ZONES),
        st.integers(1, 100),
        st.integers(0, 25),
    ),
    min_size=15,
    max_size=45,
)


#: Everybody has money of two years to begin with, some of it paid and some surplus.
START = (
    *(("receive", line, UNIT, 100, 0) for line in LINES[:2]),
    *(("issue", line, zone, 25, 0) for line in LINES[:2] for zone in ZONES),
    *(("disburse", line, ZONES[0], 40, 3) for line in LINES[:2]),
    ("lapse", LINES[0], ZONES[1], 10, 0),
    ("lapse", LINES[1], ZONES[0], 10, 0),
)


def sides(kind, holder, source, target):
    ways = WAYS[kind]
    upper = "central" if holder == UNIT else UNIT
    start = upper if ways.held == "down" else holder
    end = upper if ways.held == "up" else holder
    return (start, source), (end, target)


def fill(book, steps, backward=True):
    """Post a start, then the steps that are possible; return the movements in order."""
    posted, held, day, closed = [], defaultdict(int), FIRST, False
    for said, line, zone, part, later in (*START, *steps):
        kind, _, named = said.partition(" ")
        day += timedelta(later)
        if not closed and day.year > 2022:
            closed = True
            posted += _close(book, held)
        if not backward and kind in {"refund", "recover", "lapse", "release"}:
            continue
        holder = UNIT if kind == "receive" else zone
        source, target = named or WAYS[kind].sources[0], WAYS[kind].targets[0]
        start, end = sides(kind, holder, source, target)
        there = 10_000 if kind == "receive" else held[line, *start]
        amount = there * part // 100
        if not amount:
            continue
        move = Movement(kind, line, holder, amount, day.isoformat(), source, target)
        book.post([move])
        posted.append(move)
        held[line, *start] -= amount
        held[line, *end] += amount
    return posted


def _close(book, held):
    moves = book.closing(2022)
    if moves:
        book.close_year(2022)
    usual = []
    for move in moves:
        source = move.source or WAYS[move.kind].sources[0]
        target = move.target or WAYS[move.kind].targets[0]
        usual.append(move._replace(source=source, target=target))
        start, end = sides(move.kind, move.holder, source, target)
        held[move.line, *start] -= move.amount
        held[move.line, *end] += move.amount
    return usual


def figures(posted, as_of, year):
    """Return by (line, holder): spent and disbursed of the year, and balances by account."""
    found = defaultdict(lambda: defaultdict(int))
    for move in posted:
        if move.on > as_of.isoformat() or move.line.year > year:
            continue
        start, end = sides(move.kind, move.holder, move.source, move.target)
        before = move.line.year < year and move.on < f"{year}-01-01"
        for who, sign in ((start, -1), (end, 1)):
            if who[0] == "central":
                continue
            row = found[move.line, who[0]]
            row[who[1]] += sign * move.amount
            if before and who[1] == "spent":
                row["spent_before"] += sign * move.amount
    return found


def queues(posted, as_of):
    """Return by (line, holder, state) the idle money as a queue of [day, amount]."""
    found = defaultdict(deque)
    for move in posted:
        if move.on > as_of.isoformat() or move.kind in {"carry_over", "reopen"}:
            continue
        start, end = sides(move.kind, move.holder, move.source, move.target)
        states = [IDLE.get(account) for _, account in (start, end)]
        if states[0] == states[1] and start[0] == end[0]:
            continue
        left = move.amount
        queue = found[move.line, start[0], states[0]]
        while left and states[0] and start[0] != "central":
            taken = min(left, queue[0][1])
            queue[0][1] -= taken
            left -= taken
            if not queue[0][1]:
                queue.popleft()
        if states[1] and end[0] != "central":
            found[move.line, end[0], states[1]].append([move.on, move.amount])
    return found
