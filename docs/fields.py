"""The tables of keys: what the models of a scenario say of themselves, as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from annotated_types import Ge, Gt, Le

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

_HEAD = ("| 键 key | 类型 type | 缺省 default | 含义 meaning |", "|---|---|---|---|")


def words_of(model: type[BaseModel]) -> str:
    """Return a model's docstring in Markdown."""
    lines = (line.strip() for line in (model.__doc__ or "").strip().splitlines())
    return "\n".join(lines).replace("``", "`")


def key_table(model: type[BaseModel], links: Mapping[str, str], without: Iterable[str] = ()) -> str:
    """Return a table of a model's keys.

    Parameters
    ----------
    model
        The model.
    links
        Where each record type by class name is explained, as Markdown.
    without
        Keys explained elsewhere.
    """
    schema = model.model_json_schema()
    skipped = set(without)
    rows = [
        _row(name, field, schema, links)
        for name, field in model.model_fields.items()
        if name not in skipped
    ]
    return "\n".join([*_HEAD, *rows]) if rows else ""


def _row(name: str, field: FieldInfo, schema: Mapping[str, Any], links: Mapping[str, str]) -> str:
    said = schema["properties"][name]
    meaning = said.get("description") or _explained(said, schema)
    limits = "、".join(dict.fromkeys(_limits(field)))
    type_ = _type(said, links) + (f" {limits}" if limits else "")
    default = "**required**" if field.is_required() else _default(said)
    return f"| `{name}` | {type_} | {default} | {meaning.replace('|', chr(92) + '|')} |"


def _default(said: Mapping[str, Any]) -> str:
    value = said.get("default")
    if value in (None, "", [], {}) or isinstance(value, dict):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(said: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """Return the type of a value in words."""
    if "$ref" in said:
        return links[_name(said["$ref"])]
    if "const" in said or "enum" in said:
        return " ".join(f"`{value}`" for value in said.get("enum", [said.get("const")]))
    if "anyOf" in said or "oneOf" in said:
        return _either(said, links)
    if said.get("type") == "array":
        return f"列表 list: {_type(said['items'], links)}"
    if "additionalProperties" in said:
        inner = said["additionalProperties"]
        return f"`NAME` = {_type(inner, links) if isinstance(inner, dict) else '值 value'}"
    return _plain(said)


def _either(said: Mapping[str, Any], links: Mapping[str, str]) -> str:
    if "oneOf" in said:
        return links["Rule"]
    parts = [part for part in said["anyOf"] if part.get("type") != "null"]
    return _type(parts[0], links) if len(parts) == 1 else "一个或多个 one or more"


def _plain(said: Mapping[str, Any]) -> str:
    kind = said.get("type")
    if kind == ["string", "integer"]:
        return "比例 ratio"
    if "亿元" in said.get("pattern", ""):
        return "金额 amount"
    if said.get("format") == "date":
        return "日期 day"
    return {"integer": "整数 whole number", "boolean": "是否 yes or no"}.get(str(kind), "文字 text")


def _explained(said: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the first sentence of the record type a value has."""
    found = re.search(r"#/\$defs/(\w+)", str(said))
    words = schema["$defs"][found[1]]["description"] if found else ""
    if "oneOf" in str(said):
        return "规则 / a rule"
    return str(words).split("\n", maxsplit=1)[0].replace("``", "`")


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _limits(field: FieldInfo) -> Iterator[str]:
    """Yield the bounds on a value."""
    yield from _marks(field.metadata)
    yield from _inner_limits(field.annotation)


def _inner_limits(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Annotated:
        yield from _marks(annotation.__metadata__)
    if get_origin(annotation) is not dict:
        for part in get_args(annotation):
            yield from _inner_limits(part)


def _marks(metadata: Iterable[Any]) -> Iterator[str]:
    for mark in metadata:
        if isinstance(mark, Ge):
            yield f"≥ {mark.ge}"
        elif isinstance(mark, Gt):
            yield f"> {mark.gt}"
        elif isinstance(mark, Le):
            yield f"≤ {mark.le}"
        elif hasattr(mark, "metadata"):
            yield from _marks(mark.metadata)
