"""Scenario workbooks changed as a person would change them."""

from __future__ import annotations

import openpyxl

from allocation.report.template import template


def filled(path, source, changes=(), language="zh"):
    """Write the workbook of a scenario, then set cells: (sheet, cell, value)."""
    template(path, str(source), language)
    edit(path, changes)
    return str(path)


def edit(path, changes):
    """Set cells of a workbook as openpyxl writes them: formulas without values."""
    if changes:
        book = openpyxl.load_workbook(path)
        for sheet, cell, value in changes:
            book[sheet][cell] = value
        book.save(path)


def column_of(path, sheet, code):
    """Return the letter of the column under a key."""
    page = openpyxl.load_workbook(path)[sheet]
    return next(cell.column_letter for cell in page[5] if cell.value == code)


def settled(loaded):
    """Return a scenario in effect, but for where its tables are."""
    dump = loaded.scenario.model_dump()
    for table in dump["tables"].values():
        table["file"] = ""
    return dump
