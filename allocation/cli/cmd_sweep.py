"""``bokuan sweep``: many what-ifs, each a full allocation; started again, it goes on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from allocation.cli.options import argument, one_of, option, sets_option
from allocation.errors import InputError, Problem
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("scenario"),
        option(language, "--vary", term="cli-vary", metavar="KEY=VALUES", multiple=True),
        sets_option(language),
        option(language, "--one-at-a-time", "single", term="cli-sweep-single", is_flag=True),
        one_of(language, "--sample", ("latin-hypercube",), term="cli-sweep-sample"),
        option(language, "--n", term="cli-sweep-n", metavar="N", type=int),
        option(language, "--seed", term="cli-sweep-seed", metavar="N", type=int, default=0),
        option(language, "--workers", term="cli-sweep-workers", metavar="N", type=int),
        option(language, "--dask", term="cli-sweep-dask", metavar="ADDRESS"),
        option(
            language, "--table", "tables", term="cli-sweep-table", metavar="NAME", multiple=True
        ),
        option(language, "--out", term="cli-sweep-out", metavar="DIR"),
    )


def run(
    language: Language,
    scenario: str,
    *,
    vary: tuple[str, ...],
    sets: tuple[str, ...],
    single: bool,
    sample: str | None,
    n: int | None,
    seed: int,
    workers: int | None,
    dask: str | None,
    tables: tuple[str, ...],
    out: str | None,
) -> None:
    """Allocate every case; write; print. A case without amounts is a finding, not an error."""
    from allocation.engine import loaded_with
    from allocation.explain.recipient import called
    from allocation.report.swept import planned, sweep
    from allocation.report.swept_book import require_table
    from allocation.report.swept_text import print_sweep
    from allocation.sweep.executors import executor_of

    kind = sample or ("one-at-a-time" if single else "grid")
    design = planned(vary, kind, n, seed)
    _agreeing(single and sample, workers is not None and dask)
    loaded = loaded_with(scenario, sets)
    called(loaded.scenario, loaded.frame, tables)
    if tables:
        require_table(design)
    with executor_of(workers, dask, len(design.cases)) as executor, _progress(language) as tell:
        found = sweep(
            loaded,
            vary,
            kind=kind,
            n=n,
            seed=seed,
            executor=executor,
            journal=out,
            progress=tell,
            reads=dask is None,
        )
    written = found.save(out, language, tables) if out is not None else []
    print_sweep(found, language)
    if out is not None and not any(path.suffix == ".parquet" for path in written):
        print(say("sweep-no-parquet", language))
    for path in written:
        print(say("cli-written", language, path=path))


def _agreeing(two_designs: object, two_executors: object) -> None:
    """Raise InputError for options that exclude each other."""
    codes = {"L1-two-designs": two_designs, "L1-two-executors": two_executors}
    problems = [Problem(code) for code, wrong in codes.items() if wrong]
    if problems:
        raise InputError(problems)


@contextmanager
def _progress(language: Language) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what shows a bar with the time left; nothing where nobody watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    words = say("sweep-progress", language)
    columns = (words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
