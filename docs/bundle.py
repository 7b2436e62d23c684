"""All that a Windows PC without a network needs: ``python -m docs.bundle FOLDER``.

pip judges markers such as ``sys_platform == "win32"`` by the machine it runs on, and so leaves out
what only Windows needs. Here they are judged for Windows, in the metadata of every wheel, until
each requirement of each wheel is met by a wheel in the folder, as ``constraints.txt`` pins it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import Path as ZipPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.11"
PROJECT, EXTRAS = "bokuan", ("notebook",)
#: What markers mean on that PC.
WINDOWS = {
    "implementation_name": "cpython",
    "implementation_version": f"{PYTHON}.0",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "win32",
}
TARGET = ("--platform=win_amd64", f"--python-version={PYTHON}", "--implementation=cp")


class BundleError(Exception):
    """The bundle cannot be made; nothing is left of it."""


class Package(NamedTuple):
    """A version of something, and what it asks for."""

    version: Version
    requires: tuple[str, ...]


class Needs(NamedTuple):
    """What is asked for and not there, and what is there in a version nobody may use."""

    missing: frozenset[str]
    unfit: tuple[str, ...]


def pins(text: str) -> dict[str, str]:
    """Return the version of every package that a constraints file pins."""
    lines = re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def wheels(folder: Path) -> dict[str, Package]:
    """Return the packages in a folder of wheels, by their canonical name."""
    return dict(_opened(path) for path in sorted(folder.glob("*.whl")))


def _opened(path: Path) -> tuple[str, Package]:
    name, version, *_ = parse_wheel_filename(path.name)
    [inner] = [at for at in ZipPath(path).iterdir() if at.name.endswith(".dist-info")]
    found = PathDistribution(inner)
    return name, Package(version, tuple(found.requires or ()))


def needs(
    packages: Mapping[str, Package], project: str = PROJECT, extras: Sequence[str] = EXTRAS
) -> Needs:
    """Return what a project and all that it leads to ask for on Windows, and do not get."""
    todo, seen = [(project, frozenset(extras))], set()
    missing, unfit = set(), []
    while todo:
        name, chosen = todo.pop()
        if (name, chosen) in seen:
            continue
        seen.add((name, chosen))
        if name not in packages:
            missing.add(name)
            continue
        for asked in _asked(packages[name], chosen):
            other = canonicalize_name(asked.name)
            found = packages.get(other)
            if found and not asked.specifier.contains(found.version, prereleases=True):
                unfit.append(f"{name}: {asked}; {other}=={found.version}")
            todo.append((other, frozenset(asked.extras)))
    return Needs(frozenset(missing), tuple(sorted(unfit)))


def _asked(package: Package, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield the requirements that hold on Windows."""
    for text in package.requires:
        asked = Requirement(text)
        chosen = ({**WINDOWS, "extra": extra} for extra in ("", *extras))
        if asked.marker is None or any(map(asked.marker.evaluate, chosen)):
            yield asked


def make(folder: Path) -> None:
    """Write the bundle: wheels, notebooks, ``install.bat`` and ``README.txt``, or nothing.

    Raises
    ------
    BundleError
        If the folder is there already, something needed is not pinned, pip cannot get it, or the
        wheels do not fit together.
    """
    if folder.exists():
        raise BundleError(
            f"已经存在,请换一个名称;it is there already, choose another name: {folder}"
        )
    draft = folder.with_name(f".draft-{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _collect(draft / "wheels")
        shutil.copytree(ROOT / "notebooks", draft / "notebooks", ignore=_not_notebooks)
        for path in sorted((ROOT / "docs/templates/offline").iterdir()):
            _copy_for_windows(path, draft / path.name)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _collect(folder: Path) -> None:
    """Build the project's wheel, and get what is missing until nothing is."""
    known = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    _pip("wheel", "--no-deps", f"--wheel-dir={folder}", str(ROOT))
    while missing := needs(wheels(folder)).missing:
        if unknown := sorted(missing - set(known)):
            names = ", ".join(unknown)
            raise BundleError(f"constraints.txt 中没有;not pinned in constraints.txt: {names}")
        wanted = [f"{name}=={known[name]}" for name in sorted(missing)]
        only = ("--no-deps", "--only-binary=:all:", *TARGET)
        _pip("download", *only, f"--dest={folder}", *wanted)
    if unfit := needs(wheels(folder)).unfit:
        raise BundleError("版本不合;versions do not fit:\n" + "\n".join(unfit))


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--quiet"]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 (our own words)
        raise BundleError("pip 未能完成,原因见上;pip failed, see above")


def _not_notebooks(_folder: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if not name.endswith(".ipynb")]


def _copy_for_windows(source: Path, target: Path) -> None:
    """Copy a text as Notepad and cmd read it: lines end with CR LF, and Chinese has its mark."""
    text = source.read_text(encoding="utf-8")
    encoding = "ascii" if text.isascii() else "utf-8-sig"
    target.write_text(text, encoding=encoding, newline="\r\n")


def main(arguments: Sequence[str]) -> int:
    """Make the bundle that the command line asks for; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("python -m docs.bundle FOLDER\n")
        return 2
    folder = Path(arguments[0]).resolve()
    try:
        make(folder)
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sizes = [path.stat().st_size for path in folder.glob("wheels/*.whl")]
    sys.stdout.write(f"{folder}: {len(sizes)} wheels, {sum(sizes) / 1e6:.0f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
