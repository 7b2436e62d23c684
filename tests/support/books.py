"""Small books for tests: a unit, three of its zones, one line of money."""

from allocation.ledger.records import Line, Movement

LINE = Line("外经贸发展专项资金", 2023, "第二批")
UNIT, ZONES = "320000", ("32-kunshan", "32-nantong", "32-wuzhong")


def move(kind, holder, amount, on="2023-06-01", line=LINE, **more):
    return Movement(kind, line, holder, amount, on, **more)


def fund(book):
    """Post that the unit gets 1 000 fen, and each of three zones 200 of them."""
    book.post([move("receive", UNIT, 1000, "2023-05-10")])
    book.post([move("issue", zone, 200, "2023-05-30") for zone in ZONES])
    return book


def balance(book, holder, account="available", **when):
    table = book.positions(**when)
    return int(table.loc[table["recipient"] == holder, account].sum())


def sound(book):
    return not any(finding.places for finding in book.check())
