"""``allocation.report_page``: one to four allocations as one HTML file that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from allocation.report.overview import contents
from allocation.report.overview.cases import cases_of
from allocation.report.overview.table import table_of
from allocation.report.overview.words import Words, words
from allocation.report.saved import save_files
from allocation.report.utilised import utilisation
from allocation.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from jinja2 import Template
    from markupsafe import Markup

    from allocation.ledger.book import Book
    from allocation.report.overview.case import Case
    from allocation.report.overview.contents import Fact, Person, Section
    from allocation.report.overview.steps import StepTable
    from allocation.report.overview.table import Table
    from allocation.result import Allocation
    from allocation.wording import Language

_TEMPLATES = Path(__file__).parents[1] / "templates"
#: What the template itself says.
_SAID = (
    "overview-all",
    "overview-contents",
    "overview-group",
    "overview-legend",
    "overview-search",
    "overview-section-headline",
    "overview-section-notes",
    "overview-section-table",
    "overview-section-why",
    "overview-shown",
    "overview-skip",
    "overview-who",
    "overview-why-rules",
    "report-unit",
)
#: Each language is offered in its own words.
_OFFERED = Words("English", "中文")


@dataclass(frozen=True)
class Workbook:
    """A result workbook within the page."""

    name: str
    label: Words
    base64: str


@dataclass(frozen=True)
class ReportPage:
    """Everything on the page, in Chinese and English.

    Parameters
    ----------
    cases
        The allocations, one to four.
    facts, table, sections, people, steps, notes
        What stands on the page from top to bottom.
    """

    cases: tuple[Case, ...]
    facts: tuple[Fact, ...]
    table: Table
    sections: tuple[Section, ...]
    people: tuple[Person, ...]
    steps: tuple[tuple[Words | None, StepTable], ...]
    notes: tuple[Words, ...]

    def __repr__(self) -> str:
        """Say what it is, not all that is in it."""
        return f"ReportPage({', '.join(self.scenarios)})"

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios' names."""
        return tuple(case.result.heading.scenario for case in self.cases)

    @property
    def titles(self) -> tuple[Words, ...]:
        """The allocations' titles."""
        return tuple(case.title for case in self.cases)

    @property
    def title(self) -> Words:
        """The title of the page: that of all allocations where it is the same."""
        different = dict.fromkeys(self.titles)
        return Words(" / ".join(t.zh for t in different), " / ".join(t.en for t in different))

    @property
    def labels(self) -> tuple[Words | None, ...]:
        """What each allocation is called beside others."""
        return contents.labels(self.cases)

    def html(self, language: Language = "zh") -> str:
        """Return the page; it begins in ``language``, and a button shows the other."""
        style, script = _text("overview.css"), _text("overview.js")
        return _template().render(
            page=self,
            workbooks=_workbooks(self.cases, language),
            language=language,
            word={key: words(key) for key in _SAID},
            other_language=_OFFERED,
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )

    def save(self, path: Path | str, language: Language = "zh") -> Path:
        """Write the page; return the path.

        Raises
        ------
        InputError
            If the file cannot be written; then no half-written file is left.
        """
        file, text = Path(path), self.html(language)
        return save_files(file.parent, {file.name: lambda draft: _write(draft, text)})[0]


def report_page(
    *sources: Allocation | Path | str,
    plan: Path | str | None = None,
    book: Book | Path | str | None = None,
    as_of: date | None = None,
) -> ReportPage:
    """Return the report of one to four allocations, the later ones compared with the first.

    Parameters
    ----------
    sources
        Allocations; or records of runs (``record.json``), whose inputs are run again and must give
        the same amounts; or scenarios.
    plan
        A payment plan for the heat map; default: the shipped one of the scenario's name, if any.
    book, as_of
        The book for utilisation against time, and as of which day; default: today in China.

    >>> report_page("linhe-2023")
    ReportPage(linhe-2023)

    Raises
    ------
    InputError
        With everything that is wrong; also if a record is not what its inputs give now.
    ConflictError, FaultError
        As :func:`allocation.allocate`, and :func:`allocation.schedule` for ``plan``.
    """
    progress = None if book is None else utilisation(book, as_of)
    with TemporaryDirectory() as folder:
        cases = cases_of(sources, Path(folder))
        return ReportPage(
            cases=cases,
            facts=contents.facts(cases),
            table=table_of(cases),
            sections=contents.sections(cases, plan, progress),
            people=contents.people(cases),
            steps=contents.step_tables(cases),
            notes=contents.notes(cases),
        )


def _workbooks(cases: Sequence[Case], language: Language) -> list[Workbook]:
    if len(cases) == 1:
        return [
            Workbook("allocation.xlsx", words("overview-download"), _encoded(cases[0], language))
        ]
    return [
        Workbook(
            f"allocation-{number}.xlsx",
            words("overview-download-case", number=number),
            _encoded(case, language),
        )
        for number, case in enumerate(cases, start=1)
    ]


def _encoded(case: Case, language: Language) -> str:
    """Return the result workbook of an allocation in base 64."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "allocation.xlsx")
        write_workbook(case.result, path, language)
        return b64encode(path.read_bytes()).decode("ascii")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _hash(text: str) -> str:
    """Return what the page's policy says of a style sheet or script: no other is obeyed."""
    return b64encode(sha256(text.encode()).digest()).decode("ascii")


@cache
def _text(name: str) -> Markup:
    """Return one of our own files, which stands in the page as it is."""
    from markupsafe import Markup

    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_TEMPLATES)
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return found.get_template("overview.html")
