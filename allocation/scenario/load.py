"""A scenario, ready to be worked on: read, changed, validated and joined with its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from allocation.errors import InputError, Place, Problem, raise_if_any
from allocation.frame import Frame
from allocation.scenario.build import build_frame
from allocation.scenario.fields import split_key
from allocation.scenario.files import digest
from allocation.scenario.find import Reference, locate, shipped
from allocation.scenario.issued import Left, RawRecord, read_issued
from allocation.scenario.schema import Scenario, Table
from allocation.scenario.settle import Applied, Effective, Settled, distinct, settle
from allocation.scenario.tables import RawTable, read_table
from allocation.scenario.trail import Trail, origins_of
from allocation.scenario.written import Written, read_written

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.scenario.lines import KeyPath

T = TypeVar("T")

#: Stands before the names of the upper level's files.
ABOVE = "upper/"


@dataclass(frozen=True)
class Loaded:
    """A scenario in effect and its recipients.

    Parameters
    ----------
    name
        ``national-2022``, or ``national-2022@more_west``.
    path
        The scenario file.
    scenario
        Validated, changes applied.
    frame
        Recipients and their columns, splits applied.
    origins
        Dotted key to where its value came from (law 4): ``call``, ``override NAME``,
        ``FILE:LINE``, ``policy ID`` or ``default``.
    hashes
        File name relative to the scenario to SHA-256 hex, the scenario file first.
    warnings
        What the run may go on with.
    changes
        The changes made, in order.
    trail
        The place of every key.
    reference, sets, beside
        What was asked for, to ask again with more changes.
    inputs
        Content of every file read, by the names of ``hashes``.
    left
        Who has money issued and takes no part: it is recovered.
    """

    name: str
    path: Path
    scenario: Scenario
    frame: Frame
    origins: Mapping[str, str]
    hashes: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()
    changes: tuple[Applied, ...] = ()
    trail: Trail = field(default_factory=Trail)
    reference: str = ""
    sets: tuple[str, ...] = ()
    beside: Path | None = None
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    left: tuple[Left, ...] = ()

    def with_inputs_of(self, upper: Loaded) -> Loaded:
        """Return the scenario with the files of its upper level among its inputs."""
        hashes = {f"{ABOVE}{name}": value for name, value in upper.hashes.items()}
        inputs = {f"{ABOVE}{name}": content for name, content in upper.inputs.items()}
        return replace(self, hashes=dict(self.hashes) | hashes, inputs=dict(self.inputs) | inputs)

    def again(self, *sets: str) -> Loaded:
        """Return the scenario read once more, with further ``KEY=VALUE`` changes."""
        return load(self.reference, sets=[*self.sets, *sets], beside=self.beside, may_repeat=True)

    def hashes_now(self) -> dict[str, str]:
        """Return the hashes of the scenario's own files as they are now; blank for one that left.

        What the upper level reads is not looked at.
        """
        files = {
            name: self.path.parent / name for name in self.hashes if not name.startswith(ABOVE)
        }
        return {
            name: digest(file.read_bytes()) if file.is_file() else ""
            for name, file in files.items()
        }

    def with_pot(self, amount: int) -> Loaded:
        """Return the scenario with another pot, fen, nothing read again: for a what-if."""
        pot = self.scenario.pot.model_copy(update={"amount": amount})
        return replace(self, scenario=self.scenario.model_copy(update={"pot": pot}))

    def place(self, *keys: str | int) -> Place:
        """Return where a key of the scenario, or the nearest table around it, stands.

        ``loaded.place("rules", "west", "least")``, or one dotted key.
        """
        path: KeyPath = keys
        if len(keys) == 1 and isinstance(keys[0], str):
            path = split_key(keys[0]) or keys
        return self.trail.place(path)


def load(
    reference: str,
    *,
    sets: Sequence[str] = (),
    beside: Path | None = None,
    may_repeat: bool = False,
    partial: bool = False,
) -> Loaded:
    """Read a scenario.

    Parameters
    ----------
    reference
        ``NAME_OR_PATH[@CHANGE[,CHANGE…]]``: a shipped scenario, a TOML file or a workbook, and the
        what-ifs or overrides to apply from left to right.
    sets
        ``KEY=VALUE`` changes of the call, which come last and win.
    beside
        Folder that a relative path starts from; default: the working directory.
    may_repeat
        Whether ``sets`` may repeat the value in effect: a sweep passes through it.
    partial
        Whether overrides may repeat it too: some of a list of changes, taken without the rest.

    Raises
    ------
    InputError
        With every problem found, each with its place, in one go.
    """
    asked = Reference.parse(reference)
    path = locate(reference, beside)
    shown = path.name if asked.target in shipped() else asked.target
    written = _sound(read_written(path, shown))
    settled = settle(
        written.data, written.trail, asked.changes, sets, may_repeat=may_repeat, partial=partial
    )
    tables, problems = _tables(settled.effective, path.parent, written)
    record, unread = read_issued(settled.effective.scenario, settled.effective.trail, path.parent)
    frame, left, wrong = _frame(settled, tables, record)
    problems = distinct([*written.problems, *settled.problems, *problems, *unread, *wrong])
    raise_if_any(problems)
    scenario = settled.effective.scenario
    assert scenario is not None, "a scenario that is not valid has problems"
    inputs = {path.name: written.content}
    inputs |= {raw.file: raw.content for raw in tables.values() if not raw.sheet}
    inputs |= {record.file: record.content} if record else {}
    return Loaded(
        name="@".join([path.stem, *filter(None, [",".join(asked.changes)])]),
        path=path,
        scenario=scenario,
        frame=frame,
        origins=origins_of(settled.effective.dump, settled.effective.data, settled.effective.trail),
        hashes={name: digest(kept) for name, kept in inputs.items()},
        warnings=tuple(problem for problem in problems if problem.warning),
        changes=settled.changes,
        trail=settled.effective.trail,
        reference=reference,
        sets=tuple(sets),
        beside=beside,
        inputs=inputs,
        left=left,
    )


def _sound(found: T | Problem) -> T:
    """Return what was found; raise if it is a problem."""
    if isinstance(found, Problem):
        raise InputError([found])
    return found


def _tables(
    effective: Effective, folder: Path, written: Written
) -> tuple[dict[str, RawTable], list[Problem]]:
    """Read every table whose entry is sound, even where the rest of the scenario is not."""
    section = effective.data.get("tables")
    tables: dict[str, RawTable] = {}
    problems: list[Problem] = []
    for name, entry in section.items() if isinstance(section, Mapping) else ():
        try:
            table = Table.model_validate(entry)
        except ValidationError:
            continue
        raw, wrong = read_table(name, table, folder, written.sheets)
        problems += [_placed(problem, effective.trail, name) for problem in wrong]
        if raw:
            tables[name] = raw
    return tables, [*problems, *_unused(tables, written)]


def _unused(tables: Mapping[str, RawTable], written: Written) -> list[Problem]:
    """Return a warning for each sheet of a workbook that no table names."""
    used = {raw.sheet for raw in tables.values()}
    return [
        Problem("L1-unused-sheet", sheet.place(0), {"found": name}, warning=True)
        for name, sheet in written.sheets.items()
        if name not in used
    ]


def _placed(problem: Problem, trail: Trail, table: str) -> Problem:
    """Place a problem of the file as a whole where the scenario names the file."""
    if problem.place.line or problem.place.column or problem.warning:
        return problem
    where = trail.place(("tables", table, "file"))
    words = {"found": problem.place.file} | dict(problem.words)
    return Problem(problem.code, where, words)


def _frame(
    settled: Settled, tables: Mapping[str, RawTable], record: RawRecord | None
) -> tuple[Frame, tuple[Left, ...], list[Problem]]:
    scenario = settled.effective.scenario
    if scenario is None:
        return Frame((), (), (), {}), (), []
    return build_frame(scenario, tables, settled.effective.trail, record)
