"""The house: a module may import what stands below it, and nothing beside or above.

Each line of ``HOUSE`` is a floor; modules on one floor do not know each other. A folder counts as
one module: how its files know each other is its own affair.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    "allocation": ROOT / "allocation",
    "allocation_models": ROOT / "models/allocation_models",
}

HOUSE = [
    # What people touch.
    ["allocation.__main__"],
    ["allocation.cli"],
    ["allocation"],
    # What officers hold.
    ["allocation.model_file"],
    ["allocation.report"],
    ["allocation.reallocation"],
    ["allocation.ledger"],
    ["allocation.disbursement"],
    ["allocation.explain", "allocation.sweep"],
    # The main road, from a scenario to proven amounts.
    ["allocation.explain"],
    ["allocation.engine"],
    ["allocation.verification"],
    ["allocation.conflict", "allocation.run_record"],
    ["allocation.certificate", "allocation.verifier"],
    ["allocation.result"],
    ["allocation.whole"],
    ["allocation.sharing"],
    ["allocation.task"],
    # What is written down, and what it means.
    ["allocation.scenario"],
    ["allocation.entitlement"],
    ["allocation.coefficients"],
    ["allocation.policy"],
    ["allocation.frame", "allocation.record", "allocation.registry"],
    # What everybody needs.
    ["allocation.errors", "allocation.money"],
    ["allocation.wording"],
    # The mathematics: arrays in, arrays out.
    ["allocation_models"],
]
#: Libraries that only the gate to the solvers may import.
SOLVERS = {"highspy", "pulp"}
GATE = "allocation_models.solvers"

#: The one arrow that points up: ``Allocation.table`` is built by the report when it is asked for.
UPWARD = ("allocation.result", "allocation.report")

FLOOR = {module: floor for floor, modules in enumerate(HOUSE) for module in modules}


def modules():
    """Return every module's dotted name and file."""
    found = {}
    for package, folder in SOURCES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *(p for p in parts if p != "__init__")])] = path
    return found


MODULES = modules()


def imports(path):
    """Return every module a file names in an import, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def room(module):
    """Return the longest part of a module's name that has a place in the house."""
    parts = module.split(".")
    names = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((name for name in names if name in FLOOR), None)


ARROWS = sorted(
    {
        (room(module), room(target), module)
        for module, path in MODULES.items()
        for target in imports(path)
        if target.partition(".")[0] in SOURCES and room(module) != room(target)
    }
)


def test_every_module_has_a_room():
    top = {".".join(name.split(".")[:2]) for name in MODULES if name.startswith("allocation.")}
    assert top <= set(FLOOR), f"no floor for {sorted(top - set(FLOOR))}"
    assert set(FLOOR) - {"allocation", "allocation_models"} <= top


@pytest.mark.parametrize("source", sorted({source for source, _, _ in ARROWS}))
def test_arrows_point_down(source):
    wrong = [
        f"{module} imports {target}"
        for start, target, module in ARROWS
        if start == source and FLOOR[target] <= FLOOR[start] and (start, target) != UPWARD
    ]
    assert not wrong


def test_the_one_upward_arrow_is_a_single_lazy_import():
    assert [module for start, target, module in ARROWS if (start, target) == UPWARD] == [UPWARD[0]]
    tree = ast.parse(MODULES[UPWARD[0]].read_text(encoding="utf-8"))
    top = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not any(name.startswith(UPWARD[1]) for name in top)


def test_mathematics_knows_no_money():
    mathematics = {m: p for m, p in MODULES.items() if m.startswith("allocation_models")}
    assert mathematics
    for module, path in mathematics.items():
        packages = {name.partition(".")[0] for name in imports(path)}
        assert "allocation" not in packages, module


def test_only_the_gate_knows_a_solver():
    knowing = {
        module
        for module, path in MODULES.items()
        if {name.partition(".")[0] for name in imports(path)} & SOLVERS
    }
    assert knowing
    assert all(module.startswith(GATE) for module in knowing)


def test_scenarios_hold_no_code():
    assert not list((ROOT / "scenarios").rglob("*.py"))
    for module, path in MODULES.items():
        assert not any(name.partition(".")[0] == "scenarios" for name in imports(path)), module
