"""What a key takes, for its drop-down and its note: kind, allowed values, limits, words."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from allocation.scenario.fields import bare, is_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.wording import Language

Type = Literal["text", "list", "amount", "ratio", "whole", "day", "flag", "choice", "any"]

#: A label ends where an explanation begins.
_LABEL_END = re.compile(r"[,,:;:;((]")


def type_of(annotation: Any) -> Type:
    """Return the kind of value a key takes."""
    plain = bare(annotation)
    if is_list(plain):
        return "list"
    if get_origin(plain) is Literal:
        return "choice"
    if plain is int:
        money = any(isinstance(mark, WithJsonSchema) for mark in _marks(annotation))
        return "amount" if money else "whole"
    plainly: dict[Any, Type] = {Fraction: "ratio", date: "day", bool: "flag", str: "text"}
    return plainly.get(plain, "any")


def choices(annotation: Any) -> tuple[str, ...]:
    """Return the values a key is limited to."""
    return tuple(map(str, get_args(bare(annotation))))


def limits(annotation: Any) -> tuple[Any, Any]:
    """Return the least and the largest value of a key; None without a limit."""
    low = high = None
    for mark in _marks(annotation):
        if isinstance(mark, (Ge, Gt)):
            low = mark.ge if isinstance(mark, Ge) else mark.gt
        elif isinstance(mark, (Le, Lt)):
            high = mark.le if isinstance(mark, Le) else mark.lt
    return low, high


def spoken(said: str, language: Language) -> str:
    """Return the half of ``中文 / English`` in a language."""
    chinese, slash, english = said.partition(" / ")
    words = english if slash and language == "en" else chinese
    return words.replace("``", "").strip().rstrip(".")


def label(said: str, language: Language) -> str:
    """Return the first words of what is said, up to an explanation."""
    return _LABEL_END.split(spoken(said, language), maxsplit=1)[0].strip()


def pair_labels(said: str, language: Language) -> tuple[str, str]:
    """Return the labels of both columns of pairs: ``for whom: attribute = value; …``."""
    key, _, value = spoken(said, language).partition(" = ")
    return re.split(r"[::]", key)[-1].strip(), _LABEL_END.split(value, maxsplit=1)[0].strip()


def _marks(annotation: Any) -> Iterator[Any]:
    """Yield all that stands beside a type, inside unions too."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        yield from _marks(inner)
        for mark in marks:
            yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
    elif not is_list(annotation):
        for part in get_args(annotation):
            yield from _marks(part)
