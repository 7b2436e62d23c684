"""What executes a sweep: processes of this machine, or a Dask cluster that is there already."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

#: Cases for which a second process is worth its start.
_WORTH = 400
_PATIENCE = "10s"


@contextmanager
def executor_of(workers: int | None, dask: str | None, cases: int) -> Iterator[Executor | None]:
    """Yield what executes so many cases; None for this process.

    Parameters
    ----------
    workers
        How many processes; None: one for each core where there are many cases.
    dask
        Address of a Dask scheduler.

    Raises
    ------
    InputError
        If the number is none, or the cluster does not answer.
    """
    if workers is not None and workers < 1:
        raise InputError([Problem("L1-workers", words={"found": workers})])
    if dask is not None:
        with _cluster(dask) as executor:
            yield executor
        return
    count = workers or (_cores() if cases >= _WORTH else 1)
    if count == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # A forked process could inherit a solver's threads in the middle of their work.
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        import distributed
    except ImportError:
        raise InputError([Problem("L1-no-cluster-library")]) from None
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        words = {"found": address, "reason": type(error).__name__}
        raise InputError([Problem("L1-no-cluster", words=words)]) from error
    with client:
        # A case is as good as the next: one that is done is never done again elsewhere.
        yield client.get_executor(pure=False)
