"""The report: writing it, as a whole process; and a browser opening it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.report.overview.page import report_page
from benchmarks.command_line import bokuan, process
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

_ROUNDS = 9
_SCENARIO = "national-2022-zones"
_EMPTY = "<!doctype html><title>empty</title><p>empty</p>"


def _writing(scope: Scope) -> Iterator[Line]:
    del scope
    with tempfile.TemporaryDirectory() as folder:
        ours = process(bokuan("report", _SCENARIO), folder)
        run = process(bokuan("run", _SCENARIO), folder)
        empty = process([sys.executable, "-c", "pass"], folder)
        name = f"bokuan report {_SCENARIO}"
        # Five seconds where an empty Python takes a fiftieth of one.
        yield Line.of(name, "python -c pass", ratio(ours, empty, _ROUNDS), 250.0)
        yield Line.of(name, f"bokuan run {_SCENARIO}", ratio(ours, run, _ROUNDS), None)


def _opening(scope: Scope) -> Iterator[Line]:
    """Yield how long the page takes to be ready; nothing where there is no browser."""
    del scope
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return
    with tempfile.TemporaryDirectory() as folder, _browser() as chrome:
        empty = Path(folder, "empty.html")
        empty.write_text(_EMPTY, encoding="utf-8")
        page = report_page(_SCENARIO).save(Path(folder, "report.html"))
        found = ratio(
            lambda: chrome.get(page.as_uri()), lambda: chrome.get(empty.as_uri()), _ROUNDS
        )
        # Two seconds where an empty page takes a tenth of one.
        yield Line.of(f"the page of {_SCENARIO}, ready", "an empty page", found, 20.0)


@contextmanager
def _browser() -> Iterator[Chrome]:
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(argument)
    chrome = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    try:
        yield chrome
    finally:
        chrome.quit()


WRITING = Benchmark("report", "The report of 230 zones: writing it, whole processes", _writing)
OPENING = Benchmark("report_page", "The report of 230 zones: opening it in Chromium", _opening)
