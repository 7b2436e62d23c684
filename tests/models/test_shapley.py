"""Shapley values: against the mean over all orders, the axioms, sampling, controlled rounding."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_models.shapley import (
    exact_parts,
    in_whole_numbers,
    random_orders,
    sampled_parts,
    subsets_of,
)


@st.composite
def games(draw, most=4):
    players = draw(st.integers(1, most))
    size = draw(st.integers(1, 6))
    rows = st.lists(st.integers(-50, 50), min_size=size, max_size=size)
    return players, np.array(draw(st.lists(rows, min_size=1 << players, max_size=1 << players)))


def fractions(parts):
    return np.frompyfunc(lambda top: Fraction(top, parts.denominator), 1, 1)(parts.numerator)


def over_all_orders(values, players):
    """Return the mean of what each player adds, by the definition."""
    total = np.zeros((players, values.shape[1]), dtype=object)
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for player in order:
            total[player] += values[there | 1 << player] - values[there]
            there |= 1 << player
    return np.frompyfunc(lambda top: Fraction(int(top), len(orders)), 1, 1)(total)


@given(games())
def test_the_mean_over_all_orders(game):
    players, values = game
    parts = fractions(exact_parts(values.__getitem__, players))
    assert (parts == over_all_orders(values, players)).all()
    assert (parts.sum(axis=0) == values[-1] - values[0]).all()


@given(games(), st.integers(-9, 9))
def test_a_player_that_always_adds_the_same_gets_that(game, gift):
    players, values = game
    wider = np.concatenate([values, values + gift])
    parts = fractions(exact_parts(wider.__getitem__, players + 1))
    assert (parts[-1] == gift).all()
    assert (parts[:-1] == fractions(exact_parts(values.__getitem__, players))).all()


@given(games(most=3))
def test_alike_players_get_alike_parts(game):
    players, values = game
    # The last two of the wider game count only by how many of them are there.
    wider = np.concatenate([values, values * 2 + 1, values * 2 + 1, values * 5 - 3])
    parts = exact_parts(wider.__getitem__, players + 2).numerator
    assert (parts[-1] == parts[-2]).all()


@given(games())
@settings(max_examples=200)
def test_whole_numbers_keep_rows_and_columns(game):
    players, values = game
    parts = exact_parts(values.__getitem__, players)
    exact, whole = fractions(parts), in_whole_numbers(parts)
    assert (whole.sum(axis=0) == values[-1] - values[0]).all()
    assert (abs(exact - whole) < 1).all()
    assert (abs(exact.sum(axis=1) - whole.sum(axis=1)) < 1).all()


def test_whole_numbers_move_units_along_chains():
    # Largest fractions alone would give the first player two units of its sum of 1.
    values = np.zeros((4, 2), dtype=int)
    values[1] = values[2] = (0, 0)
    values[3] = (1, 1)
    whole = in_whole_numbers(exact_parts(values.__getitem__, 2))
    assert whole.sum(axis=0).tolist() == [1, 1]
    assert whole.sum(axis=1).tolist() == [1, 1]


@pytest.mark.parametrize("players", [9, 11])
def test_sampled_parts_add_up_and_hold_the_truth(players):
    values = np.random.default_rng(players).integers(0, 1000, (1 << players, 200))
    orders = random_orders(players, 40)
    asked = set()

    def outcome(chosen):
        asked.add(chosen)
        return values[chosen]

    found = sampled_parts(outcome, orders)
    assert asked == set(subsets_of(orders))
    assert found.orders == 80
    sampled = fractions(found)
    assert (sampled.sum(axis=0) == values[-1] - values[0]).all()
    truth = fractions(exact_parts(values.__getitem__, players))
    off = np.abs((sampled - truth).astype(float)) / found.error
    assert (off < 2).mean() > 0.9
    assert (off < 6).all()
    assert (in_whole_numbers(found).sum(axis=0) == values[-1] - values[0]).all()


def test_one_player_is_the_whole_change():
    values = np.array([[1, 2], [5, 0]])
    assert in_whole_numbers(exact_parts(values.__getitem__, 1)).tolist() == [[4, -2]]
