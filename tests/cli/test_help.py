import re
import subprocess
import sys
import unicodedata

import pytest

from allocation.cli.group import COMMANDS

HEAVY = {
    "numpy",
    "scipy",
    "pandas",
    "pydantic",
    "rich",
    "matplotlib",
    "xlsxwriter",
    "highspy",
    "pulp",
    "allocation_models",
    "allocation.scenario",
    "allocation.report",
    "allocation.engine",
}


@pytest.mark.parametrize("arguments", [["--help"], [], ["--version"], ["nope"]])
def test_help_imports_nothing_heavy(arguments, tmp_path):
    command = [sys.executable, "-X", "importtime", "-m", "allocation", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    said = done.stderr.decode("utf-8", "replace")
    imported = set(re.findall(r"\|\s*([\w.]+)\s*$", said, re.MULTILINE))
    assert "click" in imported
    assert not imported & HEAVY


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_is_in_the_language_and_narrow(inside, command, language):
    ended = inside(*([command] if command else []), "--help", "--lang", language)
    assert ended.code == 0
    assert not ended.err
    assert max(map(width, ended.out.splitlines())) <= 100
    chinese = re.search("[一-鿿]", re.sub("1[万]?元", "", ended.out)) is not None
    assert chinese == (language == "zh")
    if language == "zh":
        assert not re.search(r"\b(Usage|Options|Show|Commands)\b", ended.out)


def test_help_names_every_command(bokuan):
    ended = bokuan("--help")
    assert all(re.search(rf"^  {name} ", ended.out, re.MULTILINE) for name in COMMANDS)
    assert bokuan().out == ended.out


def test_version(bokuan):
    from importlib.metadata import version

    assert bokuan("--version").out == f"bokuan {version('bokuan')}\n"


def test_language_before_after_and_from_the_environment(bokuan):
    english = bokuan("--help", "--lang=en").out
    assert bokuan("--lang", "en", "--help").out == english
    assert bokuan("--help", BOKUAN_LANG="en").out == english
    assert bokuan("--help", "--lang", "zh", BOKUAN_LANG="en").out == bokuan("--help").out


@pytest.mark.parametrize("environment", [{}, {"BOKUAN_LANG": "fr"}])
def test_an_unknown_language_is_refused(bokuan, environment):
    ended = bokuan("list", *([] if environment else ["--lang", "fr"]), **environment)
    assert ended.code == 2
    assert "[L1-unknown-language]" in ended.err
    assert "fr" in ended.err
