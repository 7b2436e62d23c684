"""The notice as a Word file in the form of official papers (GB/T 9704: margins, sizes, fonts)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from allocation.errors import InputError, Problem
from allocation.report.notice_text import BLANK, Words
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

#: Chinese fonts by part; every office computer has them, others show the nearest they have.
TITLE, BODY, HEAD, NOTE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_LATIN = "Times New Roman"
#: Points: 二号, 三号, 四号.
TITLE_SIZE, BODY_SIZE, NOTE_SIZE = 22, 16, 14
_LINE = 28
#: Millimetres: top, bottom, left, right.
_MARGINS = (37, 35, 28, 26)
_A4 = (210, 297)
#: Instead of the moment of writing, so that the same notice has the same properties.
CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def write_notice(
    words: Words, path: Path | str, language: Language = "zh", letterhead: Path | str | None = None
) -> None:
    """Write the notice, below an office's letterhead if there is one: it keeps its page set-up."""
    document = open_document(letterhead)
    if letterhead is None:
        page_setup(document)
    core = document.core_properties
    core.title, core.author, core.created = words.title[:255], "", CREATED
    _paper(document, words, language)
    document.save(str(path))


def open_document(letterhead: Path | str | None) -> Any:
    """Return a new document, or one that starts as an office's letterhead.

    Raises
    ------
    InputError
        If the letterhead is no Word file.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError

    try:
        return Document(None if letterhead is None else str(letterhead))
    except (OpcError, OSError, KeyError, ValueError, SyntaxError, BadZipFile) as error:
        words = {"found": letterhead, "reason": type(error).__name__}
        raise InputError([Problem("L1-not-a-docx", words=words)]) from None


def _paper(document: Any, words: Words, language: Language) -> None:
    """Write the paragraphs from top to bottom."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    if words.remark:
        paragraph(document, words.remark, font=NOTE, size=NOTE_SIZE, align=ALIGN.CENTER)
    paragraph(document, words.number, align=ALIGN.CENTER)
    paragraph(document, words.title, font=TITLE, size=TITLE_SIZE, align=ALIGN.CENTER, space=14)
    paragraph(document, words.addressees)
    for text in words.body:
        paragraph(document, text, indent=2)
    paragraph(document, say("notice-attachments", language), font=HEAD, indent=2, before=14)
    for text in words.attachments:
        paragraph(document, text, indent=3)
    paragraph(document, words.issuer, align=ALIGN.RIGHT, before=_LINE, keep=True)
    paragraph(document, words.date, align=ALIGN.RIGHT, keep=True)
    paragraph(document, words.publicity, indent=2, keep=True)
    copies = paragraph(document, words.copies, size=NOTE_SIZE, before=14)
    _ruled(copies)


def page_setup(document: Any) -> None:
    """Set A4, the margins and the font of official papers."""
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = map(Mm, _A4)
    top, bottom, left, right = map(Mm, _MARGINS)
    section.top_margin, section.bottom_margin = top, bottom
    section.left_margin, section.right_margin = left, right
    set_font(document.styles["Normal"], BODY, BODY_SIZE)


def paragraph(
    document: Any,
    text: str,
    *,
    font: str = BODY,
    size: int = BODY_SIZE,
    align: Any = None,
    indent: int = 0,
    before: int = 0,
    space: int = 0,
    keep: bool = False,
) -> Any:
    """Write one paragraph; blanks that wait for the office are highlighted.

    Parameters
    ----------
    indent
        Of the first line, in characters.
    before, space
        Points above and below.
    """
    from docx.enum.text import WD_COLOR_INDEX
    from docx.shared import Pt

    found = document.add_paragraph()
    shape = found.paragraph_format
    shape.alignment, shape.keep_with_next = align, keep
    shape.line_spacing = Pt(max(_LINE, size + 10))
    shape.space_before, shape.space_after = Pt(before), Pt(space)
    shape.first_line_indent = Pt(size * indent)
    for at, part in enumerate(text.split(BLANK)):
        if at:
            # Else it may break across two lines.
            blank = found.add_run(BLANK.replace(" ", "\u00a0"))
            set_font(blank, font, size)
            blank.font.highlight_color = WD_COLOR_INDEX.YELLOW
        if part:
            set_font(found.add_run(part), font, size)
    return found


def set_font(thing: Any, name: str, size: int) -> None:
    """Set the font of a run or style; Word takes Chinese glyphs from ``w:eastAsia`` alone."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    thing.font.name, thing.font.size = _LATIN, Pt(size)
    thing.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _ruled(paragraph: Any) -> None:
    """Draw a line above and below the paragraph, as copies are set."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:pBdr")
    for side in ("top", "bottom"):
        line = OxmlElement(f"w:{side}")
        for key, value in {"val": "single", "sz": "6", "space": "1", "color": "000000"}.items():
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 (the library has no borders)
    properties.insert_element_before(
        borders,
        *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"),
    )
