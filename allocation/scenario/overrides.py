"""Changes to a scenario: named overrides, and ``--set`` of the call (law 4)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from allocation.errors import Place, Problem, nearest
from allocation.scenario.fields import (
    annotation_at,
    is_entries,
    is_list,
    join_key,
    model_of,
    models,
    split_key,
    value_at,
)
from allocation.scenario.schema import Scenario
from allocation.scenario.trail import CHANGES, Origin, Trail
from allocation.scenario.translate import shown, unknown_words

if TYPE_CHECKING:
    from allocation.scenario.lines import KeyPath

#: Text that takes an entry (a rule, a factor, a coefficient …) out of the scenario.
OFF = "off"
_CALL = "call"


@dataclass(frozen=True)
class Change:
    """One value set at one key.

    Parameters
    ----------
    path
        Where.
    value
        The new value as in TOML; ``off`` takes an entry out.
    origins
        Origin of the value and of everything in it, relative to ``path``.
    root
        The model of the file it changes.
    """

    path: KeyPath
    value: Any
    origins: Mapping[KeyPath, Origin]
    root: Any = Scenario

    @property
    def origin(self) -> Origin:
        """Who changes, and where that is written."""
        return self.origins[()]


def changes_of_override(name: str, data: Any, trail: Trail) -> list[Change]:
    """Return the changes of ``[override.NAME]``, one per key of the schema it sets."""
    where: KeyPath = ("override", name, "set")
    table = value_at(data, where)
    if not isinstance(table, Mapping):
        return []
    changes: list[Change] = []
    for key, value in table.items():
        origin = Origin(f"override {name}", trail.place((*where, key)))
        below = {(): origin} | {
            path: Origin(origin.label, old.place)
            for path, old in trail.below((*where, key)).items()
        }
        start = (split_key(key) if "." in key else None) or (key,)
        changes += _flat(Change(start, value, below), data)
    return changes


def _flat(change: Change, data: Any) -> Iterator[Change]:
    """Yield a change of a table as changes of its keys; a new entry stays whole."""
    annotation = annotation_at(change.root, change.path, data)
    table = is_entries(annotation) or bool(models(annotation))
    new = _is_entry(change.root, change.path, data) and value_at(data, change.path) is None
    if not isinstance(change.value, Mapping) or not table or new:
        yield change
        return
    # A rule's kind first: it decides which other keys there are.
    for key, value in sorted(change.value.items(), key=lambda item: item[0] != "kind"):
        below = {path[1:]: old for path, old in change.origins.items() if path[:1] == (key,)}
        inner = {(): change.origin} | below
        part = replace(change, path=(*change.path, key), value=value, origins=inner)
        yield from _flat(part, data)


def change_of_call(text: str, data: Any, root: Any = Scenario) -> Change | Problem:
    """Return the change that a ``KEY=VALUE`` argument means, or what is wrong with its form."""
    key, equals, value = text.partition("=")
    path = split_key(key.strip())
    origin = Origin(_CALL, Place(column=f"--set {shown(text)}"))
    malformed = Problem("L1-set-syntax", origin.place, {"found": shown(text)})
    if not equals or path is None:
        return malformed
    try:
        parsed = _typed(value.strip(), annotation_at(root, path, data))
    except (ValueError, RecursionError):
        return malformed
    return Change(path, parsed, {(): origin}, root)


def _typed(text: str, annotation: Any) -> Any:
    """Return the text of ``--set`` as the value the schema wants at its key."""
    if text[:1] in ("[", "{"):
        return tomllib.loads(f"value = {text}")["value"]
    if is_list(annotation):
        return [part.strip() for part in text.replace("\uff0c", ",").split(",")]
    return text


def apply(data: dict[str, Any], trail: Trail, change: Change) -> list[Problem]:
    """Make one change to ``data`` and ``trail`` in place; return what is wrong with it."""
    path = change.path
    if problem := _unknown(change, data):
        return [problem]
    node: Any = data
    for depth, key in enumerate(path[:-1]):
        if value_at(node, (key,)) is None:
            if _is_entry(change.root, path[: depth + 1], data):
                return [_absent(change, path[: depth + 1], data)]
            node[key] = {}
        node = value_at(node, (key,))
    if change.value == OFF and _can_be_off(change.root, path, data):
        return _switch_off(node, trail, change, data)
    new = _is_entry(change.root, path, data) and path[-1] not in node
    if new and not _is_whole(change, data):
        return [_absent(change, path, data)]
    node[int(path[-1]) if isinstance(node, list) else path[-1]] = change.value
    trail.put(path, change.origins)
    return []


def _unknown(change: Change, data: Any) -> Problem | None:
    """Return the problem if the schema, or a list's length, has no such key."""
    for depth in range(1, len(change.path) + 1):
        path = change.path[:depth]
        annotation = annotation_at(change.root, path, data)
        known = (
            annotation is not None and _has_room(change.root, path, data) and path[0] not in CHANGES
        )
        leftover = change.value == OFF and value_at(data, path) is not None
        if not known and not leftover:
            return Problem(
                "L1-unknown-key", change.origin.place, unknown_words(path, data, change.root)
            )
    return None


def _has_room(root: Any, path: KeyPath, data: Any) -> bool:
    """Whether a key can be set where it would stand: in a table, or at an element of a list."""
    above = value_at(data, path[:-1])
    if is_list(annotation_at(root, path[:-1], data)):
        return isinstance(above, list) and int(path[-1]) < len(above)
    return above is None or isinstance(above, Mapping)


def _is_entry(root: Any, path: KeyPath, data: Any) -> bool:
    """Whether ``path`` is a record under a name of the user's own: a rule, a factor, a table …."""
    above = annotation_at(root, path[:-1], data)
    return is_entries(above) and bool(models(annotation_at(root, path, data)))


def _is_whole(change: Change, data: Any) -> bool:
    """Whether a new entry is a whole record: all that must be there, and a rule's kind."""
    annotation = annotation_at(change.root, change.path, data)
    if not isinstance(change.value, Mapping):
        return False
    if len(models(annotation)) > 1:
        return "kind" in change.value or "policy" in change.value
    model = model_of(annotation, change.value)
    fields = model.model_fields.items() if model else ()
    return all(name in change.value for name, field in fields if field.is_required())


def _can_be_off(root: Any, path: KeyPath, data: Any) -> bool:
    """Whether ``off`` means removal here: an entry of a table, or a key that may be left out."""
    above = annotation_at(root, path[:-1], data)
    if is_entries(above):
        return True
    model = model_of(above, value_at(data, path[:-1]))
    field = model.model_fields.get(str(path[-1])) if model else None
    # A key that a rule's new kind does not have is left over from the old one.
    return field is None or (not field.is_required() and field.default is None)


def _switch_off(node: Any, trail: Trail, change: Change, data: Any) -> list[Problem]:
    if change.path[-1] not in node:
        return [_absent(change, change.path, data)]
    del node[change.path[-1]]
    trail.put(change.path, {})
    return []


def _absent(change: Change, path: KeyPath, data: Any) -> Problem:
    """Return the problem with changing an entry that is not there."""
    known = [str(key) for key in value_at(data, path[:-1]) or ()]
    words = {
        "found": str(path[-1]),
        "table": join_key(path[:-1]),
        "nearest": nearest(str(path[-1]), known),
        "allowed": "、".join(known) or "—",
    }
    return Problem("L1-set-absent", change.origin.place, words)
