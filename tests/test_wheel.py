"""What is installed is what was tested: the wheel, with the sources out of reach."""

import os
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("allocation", "models", "scenarios", "pyproject.toml", "README.md", "LICENSE")
#: Nothing of the environment that could lead back to the sources.
LEADING_BACK = ("PYTHONPATH", "PYTHONHOME", "BOKUAN_LANG")


def run(*command, cwd):
    kept = {name: value for name, value in os.environ.items() if name not in LEADING_BACK}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=kept | {"PYTHONIOENCODING": "utf-8"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the bin folder of a new environment that holds the wheel, and an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    copy.mkdir()
    for name in SOURCES:
        source, skip = ROOT / name, shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=skip)
        else:
            shutil.copy(source, copy / name)
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, copy)
    run(*build, cwd=folder)
    shutil.rmtree(copy)
    [wheel] = folder.glob("bokuan-*.whl")
    home = folder / "venv"
    venv.create(home, with_pip=False)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    _lend_libraries(python, folder)
    options = ("--no-deps", "--no-index", "--force-reinstall", "--no-warn-script-location")
    run(python, "-m", "pip", "install", "--quiet", *options, wheel, cwd=folder)
    empty = folder / "empty"
    empty.mkdir()
    return binaries, empty


def _lend_libraries(python, folder):
    """Let the new environment see our libraries by a path entry: their own paths stay unread.

    A ``.pth`` line adds a folder, but the ``.pth`` files in that folder are not followed, and an
    editable install of the sources is such a file.
    """
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(run(python, "-c", code, cwd=folder).strip())
    lent = "\n".join(path for path in site.getsitepackages() if Path(path).is_dir())
    (own / "lent.pth").write_text(lent + "\n", encoding="utf-8")


def test_the_wheel_is_what_is_imported(installed):
    binaries, empty = installed
    code = (
        "import allocation, allocation_models as m; print(allocation.__file__); print(m.__file__)"
    )
    for line in run(binaries / "python", "-c", code, cwd=empty).split():
        assert Path(line).is_relative_to(binaries.parent)
        assert ROOT not in Path(line).parents


def test_the_wheel_lists_the_same_scenarios(installed):
    binaries, empty = installed
    names = [line.split()[0] for line in run(binaries / "bokuan", "list", cwd=empty).splitlines()]
    assert names == sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))


def test_the_wheel_explains_with_its_template(installed):
    binaries, empty = installed
    run(binaries / "bokuan", "explain", "henan-2023", "--zone", "郑州", "--out", "why", cwd=empty)
    endings = {path.suffix for path in (empty / "why").iterdir()}
    assert endings == {".csv", ".txt", ".html", ".png"}


def test_the_wheel_allocates(installed):
    binaries, empty = installed
    run(binaries / "bokuan", "run", "national-2022", "--out", "out", cwd=empty)
    written = {path.name for path in (empty / "out").iterdir()}
    assert written == {"allocation.csv", "allocation.xlsx", "allocation.png", "record.json"}
