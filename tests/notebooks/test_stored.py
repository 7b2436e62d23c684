"""Notebooks as they are stored: short, small, public names only, nothing odd in what they show."""

from __future__ import annotations

import ast
import base64
import re
import sys
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from PIL import Image

import allocation

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

from docs import notebooks  # noqa: E402

PATHS = notebooks.paths()
MOST_CELLS, LARGEST, WIDEST = 20, 300_000, 1200
LIBRARIES = {"allocation", "datetime", "ipywidgets", "pathlib", "tempfile"}
ODD = re.compile(r"Traceback|Warning|Error|/tmp/|/root/|/home/|/work/|C:\\|0x[0-9a-f]{6}")

each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def code(notebook):
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(cells).replace("%matplotlib inline\n", "")


def test_there_are_seven():
    assert [path.name[:2] for path in PATHS] == ["01", "02", "03", "04", "05", "06", "07"]
    page = (ROOT / "docs/notebooks.md").read_text(encoding="utf-8")
    assert all(f"../notebooks/{path.name}" in page for path in PATHS)


@each
def test_short_and_small_and_begins_with_a_question(path):
    notebook = notebooks.read(path)
    assert len(notebook.cells) < MOST_CELLS
    assert path.stat().st_size < LARGEST
    zh, _, en, *_ = notebook.cells[0].source.splitlines()
    assert re.fullmatch(r"# [一-鿿].*\?", zh)
    assert re.fullmatch(r"\*[ -~]+\?\*", en)
    for cell in notebook.cells:
        assert all(len(line) <= 100 for line in cell.source.splitlines())


@each
def test_public_names_only(path):
    for node in ast.walk(ast.parse(code(notebooks.read(path)))):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= LIBRARIES
        elif isinstance(node, ast.ImportFrom):
            assert node.module in LIBRARIES - {"allocation"}
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            if isinstance(node.value, ast.Name) and node.value.id == "allocation":
                assert node.attr in allocation.__all__


@each
def test_outputs_are_there_and_sound(path):
    notebook = notebooks.read(path)
    nbformat.validate(notebook)
    assert notebooks.plain(notebooks.read(path)) == notebook
    numbers = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            texts = {name: text for name, text in output.get("data", {}).items() if "/png" not in name}
            assert not ODD.search(f"{output.get('text')} {texts}")


@each
def test_pictures_can_be_seen(path):
    for cell in notebooks.read(path).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = Image.open(BytesIO(base64.b64decode(output["data"]["image/png"])))
                assert 600 < picture.width < WIDEST
                assert len(picture.convert("RGB").getcolors(10**6)) > 20


@each
def test_a_slider_moves_what_was_shown_before_it(path):
    cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    [at] = [at for at, cell in enumerate(cells) if "widgets.interactive(" in cell.source]
    [name] = re.findall(r"interactive\(\s*(\w+),", cells[at].source)
    assert cells[at].outputs == [], "it needs its kernel"
    assert f"def {name}(" in cells[at - 1].source
    assert cells[at - 1].source.splitlines()[-1].startswith(f"{name}("), "called once"
    assert cells[at - 1].outputs
