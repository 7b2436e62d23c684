"""Exact curves and pieces of fair amounts against solving again, number for number."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from allocation_models.affine import Affine
from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import close_bounds, fair_share, fractions_of
from allocation_models.family import family, onward
from allocation_models.laminar import nest
from allocation_models.level_sequence import OutOfReachError
from allocation_models.moving import still
from allocation_models.nested_piece import nested_bounds
from allocation_models.pot_curve import pot_curve
from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.trace import bends, trace

POT = 10_000


def sums(name, groups, lower, upper):
    row = np.concatenate([np.full(len(group), at) for at, group in enumerate(groups)])
    column = np.concatenate(groups)
    bounds = (np.array(b, dtype=np.int64) for b in (lower, upper))
    return Block(name, row, column, np.ones(len(row), dtype=np.int64), *bounds)


def nested(seed, capped=True):
    """Return nested rules around a feasible point, and targets; some of them zero."""
    rng = random.Random(seed)
    count = rng.randint(3, 12)
    cuts = sorted(rng.sample(range(1, count), min(3, count - 1)))
    groups = np.split(np.arange(count), cuts)
    point = np.array([rng.randint(0, 2 * POT // count) for _ in range(count)])
    point[-1] += POT - point.sum() if point.sum() < POT else 0
    pot = int(point.sum())
    inside = [int(point[group].sum()) for group in groups]
    low = [max(0, total - rng.choice([0, 50, 800])) for total in inside]
    high = [total + rng.choice([0, 50, 800]) for total in inside]
    floor = np.maximum(point - np.array([rng.choice([0, 30, 900]) for _ in point]), 0)
    cap = point + np.array([rng.choice([0, 30, 900]) for _ in point])
    targets = [rng.choice([0, 1, 1, 2, 3, 7]) for _ in range(count)]
    targets[0] = 1
    for at, target in enumerate(targets):
        floor[at] = point[at] if not target else floor[at]
    if not capped:
        cap = np.full(count, NO_BOUND)
        high = [NO_BOUND] * len(high)
    everyone = [np.arange(count)]
    total, groups_rows = sums("pot", everyone, [pot], [pot]), sums("groups", groups, low, high)
    return stack([total, groups_rows], floor, cap), np.array(targets, dtype=object)


def with_pot(program, pot):
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[0], upper[0] = pot, pot
    return replace(program, row_lower=lower, row_upper=upper)


def solved(program, targets, **how):
    found = fair_share(program, targets, **how)
    return fractions_of(found.numerator, found.denominator)


def none(program):
    return np.zeros(program.columns, dtype=bool)


def curve(program, targets):
    closed = still(program).closed(targets, none(program))
    tree = nest(close_bounds(program, targets, none(program))).tree
    return pot_curve(nested_bounds(closed, tree, targets))


@pytest.mark.parametrize("capped", [True, False])
def test_the_curve_is_what_solving_at_each_pot_gives(campaign, capped):
    rng = random.Random(int(capped))
    for seed in range(campaign(small=40, full=1500)):
        program, targets = nested(seed, capped)
        found = curve(program, targets)
        low, high = found.range(0, 3 * POT)
        at_bends = [
            int(pot) for pot in found.pots.tolist() if pot == int(pot) and low <= pot <= high
        ]
        inside = [rng.randint(int(-(-low // 1)), int(high)) for _ in range(6)]
        for pot in {*inside, *at_bends}:
            amounts = found.amounts(pot)
            assert list(amounts) == list(solved(with_pot(program, pot), targets))
            assert sum(amounts.tolist()) == pot


def test_nobody_loses_as_the_pot_grows_and_the_sum_is_the_pot_everywhere(campaign):
    for seed in range(campaign(small=40, full=1500)):
        program, targets = nested(seed, capped=bool(seed % 2))
        found = curve(program, targets)
        along = found.traced(*found.range(0, 3 * POT))
        assert [sum(row.tolist()) for row in along.amounts] == list(along.at)
        assert not np.any(np.diff(along.amounts, axis=0) < 0)
        middle = (along.at[0] + along.at[-1]) / 2
        assert list(along.value(middle)) == list(found.amounts(middle))


def test_pots_beyond_the_rules_are_refused():
    program, targets = nested(1)
    found = curve(program, targets)
    assert not found.endless
    for pot in (found.pots[0] - 1, found.pots[-1] + 1):
        with pytest.raises(OutOfReachError):
            found.amounts(pot)


def moving(seed, program):
    """Return the program with whole rates on every bound; equal bounds move together."""
    rng = np.random.default_rng(seed)
    base = still(program)
    pick = lambda size: rng.choice([0, 0, 0, 1, -1, 2], size).astype(object)  # noqa: E731
    low, high = pick(program.rows), pick(program.rows)
    least, most = pick(program.columns), pick(program.columns)
    high = np.where(program.row_lower == program.row_upper, low, high)
    return replace(
        base,
        row_lower=Affine(base.row_lower.at, low),
        row_upper=Affine(base.row_upper.at, np.where(base.row_upper.finite(), high, 0)),
        column_lower=Affine(base.column_lower.at, least),
        column_upper=Affine(base.column_upper.at, np.where(base.column_upper.finite(), most, 0)),
    )


def check_piece(asked, piece, exact):
    """Solve again within the piece, and just beyond it."""
    at = lambda step: solved(  # noqa: E731
        asked.moving.moved(step).closed(asked.targets, asked.helper).here(), asked.targets
    )
    end = 1000 if piece.reach is None else int(piece.reach)
    for step in {end // 2, end if exact else end // 3} - {0}:
        assert list(at(step)) == list(piece.amounts + piece.rates * step)
    if piece.reach is not None:
        beyond = end + 1
        try:
            there = at(beyond)
        except InfeasibleError:
            return
        assert list(there) != list(piece.amounts + piece.rates * beyond)


def test_pieces_of_moving_nested_rules(campaign):
    pieces = 0
    for seed in range(campaign(small=60, full=3000)):
        program, targets = nested(seed, capped=bool(seed % 3))
        for asked in (
            found := family(moving(seed, program), targets, none(program)),
            found.turned(),
        ):
            try:
                piece = onward(asked)
            except OutOfReachError:
                continue
            assert list(piece.amounts) == list(solved(program, targets))
            check_piece(asked, piece, exact=True)
            pieces += 1
    assert pieces > campaign(small=30, full=1500)


def test_the_general_way_gives_the_pieces_of_the_nested_way(campaign):
    """The sequence of programs as the referee of the clamps."""
    compared = 0
    for seed in range(campaign(small=12, full=200)):
        program, targets = nested(seed)
        direct = family(moving(seed, program), targets, none(program))
        general = replace(direct, nesting=None)
        try:
            ours, theirs = onward(direct), onward(general)
        except (OutOfReachError, ArithmeticError):
            continue
        assert list(ours.amounts) == list(theirs.amounts)
        assert list(ours.rates) == list(theirs.rates)
        assert ours.reach == theirs.reach
        compared += 1
    assert compared > campaign(small=3, full=40)


def test_a_trace_walks_over_every_kink(campaign):
    for seed in range(campaign(small=20, full=500)):
        program, targets = nested(seed)
        base = still(program)
        rate = np.zeros(program.rows, dtype=object)
        rate[0] = 1
        asked = family(
            replace(
                base,
                row_lower=Affine(base.row_lower.at, rate),
                row_upper=Affine(base.row_upper.at, rate),
            ),
            targets,
            none(program),
        )
        pot = int(program.row_upper[0])
        whole = curve(program, targets)
        low, high = whole.range(0, 3 * POT)
        if low == high:
            continue
        walked = trace(asked, Fraction(low - pot), Fraction(high - pot))
        assert (walked.at[0] + pot, walked.at[-1] + pot) == (low, high)
        for at, amounts in zip(walked.at, walked.amounts, strict=True):
            assert list(amounts) == list(whole.amounts(pot + at))
        straight = whole.traced(low, high)
        for column in range(program.columns):
            ours = bends(
                [(pot + at, x) for at, x in zip(walked.at, walked.amounts[:, column], strict=True)]
            )
            assert ours == bends(list(zip(straight.at, straight.amounts[:, column], strict=True)))


def test_bends_keep_corners_only():
    line = [(Fraction(x), Fraction(max(0, x - 2))) for x in range(6)]
    assert bends(line) == [line[0], line[2], line[5]]
    assert bends(line[:1]) == line[:1]
