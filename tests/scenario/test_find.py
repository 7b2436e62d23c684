from __future__ import annotations

import pytest

from allocation.errors import InputError
from allocation.scenario import load, locate, shipped
from allocation.scenario.find import Reference


@pytest.mark.parametrize(
    ("text", "target", "changes"),
    [
        ("national-2022", "national-2022", ()),
        ("national-2022@west", "national-2022", ("west",)),
        ("a/b.toml@x, y", "a/b.toml", ("x", "y")),
        ("me@home/plan.toml", "me@home/plan.toml", ()),
        ("me@home/plan.toml@x", "me@home/plan.toml", ("x",)),
    ],
)
def test_references(text, target, changes):
    assert Reference.parse(text) == Reference(target, changes)


@pytest.fixture
def two_shipped(tmp_path, monkeypatch):
    for name in ("national-2022", "jiangsu-2022"):
        (tmp_path / f"{name}.toml").write_text("", encoding="utf-8")
    (tmp_path / "scenario.schema.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("allocation.scenario.find.scenarios_folder", lambda: tmp_path)
    return tmp_path


def test_shipped_names_are_found(two_shipped):
    assert shipped() == ["jiangsu-2022", "national-2022"]
    assert locate("national-2022@more") == two_shipped / "national-2022.toml"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("natonal-2022", "L1-unknown-scenario"),
        ("", "L1-unknown-scenario"),
        ("a\0b", "L1-unknown-scenario"),
        ("x" * 5000, "L1-unknown-scenario"),
        (".", "L1-is-a-directory"),
        ("plan.docx", "L1-not-toml"),
        ("nowhere.toml", "L1-no-such-file"),
        ("folder.toml", "L1-is-a-directory"),
        ("a\0b.toml", "L1-no-such-file"),
        ("x" * 5000 + ".toml", "L1-unreadable-file"),
    ],
)
def test_what_is_no_scenario(two_shipped, monkeypatch, reference, code):
    monkeypatch.chdir(two_shipped)
    (two_shipped / "plan.docx").write_bytes(b"PK")
    (two_shipped / "folder.toml").mkdir()
    with pytest.raises(InputError) as error:
        load(reference)
    assert [problem.code for problem in error.value.problems] == [code]
    assert error.value.text("zh") != error.value.text("en")


@pytest.mark.usefixtures("two_shipped")
def test_the_nearest_shipped_name_is_offered():
    with pytest.raises(InputError, match="nearest: national-2022"):
        locate("natonal-2022")


def test_a_path_may_start_beside_another_scenario(plan):
    assert locate("plan.toml", beside=plan.folder) == plan.folder / "plan.toml"
