"""What the schema says of a dotted key: walking the models of :mod:`allocation.scenario.schema`."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from allocation.scenario.lines import KeyPath

_SEGMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\"']+)")
_BARE = re.compile(r"[\w\-%]+")


def split_key(text: str) -> tuple[str, ...] | None:
    """Return the parts of a dotted key; None if it is malformed.

    >>> split_key('tables.trade.amounts."进出口(万元)"')
    ('tables', 'trade', 'amounts', '进出口(万元)')
    """
    parts: list[str] = []
    at = 0
    while match := _SEGMENT.match(text, at):
        bare = match[3]
        parts.append(bare.strip() if bare else match[1] or match[2] or "")
        at = match.end()
        if at == len(text):
            return tuple(parts) if all(parts) else None
        if text[at] != ".":
            return None
        at += 1
    return None


def join_key(path: KeyPath) -> str:
    """Return a path as a dotted key, parts quoted where they must be."""
    parts = (str(part) for part in path)
    return ".".join(
        part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in parts
    )


def bare(annotation: Any) -> Any:
    """Return a type without ``Annotated`` and without ``None``."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [part for part in get_args(annotation) if part is not type(None)]
        return bare(kept[0]) if len(kept) == 1 else annotation
    return annotation


def models(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Return the record types an annotation allows."""
    plain = bare(annotation)
    parts = get_args(plain) if get_origin(plain) in (Union, types.UnionType) else (plain,)
    kinds = (bare(part) for part in parts)
    return tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))


def model_of(annotation: Any, table: Any) -> type[BaseModel] | None:
    """Return the record type of ``table``: the only one, or the one its ``kind`` names."""
    allowed = models(annotation)
    if len(allowed) <= 1:
        return allowed[0] if allowed else None
    kind = table.get("kind") if isinstance(table, Mapping) else None
    return next((model for model in allowed if kind in kinds_of(model)), None)


def kinds_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the values of a record's ``kind``."""
    field = model.model_fields.get("kind")
    literal = bare(field.annotation) if field else None
    return get_args(literal) if get_origin(literal) is Literal else ()


def is_entries(annotation: Any) -> bool:
    """Whether the annotation is a table of the user's own names."""
    return get_origin(bare(annotation)) is dict


def is_list(annotation: Any) -> bool:
    """Whether the annotation is a list."""
    return get_origin(bare(annotation)) is tuple


def allowed_keys(annotation: Any, table: Any) -> list[str]:
    """Return the keys that may stand in ``table``; the existing ones in a table of own names."""
    if is_entries(annotation):
        return list(table) if isinstance(table, Mapping) else []
    model = model_of(annotation, table)
    kinds = (model,) if model else models(annotation)
    return sorted({name for kind in kinds for name in kind.model_fields})


def inside(annotation: Any, key: str | int, table: Any) -> Any:
    """Return the annotation of ``key`` in a value of type ``annotation``; None if there is none."""
    plain = bare(annotation)
    if is_entries(plain):
        return get_args(plain)[1]
    if is_list(plain):
        return get_args(plain)[0] if str(key).isdecimal() else None
    model = model_of(annotation, table)
    for kind in (model,) if model else models(annotation):
        if key in kind.model_fields:
            return kind.model_fields[str(key)].annotation
    return None


def annotation_at(root: Any, path: KeyPath, data: Any) -> Any:
    """Return the annotation at ``path``, following ``data`` where a record has several kinds."""
    annotation, node = root, data
    for key in path:
        annotation = inside(annotation, key, node)
        if annotation is None:
            return None
        node = value_at(node, (key,))
    return annotation


def value_at(data: Any, path: KeyPath, default: Any = None) -> Any:
    """Return the value at ``path`` in nested tables and lists, or ``default``."""
    for key in path:
        if isinstance(data, Mapping) and key in data:
            data = data[key]
        elif isinstance(data, (list, tuple)) and str(key).isdecimal() and int(key) < len(data):
            data = data[int(key)]
        else:
            return default
    return data
