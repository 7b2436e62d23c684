"""``bokuan list``: the scenarios that come with the product."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(_language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters: none."""
    return ()


def run(language: Language) -> None:
    """Print name, year, level and title of every shipped scenario, one line each."""
    from allocation.scenario import locate, shipped

    names = shipped()
    width = max(map(len, names), default=0)
    for name in names:
        said = tomllib.loads(locate(name).read_text(encoding="utf-8"))
        level = say(f"cli-level-{said['level']}", language)
        title = said["title"] if language == "zh" else said.get("title_en") or said["title"]
        mark = say("report-illustrative", language) if said.get("illustrative") else ""
        print(f"{name:{width}}  {said['year']}  {level}  {title}{mark}")
