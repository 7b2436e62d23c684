"""The offline bundle: what Windows asks for is all there, judged without a network."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))

from docs import bundle  # noqa: E402

INTO = ("--wheel-dir=", "--dest=")
PINS = bundle.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))


def wheel(folder, name, version, *requires):
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        asked = "".join(f"Requires-Dist: {text}\n" for text in requires)
        file.writestr(f"{name}-{version}.dist-info/METADATA", head + asked)
        file.writestr(f"{name}/__init__.py", "")


def installed():
    """Return everything that is installed here, by its canonical name."""
    found = {}
    for each in distributions():
        requires = tuple(each.requires or ())
        found[canonicalize_name(each.name)] = bundle.Package(Version(each.version), requires)
    return found


def test_all_that_windows_asks_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert set(bundle.EXTRAS) <= set(extras)
    lacking = bundle.needs(installed(), extras=tuple(extras))
    assert lacking.missing <= set(PINS), "pin it in constraints.txt"
    assert lacking.unfit == ()
    if sys.platform != "win32":
        assert "colorama" in lacking.missing, "what is not installed here but asked for there"


def test_markers_are_judged_for_windows(tmp_path):
    wheel(
        tmp_path,
        "bokuan",
        "1.0",
        'other>=2; extra == "notebook"',
        'never; extra == "dev"',
        'unix; sys_platform != "win32"',
        'console; platform_system == "Windows"',
        'old; python_version < "3.11"',
    )
    wheel(tmp_path, "other", "2.1", "more[big]")
    wheel(tmp_path, "more", "1", 'huge; extra == "big"', "bokuan")
    assert bundle.needs(bundle.wheels(tmp_path)) == ({"console", "huge"}, ())
    wheel(tmp_path, "huge", "1", "other<2")
    assert bundle.needs(bundle.wheels(tmp_path)).unfit == ("huge: other<2; other==2.1",)


@pytest.fixture
def pip(monkeypatch):
    """Answer for pip: the project asks for click, click asks for colorama on Windows."""
    calls = []
    requires = {
        "bokuan": ["click"],
        "click": ['colorama; sys_platform == "win32"'],
        "colorama": [],
    }

    def answer(*arguments):
        calls.append(arguments)
        [folder] = [Path(text.partition("=")[2]) for text in arguments if text.startswith(INTO)]
        names = [text for text in arguments if "==" in text] or ["bokuan==1.0"]
        for text in names:
            name, version = text.split("==")
            wheel(folder, name, version, *requires[name])

    monkeypatch.setattr(bundle, "_pip", answer)
    return calls, requires


def test_the_bundle_goes_on_until_nothing_is_missing(tmp_path, pip, capsys):
    calls, _ = pip
    assert bundle.main([str(tmp_path / "out")]) == 0
    assert re.search(r"out: 3 wheels, \d+ MB\n", capsys.readouterr().out)
    assert bundle.needs(bundle.wheels(tmp_path / "out/wheels")) == (frozenset(), ())
    assert [call[0] for call in calls] == ["wheel", "download", "download"]
    assert all("--platform=win_amd64" in call for call in calls[1:])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"wheels", "notebooks", "install.bat", "README.txt"}
    assert len(list((tmp_path / "out/notebooks").iterdir())) == 7
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "no draft is left"


@pytest.mark.usefixtures("pip")
def test_texts_are_as_windows_reads_them(tmp_path):
    bundle.make(tmp_path / "out")
    script = (tmp_path / "out/install.bat").read_bytes()
    assert script.isascii()
    assert script.count(b"\r\n") == script.count(b"\n") > 5
    assert b"--no-index --find-links wheels" in script
    assert (tmp_path / "out/README.txt").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_cannot_be_bundled_is_said_and_leaves_nothing(tmp_path, pip, capsys):
    _, requires = pip
    requires["click"] = ["not-pinned-anywhere"]
    assert bundle.main([str(tmp_path / "out")]) == 2
    assert "not-pinned-anywhere" in capsys.readouterr().err
    requires["click"] = ["bokuan>=2"]
    assert bundle.main([str(tmp_path / "out")]) == 2
    assert "click: bokuan>=2; bokuan==1.0" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").mkdir()
    assert bundle.main([str(tmp_path / "out")]) == 2
    assert bundle.main([]) == 2


def test_a_pip_that_fails_is_told():
    with pytest.raises(bundle.BundleError, match="pip"):
        bundle._pip("no-such-command")


def test_no_address_is_written_down():
    files = [
        ROOT / "docs/bundle.py",
        ROOT / "docs/offline.md",
        *(ROOT / "docs/templates/offline").iterdir(),
    ]
    assert not [path for path in files if "://" in path.read_text(encoding="utf-8")]
