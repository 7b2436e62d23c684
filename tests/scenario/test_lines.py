from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from allocation.scenario.lines import key_lines

TEXT = '''\
# comment with [brackets] and a = 1
title = "a # no comment"
"中文 键".'b.c' = 1
[ table . "x.y" ] # end
text = """
fake = 1
[fake]
"""
raw = \'\'\'x = "\'\'\'
list = [
  1, # one
  { a = [ { b = 2 } ], "c]" = "}" },
]
when = 2022-12-01T10:00:00
[[many]]
n = 1
[[many]]
n = 2
[many.inner]
deep.er = { }
'''


def test_every_way_of_writing_a_key():
    lines = key_lines(TEXT)
    expected = {
        ("title",): 2,
        ("中文 键", "b.c"): 3,
        ("table", "x.y"): 4,
        ("table", "x.y", "text"): 5,
        ("table", "x.y", "raw"): 9,
        ("table", "x.y", "list"): 10,
        ("table", "x.y", "list", 0): 11,
        ("table", "x.y", "list", 1, "a", 0, "b"): 12,
        ("table", "x.y", "list", 1, "c]"): 12,
        ("table", "x.y", "when"): 14,
        ("many", 0, "n"): 16,
        ("many", 1, "n"): 18,
        ("many", 1, "inner"): 19,
        ("many", 1, "inner", "deep", "er"): 20,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert not any("fake" in path for path in lines)


def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def test_every_key_has_a_line():
    assert set(paths(tomllib.loads(TEXT))) <= set(key_lines(TEXT))


def written(value):
    if isinstance(value, dict):
        inner = ", ".join(f"{quoted(key)} = {written(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return "[" + ",\n".join(written(item) for item in value) + "\n]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def quoted(text):
    escaped = "".join(
        f"\\u{ord(c):04x}" if c in '\\"' or ord(c) < 32 or c == "\x7f" else c for c in text
    )
    return f'"{escaped}"'


TEXTS = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=8)
VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_any_document_is_followed(document):
    text = "\n".join(f"{quoted(key)} = {written(value)}" for key, value in document.items())
    assert set(key_lines(text)) == set(paths(tomllib.loads(text)))
