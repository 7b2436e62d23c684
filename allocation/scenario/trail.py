"""Where every value came from (law 4): call > overrides > scenario > policy in force > default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocation.errors import Place
from allocation.scenario.fields import join_key, value_at

if TYPE_CHECKING:
    from allocation.scenario.lines import KeyPath

DEFAULT = "default"
#: Sections that describe changes: no values of the effective scenario.
CHANGES = ("override", "what_if")


@dataclass(frozen=True)
class Origin:
    """Who set a value (``call``, ``override NAME``, its place, ``policy ID``) and where."""

    label: str
    place: Place


@dataclass
class Trail:
    """The origin of each key; a key that has none inherits that of the table it stands in."""

    origins: dict[KeyPath, Origin] = field(default_factory=dict)

    @classmethod
    def of_file(cls, file: str, lines: Mapping[KeyPath, int]) -> Trail:
        """Return the trail of a scenario as it stands in its file."""
        return cls.of_places({path: Place(file, line) for path, line in lines.items()})

    @classmethod
    def of_places(cls, places: Mapping[KeyPath, Place]) -> Trail:
        """Return the trail of a scenario whose keys stand at ``places``."""
        return cls({path: Origin(str(place), place) for path, place in places.items()})

    def put(self, path: KeyPath, origins: Mapping[KeyPath, Origin]) -> None:
        """Replace everything at and below ``path``; ``origins`` are relative to it."""
        kept = {key: old for key, old in self.origins.items() if key[: len(path)] != path}
        self.origins = kept | {(*path, *key): origin for key, origin in origins.items()}

    def below(self, path: KeyPath) -> dict[KeyPath, Origin]:
        """Return the origins at and below ``path``, relative to it."""
        return {
            key[len(path) :]: origin
            for key, origin in self.origins.items()
            if key[: len(path)] == path
        }

    def at(self, path: KeyPath) -> Origin:
        """Return the origin of ``path``, or of the nearest table around it."""
        while path not in self.origins and path:
            path = path[:-1]
        return self.origins.get(path) or Origin(DEFAULT, Place())

    def place(self, path: KeyPath) -> Place:
        """Return where ``path``, or the nearest table around it, stands."""
        return self.at(path).place


def leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every value in a dumped scenario; lists of plain values are one value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif value is not None and value != ():
        yield path


def origins_of(dump: Mapping[str, Any], data: Any, trail: Trail) -> dict[str, str]:
    """Return the origin of every value of the effective scenario by dotted key.

    Parameters
    ----------
    dump
        The validated scenario as nested tables.
    data
        The same as written, before defaults.
    trail
        Where each written key came from.
    """
    absent = object()
    return {
        join_key(path): DEFAULT if value_at(data, path, absent) is absent else trail.at(path).label
        for path in leaves(dump)
        if path[0] not in CHANGES
    }
