"""``allocation.notice``: the issue notice and its attachments, for all or one for each place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.disbursement.issue import By, Issue, issue_from, with_already
from allocation.disbursement.months import Months, months_of
from allocation.disbursement.notice import Notice, missing
from allocation.errors import Problem
from allocation.report.notice_docx import open_document, write_notice
from allocation.report.notice_sheets import write_attachments
from allocation.report.notice_text import Words, words_of
from allocation.report.saved import save_files
from allocation.scenario.settings import read_settings
from allocation.scenario.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from allocation.result import Allocation
    from allocation.wording import Language

_LONGEST_NAME = 40


def notice(
    source: Allocation | Path | str,
    terms: Path | str | Notice | None = None,
    *,
    by: By | None = None,
    schedule: Path | str | pd.DataFrame | None = None,
    letterhead: Path | str | None = None,
) -> Notices:
    """Return the notice of an allocation, of a record, or of the scenario a reference means.

    Parameters
    ----------
    source
        An allocation, a ``record.json``, or a scenario.
    terms
        ``notice.toml`` or its content; what is not given stays a visible blank.
    by
        One notice for each ``city`` or ``unit``; default: one for all.
    schedule
        Payments by month: a CSV file or a frame, for attachment 3.
    letterhead
        The office's own Word file, below which the notice is written.

    >>> found = notice("henan-2023")
    >>> found.issue.total == sum(part.total for part in found.parts.values())
    True

    Raises
    ------
    InputError, ConflictError, FaultError
        If an input is wrong, or as :func:`allocation.allocate`.
    """
    issue = issue_from(source)
    said, trail = _terms(terms)
    issue = with_already(issue, said.already, trail)
    months = months_of(schedule, issue) if schedule is not None else None
    open_document(letterhead)
    groups = _paid(issue, by) if by else {"": tuple(range(len(issue.ids)))}
    return Notices(issue, said, groups, months, letterhead)


def _paid(issue: Issue, by: By) -> dict[str, tuple[int, ...]]:
    """Return the places that get or give something in this issue: no notice tells of nothing."""
    groups = issue.groups(by)
    return {place: who for place, who in groups.items() if issue.take(who).cells.any()}


def _terms(terms: Path | str | Notice | None) -> tuple[Notice, Trail]:
    if isinstance(terms, (str, Path)):
        return read_settings(terms, Notice)
    return terms or Notice(), Trail()


@dataclass(frozen=True)
class Notices:
    """One issue and its notices.

    Parameters
    ----------
    groups
        Positions of the recipients of each notice by the name of its place; one without a name if
        there is one notice for all.
    months
        The schedule, if there is one.
    """

    issue: Issue
    terms: Notice
    groups: dict[str, tuple[int, ...]]
    months: Months | None
    letterhead: Path | str | None = None

    @property
    def parts(self) -> dict[str, Issue]:
        """The issue of each notice by place."""
        return {place: self.issue.take(members) for place, members in self.groups.items()}

    @property
    def warnings(self) -> list[Problem]:
        """Which fields were not given and stay a visible blank."""
        gone = [name for name in missing(self.terms) if name != "addressees" or "" in self.groups]
        if not gone:
            return []
        words = {"found": "、".join(gone)}
        return [Problem("L1-notice-blank", words=words, warning=True)]

    def words(self, place: str = "", language: Language = "zh") -> Words:
        """Return the words of one notice."""
        months = self.months is not None
        return words_of(self.terms, self.parts[place], place, language, months=months)

    def save(self, directory: Path | str, language: Language = "zh") -> list[Path]:
        """Write ``notice.docx`` and ``attachments.xlsx``, or a pair for each place.

        Raises
        ------
        InputError
            If a file cannot be written; then none is.
        """
        writers: dict[str, Callable[[Path], None]] = {}
        for number, (place, members) in enumerate(self.groups.items(), start=1):
            part = self.issue.take(members)
            months = self.months.take(members) if self.months else None
            name = f"-{number:03d}-{_file_name(place)}" if place else ""
            words = self.words(place, language)
            writers[f"notice{name}.docx"] = partial(_docx, words, language, self.letterhead)
            writers[f"attachments{name}.xlsx"] = partial(_xlsx, self.terms, part, months, language)
        return save_files(Path(directory), writers)


def _docx(words: Words, language: Language, letterhead: Path | str | None, path: Path) -> None:
    write_notice(words, path, language, letterhead)


def _xlsx(
    terms: Notice, part: Issue, months: Months | None, language: Language, path: Path
) -> None:
    write_attachments(terms, part, months, path, language)


def _file_name(place: str) -> str:
    """Return a place as a part of a file's name: letters and digits of any script only."""
    return re.sub(r"\W+", "_", place)[:_LONGEST_NAME]
