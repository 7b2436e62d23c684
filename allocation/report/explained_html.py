"""One recipient's page as a self-contained HTML file: no script, nothing fetched, one A4 page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.report.explained_chart import svg
from allocation.wording import say

if TYPE_CHECKING:
    from jinja2 import Template

    from allocation.report.explained_page import Page

_WORDS = {
    "title": "explain-title",
    "steps": "explain-steps",
    "step": "explain-step",
    "change": "explain-change",
    "running": "explain-running",
    "why": "explain-why",
}


def page_html(page: Page, pictured: Page) -> str:
    """Return a page as HTML; every text is escaped, the picture is ours.

    ``pictured`` is the same page in the language that pictures can be labelled in.
    """
    from markupsafe import Markup

    words = {name: say(key, page.language) for name, key in _WORDS.items()}
    # The picture's texts were escaped by who drew it.
    picture = Markup(svg(pictured))  # noqa: S704
    return _template().render(page=page, words=words, picture=picture)


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).with_name("templates")
    found = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    return found.get_template("explained.html")
