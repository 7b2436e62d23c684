"""Repairs of a conflict, as lines for a terminal, as an override, and as a frame."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from allocation.conflict import members_found
from allocation.engine import DEFAULT_SOLVER, loaded_with, solver_named, whole_task_of
from allocation.explain.repairs import Repair, repairs_of
from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.scenario import Loaded
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

_NAME = "repair"


def repair_text(repair: Repair, language: Language = "zh") -> str:
    """Return what a repair changes, as one sentence."""
    said = [say(key, language, **words) for key, words in repair.sentences]
    return printable(say("conflict-and", language).join(said))


def repair_lines(
    repairs: Sequence[Repair], language: Language = "zh", *, taken: Collection[str] = ()
) -> list[str]:
    """Return each repair with its price and its ``--set``, and an override for the first.

    ``taken`` are names of overrides and what-ifs that are there already.
    """
    if not repairs:
        return [say("conflict-no-repair", language)]
    lines = [say("conflict-repairs", language)]
    for number, repair in enumerate(repairs, start=1):
        price, text = format_amount(repair.price), repair_text(repair, language)
        lines.append(say("conflict-repair", language, number=number, text=text, price=price))
        lines.append("   " + " ".join(f"--set {shlex.quote(change)}" for change in repair.sets))
    name = _free_name(taken)
    override = override_block(repairs[0], name, language).splitlines()
    return [*lines, say("conflict-override", language, name=name), *override]


def _free_name(taken: Collection[str]) -> str:
    names = [_NAME, *(f"{_NAME}{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def override_block(repair: Repair, name: str = _NAME, language: Language = "zh") -> str:
    """Return a repair as ``[override.NAME]``, to be pasted into the scenario file."""
    head = f"[override.{name}]\nreason = {_text(repair_text(repair, language))}\n"
    pairs = (change.partition("=") for change in repair.sets)
    return f"{head}[override.{name}.set]\n" + "".join(f"{k} = {_value(v)}\n" for k, _, v in pairs)


def _value(text: str) -> str:
    return text if text.startswith("[") or text.isdigit() else _text(text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def repairs_frame(repairs: Sequence[Repair]) -> pd.DataFrame:
    """Return the repairs as a frame, the cheapest first.

    Returns
    -------
    pandas.DataFrame
        Indexed by rank from 1: ``text``, ``text_en``; ``price_fen`` as int64 and ``price_wan``
        (万元); ``changes``: how many figures and exempted recipients change; ``sets``: the changes
        as a tuple, as ``allocate(…, sets=…)`` takes them.
    """
    import pandas as pd

    prices = pd.array([repair.price for repair in repairs], dtype="int64")
    columns = {
        "text": [repair_text(repair, "zh") for repair in repairs],
        "text_en": [repair_text(repair, "en") for repair in repairs],
        "price_fen": prices,
        "price_wan": [repair.price / 1e6 for repair in repairs],
        "changes": pd.array([repair.count for repair in repairs], dtype="int64"),
        "sets": [repair.sets for repair in repairs],
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(repairs) + 1, name="rank"))


def repairs(
    reference: str | Loaded,
    *,
    sets: Sequence[str] = (),
    objective: str | None = None,
    solver: str = DEFAULT_SOLVER,
    quantum: str | None = None,
) -> pd.DataFrame:
    """Return the repairs of a scenario whose rules conflict; arguments as of ``allocate``.

    The frame is that of :func:`repairs_frame`; empty if the rules can all hold.

    Raises
    ------
    InputError
        With every problem of the scenario, its data or the arguments.
    """
    if not isinstance(reference, Loaded):
        reference = loaded_with(reference, sets, objective, quantum)
    return repairs_frame(repairs_of(reference, solver))


def conflict_frame(
    reference: str | Loaded, *, sets: Sequence[str] = (), solver: str = DEFAULT_SOLVER
) -> pd.DataFrame:
    """Return the smallest set of rules of a scenario that cannot hold together.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``member``: a rule's key, or ``pot``, ``purposes``, ``upper``, ``claims``,
        ``min_ratio``. ``text``, ``text_en``; ``place``; ``asked_fen`` and ``given_fen`` as Int64:
        what it adds to either side of the contradiction, missing where it adds nothing or the proof
        is no sum. Without a conflict the frame is empty.
    """
    import pandas as pd

    loaded = reference if isinstance(reference, Loaded) else loaded_with(reference, sets)
    found = members_found(whole_task_of(loaded), solver_named(solver))
    columns = {
        "text": [member.problem.text("zh") for member in found],
        "text_en": [member.problem.text("en") for member in found],
        "place": [str(member.problem.place) for member in found],
        "asked_fen": pd.array([member.asked for member in found], dtype="Int64"),
        "given_fen": pd.array([member.given for member in found], dtype="Int64"),
    }
    return pd.DataFrame(columns, index=pd.Index([it.key for it in found], name="member"))
