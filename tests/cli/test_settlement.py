"""The officer's way: run the advance, keep its record, settle it, see who gains, prove it."""

import re

ISSUED = '\n[issued]\nrecord = "advance/record.json"\nsource = "示例"\n'
RULE = '[rules.issued]\nkind = "already_issued"\nname = "不低于已经下达"\nname_en = "kept"\n'
LESS = ('"100万元"', '"70万元"')


def test_an_advance_is_run_then_settled(bokuan, plan, tmp_path):
    plan(LESS, ('least = "30%"', 'least = "40%"'), name="advance.toml")
    assert bokuan("run", "advance.toml", "--out", "advance", "--no-chart").code == 0
    path = plan()
    path.write_text(path.read_text(encoding="utf-8") + ISSUED + RULE, encoding="utf-8")
    ended = bokuan("run", "plan.toml", "--out", "out", "--cross-check")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"辽宁省\s+20\.00\s+20\.00\s", ended.out)
    assert re.search(r"四川省\s+30\.00\s+28\.00\s+2\.00", ended.out)
    assert "总额 100.00 = 已经下达 70.00 + 此次下达 30.00(万元)" in ended.out
    assert all(len(line.encode("gbk")) <= 100 for line in ended.out.splitlines() if "=" not in line)
    english = bokuan("run", "plan.toml", "--lang", "en")
    assert "whole 100.00 = issued 70.00 + this issue 30.00 (10,000 yuan)" in english.out
    assert bokuan("verify", "out/record.json", "--inputs", ".").out.endswith("已证明\n")
    compared = bokuan("compare", "advance.toml", "plan.toml")
    assert re.search(r"四川省\s+28\.00\s+30\.00\s+\+2\.00", compared.out)
    record = tmp_path / "advance/record.json"
    record.write_text(record.read_text(encoding="utf-8").replace("辽宁", "广西"), encoding="utf-8")
    for language in ("zh", "en"):
        ended = bokuan("run", "plan.toml", "--lang", language)
        assert ended.code == 2
        assert "[L6-record-changed]" in ended.err


def test_a_low_advance_is_said(inside):
    for language, word in (("zh", "提前下达 2,000.00 万元"), ("en", "advance of 2,000.00")):
        ended = inside(
            "run", "jiangsu-2023-advance", "--set", "pot.amount=2000万元", "--lang", language
        )
        assert ended.code == 0
        assert word in ended.out
