"""From pydantic's errors to problems: a stable code, the line, and words in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.errors import Problem, nearest
from allocation.scenario.fields import (
    allowed_keys,
    annotation_at,
    join_key,
    kinds_of,
    models,
    value_at,
)
from allocation.scenario.schema import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from allocation.scenario.lines import KeyPath
    from allocation.scenario.trail import Trail

#: What stands in a sentence for the scenario as a whole.
TOP = "顶层 top level"
_LONGEST = 60
_SIGNS = {
    "greater_than": (">", "gt"),
    "greater_than_equal": ("≥", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("≤", "le"),
}
_PLAIN = {
    "string_type": "L1-not-text",
    "dict_type": "L1-not-a-table",
    "mapping_type": "L1-not-a-table",
    "model_type": "L1-not-a-table",
    "model_attributes_type": "L1-not-a-table",
    "tuple_type": "L1-not-a-list",
    "list_type": "L1-not-a-list",
    "too_short": "L1-nothing-in-it",
    "missing": "L1-missing-key",
    "union_tag_not_found": "L1-missing-key",
}


def problems_of(
    error: ValidationError, data: Any, trail: Trail, root: Any = Scenario
) -> list[Problem]:
    """Return every problem of a scenario, or other file, that does not fit its schema.

    Parameters
    ----------
    error
        What the schema says.
    data
        The scenario as nested tables, changes applied.
    trail
        Where each key came from.
    root
        The schema's model.
    """
    return [_problem(item, data, trail, root) for item in error.errors(include_url=False)]


def shown(value: Any) -> str:
    """Return a value for a sentence, cut to a readable length."""
    try:
        text = value if isinstance(value, str) else _as_toml(value)
    except ValueError:
        # Python refuses to print whole numbers of more than 4300 digits.
        text = "…"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _as_toml(value: Any) -> str:
    """Return a value much as a file would have it, not as Python prints it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_as_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_as_toml, value)) + "]"
    return str(value)


def _problem(item: ErrorDetails, data: Any, trail: Trail, root: Any) -> Problem:
    path = _path(item["loc"])
    words = {
        "key": join_key(path),
        "table": join_key(path[:-1]) or TOP,
        "found": shown(item["input"]),
    }
    code, more = _code(item, path, data, root)
    place = trail.place((*path, "kind") if item["type"].startswith("union_tag") else path)
    return Problem(code, place, words | more)


def _path(loc: tuple[int | str, ...]) -> KeyPath:
    """Return pydantic's location without the tag after the name of a rule, and its mark of keys."""
    loc = tuple(part for part in loc if part != "[key]")
    return loc[:2] + loc[3:] if loc[:1] == ("rules",) else loc


def _code(item: ErrorDetails, path: KeyPath, data: Any, root: Any) -> tuple[str, dict[str, str]]:
    kind = item["type"]
    context: Mapping[str, Any] = item.get("ctx", {})
    if kind in _SIGNS:
        sign, limit = _SIGNS[kind]
        return "L1-out-of-range", {"allowed": f"{sign} {context[limit]}"}
    if kind == "literal_error":
        return "L1-not-allowed", {
            "allowed": context["expected"].replace("'", "").replace(" or ", ", ")
        }
    if kind in _SPECIAL:
        return _SPECIAL[kind](path, data, root)
    if kind in _PLAIN:
        return _PLAIN[kind], {}
    if kind[:1] == "L" and kind[1:2].isdigit():
        return kind, {word: str(value) for word, value in context.items()}
    return "L1-not-valid", {"detail": item["msg"]}


def _unknown_key(path: KeyPath, data: Any, root: Any) -> tuple[str, dict[str, str]]:
    return "L1-unknown-key", unknown_words(path, data, root)


def unknown_words(path: KeyPath, data: Any, root: Any = Scenario) -> dict[str, str]:
    """Return the words for a key that may not stand where it stands."""
    above = path[:-1]
    known = allowed_keys(annotation_at(root, above, data), value_at(data, above))
    return {
        "found": str(path[-1]),
        "table": join_key(above) or TOP,
        "key": join_key(path),
        "nearest": nearest(str(path[-1]), known),
        "allowed": "、".join(known) or "—",
    }


def _no_kind(path: KeyPath, _data: Any, _root: Any) -> tuple[str, dict[str, str]]:
    return "L1-missing-key", {"key": join_key((*path, "kind")), "table": join_key(path)}


def _unknown_kind(path: KeyPath, data: Any, root: Any) -> tuple[str, dict[str, str]]:
    rule = annotation_at(root, path, data)
    allowed = [kind for model in models(rule) for kind in kinds_of(model)]
    found = str(value_at(data, (*path, "kind")))
    near = {"nearest": nearest(found, allowed), "allowed": "、".join(allowed)}
    return "L1-unknown-kind", {"found": shown(found), "table": join_key(path)} | near


_SPECIAL: dict[str, Callable[[KeyPath, Any, Any], tuple[str, dict[str, str]]]] = {
    "extra_forbidden": _unknown_key,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _no_kind,
}
