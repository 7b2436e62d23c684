"""Whatever executes the cases, and whatever it suffers, the result is the same."""

import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from generated import write_scenario

import allocation
from allocation.sweep.executors import executor_of

VARY = {"pot.amount": "20亿元:22亿元:2百万元", "coefficients.tilt.values.west": "1.4,1.6"}


@pytest.fixture(scope="module")
def expected():
    return allocation.sweep("national-2022", VARY).outcomes


def test_processes(expected):
    with executor_of(2, None, 1) as executor:
        assert allocation.sweep("national-2022", VARY, executor=executor).outcomes == expected


def test_few_cases_need_no_process():
    with executor_of(None, None, 10) as executor:
        assert executor is None


def test_a_process_that_dies_loses_nothing_finished(tmp_path, expected):
    killed = threading.Event()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:

        def progress(done, _total):
            if done > 20 and not killed.is_set():
                killed.set()
                os.kill(next(iter(pool._processes)), signal.SIGKILL)

        with pytest.raises(allocation.FaultError) as caught:
            allocation.sweep(
                "national-2022", VARY, executor=pool, journal=tmp_path, progress=progress
            )
    assert caught.value.problems[0].code == "L8-sweep-stopped"
    again = allocation.sweep("national-2022", VARY, journal=tmp_path)
    assert 20 < again.kept < len(expected)
    assert again.outcomes == expected


def test_a_dask_cluster_whose_worker_dies(tmp_path, expected):
    distributed = pytest.importorskip("distributed")
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(n_workers=2, silence_logs=50, **options) as cluster:
        pids = [worker.process.pid for worker in cluster.workers.values()]
        killed = threading.Event()

        def progress(done, _total):
            if done > 20 and not killed.is_set():
                killed.set()
                os.kill(pids[0], signal.SIGKILL)

        with executor_of(None, cluster.scheduler_address, 1) as executor:
            found = allocation.sweep(
                "national-2022",
                VARY,
                executor=executor,
                journal=tmp_path,
                progress=progress,
                reads=False,
            )
        assert killed.is_set()
    assert found.outcomes == expected


def test_workers_without_the_files_leave_reading_to_us(tmp_path):
    distributed = pytest.importorskip("distributed")
    path = write_scenario(tmp_path, 3, "nested")
    options = {"processes": False, "dashboard_address": None}
    vary = {"tables.t.amounts.last_year": "元,万元", "pot.amount": "9百万元,10百万元"}
    with (
        distributed.LocalCluster(n_workers=1, silence_logs=50, **options) as cluster,
        executor_of(None, cluster.scheduler_address, 1) as executor,
    ):
        found = allocation.sweep(str(path), vary, executor=executor, reads=False)
    assert found.outcomes == allocation.sweep(str(path), vary).outcomes


@pytest.mark.parametrize(
    ("workers", "dask", "code"),
    [(0, None, "L1-workers"), (None, "nowhere", "L1-no-cluster")],
)
def test_what_cannot_execute(workers, dask, code):
    start = time.monotonic()
    with (
        pytest.raises(allocation.InputError) as caught,
        executor_of(workers, dask, 1),
    ):
        pass
    assert caught.value.problems[0].code == code
    assert time.monotonic() - start < 60
