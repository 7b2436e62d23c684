"""The documentation is current, complete, and everything in it that can be run runs."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import allocation
from allocation.cli.group import COMMANDS
from allocation.registry import units
from allocation.scenario import check, load

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))

from docs import generate  # noqa: E402

READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
PREFIX = re.compile(r"^python3 -m venv .*\.venv/bin/bokuan ")
HEADS = ["id", "size", "trade", "rank", "last_year", "requested", "unspent_rise", "steps"]
MORE_HEADS = ["awarded", "effect", "issued"]
LARGEST_PICTURE = 300 * 1024


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page, language):
    """Return the code blocks of a language in a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def shell_lines(name):
    return [line for block in blocks(text(name), "sh") for line in block.splitlines()]


def bokuan_lines(name):
    return [line for line in shell_lines(name) if line.startswith("bokuan ")]


# ---- generated pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages_are_current(name):
    """If not: ``python -m docs.generate``."""
    assert text(f"docs/{name}") == generate.PAGES[name]()


def test_every_rule_kind_is_in_the_catalogue():
    page = text("docs/rules.md")
    assert list(tomllib.loads(text("docs/rules.toml"))) == list(generate.rule_kinds())
    assert all(f"\n## `{kind}`: " in page for kind in generate.rule_kinds())


def test_every_key_says_what_it_means():
    pages = text("docs/rules.md") + text("docs/scenario.md")
    rows = [line for line in pages.splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert not [row for row in rows if row.endswith("|  |")]


def test_every_code_in_the_program_is_in_the_catalogue():
    page = text("docs/errors.md")
    used = {
        code
        for path in Path(allocation.__file__).parent.rglob("*.py")
        for code in re.findall(r"\"(L\d+-[a-z0-9-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert used
    assert sorted(code for code in used if f"| `{code}` |" not in page) == []


def test_the_laws_name_codes_and_tests_that_exist():
    page, known = text("docs/semantics.md"), text("docs/errors.md")
    for code in re.findall(r"`(L\d+-[a-z0-9-]+)`", page):
        assert f"| `{code}` |" in known, code
    for path in re.findall(r"`(tests/[\w/.]+)`", page):
        assert (ROOT / path).exists(), path
    for law in range(1, 15):
        assert f"\n## {law}. " in page


def test_the_map_names_files_that_exist():
    names = set(re.findall(r"[`/ ](\w+\.py)\b", text("docs/architecture.md"))) - {"models.py"}
    folders = ("allocation", "models", "tests")
    there = {path.name for folder in folders for path in (ROOT / folder).rglob("*.py")}
    assert len(names) > 40
    assert names - {"cmd_NAME.py"} <= there


# ---- examples -----------------------------------------------------------------------------------


def base(folder):
    """Write a table of the units and return the scenario that examples of single tables need."""
    last = len(units())
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*HEADS, *MORE_HEADS])
        for index, unit in enumerate(units(), start=1):
            size, rank = (last + 1 - index) ** 3, last + 1 - index
            trade, awarded = "" if unit.parent else size, "是" if rank == 2 else "否"
            rows.writerow(
                [unit.id, size, trade, rank, 1000, 1500, index % 3, 4, awarded, index, 600]
            )
    return {
        "title": "示例",
        "level": "national",
        "year": 2022,
        "as_of": "2022-01-01",
        "pot": {"amount": "37000万元", "source": "示例"},
        "recipients": {"kind": "units"},
        "tables": {
            "t": {
                "file": "t.csv",
                "amounts": dict.fromkeys(
                    ("last_year", "requested", "unspent_rise", "issued"), "万元"
                ),
            }
        },
        "factors": {"size": {"weight": 1, "column": "size"}},
    }


def toml(value):
    """Return a value as inline TOML."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key, ensure_ascii=False)} = {toml(v)}" for key, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


EXAMPLES = [
    pytest.param(block, id=f"{name}-{index}")
    for name in (*READMES, "docs/rules.md", "docs/scenario.md")
    for index, block in enumerate(blocks(text(name), "toml"))
]


@pytest.mark.parametrize("block", EXAMPLES)
def test_every_example_loads_and_runs(tmp_path, block):
    said = tomllib.loads(block)
    path = tmp_path / "plan.toml"
    whole = "title" in said
    parts = {} if whole else base(tmp_path) | said
    lines = [f"{key} = {toml(value)}" for key, value in parts.items()]
    path.write_text(block if whole else "\n".join(lines), encoding="utf-8")
    for change in (
        "",
        *(f"@{name}" for name in (*said.get("override", ()), *said.get("what_if", ()))),
    ):
        loaded = load(f"{path}{change}")
        assert check(loaded) == []
        result = allocation.allocate(loaded)
        assert int(result.amounts.sum()) == result.heading.pot
    if "rules" in said and "override" not in said:
        assert any(rule.binds for rule in result.rules) or "top_award" in block


def test_both_readmes_show_the_same_scenario():
    ours, theirs = (tomllib.loads(blocks(text(name), "toml")[0]) for name in READMES)
    amounts = [rule["amount"] for rule in ours["rules"].values()]
    assert amounts == [rule["amount"] for rule in theirs["rules"].values()]
    assert ours["pot"]["amount"] == theirs["pot"]["amount"]


def test_the_amounts_the_readme_names(tmp_path):
    path = tmp_path / "henan.toml"
    path.write_text(blocks(text("README.zh-CN.md"), "toml")[0], encoding="utf-8")
    result = allocation.allocate(str(path))
    assert sorted(result.amounts.tolist()) == [185_000_000] * 8 + [320_000_000]
    assert [rule.binds for rule in result.rules] == [False, True]


#: These follow from one another: they run in one folder, in order.
BOOK = "bokuan book "


@pytest.mark.parametrize(
    "line", [line for line in bokuan_lines("README.md") if not line.startswith(BOOK)]
)
def test_every_command_line_of_the_readme_runs(tmp_path, line):
    (tmp_path / "henan.toml").write_text(blocks(text("README.md"), "toml")[0], encoding="utf-8")
    (tmp_path / "bokuan-out").mkdir()
    allocation.allocate("national-2022").save(tmp_path / "bokuan-out/record.json")
    command = [sys.executable, "-m", "allocation", *shlex.split(line)[1:]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert done.stdout


def test_the_book_of_the_readme_runs(tmp_path):
    lines = [line for line in bokuan_lines("README.md") if line.startswith(BOOK)]
    assert lines
    for line in lines:
        command = [sys.executable, "-m", "allocation", *shlex.split(line)[1:]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, (line, done.stderr.decode(errors="replace"))


def test_the_python_of_the_readmes_runs():
    for name in READMES:
        for block in blocks(text(name), "python"):
            exec(block, {})  # noqa: S102 (our own words)


# ---- the two READMEs ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", READMES)
def test_the_two_lines_stand_where_they_are_looked_for(name):
    page = text(name)
    assert re.search(
        r"^<!-- test line -->\n```sh\npython3 .*pytest -n auto\n```$", page, re.MULTILINE
    )
    run, *_ = [line for line in shell_lines(name) if PREFIX.match(line)]
    assert PREFIX.sub("", run) == "run national-2022 --out bokuan-out"
    assert all("\n" not in block.strip() for block in blocks(page, "sh") if "venv" in block)


def test_every_command_is_in_the_readmes():
    said = {word for line in bokuan_lines("README.md") for word in shlex.split(line)[1:]}
    assert set(COMMANDS) <= said


def test_both_readmes_have_the_same_sections_and_commands():
    ours, theirs = (re.findall(r"^#+ ", text(name), re.MULTILINE) for name in READMES)
    assert ours == theirs
    assert shell_lines(READMES[0]) == shell_lines(READMES[1])
    windows = [blocks(text(name), "powershell") for name in READMES]
    assert windows[0] == windows[1]


# ---- links and files ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file = target.partition("#")[0]
        if file and "://" not in file:
            assert (page.parent / file).exists(), target


def anchors(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_heading_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        if "://" not in file:
            assert anchor in anchors(page.parent / file if file else page), target


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/images/*")), ids=lambda path: path.name)
def test_pictures_are_small(path):
    assert path.stat().st_size < LARGEST_PICTURE


def test_lock_like_files_hold_no_addresses():
    files = [*ROOT.glob("*.txt"), *ROOT.glob("*.lock"), *ROOT.glob("*.in")]
    assert ROOT / "constraints.txt" in files
    for path in files:
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_constraints_pin_everything_that_is_installed():
    comment, *lines = text("constraints.txt").splitlines()
    assert comment.startswith("# ")
    assert lines == sorted(lines, key=str.lower)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads(text("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=!\[; ]", asked_for, maxsplit=1)[0].lower() for asked_for in asked}
    assert names <= pinned
    assert "bokuan" not in pinned
