"""The benchmarks' problems build, and our answers keep their rules. Nothing is timed here."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from allocation.conflict import smallest_conflict
from allocation_models.program import stack
from allocation_models.solvers.highs import simplex
from benchmarks import books, conflicts, imports, ours, p1, plain_lp
from benchmarks.registry import BENCHMARKS

DRAWS = {"nested": p1.nested, "ranked": p1.ranked}


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize("size", [p1.PROVINCES, 230, 3_000])
def test_rules_hold_together_by_construction(kind, size):
    problem = DRAWS[kind](size)
    ours.check(problem, problem.feasible)
    assert problem.feasible.sum() == p1.POT
    assert not (problem.feasible % p1.QUANTUM).any()


@pytest.mark.parametrize("kind", DRAWS)
def test_our_answer_is_feasible_in_whole_quanta(kind):
    problem = DRAWS[kind](230)
    answer = ours.amounts(problem)
    ours.check(problem, answer)
    assert not (answer % p1.QUANTUM).any()


@pytest.mark.parametrize("kind", DRAWS)
def test_plain_program_has_the_same_rules(kind):
    problem = DRAWS[kind](230)
    program = stack(problem.blocks, problem.lower, problem.upper)
    found = plain_lp.solve_highs(plain_lp.plain_program(problem))[: problem.size]
    sums = program.activity(np.rint(found * plain_lp.UNIT).astype(np.int64))
    slack = problem.size
    assert (sums >= program.row_lower - slack).all()
    assert (sums <= program.row_upper + slack).all()


@pytest.mark.parametrize("kind", DRAWS)
def test_the_rules_of_the_conflict_problem_conflict(kind):
    task = conflicts.task_of(kind, 230)
    assert conflicts.bare_solve(task).status == "infeasible"
    found = smallest_conflict(task, simplex)
    assert found is not None
    assert {"tight", "more"} & found.members


def test_the_same_payments_from_rows_csv_and_workbook(tmp_path):
    made = imports.payments(tmp_path, 300)
    total = sum(row[3] for row in made.rows)
    works = {
        "rows": lambda book: imports.import_read(book, imports.read_file(made.csv)),
        "csv": lambda book: imports.import_file(book, made.csv),
        "xlsx": lambda book: imports.import_file(book, made.xlsx),
    }
    for name, work in works.items():
        with imports.funded(tmp_path / f"{name}.db") as book:
            work(book)
            assert book.positions()["disbursed"].sum() == total
    with closing(imports.table(tmp_path / "bare.db")) as connection:
        imports.bare(connection, made.rows)
        assert connection.execute("SELECT sum(fen) FROM payment").fetchone() == (total,)


def test_benchmarks_have_names_of_their_own():
    names = [benchmark.name for benchmark in BENCHMARKS]
    assert len(set(names)) == len(names)


def test_the_same_rows_are_posted_by_us_and_by_bare_sql(tmp_path):
    work = books.Posting.made(tmp_path, 300)
    found = []
    for post in (work.ours, work.guarded):
        post()
        with books.Book.open(tmp_path / "copy.db") as book:
            assert not any(finding.places for finding in book.check())
            found.append(book.entries().drop(columns="recorded_at"))
    assert found[0].equals(found[1])
    assert len(work.entries) == 300
