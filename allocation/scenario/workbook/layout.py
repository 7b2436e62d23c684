"""How a scenario lies in a workbook: sheets of blocks of columns, all from the schema's models.

A sheet has a row of keys, ``rules.*.amount`` over the column of amounts; below it, every row says
one thing. There are four kinds of block:

form
    One row per key; its key stands beside its value.
entries
    One row per entry of a table of own names, such as a rule: its name, then its keys.
pairs
    One row per pair of a table within an entry: whose, key, value (``where``, ``values``, ``set``).
items
    One row per element of a list of records: whose, then its keys (``tiers``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from allocation.scenario.fields import bare, is_entries, is_list, models
from allocation.scenario.schema import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

Kind = Literal["form", "entries", "pairs", "items"]
Path = tuple[str, ...]

#: What stands over the two columns of a form.
FORM_VALUE, FORM_KEY = "#value", "#key"
#: In the first cell of a sheet that is not part of the scenario.
ASIDE = "#aside"
_ANY = "*"
#: What the schema does not say of a rule's kind.
_KIND = "类型 / kind"


@dataclass(frozen=True)
class Key:
    """One key of a scenario.

    Parameters
    ----------
    path
        From the entry, or from the top in a form.
    annotation
        Its type with all limits on it.
    said
        What the schema says of it, and of the tables around it, outermost first: 中文 / English.
    also
        What else it is for other kinds of rules.
    default
        What a blank means; None for nothing.
    required
        Whether it must be there, its table being there.
    kinds
        Kinds of rules that have it; empty if all do, or it is no rule's.
    """

    path: Path
    annotation: Any
    said: tuple[str, ...]
    required: bool = False
    kinds: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True)
class Block:
    """A part of a sheet whose rows say the same sort of thing.

    Parameters
    ----------
    kind
        See the top of this module.
    path
        Where its values stand; ``*`` is the name of an entry.
    keys
        Of a row, without those of ``own``.
    said
        What the schema says of it: 中文 / English.
    """

    kind: Kind
    path: Path
    keys: tuple[Key, ...]
    said: str = ""

    @property
    def owned(self) -> bool:
        """Whether a row begins with the name of the entry it belongs to."""
        return self.kind in ("pairs", "items") and _ANY in self.path

    @property
    def codes(self) -> tuple[str, ...]:
        """What stands over the columns, first those that say whose row it is."""
        if self.kind == "form":
            return FORM_VALUE, FORM_KEY
        stem = ".".join(self.path)
        if self.kind == "pairs":
            return stem, f"{stem}.*", f"{stem}.*="
        first = (stem,) if self.owned or self.kind == "entries" else ()
        mark = "[]" if self.kind == "items" else ""
        return (*first, *(f"{stem}{mark}.{'.'.join(key.path)}" for key in self.keys))


@dataclass(frozen=True)
class SheetPlan:
    """A sheet: its key in the wording, what it is for, and its blocks from left to right."""

    name: str
    said: str
    blocks: tuple[Block, ...]


@cache
def sheets() -> tuple[SheetPlan, ...]:
    """Return the sheets of a scenario, in the order in which it is written."""
    forms = _Found()
    tables = []
    for name, info in Scenario.model_fields.items():
        if is_entries(info.annotation):
            tables.append(_entries(name, info))
        else:
            forms.add((name,), info, ())
    form = Block("form", (), tuple(forms.keys))
    lists = tuple(_inner(path, annotation, said) for path, annotation, said in forms.inner)
    return (SheetPlan("form", _doc(Scenario), (form, *lists)), *tables)


@cache
def blocks() -> Mapping[str, Block]:
    """Return every block by the key of each of its columns."""
    return {code: block for sheet in sheets() for block in sheet.blocks for code in block.codes}


@dataclass
class _Found:
    """The keys of some records, and the tables and lists of records within them."""

    keys: list[Key] = field(default_factory=list)
    inner: list[tuple[Path, Any, tuple[str, ...]]] = field(default_factory=list)

    def add(self, path: Path, info: FieldInfo, above: Sequence[str], kind: str = "") -> None:
        """Add a key, or those within it, once for all kinds of record that have it."""
        annotation, required = _whole(info), info.is_required()
        inside = models(annotation)
        own = info.description or (_doc(inside[0]) if inside else "")
        said = (*above, own or (_KIND if path[-1] == "kind" else ""))
        if is_entries(annotation) or (is_list(annotation) and models(_element(annotation))):
            if path not in {known for known, *_ in self.inner}:
                self.inner.append((path, annotation, said))
        elif inside:
            start = len(self.keys)
            for name, inner in inside[0].model_fields.items():
                self.add((*path, name), inner, said, kind)
            inner_keys = self.keys[start:]
            self.keys[start:] = [replace(k, required=k.required and required) for k in inner_keys]
        else:
            kinds = (kind,) if kind else ()
            self._put(Key(path, annotation, said, required, kinds, default=_default(info)))

    def _put(self, key: Key) -> None:
        """Add a key; one that another kind of record has too stands for both."""
        at = next((at for at, known in enumerate(self.keys) if known.path == key.path), None)
        if at is None:
            self.keys.append(key)
            return
        known = self.keys[at]
        annotation: Any = known.annotation
        types = (bare(known.annotation), bare(key.annotation))
        if all(get_origin(each) is Literal for each in types):
            values = tuple(value for each in types for value in get_args(each))
            annotation = Literal[values]
        kinds = known.kinds + key.kinds
        required = known.required and key.required
        also = tuple(dict.fromkeys((*known.also, *key.said[-1:])))
        also = tuple(said for said in also if said != known.said[-1])
        default = known.default if known.default == key.default else None
        self.keys[at] = replace(
            known,
            annotation=annotation,
            kinds=kinds,
            required=required,
            also=also,
            default=default,
        )


def _entries(name: str, info: FieldInfo) -> SheetPlan:
    """Return the sheet of a table of the user's own names."""
    found = _Found()
    records = models(get_args(bare(info.annotation))[1])
    for record in records:
        kind = _kind(record) if len(records) > 1 else ""
        for key, inner in _kind_first(record):
            found.add((key,), inner, (), kind)
    keys = tuple(_for_all(key, len(records)) for key in found.keys)
    main = Block("entries", (name, _ANY), keys, info.description or _doc(records[0]))
    inner_blocks = (_inner((name, _ANY, *path), *rest) for path, *rest in found.inner)
    said = main.said if len(records) == 1 else "规则 / rules"
    return SheetPlan(name.replace("_", "-"), said, (main, *inner_blocks))


def _inner(path: Path, annotation: Any, said: tuple[str, ...]) -> Block:
    """Return the block of a table, or of a list of records, within an entry or a form."""
    if is_entries(annotation):
        return Block("pairs", path, (Key((), get_args(bare(annotation))[1], ()),), said[-1])
    found = _Found()
    for name, info in models(_element(annotation))[0].model_fields.items():
        found.add((name,), info, ())
    return Block("items", path, tuple(found.keys), said[-1])


def _for_all(key: Key, records: int) -> Key:
    """Return a key without its kinds if every kind has it."""
    return replace(key, kinds=()) if len(key.kinds) == records else key


def _kind(record: type[BaseModel]) -> str:
    return str(get_args(record.model_fields["kind"].annotation)[0])


def _kind_first(record: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield a record's keys, ``kind`` before the others; it may have one of several values."""
    yield from sorted(record.model_fields.items(), key=lambda item: item[0] != "kind")


def _whole(info: FieldInfo) -> Any:
    """Return a field's type with all that pydantic took off it."""
    annotation: Any = info.annotation
    for mark in info.metadata:
        annotation = Annotated[annotation, mark]
    return annotation


def _default(info: FieldInfo) -> Any:
    """Return what a blank means, as it would be written."""
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return extra["default"]
    return None if info.is_required() or info.default in ("", ()) else info.default


def _element(annotation: Any) -> Any:
    return get_args(bare(annotation))[0]


def _doc(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n", maxsplit=1)[0].strip()
