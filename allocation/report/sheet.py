"""One sheet of the workbook: formats, text that stays text, formulas that carry their value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from unicodedata import east_asian_width

from allocation.report.layout import wan_number
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Fonts of official papers; every Chinese Windows has them.
_BODY = {"zh": "仿宋", "en": "Times New Roman"}
_HEAD = {"zh": "黑体", "en": "Arial"}
_A4 = 9
#: Points a line of the body takes.
_LINE_HEIGHT = 15
#: A function takes at most 255 arguments in Excel.
_MOST_ARGUMENTS = 200
#: Instead of the moment of writing, so that the same result gives the same file.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def open_workbook(file: IO[bytes], title: str) -> Any:
    """Return a new XlsxWriter workbook that turns no text into formulas, links or numbers."""
    import xlsxwriter

    texts = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(file, texts | {"in_memory": True})
    book.set_properties({"title": title, "created": _CREATED})
    return book


def money_format(places: int) -> str:
    """Return the number format of 万元: nothing for zero."""
    digits = f"#,##0.{'0' * places}"
    return f"{digits};-{digits};"


def text_width(text: str) -> int:
    """Return how many Latin letters wide a text is."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


@dataclass(frozen=True)
class Sheet:
    """A worksheet and the look of its cells.

    Parameters
    ----------
    book, page
        The XlsxWriter workbook and worksheet.
    places
        Decimals of amounts in 万元.
    """

    book: Any
    page: Any
    language: Language
    places: int
    _looks: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict, repr=False)

    def look(self, **changes: Any) -> Any:
        """Return a bordered body format with ``changes``."""
        key = tuple(sorted(changes.items()))
        if key not in self._looks:
            plain = {"font_name": _BODY[self.language], "border": 1, "valign": "vcenter"}
            self._looks[key] = self.book.add_format(plain | {"font_size": 11} | changes)
        return self._looks[key]

    def money(self, **changes: Any) -> Any:
        """Return the format of an amount in 万元."""
        return self.look(num_format=money_format(self.places), **changes)

    def head(self) -> Any:
        """Return the format of a column's head."""
        name = _HEAD[self.language]
        return self.look(font_name=name, align="center", text_wrap=True, bg_color="#EDEDED")

    def top(self, words: str, heads: Sequence[str], widths: Sequence[int], row: int) -> None:
        """Write the title over all columns, and in ``row`` the heads, so many letters wide."""
        look = self.look(
            font_name=_HEAD[self.language], font_size=16, align="center", text_wrap=True, border=0
        )
        self.page.merge_range(0, 0, 0, len(widths) - 1, "", look)
        self.page.write_string(0, 0, words, look)
        # A letter of the title is half as wide again as one of the body.
        lines = -(-text_width(words) * 3 // (2 * sum(widths)))
        self.page.set_row(0, 12 + 22 * lines)
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            self.page.set_column(column, column, width)
            self.page.write_string(row, column, head, self.head())
        self.fit_height(row, *zip(heads, widths, strict=True))

    def fit_height(self, row: int, *cells: tuple[str, int]) -> None:
        """Make a row high enough for words in cells so many letters wide.

        Excel does not do it for merged cells, and other programs do it for none.
        """
        # Words break before the edge: one letter in ten is lost.
        lines = max(-(-text_width(words) * 11 // (width * 10)) for words, width in cells)
        if lines > 1:
            self.page.set_row(row, _LINE_HEIGHT * lines)

    def amount(self, row: int, column: int, fen: int, look: Any) -> None:
        """Write an amount in 万元; a blank for nothing."""
        if fen:
            self.page.write_number(row, column, wan_number(fen), look)
        else:
            self.page.write_blank(row, column, None, look)

    def sum_of(self, row: int, column: int, cells: Sequence[str], value: float, look: Any) -> None:
        """Write a live sum of cells and ranges, with the value the engine computed."""
        self.page.write_formula(row, column, f"=SUM({_nested(cells)})", look, value)

    def difference(
        self, row: int, column: int, cells: Sequence[str], value: float, look: Any
    ) -> None:
        """Write a live difference of two cells, with the value the engine computed."""
        self.page.write_formula(row, column, f"={cells[0]}-{cells[1]}", look, value)

    def printed(self, *, repeated_row: int | None = None, landscape: bool) -> None:
        """Print on A4, one page wide, the head row on every page, page x of y at the foot."""
        if landscape:
            self.page.set_landscape()
        self.page.set_paper(_A4)
        self.page.fit_to_pages(1, 0)
        self.page.center_horizontally()
        if repeated_row is not None:
            self.page.repeat_rows(repeated_row)
        self.page.set_footer("&C" + say("report-footer", self.language))


def _nested(cells: Sequence[str]) -> str:
    if len(cells) <= _MOST_ARGUMENTS:
        return ",".join(cells)
    runs = range(0, len(cells), _MOST_ARGUMENTS)
    return _nested([f"SUM({','.join(cells[at : at + _MOST_ARGUMENTS])})" for at in runs])
