"""The words of an issue notice, paragraph by paragraph; what is not given is a visible blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.disbursement.calendar import shipped_calendar
from allocation.disbursement.clock import Received, deadlines
from allocation.money import capitals, format_amount
from allocation.report.layout import printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from datetime import date

    from allocation.disbursement.clock import Deadline
    from allocation.disbursement.issue import Issue
    from allocation.disbursement.notice import Notice

#: What stands where the office has to write something in.
BLANK = "〔   〕"


@dataclass(frozen=True)
class Words:
    """The notice's parts from top to bottom; ``remark`` is the label of illustrative figures."""

    remark: str
    title: str
    number: str
    addressees: str
    body: tuple[str, ...]
    attachments: tuple[str, ...]
    issuer: str
    date: str
    publicity: str
    copies: str


def words_of(
    notice: Notice, issue: Issue, place: str, language: Language, *, months: bool
) -> Words:
    """Return the words of the notice of one issue.

    Parameters
    ----------
    place
        Whom the file is for; empty for one file for all.
    months
        Whether attachment 3, the schedule, is there.
    """
    year = notice.year or issue.year
    return Words(
        remark=say("report-figures-note-text", language) if issue.illustrative else "",
        title=given(notice.title) if notice.title else _title(notice, issue, year, language),
        number=given(notice.document_number),
        addressees=say(
            "notice-to", language, who=given(_joined(notice.addressees, language) or place)
        ),
        body=_body(notice, issue, year, language),
        attachments=_attachments(notice, year, language, months=months),
        issuer=given(notice.issuer),
        date=day(notice.date, language),
        publicity=say("notice-publicity", language, words=given(notice.publicity)),
        copies=say("notice-copies", language, who=given(_joined(notice.copies, language))),
    )


def given(text: str) -> str:
    """Return a text without control characters, or the blank where there is none."""
    return printable(text).strip() or BLANK


def day(found: date | None, language: Language) -> str:
    """Return a day in words, or the blank."""
    if found is None:
        return BLANK
    return say("notice-day", language, year=found.year, month=found.month, day=found.day)


def table_title(notice: Notice, year: int, language: Language) -> str:
    """Return the heading of attachment 1."""
    return say("notice-table", language, year=year, fund=given(notice.fund))


def _title(notice: Notice, issue: Issue, year: int, language: Language) -> str:
    words = {"issuer": given(notice.issuer), "fund": given(notice.fund)}
    batch = _batch(notice, language)
    return say(f"notice-title{_kind(notice, issue)}", language, year=year, batch=batch, **words)


def _kind(notice: Notice, issue: Issue) -> str:
    """Return the ending of the keys of this notice: what is issued, in advance, or recovered."""
    if issue.total < 0:
        return "-recover"
    return "-advance" if notice.advance else ""


def _batch(notice: Notice, language: Language) -> str:
    batch = printable(notice.batch)
    return f" {batch}" if batch and language == "en" else batch


def _joined(names: tuple[str, ...], language: Language) -> str:
    return say("report-and", language).join(names)


def _body(notice: Notice, issue: Issue, year: int, language: Language) -> tuple[str, ...]:
    kind, amount = _kind(notice, issue), abs(issue.total)
    parts = [
        say(
            f"notice-amount{kind}",
            language,
            basis=given(_joined(notice.basis, language)),
            year=year,
            batch=_batch(notice, language),
            fund=given(notice.fund),
            amount=format_amount(amount),
            capitals=capitals(amount),
            purpose=given(notice.purpose),
        ),
        say(
            "notice-subjects",
            language,
            function=given(notice.function_subject),
            economic=given(notice.economic_subject),
            income=given(notice.income_subject),
            project=given(notice.project_code),
        ),
    ]
    if notice.direct or notice.direct_tag:
        parts.append(say("notice-direct", language, tag=given(notice.direct_tag)))
    if kind == "-recover":
        return tuple(parts)
    parts.append(_deadline(notice, year, language))
    if notice.advance:
        parts.append(say("notice-spend-opens", language, year=year))
    parts.append(say("notice-performance", language, report_by=day(notice.report_by, language)))
    return tuple(parts)


def deadline_of(notice: Notice, year: int) -> Deadline | None:
    """Return the deadline by which the money is to be passed down, from the clock."""
    if notice.received is None:
        return None
    key, known = "pass_down", Received(main=notice.received, budget_year=year)
    if notice.advance:
        key, known = "advance_pass_down", Received(advance=notice.received, budget_year=year)
    found = deadlines(known, shipped_calendar(), notice.received)
    return next((deadline for deadline in found if deadline.key == key), None)


def _deadline(notice: Notice, year: int, language: Language) -> str:
    found = deadline_of(notice, year)
    if found is None or found.due is None:
        return say("notice-deadline-blank", language, due=BLANK)
    article = found.article if language == "zh" else found.article_en
    return say("notice-deadline", language, due=day(found.due, language), article=article)


def _attachments(notice: Notice, year: int, language: Language, *, months: bool) -> tuple[str, ...]:
    titles = [table_title(notice, year, language), say("notice-targets", language)]
    titles += [say("notice-schedule", language)] if months else []
    return tuple(f"{number}. {title}" for number, title in enumerate(titles, start=1))
