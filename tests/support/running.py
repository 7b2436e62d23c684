"""Notebooks run in a kernel of their own, with a question asked at the end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat

sys.path.append(str(Path(__file__).resolve().parents[2]))

from docs import notebooks


def ran(notebook, folder, question):
    """Run a notebook and then a question; return the notebook and the answer.

    The question is code, a cell for each paragraph: what a slider's function prints is known in
    the cell after. The value of its last line, which JSON can say, is the answer.
    """
    *cells, last = question.strip().split("\n\n")
    *lines, value = last.splitlines()
    ask = "\n".join([*lines, "import json", f"print(json.dumps({value}, default=int))"])
    count = len(notebook.cells)
    notebook.cells += map(nbformat.v4.new_code_cell, [*cells, ask])
    found = notebooks.executed(notebook, folder)
    answer = json.loads(found.cells[-1].outputs[-1]["text"].splitlines()[-1])
    del found.cells[count:]
    return found, answer


def shown(notebook):
    """Return what each cell shows: texts and tables as they are, of a picture that it is there."""
    return [[_facts(output) for output in cell.get("outputs", [])] for cell in notebook.cells]


def _facts(output):
    data = output.get("data", {})
    if "image/png" in data:
        return "picture"
    return output.output_type, output.get("name"), output.get("text"), dict(data)
