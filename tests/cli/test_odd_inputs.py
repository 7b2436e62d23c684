"""Whatever is typed: an exit code of ours, and no traceback."""

import pytest

FILES = {
    "empty.toml": b"",
    "binary.toml": bytes(range(256)),
    "gbk.toml": 'title = "全国"'.encode("gbk"),
    "half.toml": b'title = "x',
    "list.toml": b"[[pot]]\n[[pot]]",
    "deep.toml": b"a=" + b"[" * 5000,
    "number.toml": b"year = " + b"9" * 5000,
    "escape.toml": b'title = "\\u001b[31mred"',
    "nan.toml": b"[pot]\namount = nan\n[factors.x]\nweight = inf",
}
ARGUMENTS = [
    ["run", ""],
    ["run", "."],
    ["run", "/"],
    ["run", "@"],
    ["run", "national-2022@"],
    ["run", "national-2022@,"],
    ["run", "missing.toml"],
    ["run", "plan.toml\n"],
    ["run", "x" * 5000],
    ["run", "../../etc/passwd"],
    ["run", "--", "--help"],
    ["run", "plan.toml", "--set", ""],
    ["run", "plan.toml", "--set", "="],
    ["run", "plan.toml", "--set", "a.b.c=1"],
    ["run", "plan.toml", "--set", "pot=1"],
    ["run", "plan.toml", "--set", "pot.amount=-1万元"],
    ["run", "plan.toml", "--set", "pot.amount=1e400亿元"],
    ["run", "plan.toml", "--set", 'title="'],
    ["run", "plan.toml", "--quantum", "0元"],
    ["run", "plan.toml", "--quantum", "1000亿元"],
    ["run", "plan.toml", "--quantum", ""],
    ["run", "plan.toml", "--solver", ""],
    ["run", "plan.toml", "--solver", "GUROBI"],
    ["run", "plan.toml", "--out", ""],
    ["run", "plan.toml", "--out", "/proc/nowhere"],
    ["run", "plan.toml", "--out", "plan.toml"],
    ["compare", "plan.toml", "plan.toml", "--out", "."],
    ["compare", "plan.toml", "national-2022"],
    ["export", "plan.toml", ".mps"],
    ["export", "plan.toml", "no/where/m.lp"],
    ["export", "plan.toml", "t.csv/m.lp"],
    ["check", "t.csv"],
    ["--", "run"],
    ["-"],
    ["--lang"],
    ["--lang="],
    ["\udcff"],
    ["run", "\udcff.toml"],
    *(["check", name] for name in FILES),
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_no_traceback(inside, folder, arguments):
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    ended = inside(*arguments)
    assert ended.code in {0, 1, 2}, ended.err
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.err + ended.out
    assert ended.code == 0 or "[L" in ended.err
    assert not list(folder.rglob(".draft*"))


def test_odd_bytes_reach_the_real_command(bokuan):
    ended = bokuan("run", "\udcff\x1b[31m.toml")
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.err
