"""The same payments in any layout, written by any program, are the same rows."""

from random import Random

import pytest
import treasury

from allocation.ledger.imports.mapping import usual_mapping
from allocation.ledger.imports.rows import read_rows
from allocation.scenario.workbook.sheets import open_file


def stated(path):
    reading = read_rows(open_file(path), usual_mapping())
    assert reading.problems == []
    assert reading.warnings == []
    return [
        treasury.Payment(
            row.day,
            row.recipient,
            row.fen,
            row.kind,
            row.purpose or "",
            row.batch,
            row.voucher,
            row.year,
        )
        for row in reading.rows
    ]


@pytest.mark.parametrize("write", [treasury.by_xlsxwriter, treasury.by_openpyxl])
def test_workbooks(write, tmp_path, campaign):
    for seed in range(campaign(small=25, full=1_000)):
        random = Random(seed)
        rows = treasury.payments(random, random.randrange(1, 25))
        write(treasury.layout(random, rows, typed=True), tmp_path / "x.xlsx")
        assert stated(tmp_path / "x.xlsx") == rows, seed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_files(encoding, tmp_path, campaign):
    for seed in range(campaign(small=25, full=1_000)):
        random = Random(seed)
        rows = treasury.payments(random, random.randrange(1, 25))
        cells = treasury.layout(random, rows, typed=False)
        (tmp_path / "x.csv").write_bytes(treasury.csv_bytes(cells, encoding))
        assert stated(tmp_path / "x.csv") == rows, seed
