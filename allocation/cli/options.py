"""Arguments and options, with their help in the language spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocation.cli.language import OPTION, language_problem
from allocation.errors import InputError, Problem, nearest, raise_if_any
from allocation.wording import LANGUAGES, Language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date


def argument(name: str) -> click.Argument:
    """Return a required argument, shown in capitals."""
    return click.Argument([name], metavar=name.upper())


def arguments(name: str) -> click.Argument:
    """Return an argument of which there may be several, at least one."""
    return click.Argument(
        [name], metavar=f"{name.upper().removesuffix('S')}…", nargs=-1, required=True
    )


def option(language: Language, *names: str, term: str, **more: Any) -> click.Option:
    """Return an option whose help is the wording term ``term``."""
    return click.Option(names, help=say(term, language), **more)


def one_of(language: Language, name: str, allowed: Sequence[str], *, term: str) -> click.Option:
    """Return an option with a few allowed values."""
    return option(
        language, name, term=term, metavar="|".join(allowed), callback=_checked(name, allowed)
    )


def language_option(language: Language) -> click.Option:
    """Return ``--lang``, which was obeyed before: here it is only checked and explained."""
    return option(
        language,
        OPTION,
        term="cli-lang",
        metavar="|".join(LANGUAGES),
        expose_value=False,
        callback=_known_language,
    )


def sets_option(language: Language) -> click.Option:
    """Return ``--set KEY=VALUE``, which may be repeated."""
    return option(language, "--set", "sets", term="cli-set", metavar="KEY=VALUE", multiple=True)


def days(**texts: str | None) -> dict[str, date | None]:
    """Return the days that options say, by name; none where none is given.

    Raises
    ------
    InputError
        For every text that is no day.
    """
    from allocation.disbursement.calendar import parse_day

    found = {name: parse_day(text) if text is not None else None for name, text in texts.items()}
    raise_if_any(
        [
            Problem(
                "L14-not-a-day",
                words={"key": f"--{name.replace('_', '-')}", "found": (text or "")[:40]},
            )
            for name, text in texts.items()
            if text is not None and found[name] is None
        ]
    )
    return found


def _checked(
    name: str, allowed: Sequence[str]
) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    def check(
        _context: click.Context, _parameter: click.Parameter, value: str | None
    ) -> str | None:
        if value is None or value in allowed:
            return value
        words = {
            "option": name,
            "found": value,
            "allowed": "、".join(allowed),
            "nearest": nearest(value, allowed),
        }
        raise InputError([Problem("L1-option-value", words=words)])

    return check


def _known_language(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> None:
    problem = language_problem(value or "")
    if problem:
        raise InputError([problem])
