# ruff: noqa: E501  # one case a line reads as a table
"""One sound scenario, broken in one place each: the code, the place, the remedy."""

from __future__ import annotations

import pytest

from allocation.wording import sentences

# name, old text, new text, code, marker of the line expected, word in the Chinese sentence
BROKEN = [
    # keys
    ("typo at the top", 'title_en = "sample"', 'titel_en = "sample"', "L1-unknown-key", "titel_en", "title_en"),
    ("typo in pot", 'amount = "1亿元"', 'amout = "1亿元"', "L1-unknown-key", "amout", "amount"),
    ("typo in a table", 'file = "data/extra.csv"', 'fil = "data/extra.csv"', "L1-unknown-key", "fil =", "file"),
    ("typo in a split", 'columns = ["trade", "zones"]', 'colums = ["trade"]', "L1-unknown-key", "colums", "columns"),
    ("typo in a factor", 'weight = "60%"', 'wieght = "60%"', "L1-unknown-key", "wieght", "weight"),
    ("typo in a coefficient", 'by = "fiscal_region"', 'bye = "fiscal_region"', "L1-unknown-key", "bye", "by"),
    ("typo in a rank scale", 'unranked = "0.9"', 'unrankd = "0.9"', "L1-unknown-key", "unrankd", "unranked"),
    ("typo in a tier", '{ to = 3, value = "1.2" }', '{ too = 3, value = "1.2" }', "L1-unknown-key", "{ too", "to"),
    ("typo in a rule", 'least = "50%"', 'leest = "50%"', "L1-unknown-key", "leest", "least"),
    ("typo in an override", 'reason = "向西倾斜"', 'raeson = "向西倾斜"', "L1-unknown-key", "raeson", "reason"),
    ("typo in a what-if", 'title = "两项并用"', 'titel = "两项并用"', "L1-unknown-key", "titel", "title"),
    ("typo in a section", "[splits.part]\n", "[split.part]\n", "L1-unknown-key", "[split.part]", "splits"),
    ("missing key", 'source = "示例"\n\n[recipients]', "\n[recipients]", "L1-missing-key", "[pot]", "pot.source"),
    ("missing section", '[pot]\namount = "1亿元"\nsource = "示例"\n', "", "L1-missing-key", "# A sound", "pot"),
    ("missing rule kind", 'kind = "floor"\n', "", "L1-missing-key", "[rules.least]", "rules.least.kind"),
    ("unknown rule kind", 'kind = "floor"', 'kind = "flor"', "L1-unknown-kind", 'kind = "flor"', "floor"),
    ("no factors", 'file = "data/trade.csv"', "file = 1", "L1-not-text", "file = 1", "引号"),
    # values
    ("wrong unit", 'amount = "1亿元"', 'amount = "1亿美元"', "L3-amount", "1亿美元", "亿元"),
    ("no unit", 'amount = "1亿元"', 'amount = "100000000"', "L3-amount", '"100000000"', "单位"),
    ("amount as a whole number", 'amount = "1亿元"', "amount = 100000000", "L3-amount", "= 100000000", "单位"),
    ("amount as a float", 'amount = "1亿元"', "amount = 1.5", "L3-not-text", "= 1.5", "引号"),
    ("a part of a fen", 'amount = "1亿元"', 'amount = "1.001元"', "L3-amount", "1.001", "精确到分"),
    ("negative pot", 'amount = "1亿元"', 'amount = "-1亿元"', "L1-out-of-range", "-1亿元", "> 0"),
    ("zero pot", 'amount = "1亿元"', 'amount = "0元"', "L1-out-of-range", '"0元"', "> 0"),
    ("a 2 GB number", 'amount = "1亿元"', f'amount = "{"9" * 200_000}元"', "L3-amount", "9999", "金额"),
    ("a 2 GB whole number", "year = 2022", f"year = {'9' * 200_000}", "L1-number-too-long", "year =", "4300"),
    ("a long hexadecimal", "year = 2022", f"year = 0x{'f' * 20_000}", "L1-out-of-range", "year =", "2100"),
    ("NaN", 'weight = "60%"', "weight = nan", "L3-not-text", "= nan", "引号"),
    ("infinity", 'weight = "60%"', "weight = inf", "L3-not-text", "= inf", "引号"),
    ("NaN as text", 'weight = "60%"', 'weight = "NaN"', "L3-ratio", '"NaN"', "12%"),
    ("weight as a float", 'weight = "60%"', "weight = 0.6", "L3-not-text", "= 0.6", "引号"),
    ("division by zero", 'weight = "2/5"', 'weight = "2/0"', "L3-ratio", '"2/0"', "3/40"),
    ("negative weight", 'weight = "2/5"', 'weight = "-2/5"', "L1-out-of-range", '"-2/5"', "≥ 0"),
    ("share over 100%", 'least = "50%"', 'least = "150%"', "L1-out-of-range", "150%", "≤ 1"),
    ("cap over 100%", 'share_of_pot = "60%"', 'share_of_pot = "160%"', "L1-out-of-range", "160%", "≤ 1"),
    ("negative floor", 'amount = "100万元"', 'amount = "-100万元"', "L1-out-of-range", "-100万元", "≥ 0"),
    ("negative split", '"大连" = "25%"', '"大连" = "-25%"', "L1-out-of-range", "-25%", "≥ 0"),
    ("date out of range", "as_of = 2022-12-01", "as_of = 1922-12-01", "L1-out-of-range", "1922", "2000-01-01"),
    ("date that is no date", "as_of = 2022-12-01", 'as_of = "2022-13-01"', "L1-not-a-day", "2022-13", "2022-12-01"),
    ("date as a number", "as_of = 2022-12-01", "as_of = 0", "L1-not-a-day", "as_of = 0", "2022-12-01"),
    ("year as a float", "year = 2022", "year = 2022.0", "L1-not-whole", "2022.0", "整数"),
    ("year as a flag", "year = 2022", "year = true", "L1-not-whole", "year = true", "整数"),
    ("flag as a number", "illustrative = true", "illustrative = 1", "L1-not-a-flag", "illustrative = 1", "true"),
    ("unknown level", 'level = "national"', 'level = "nation"', "L1-not-allowed", '"nation"', "national"),
    ("unknown money unit", 'last_year = "万元"', 'last_year = "万美元"', "L1-not-allowed", "万美元", "万元"),
    ("text for a table", "[pot]\n", "pot = 1\n[pott]\n", "L1-not-a-table", "pot = 1", "表"),
    ("table for a list", 'columns = ["trade", "zones"]', "columns = { a = 1 }", "L1-not-a-list", "columns = {", "列表"),
    ("number in a list", 'columns = ["trade", "zones"]', "columns = [\n 1]", "L1-not-text", "1]", "引号"),
    ("two ways of a floor", 'amount = "100万元"', 'amount = "100万元"\nshare_of_pot = "1%"', "L3-one-of", "[rules.least]", "一种"),
    ("no bound of a group", 'least = "50%"', "", "L3-one-of", "[rules.west]", "least"),
    ("least over most", 'least = "50%"', 'least = "50%"\nmost = "40%"', "L1-least-over-most", "[rules.west]", "下限"),
    ("tiers out of order", "{ value = 1 },", "{ to = 2, value = 1 }, { value = 1 }", "L1-steps-order", "[coefficients.rank.rank]", "递增"),
    ("last tier ends", "{ value = 1 },", "{ to = 9, value = 1 },", "L1-steps-end", "[coefficients.rank.rank]", "末档"),
    ("two columns of a factor", 'column = "zones"', 'columns = ["zones"]', "L3-factor-columns", "[factors.zones]", "aggregate"),
    ("benefit key with fair", "[rules.least]", '[objective]\nmin_ratio = "1/2"\n[rules.least]', "L1-dead-key", "[objective]", "benefit"),
    ("rounding column unused", "[rules.least]", '[rounding]\ncolumn = "zones"\n[rules.least]', "L1-dead-key", "[rounding]", "per_unit"),
    # TOML itself
    ("syntax error", 'title = "示例方案"', 'title = "示例方案', "L1-toml-syntax", "title =", "改正本行"),
    ("duplicate key", "year = 2022", "year = 2022\nyear = 2023", "L1-duplicate-key", "year = 2023", "删去"),
    ("duplicate table", "[rules.most]", "[rules.least]", "L1-duplicate-key", None, "删去"),
    ("unquoted percent", 'least = "50%"', "least = 50%", "L1-unquoted-value", "least = 50%", "双引号"),
    ("unquoted amount", 'amount = "100万元"', "amount = 100万元", "L1-unquoted-value", "100万元", "双引号"),
    ("Chinese key", "year = 2022", "年份 = 2022", "L1-unquoted-key", "年份", "双引号"),
    ("full-width equals", "year = 2022", "year \uff1d 2022", "L1-full-width", "year \uff1d", "英文标点"),
    ("full-width colon", "year = 2022", "year\uff1a2022", "L1-full-width", "year\uff1a", "英文标点"),
    ("curly quotes", 'title = "示例方案"', "title = \u201c示例方案\u201d", "L1-full-width", "title =", "英文标点"),
    ("full-width comma", '["more_west", "wide_cap"]', '["more_west"\uff0c "wide_cap"]', "L1-full-width", "overrides =", "英文标点"),
    ("deep but closed", "year = 2022", f"year = {'[' * 200}{']' * 200}", "L1-toml-too-deep", "year =", "括号"),
    ("deep nesting", "year = 2022", "year = " + "[" * 5000, "L1-toml-too-deep", "year =", "括号"),
    # names
    ("unknown unit", '"河南"', '"河南啊"', "L1-unknown-unit", "units =", "河南"),
    ("unknown unit in a split", '"大连" = "25%"', '"大莲" = "25%"', "L1-unknown-unit", '"大莲"', "大连"),
    ("split of a province", '"大连" = "25%"', '"江苏" = "25%"', "L1-split-no-parent", '"江苏" = ', "计划单列市"),
    ("split twice", '"大连" = "25%"', '"大连" = "25%"\n210200 = "25%"', "L1-split-twice", "210200", "留一处"),
    ("split of no column", '["trade", "zones"]', '["trade", "zonse"]', "L1-unknown-column", "columns =", "zones"),
    ("nobody left", '"四川", "新疆", "兵团"]', '"四川", "新疆", "兵团"]\nexclude = ["辽宁","大连","江苏","河南","四川","新疆","兵团"]', "L1-no-recipients", "[recipients]", "exclude"),
    ("unknown exclusion", '"四川", "新疆", "兵团"]', '"四川", "新疆", "兵团"]\nexclude = ["四州"]', "L1-unknown-unit", "exclude", "四川"),
    ("unknown policy", "import-interest-2022-region-least", "import-interest-2022-region-lest", "L3-unknown-policy", "policy =", "region-least"),
    ("policy not in force", "as_of = 2022-12-01", "as_of = 2023-12-01", "L3-policy-not-in-force", "policy =", "2022-12-31"),
    ("policy of another kind", 'kind = "zero_or_at_least"', 'kind = "cap"', "L3-policy-kind", "policy =", "zero_or_at_least"),
    ("what-if of no override", '["more_west", "wide_cap"]', '["more_west", "wide_cup"]', "L1-unknown-override", "overrides =", "wide_cap"),
    ("one name for two", "[what_if.both]", "[what_if.more_west]", "L1-name-twice", "[what_if.more_west]", "同名"),
    ("dead key in an unused override", 'rules.west.least = "55%"', 'rules.west.leest = "55%"', "L1-unknown-key", "rules.west.leest", "least"),
    # tables
    ("missing table file", "data/extra.csv", "data/extras.csv", "L1-no-such-file", "extras", "文件名"),
    ("table is a folder", "data/extra.csv", "data", "L1-is-a-directory", 'file = "data"', "文件夹"),
    ("table above", "data/extra.csv", "../extra.csv", "L1-path-leaves-folder", "../extra", "方案旁边"),
    ("absolute table", "data/extra.csv", "/etc/passwd", "L1-path-leaves-folder", "/etc", "方案旁边"),
    ("table on a drive", "data/extra.csv", "C:/extra.csv", "L1-path-leaves-folder", "C:", "方案旁边"),
    ("key column missing", 'key = "name"', 'key = "nane"', "L1-no-key-column", ("data/trade.csv", "name"), "name"),
    ("money column missing", 'trade = "亿元"', 'trad = "亿元"', "L1-unknown-column", ("data/trade.csv", "name"), "trade"),
    # with the data at hand
    ("unknown attribute", "where = { fiscal_region", "where = { fiscal_regoin", "L1-unknown-attribute", "where =", "fiscal_region"),
    ("vague region", "where = { fiscal_region", "where = { region", "L5-which-region", "where =", "assessment_region"),
    ("group that does not exist", '["central", "west", "northeast"]', '["central", "southwest"]', "L5-not-a-region", "where =", "northeast"),
    ("the other region system", "where = { fiscal_region", "where = { assessment_region", "L5-not-a-region", "where =", "三区"),
    ("value nobody has", "where = { fiscal_region", 'where = { kind = "provinces", fiscal_region', "L1-unknown-value", "where =", "province"),
    ("empty group", 'where = { fiscal_region = ["central", "west", "northeast"] }', 'where = { kind = "municipality" }', "L1-empty-group", "where =", "至少"),
    ("coefficient by nothing", 'by = "fiscal_region"', 'by = "fiscal_regoin"', "L1-unknown-attribute", "by =", "fiscal_region"),
    ("coefficient uncovered", ', northeast = "1.25" }', " }", "L1-coefficient-missing", "values =", "辽宁省"),
    ("coefficient for nobody", ', northeast = "1.25" }', ', northeast = "1.25", south = 1 }', "L5-not-a-region", "values =", "northeast"),
    ("weights short of one", 'weight = "60%"', 'weight = "59%"', "L1-weights-sum", "[factors.trade]", "100%"),
    ("factor without its column", 'column = "zones"', 'column = "zoness"', "L1-unknown-column", 'column = "zoness"', "zones"),
    ("hold-harmless without figures", 'missing = "skip"', 'missing = "error"', "L1-missing-value", ("data/trade.csv", "江苏省"), "江苏省"),
    ("pot of half a quantum", 'amount = "1亿元"', 'amount = "100000001元"', "L2-quantum", "100000001元", "quantum"),
    ("floors over the pot", 'amount = "100万元"', 'amount = "2000万元"', "L11-floor", "[rules.least]", "14,000.00 万元"),
    ("cap below floor", 'share_of_pot = "60%"', 'amount = "50万元"', "L11-cap", "[rules.most]", "50.00 万元"),
    ("groups over the pot", "[rules.most]", '[rules.east]\nkind = "group_share"\nwhere = { fiscal_region = "east" }\nleast = "60%"\n\n[rules.most]', "L11-rule", "[rules.east]", "≥ 6,000.00"),
    ("awards over the pot", "[rules.most]", '[rules.top]\nkind = "top_award"\ntop = 3\namount = "5000万元"\n\n[rules.most]', "L11-floor", "[rules.top]", "15,000.00 万元"),
    ("purposes short of the pot", "[rules.most]", '[purposes.a]\nname = "甲"\namount = "9999万元"\n\n[rules.most]', "L2-purposes-sum", "[purposes.a]", "9,999.00万元"),
    ("purposes with benefit", "[rules.most]", '[objective]\nkind = "benefit"\n[purposes.a]\nname = "甲"\namount = "1亿元"\n\n[rules.most]', "L1-purposes-with-benefit", 'kind = "benefit"', "fair"),
    ("money column without a unit", ', last_year = "万元"', "", "L3-column-without-unit", ("data/trade.csv", "辽宁"), "amounts"),
    ("upper level missing", "[rules.most]", '[upper]\nscenario = "natonal"\n[rules.most]', "L1-unknown-scenario", "scenario =", "toml"),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case[1:], id=case[0]) for case in BROKEN])
def test_broken_scenario(plan, case):
    old, new, code, marker, word = case
    plan.edit(old, new)
    problems = plan.problems()
    found = [problem for problem in problems if problem.code == code]
    assert found, [problem.text() for problem in problems]
    texts = [problem.text("zh") for problem in found]
    assert any(word in text for text in texts), texts
    assert all(problem.text("en").isprintable() for problem in problems)
    if marker:
        file, text = marker if isinstance(marker, tuple) else ("plan.toml", marker)
        line = plan.line(text, file)
        assert any(p.place.line == line and p.place.file.endswith(file) for p in found), texts


def test_a_broken_place_gives_no_other_problem(plan):
    """A single slip is one problem: no chain of followers."""
    plan.edit('least = "50%"', 'least = "150%"')
    assert len(plan.problems()) == 1


def test_all_problems_are_reported_at_once(plan):
    plan.edit('amount = "1亿元"', "amount = 1.5")
    plan.edit('weight = "60%"', 'wieght = "60%"')
    plan.edit('kind = "floor"', 'kind = "flor"')
    plan.edit('["more_west", "wide_cap"]', '["more_west", "nobody"]')
    plan.edit("河南,8500.25,900,", "河南,8500.25,900", "data/trade.csv")
    plan.edit("data/extra.csv", "data/nothing.csv")
    codes = [problem.code for problem in plan.problems("@unheard", "pot.amuont=1亿元", "rules")]
    assert set(codes) == {
        "L3-not-text",
        "L1-unknown-key",
        "L1-missing-key",
        "L1-unknown-kind",
        "L1-unknown-override",
        "L1-ragged-row",
        "L1-no-such-file",
        "L1-unknown-what-if",
        "L1-set-syntax",
    }
    assert codes.count("L1-unknown-key") == 2


def test_the_sound_scenario_has_no_problem(plan):
    assert plan.problems() == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "L1-empty-file"),
        (b" \n\t\n", "L1-empty-file"),
        ("title = 'x'".encode("utf-16"), "L1-not-utf8"),
        ("title = '示例'".encode("gb18030"), "L1-not-utf8"),
        ("title = 'Café'".encode("latin-1"), "L1-not-utf8"),
        (b"PK\x03\x04\x00\x00", "L1-binary-file"),
        (b"title = 'x'\n" * 800_000, "L1-file-too-large"),
    ],
)
def test_files_that_are_no_scenario(plan, content, code):
    plan.write(content)
    problems = plan.problems()
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.file == plan.path
    assert problems[0].text("zh")
    assert problems[0].text("en")


def test_a_byte_order_mark_is_read(plan):
    plan.write(b"\xef\xbb\xbf" + plan.text().encode())
    assert plan.problems() == []


def test_windows_line_ends_keep_their_lines(plan):
    plan.write(plan.text().replace('least = "50%"', 'least = "150%"').replace("\n", "\r\n"))
    assert [problem.place.line for problem in plan.problems()] == [plan.line('least = "150%"')]


def test_every_problem_has_both_languages():
    for key, words in sentences().items():
        assert set(words) == {"zh", "en"}, key
