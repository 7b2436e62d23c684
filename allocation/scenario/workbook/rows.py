"""A scenario as written to the rows of a workbook's blocks: the reverse of the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from allocation.scenario.fields import annotation_at, join_key, split_key, value_at
from allocation.scenario.schema import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.scenario.workbook.layout import Block, Path


class Said(NamedTuple):
    """A value as TOML has it, None for a blank, and the type of its key."""

    value: Any
    annotation: Any


def rows_of(block: Block, data: Mapping[str, Any]) -> list[list[Said]]:
    """Return the rows of a block, each with a value for every column.

    A form has one column: the value of each key in order.
    """
    if block.kind == "form":
        return [[Said(value_at(data, key.path), key.annotation)] for key in block.keys]
    if block.kind == "entries":
        entries = data.get(block.path[0], {})
        return [[Said(name, str), *_keys(block, entry)] for name, entry in entries.items()]
    rows = []
    for owner, inner in _owners(block, data):
        first = [Said(owner, str)] if block.owned else []
        if block.kind == "items":
            rows += [[*first, *_keys(block, item)] for item in inner or ()]
        elif block.path[-1] == "set":
            rows += [[*first, *_change(path, value, data)] for path, value in _leaves(inner or {})]
        else:
            kind = block.keys[0].annotation
            pairs = (inner or {}).items()
            rows += [[*first, Said(str(key), str), Said(value, kind)] for key, value in pairs]
    return rows


def _keys(block: Block, entry: Any) -> list[Said]:
    return [Said(value_at(entry, key.path), key.annotation) for key in block.keys]


def _owners(block: Block, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each entry's name and what it has at the block's path."""
    if not block.owned:
        yield "", value_at(data, block.path)
        return
    top, _, *rest = block.path
    for name, entry in data.get(top, {}).items():
        yield name, value_at(entry, tuple(rest))


def _leaves(table: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that an override sets; its keys may be dotted, or tables in tables."""
    for key, value in table.items():
        whole = above or "." not in key
        path = (*above, *((key,) if whole else split_key(key) or (key,)))
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, path)
        else:
            yield path, value


def _change(path: Sequence[str], value: Any, data: Mapping[str, Any]) -> list[Said]:
    annotation = annotation_at(Scenario, tuple(path), data)
    return [Said(join_key(tuple(path)), str), Said(value, annotation)]
