"""Is a record proved? The check of the record itself, and of its program against its inputs.

:mod:`allocation.verifier` proves the amounts from the program in the record, with the standard
library alone. Whether that program is what the inputs say is checked here: they are read, checked
and made into rows once more. Nothing is solved.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from allocation import verifier
from allocation.certificate import written_rows
from allocation.errors import BokuanError, InputError, Place, Problem
from allocation.policy.rows import UPPER
from allocation.run_record import stated
from allocation.scenario import load
from allocation.scenario.find import ENDINGS
from allocation.task import Task, prepare
from allocation.wording import Language, say

if TYPE_CHECKING:
    import pandas as pd

    from allocation.scenario import Loaded

Json = dict[str, Any]


@dataclass(frozen=True)
class Verification:
    """What checking a record found.

    Parameters
    ----------
    checks
        Every check's name and its failures, each in Chinese and in English; what the checks do not
        cover stands without.
    """

    checks: tuple[verifier.Check, ...]

    @property
    def proved(self) -> bool:
        """True if no check failed."""
        return not any(failures for _, failures in self.checks)

    def lines(self, language: Language = "zh") -> list[str]:
        """Return every check, what failed in it and by how much, and the verdict."""
        return verifier.told(list(self.checks), language)

    @property
    def table(self) -> pd.DataFrame:
        """One row per check: its names, whether it holds, and what failed."""
        import pandas as pd

        return pd.DataFrame(
            [
                (*name, not failures, [zh for zh, _ in failures], [en for _, en in failures])
                for name, failures in self.checks
                if failures is not None
            ],
            columns=["check", "check_en", "holds", "failures", "failures_en"],
        )


def verify(
    record: Path | str | Mapping[str, Any], inputs: Path | str | None = None
) -> Verification:
    """Check a record again, without a solver.

    Parameters
    ----------
    record
        A ``record.json``, or what is in it.
    inputs
        Folder of the original inputs, to compare with those the record keeps.

    Raises
    ------
    InputError
        If there is no record of this format.
    """
    content = dict(record) if isinstance(record, Mapping) else _read(Path(record))
    folder = None if inputs is None else Path(inputs)
    if folder is not None and not folder.is_dir():
        raise InputError([Problem("L1-no-such-file", Place(str(folder)), {"found": folder})])
    found = verifier.verify(content, folder)
    name = say("verify-rebuilt", "zh"), say("verify-rebuilt", "en")
    failures = [
        (say("verify-differs", "zh", part=part), say("verify-differs", "en", part=part))
        for part in differences(content)
    ]
    notes = [each for each in found if each[1] is None]
    checks = [each for each in found if each[1] is not None]
    return Verification((*checks, (name, failures), *notes))


def _read(path: Path) -> Json:
    try:
        return verifier.read(path)
    except (OSError, ValueError, RecursionError) as error:
        words = {"found": type(error).__name__}
        raise InputError([Problem("L1-not-a-record", Place(str(path)), words)]) from None


def differences(record: Mapping[str, Any]) -> list[str]:
    """Return in which parts a record's program is not that of its inputs.

    Parts are ``inputs`` (they cannot be read), the keys of :func:`allocation.run_record.stated`,
    ``targets``, ``order``, and the keys of rules. Totals from an upper level are taken from the
    record.
    """
    try:
        task = _task(record)
        return _parts(record, task) + _rules(record["certificate"], written_rows(task))
    except (BokuanError, OSError, LookupError, TypeError, ValueError, AttributeError):
        return ["inputs"]


def _parts(record: Mapping[str, Any], task: Task) -> list[str]:
    proof, right = record["certificate"], json.loads(json.dumps(stated(task)))
    said: dict[str, tuple[Any, Any]] = {
        **{key: (_own(key, record[key]), _own(key, value)) for key, value in right.items()},
        "targets": (proof["columns"]["target"][: len(task.targets)], task.targets.tolist()),
        "order": (proof["order"], written_rows(task)["order"]),
    }
    return [part for part, (found, value) in said.items() if found != value]


def _own(key: str, value: Any) -> Any:
    """Return a statement without where the upper level is: the record keeps that elsewhere."""
    if key != "changes":
        return value
    return [change for change in value if change["key"] != "upper.scenario"]


def _rules(proof: Json, right: Json) -> list[str]:
    """Return the keys of the rules whose rows or limits differ."""
    recorded = _by_rule(proof["rows"], len(proof["whole"])), proof["limits"]
    rebuilt = _by_rule(right["rows"], right["columns"]), right["limits"]
    keys = dict.fromkeys([*recorded[0], *rebuilt[0], *recorded[1], *rebuilt[1]])
    # Whom a rule chooses while solving stands in its limits.
    chosen = right["choosing"]
    return [
        key
        for key in keys
        if recorded[0].get(key) != rebuilt[0].get(key)
        or (key not in chosen and recorded[1].get(key) != rebuilt[1].get(key))
    ]


def _by_rule(rows: Json, columns: int) -> dict[str, list[Any]]:
    """Return each rule's rows as written: bounds and entries, without columns added later."""
    found: dict[str, list[Any]] = {}
    for name, start, stop, _ in rows["rules"]:
        for row in range(start, stop):
            at = slice(rows["start"][row], rows["start"][row + 1])
            entries = sorted(zip(rows["column"][at], rows["coefficient"][at], strict=True))
            known = [entry for entry in entries if entry[0] < columns]
            bounds = rows["lower"][row], rows["upper"][row]
            found.setdefault(name, []).append((bounds, known))
        found.setdefault(name, [])
    return found


def _task(record: Mapping[str, Any]) -> Task:
    """Return the task that the inputs kept in a record make."""
    with TemporaryDirectory() as folder:
        loaded = _loaded(record, Path(folder))
        task, problems = prepare(loaded, _upper_totals(record, loaded))
    if task is None:
        raise ValueError([problem.code for problem in problems])
    return task


def reread(record: Mapping[str, Any], folder: Path) -> Loaded:
    """Return the scenario of a record, read from the inputs it keeps, once more in ``folder``.

    Raises
    ------
    InputError
        If what the record keeps is no scenario.
    """
    try:
        return _loaded(record, folder)
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        words = {"found": type(error).__name__}
        raise InputError([Problem("L1-not-a-record", words=words)]) from None


def _loaded(record: Mapping[str, Any], folder: Path) -> Loaded:
    """Return the scenario read from its inputs, with the changes asked for."""
    for name, kept in record["inputs"].items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept["text"].encode() if "text" in kept else b64decode(kept["base64"]))
    scenarios = [name for name in record["inputs"] if name.endswith(ENDINGS)]
    changes = ",".join(record["asked"]["changes"])
    sets = list(record["asked"]["sets"])
    if len(scenarios) > 1:
        # The upper level is where the record keeps it.
        sets.append(f"upper.scenario={scenarios[1]}")
    reference = f"{scenarios[0]}@{changes}" if changes else scenarios[0]
    return load(reference, sets=sets, beside=folder, may_repeat=True)


def _upper_totals(record: Mapping[str, Any], loaded: Loaded) -> dict[str, int]:
    """Return each unit's total as the rows in the record say, in their order."""
    rows, purposes = record["certificate"]["rows"], len(record["purposes"]) or 1
    units = loaded.frame.attribute("unit") if "unit" in loaded.frame.text else ()
    first = [rows["column"][at] // purposes for at in rows["start"][:-1]]
    return {
        units[first[row]]: rows["lower"][row]
        for name, start, stop, _ in rows["rules"]
        if name == UPPER
        for row in range(start, stop)
    }
