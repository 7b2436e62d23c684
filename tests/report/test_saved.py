import json
from pathlib import Path

import pytest

from allocation.errors import InputError
from allocation.report import saved


def test_writes_every_file_and_returns_where(two_way, tmp_path):
    paths = saved.save_all(two_way, tmp_path / "new" / "folder")
    names = ["allocation.xlsx", "allocation.csv", "allocation.png", "record.json"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(names)
    assert json.loads(paths[-1].read_text(encoding="utf-8"))["versions"] == {"bokuan": "0.1.0"}


def test_without_a_chart_matplotlib_has_nothing_to_do(two_way, tmp_path):
    paths = saved.save_all(two_way, tmp_path, "en", chart=False)
    assert "allocation.png" not in [path.name for path in paths]


def test_a_failure_leaves_the_old_files_whole(two_way, tmp_path, monkeypatch):
    saved.save_all(two_way, tmp_path, chart=False)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def half(_result, path, _language):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved, "write_workbook", half)
    with pytest.raises(InputError) as caught:
        saved.save_all(two_way, tmp_path, chart=False)
    assert caught.value.problems[0].code == "L1-cannot-write"
    assert "No space left" in caught.value.text("zh")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file_is_an_input_error(two_way, tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(InputError, match="L1-cannot-write"):
        saved.save_all(two_way, tmp_path / "taken")
