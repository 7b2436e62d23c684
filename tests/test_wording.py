"""Every sentence is there in both languages, is said somewhere, and gets the words it needs."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from allocation.wording import say, sentences

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"L\d+-[a-z0-9-]+")
KEYS = sorted(sentences())
CODES = [key for key in KEYS if CODE.fullmatch(key)]
TERMS = [key for key in KEYS if not CODE.fullmatch(key)]


@cache
def trees():
    files = [*(ROOT / "allocation").rglob("*.py"), *(ROOT / "models").rglob("*.py")]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}


def nodes(kind):
    return [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, kind)]


@cache
def literals():
    """Return every string the source writes out, and the names of its classes."""
    strings = {node.value for node in nodes(ast.Constant) if isinstance(node.value, str)}
    return strings | {node.name for node in nodes(ast.ClassDef)}


@cache
def patterns():
    """Return a pattern for every f-string: each filled-in part must be a literal of its own."""
    found = set()
    for node in nodes(ast.JoinedStr):
        parts = [
            re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)"
            for part in node.values
        ]
        if "-" in "".join(parts):
            found.add("".join(parts))
    return sorted(found)


def words_in(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def is_said(term):
    if term in literals():
        return True
    known = literals() | {text.replace("_", "-") for text in literals()}
    matches = (re.fullmatch(pattern, term) for pattern in patterns())
    return any(match and set(match.groups()) <= known for match in matches)


def test_every_code_of_the_source_has_a_sentence():
    used = {text for text in literals() if CODE.fullmatch(text)}
    assert sorted(used - set(CODES)) == []


def test_every_sentence_of_a_code_is_used():
    assert sorted(set(CODES) - literals()) == []


def test_no_code_is_put_together():
    texts = [node.values[0] for node in nodes(ast.JoinedStr) if node.values]
    made = [text.value for text in texts if isinstance(text, ast.Constant)]
    assert not [text for text in made if re.match(r"L\d", str(text))]


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_used(term):
    assert is_said(term)


#: A rule has a name in each language, and recipients; a sentence takes those of its own.
NAMES = {"name", "name_en", "who", "who_en"}


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_the_same(key):
    entry = sentences()[key]
    assert set(entry) == {"zh", "en"}
    chinese, english = words_in(entry["zh"]), words_in(entry["en"])
    if english & NAMES:
        chinese, english = chinese - NAMES, english - NAMES
    assert chinese == english
    assert entry["zh"].strip()
    assert entry["en"].strip()
    assert not re.search(
        "[一-鿿]", re.sub(r"'[^']*'|“[^”]*”|\d*[万亿]?元|示例|假设|未参评", "", entry["en"])
    )


def test_every_reason_and_step_can_be_said():
    from allocation_models.fair_share import Reason

    for language in ("zh", "en"):
        for reason in [*(reason.value for reason in Reason), "benefit"]:
            assert say(f"report-reason-{reason}", language)
        for method in ("direct", "sequence", "benefit"):
            assert say(f"report-method-{method}", language)


def given_words(node, assigned):
    """Return the keys of the words a call passes, or None if they cannot be read off."""
    match node:
        case ast.Dict(keys=keys) if all(isinstance(key, ast.Constant) for key in keys):
            return {key.value for key in keys}
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            sides = given_words(left, assigned), given_words(right, assigned)
            return None if None in sides else sides[0] | sides[1]
        case ast.Name(id=name):
            return assigned.get(name)
        case None:
            return set()
    return None


def assignments(function):
    """Return the words each name of a function holds; None where that cannot be read off."""
    held = {}
    for node in ast.walk(function):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                held[name] = None
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
                held[name] = None
            case ast.Assign(targets=[ast.Name(id=name)]):
                # Assigned twice: which one reaches the call cannot be read off.
                held[name] = None if name in held else given_words(node.value, held)
    return held


def calls():
    """Yield every ``Problem("L…", …)`` whose words are written out: place, code, words."""
    functions = [
        (path, node)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    for path, function in functions:
        held = assignments(function)
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[ast.Constant(value=code), *more]):
                    named = {keyword.arg: keyword.value for keyword in node.keywords}
                    found = given_words(more[1] if len(more) > 1 else named.get("words"), held)
                    if found is not None:
                        yield f"{path.name}:{node.lineno}", code, tuple(sorted(found))


CALLS = sorted(set(calls()))


def test_most_calls_can_be_read_off():
    assert len(CALLS) > 60


@pytest.mark.parametrize(("place", "code", "words"), CALLS, ids=range(len(CALLS)))
def test_calls_pass_the_words_of_their_sentence(place, code, words):
    needed = words_in(sentences()[code]["zh"]) | words_in(sentences()[code]["en"])
    assert needed <= set(words), place
