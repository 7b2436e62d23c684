"""A scenario changed again and again, nothing read or settled anew: what a sweep asks.

A change of a value is validated with the entry it stands in (the rule, the factor, the pot), by
the same schema and after the same policy as when the scenario is read; models of the schema know
nothing of each other. What cannot be done so (a change of who takes part, of the tables, of the
day; an entry switched off; a value that does not fit) is left to :func:`allocation.scenario.load`.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter, ValidationError

from allocation.errors import Problem
from allocation.policy.in_force import fill
from allocation.scenario.fields import bare, split_key, value_at
from allocation.scenario.find import Reference
from allocation.scenario.overrides import OFF, apply, change_of_call
from allocation.scenario.schema import Scenario
from allocation.scenario.settle import written
from allocation.scenario.trail import Trail
from allocation.scenario.written import WORKBOOK, written_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.scenario.lines import KeyPath
    from allocation.scenario.load import Loaded

#: Sections whose values the recipients and their columns do not depend on: tables of entries,
#: and single records.
_ENTRIES = ("coefficients", "factors", "rules", "purposes")
_RECORDS = ("pot", "rounding", "objective")

_Texts = tuple[str, ...]


@dataclass(frozen=True)
class Varied:
    """A scenario already loaded, and the values it has been given so far.

    Parameters
    ----------
    loaded
        The scenario the changes start from.
    data
        The same as written, changes of the reference and of the call made.
    """

    loaded: Loaded
    data: Mapping[str, Any]
    _known: dict[tuple[KeyPath, _Texts], Any] = field(default_factory=dict, repr=False)
    #: Keys whose values are plain text, and where they stand.
    _plain: dict[str, KeyPath] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, loaded: Loaded) -> Varied:
        """Return a scenario to be changed."""
        name = loaded.path.name
        found = written_in(loaded.inputs[name], name, workbook=name.endswith(WORKBOOK))
        assert not isinstance(found, Problem), "it was read before"
        names = Reference.parse(loaded.reference).changes
        return cls(loaded, written(found.data, found.trail, names, loaded.sets))

    def changed(self, sets: Sequence[str]) -> Loaded | None:
        """Return the scenario with ``KEY=VALUE`` changes; None if it must be read again."""
        entries = self.entries(sets)
        if entries is None:
            return None
        scenario = self.loaded.scenario
        for (top, *key), entry in entries.items():
            found = {**getattr(scenario, str(top)), key[0]: entry} if key else entry
            scenario = scenario.model_copy(update={str(top): found})
        return replace(self.loaded, scenario=scenario, sets=(*self.loaded.sets, *sets))

    def entries(self, sets: Sequence[str]) -> dict[KeyPath, Any] | None:
        """Return the entries that ``KEY=VALUE`` changes are of, changed, by where they stand.

        None if the scenario must be read again.
        """
        found = {}
        for place, texts in _by_entry(sets).items():
            found[place] = self._entry(place, tuple(texts))
            if found[place] is None:
                return None
        return found

    def _entry(self, place: KeyPath, texts: _Texts) -> Any:
        """Return an entry with changes made, validated; None if that cannot be done alone."""
        key = (place, texts)
        if key not in self._known:
            self._known[key] = self._validated(place, texts) if place else None
        return self._known[key]

    def _validated(self, place: KeyPath, texts: _Texts) -> Any:
        entry = value_at(self.data, place)
        if entry is None and len(place) == 2:
            return None
        for text in texts:
            changed = self._put(place, text, entry)
            if changed is None:
                return None
            entry = changed
        return self._checked(place, entry)

    def _put(self, place: KeyPath, text: str, entry: Any) -> Any:
        """Return an entry with one change made; None if that cannot be done alone."""
        key, _, value = text.partition("=")
        inside = self._plain.get(key, ())[len(place) :]
        if inside and _is_plain(value) and isinstance(value_at(entry, inside[:-1]), dict):
            # The schema was asked where this key stands; what may stand there is checked below.
            return _replaced(entry, inside, value.strip())
        copy = deepcopy(entry)
        small: dict[str, Any] = {str(place[0]): {place[1]: copy} if len(place) == 2 else copy}
        change = change_of_call(text, small)
        if isinstance(change, Problem) or change.value == OFF or len(change.path) <= len(place):
            return None
        if apply(small, Trail(), change):
            return None
        if change.value == value.strip():
            self._plain[key] = change.path
        return value_at(small, place)

    def _checked(self, place: KeyPath, entry: Any) -> Any:
        """Return an entry validated, with what its policy says; None if something is wrong."""
        if place[0] == "rules" and isinstance(entry.get("policy"), str):
            found = fill(entry, self.loaded.scenario.as_of)
            if isinstance(found, Problem):
                return None
            entry = dict(entry) | found
        try:
            return _adapter(str(place[0])).validate_python(entry)
        except ValidationError:
            return None


def _by_entry(sets: Sequence[str]) -> dict[KeyPath, list[str]]:
    """Return the changes by the entry they are of; those that are of none under ``()``."""
    found: dict[KeyPath, list[str]] = {}
    for text in sets:
        found.setdefault(_entry_of(text.partition("=")[0].strip()), []).append(text)
    return found


@lru_cache(maxsize=256)
def _entry_of(key: str) -> KeyPath:
    """Return where the entry stands that a dotted key is in; ``()`` if it is in none."""
    path = split_key(key) or ("",)
    depth = 2 if path[0] in _ENTRIES else 1 if path[0] in _RECORDS else 0
    return path[:depth] if len(path) > depth else ()


def _replaced(table: Any, path: KeyPath, value: str) -> Any:
    """Return nested tables and lists with the value at a path replaced; the rest is shared."""
    if not path:
        return value
    if isinstance(table, list):
        at = int(path[0])
        return [*table[:at], _replaced(table[at], path[1:], value), *table[at + 1 :]]
    return {**table, path[0]: _replaced(table.get(path[0]), path[1:], value)}


def _is_plain(value: str) -> bool:
    """Whether a value stands for itself: it takes nothing out, and is no list and no table."""
    text = value.strip()
    return text != OFF and text[:1] not in ("[", "{")


@cache
def _adapter(section: str) -> TypeAdapter[Any]:
    annotation: Any = Scenario.model_fields[section].annotation
    return TypeAdapter(get_args(bare(annotation))[1] if section in _ENTRIES else annotation)
