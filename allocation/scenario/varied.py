"""A scenario changed again and again, nothing read or settled anew: what a sweep asks.

A change of a value is validated with the entry it stands in (the rule, the factor, the pot), by
the same schema and after the same policy as when the scenario is read; models of the schema know
nothing of each other. What cannot be done so (a change of who takes part, of the tables, of the
day; an entry switched off; a value that does not fit) is left to :func:`allocation.scenario.load`.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter, ValidationError

from allocation.errors import Problem
from allocation.policy.in_force import fill
from allocation.scenario.fields import bare, split_key, value_at
from allocation.scenario.find import Reference
from allocation.scenario.overrides import OFF, apply, change_of_call
from allocation.scenario.parse import parse_toml
from allocation.scenario.schema import Scenario
from allocation.scenario.settle import written
from allocation.scenario.trail import Trail

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
        parsed = parse_toml(loaded.inputs[loaded.path.name], loaded.path.name)
        assert not isinstance(parsed, Problem), "it was read before"
        data, lines = parsed
        names, trail = Reference.parse(loaded.reference).changes, Trail.of_file("", lines)
        return cls(loaded, written(data, trail, names, loaded.sets))

    def changed(self, sets: Sequence[str]) -> Loaded | None:
        """Return the scenario with ``KEY=VALUE`` changes; None if it must be read again."""
        scenario = self.loaded.scenario
        for place, texts in _by_entry(sets).items():
            found = self._entry(place, tuple(texts))
            if found is None:
                return None
            top = place[0]
            if len(place) == 2:
                found = {**getattr(scenario, str(top)), place[1]: found}
            scenario = scenario.model_copy(update={str(top): found})
        return replace(self.loaded, scenario=scenario, sets=(*self.loaded.sets, *sets))

    def _entry(self, place: KeyPath, texts: _Texts) -> Any:
        """Return an entry with changes made, validated; None if that cannot be done alone."""
        key = (place, texts)
        if key not in self._known:
            self._known[key] = self._validated(place, texts) if place else None
        return self._known[key]

    def _validated(self, place: KeyPath, texts: _Texts) -> Any:
        entry = deepcopy(value_at(self.data, place))
        small: dict[str, Any] = {str(place[0]): entry}
        if len(place) == 2:
            small = {str(place[0]): {place[1]: entry}}
        if entry is None and len(place) == 2:
            return None
        if not all(self._put(place, text, small) for text in texts):
            return None
        return self._checked(place, value_at(small, place))

    def _put(self, place: KeyPath, text: str, small: dict[str, Any]) -> bool:
        """Make one change of an entry; False if that cannot be done alone."""
        key, _, value = text.partition("=")
        table = self._plain.get(key) and value_at(small, self._plain[key][:-1])
        if isinstance(table, dict) and _is_plain(value):
            # The schema was asked where this key stands; what may stand there is checked below.
            table[self._plain[key][-1]] = value.strip()
            return True
        change = change_of_call(text, small)
        if isinstance(change, Problem) or change.value == OFF or len(change.path) <= len(place):
            return False
        if apply(small, Trail(), change):
            return False
        if change.value == value.strip():
            self._plain[key] = change.path
        return True

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
        path = split_key(text.partition("=")[0].strip()) or ("",)
        depth = 2 if path[0] in _ENTRIES else 1 if path[0] in _RECORDS else 0
        found.setdefault(path[:depth] if len(path) > depth else (), []).append(text)
    return found


def _is_plain(value: str) -> bool:
    """Whether a value stands for itself: it takes nothing out, and is no list and no table."""
    text = value.strip()
    return text != OFF and text[:1] not in ("[", "{")


@cache
def _adapter(section: str) -> TypeAdapter[Any]:
    annotation: Any = Scenario.model_fields[section].annotation
    return TypeAdapter(get_args(bare(annotation))[1] if section in _ENTRIES else annotation)
