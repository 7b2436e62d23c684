"""Reading a payment plan: a shipped one or a TOML file, with ``--set`` of the call on top."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from allocation.disbursement.plan import Plan
from allocation.errors import InputError, Place, Problem, nearest, raise_if_any
from allocation.scenario.fields import join_key, value_at
from allocation.scenario.files import SCENARIO_LIMIT, digest, read_bytes
from allocation.scenario.find import scenarios_folder
from allocation.scenario.overrides import Change, apply, change_of_call
from allocation.scenario.parse import parse_toml
from allocation.scenario.settle import Applied
from allocation.scenario.trail import Trail
from allocation.scenario.translate import problems_of, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ENDING = ".toml"
_ABSENT = object()


@dataclass(frozen=True)
class LoadedPlan:
    """A plan in effect.

    Parameters
    ----------
    name, folder
        Its name, and the folder its tables are in.
    trail
        The place of every key.
    changes
        What ``--set`` changed.
    reference, sets
        What was asked for, to ask again with more changes.
    hashes
        File name to SHA-256 hex of every file read.
    """

    name: str
    folder: Path
    plan: Plan
    trail: Trail
    changes: tuple[Applied, ...] = ()
    reference: str = ""
    sets: tuple[str, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)

    def place(self, *keys: str | int) -> Place:
        """Return where a key of the plan, or the nearest table around it, stands."""
        return self.trail.place(keys)

    def again(self, *sets: str) -> LoadedPlan:
        """Return the plan read once more, with further ``KEY=VALUE`` changes."""
        return load_plan(self.reference, [*self.sets, *sets])


def plans_folder() -> Path:
    """Return the folder of the plans that ship."""
    return scenarios_folder() / "plans"


def shipped_plans() -> list[str]:
    """Return the names of the plans that come with the product."""
    return sorted(path.stem for path in plans_folder().glob(f"*{_ENDING}"))


def load_plan(reference: str, sets: Sequence[str] = ()) -> LoadedPlan:
    """Read a plan.

    Parameters
    ----------
    reference
        A shipped plan, or the path of a TOML file.
    sets
        ``KEY=VALUE`` changes, from left to right.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    path, said = _located(reference)
    content = read_bytes(path, said, SCENARIO_LIMIT)
    parsed = content if isinstance(content, Problem) else parse_toml(content, said)
    if isinstance(parsed, Problem):
        raise InputError([parsed])
    data, trail = deepcopy(parsed[0]), Trail.of_file(said, parsed[1])
    plan, problems = _validated(data, trail)
    changes, refused = list[Applied](), list[Problem]()
    for text in sets:
        change = change_of_call(text, data, Plan)
        if isinstance(change, Problem):
            refused.append(change)
            continue
        said_before = value_at(data, change.path, _ABSENT)
        wrong = apply(data, trail, change)
        if wrong:
            refused += wrong
            continue
        before, (plan, problems) = plan, _validated(data, trail)
        changes.append(_applied(change, before, said_before))
        if before and plan and _value(before, change) == _value(plan, change):
            words = {"key": join_key(change.path), "found": shown(change.value)}
            refused.append(Problem("L1-override-without-effect", change.origin.place, words))
    raise_if_any([*problems, *refused])
    assert plan is not None, "a plan that is not valid has problems"
    assert isinstance(content, bytes), "what was parsed was read"
    hashes = {path.name: digest(content)}
    return LoadedPlan(
        path.stem, path.parent, plan, trail, tuple(changes), reference, tuple(sets), hashes
    )


def _located(reference: str) -> tuple[Path, str]:
    """Return the file a reference means, and how it is called in messages."""
    from pathlib import Path

    if reference in shipped_plans():
        path = plans_folder() / f"{reference}{_ENDING}"
        return path, path.name
    if not reference.endswith(_ENDING):
        known = shipped_plans()
        words = {"found": reference[:200], "nearest": nearest(reference, known)}
        words["allowed"] = "、".join(known) or "—"
        raise InputError([Problem("L1-unknown-plan", words=words)])
    return Path(reference), reference


def _validated(data: Mapping[str, Any], trail: Trail) -> tuple[Plan | None, list[Problem]]:
    try:
        return Plan.model_validate(data), []
    except ValidationError as error:
        return None, problems_of(error, data, trail, Plan)


def _value(plan: Plan, change: Change) -> Any:
    return value_at(plan.model_dump(), change.path, _ABSENT)


def _applied(change: Change, before: Plan | None, said_before: Any) -> Applied:
    """Return a change with what the file said before, else the default."""
    old = _value(before, change) if before and said_before is _ABSENT else said_before
    said = "—" if old is _ABSENT or old is None or old == "" else shown(old)
    return Applied(change.origin.label, join_key(change.path), said, shown(change.value))
