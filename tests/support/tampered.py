"""Records changed by hand and sealed again, as somebody would who wants to be believed."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

from allocation.record import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


def tampered(record: Json, way: str, seed: int) -> Json | None:
    """Return a copy of a record changed in one way, or None where that way does not apply."""
    changed = copy.deepcopy(record)
    if not WAYS[way](changed, random.Random(f"{way}-{seed}")):
        return None
    return sealed({key: value for key, value in changed.items() if key != "sha256"})


def _move_quantum(record: Json, rng: random.Random) -> bool:
    """Take one quantum from one recipient and give it to another."""
    quantum, whole = record["quantum_fen"], record["certificate"]["whole"]
    purposes = len(record["amount_fen"][0])
    rich = [j for j in range(len(record["names"]) * purposes) if whole[j] >= quantum]
    giver = rng.choice(rich)
    taker = rng.choice([j for j in range(len(record["names"]) * purposes) if j != giver])
    for j, fen in ((giver, -quantum), (taker, quantum)):
        whole[j] += fen
        record["amount_fen"][j // purposes][j % purposes] += fen
    return True


def _turn_multiplier(record: Json, rng: random.Random) -> bool:
    """Turn a multiplier of a row in which somebody is not at a cap, far beyond its use.

    Stages add up, so that a little more or less of one may still be a proof.
    """
    proof = record["certificate"]
    start, column = proof["rows"]["start"], proof["rows"]["column"]
    cells = len(record["names"]) * (len(record["purposes"]) or 1)
    most = _most(record)
    choices = [
        entry
        for stage in proof["stages"]
        for entry in stage["rows"]
        if any(
            j < cells and proof["columns"]["target"][j] and _amount(proof, j) < most[j]
            for j in column[start[entry[0]] : start[entry[0] + 1]]
        )
    ]
    if not choices:
        return False
    entry = rng.choice(choices)
    entry[1] *= -1000
    return True


def _amount(proof: Json, j: int) -> float:
    return proof["exact"][j][0] / proof["exact"][j][1]


def _most(record: Json) -> list[float]:
    most = list(record["certificate"]["columns"]["upper"])
    for limits in record["certificate"]["limits"].values():
        for j, _, high in limits:
            most[j] = min(most[j], high)
    return most


def _change_input(record: Json, rng: random.Random) -> bool:
    """Change a digit of a figure in an input that the record keeps."""
    tables = [name for name in record["inputs"] if name.endswith(".csv")]
    if not tables:
        return False
    kept = record["inputs"][rng.choice(tables)]
    digits = [at for at, sign in enumerate(kept["text"]) if sign.isdigit()]
    at = rng.choice(digits)
    other = str((int(kept["text"][at]) + rng.randint(1, 9)) % 10)
    kept["text"] = kept["text"][:at] + other + kept["text"][at + 1 :]
    return True


def _change_claim(record: Json, rng: random.Random) -> bool:
    """Change the share that a factor gives somebody."""
    factor = rng.choice(record["formula"]["factors"])
    who = rng.choice([at for at, share in enumerate(factor["shares"]) if share != "0"])
    factor["shares"][who] = "1/7" if factor["shares"][who] != "1/7" else "1/8"
    return len(factor["shares"]) > 1


def _drop_rule(record: Json, rng: random.Random) -> bool:
    """Leave a rule out: its limits, its rows and its name."""
    if not record["rules"]:
        return False
    key = rng.choice(record["rules"])["key"]
    proof = record["certificate"]
    record["rules"] = [rule for rule in record["rules"] if rule["key"] != key]
    proof["limits"].pop(key, None)
    for name, start, stop, _ in proof["rows"]["rules"]:
        if name == key:
            proof["rows"]["lower"][start:stop] = [None] * (stop - start)
            proof["rows"]["upper"][start:stop] = [None] * (stop - start)
    proof["rows"]["rules"] = [group for group in proof["rows"]["rules"] if group[0] != key]
    return True


WAYS: dict[str, Callable[[Json, random.Random], bool]] = {
    "quantum": _move_quantum,
    "multiplier": _turn_multiplier,
    "input": _change_input,
    "claim": _change_claim,
    "rule": _drop_rule,
}
