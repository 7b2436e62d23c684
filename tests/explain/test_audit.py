"""Known paradoxes are caught; where theory says there is none, none is found."""

from fractions import Fraction

from generated import write_scenario

from allocation.engine import allocate
from allocation.errors import ConflictError
from allocation.report.cliffs import cliffs

WAN = 1_000_000
RANK = """
[coefficients.rank]
[coefficients.rank.rank]
column = "rank"
{scale}
unknown = "1"
unranked = "1"
"""


def test_the_alabama_paradox_of_1880(study, violations, cases):
    """The census of 1880: Alabama is due 8 seats of 299 and 7 of 300; a yuan is a seat.

    Populations as published, e.g. in Szpiro, *Numbers Rule*, 2010; the other states are taken
    together, which leaves Alabama's fraction where it was.
    """
    people = {"Alabama": 1_262_505, "Texas": 1_591_749, "Illinois": 3_077_871}
    people["others"] = 49_371_340 - sum(people.values())
    found = study(
        recipients={state: {"size": size} for state, size in people.items()},
        pot="299元",
        quantum="1元",
    )
    (who, effect, causes), *_ = violations(found, "more_money", whole=True)
    assert (who, effect.before, effect.after) == ("Alabama", 800, 700)
    assert round(float(effect.exact_before) / 100, 3) == 7.646
    assert round(float(effect.exact_after) / 100, 3) == 7.671
    assert causes == ("rounding",)
    assert violations(found, "more_money") == []
    assert cases(found, "more_money", whole=True) == (3, 0, 0)


def test_a_divisor_method_has_no_alabama_paradox(study, violations):
    found = study(
        'method = "webster"\n',
        recipients={"a": {"size": 6}, "b": {"size": 6}, "c": {"size": 2}},
        pot="10元",
        quantum="1元",
    )
    assert violations(found, "more_money", whole=True) == []
    hamilton = study(
        recipients={"a": {"size": 6}, "b": {"size": 6}, "c": {"size": 2}},
        pot="10元",
        quantum="1元",
    )
    assert [who for who, *_ in violations(hamilton, "more_money", whole=True)] == ["c"]


def test_more_money_that_lets_another_over_its_least_amount(study, violations):
    rule = '[rules.least]\nkind = "zero_or_at_least"\namount = "97万元"\n'
    found = study(
        rule, recipients={"a": {"size": 10}, "b": {"size": 30}, "c": {"size": 9}}, pot="450万元"
    )
    # c is due 82.7 万元 of 450 and 90.9 of 495, under 97; a is due 91.8 and 101.0: it comes in.
    [(who, effect, causes)] = violations(found, "more_money")
    assert who == "b"
    assert effect.exact_before == 450 * WAN
    assert effect.exact_after == 495 * WAN * 3 / 4
    assert causes == ("rules.least",)


def test_a_better_rank_that_gets_less(study, violations, cases):
    scale = 'tiers = [{ to = 1, value = "1" }, { value = "1.5" }]'
    four = {f"z{rank}": {"size": 1, "rank": rank} for rank in (1, 2, 3)}
    found = study(RANK.format(scale=scale), recipients=four)
    wronged = violations(found, "better_rank")
    assert {who for who, *_ in wronged} == {"z1", "z2", "z3"}
    assert all(causes == ("coefficients.rank",) for *_, causes in wronged)
    # Of three swaps, the two with z1 wrong who gets better and favour who gets worse.
    assert len(wronged) == 4
    assert cases(found, "better_rank") == (3, 0, 0)
    fair = study(RANK.format(scale=scale.replace('"1.5"', '"0.5"')), recipients=four)
    assert violations(fair, "better_rank") == []


def test_a_line_that_ends_at_the_last_known_rank(study, violations):
    four = {f"z{rank}": {"size": 1, "rank": rank} for rank in (1, 2, 3, 10)}
    line = 'best = "2"\nworst = "0"'
    found = study(RANK.format(scale=line), recipients=four, pot="900万元")
    # z10 gets nothing. Without it the line ends at 3, and z3 gets nothing: its 14/9 becomes 0.
    wronged = [each for each in violations(found, "leaving") if each[0] == "z3"]
    assert [effect.exact_after for _, effect, _ in wronged] == [0]
    assert wronged[0][2] == ("coefficients.rank",)
    stated = study(RANK.format(scale=line + "\nof = 10"), recipients=four, pot="900万元")
    assert violations(stated, "leaving") == []


GROWTH = """
[factors.growth]
weight = "{weight}"
columns = ["base", "size"]
aggregate = "growth"
below_zero = "cut"
"""
GROWING = {"a": {"size": 30, "base": 20}, "b": {"size": 30, "base": 10}}


def test_a_base_year_reported_lower(study, violations):
    found = study(GROWTH.format(weight="40%"), recipients=GROWING, weight="60%")
    gains = violations(found, "hidden")
    assert {who for who, *_ in gains} == {"a", "b"}
    assert all(effect.exact > 0 for _, effect, _ in gains)
    assert violations(found, "report_more") == []
    assert violations(found, "report_less") == []
    table = found.statistics.query("gains_by_less")
    assert set(table["column"]) == {"base"}
    assert len(table) == len(gains) == 6


def test_a_figure_that_counts_for_and_against(study, violations):
    both = GROWTH.format(weight="80%") + '[factors.old]\nweight = "10%"\ncolumn = "base"\n'
    found = study(both, recipients=GROWING, weight="10%")
    gains = violations(found, "report_less")
    assert {who for who, *_ in gains} == {"a", "b"}
    assert all(causes == () for *_, causes in gains), "no rule: the formula itself"


def test_a_recipient_carried_by_the_one_ranked_below_it(study, violations):
    """Where ``rank_order`` binds, the better-ranked is paid by the other's entitlement.

    b gets what w gets: B · w / (2 w + o) in entitlements. Reporting less, b makes the first factor
    count for more in the others' shares, and w has more of that factor than o.
    """
    rules = """
[factors.trade]
weight = "50%"
column = "trade"
[rules.order]
kind = "rank_order"
within = ""
"""
    found = study(
        rules,
        weight="50%",
        recipients={
            "b": {"size": 1, "trade": 1, "rank": 1},
            "w": {"size": 30, "trade": 10, "rank": 2},
            "o": {"size": 10, "trade": 30, "rank": ""},
        },
        pot="300万元",
    )
    own = [each for each in violations(found, "report_less") if each[0] == "b"]
    tenth = max(own, key=lambda each: each[1].exact)
    assert tenth[1].exact_before == 100 * WAN
    less = Fraction(1) / (41 - 1)
    w, o = 30 * less + Fraction(10, 41), 10 * less + Fraction(30, 41)
    assert tenth[1].exact_after == 300 * WAN * w / (2 * w + o)
    assert {causes for *_, causes in own} == {("rules.order",)}


def test_a_utilisation_cut_rewards_hiding_what_is_unspent(study, violations, cases):
    cut = '[rules.cut]\nkind = "utilisation_cut"\nshare = "30%"\n'
    found = study(
        cut,
        recipients={"a": {"size": 10, "unspent_rise": 40}, "b": {"size": 30, "unspent_rise": 0}},
    )
    gains = violations(found, "hidden")
    assert {who for who, *_ in gains} == {"a"}
    # 100 less 30 % of 40: one 万元 less reported is 0.3 万元 more.
    assert min(effect.exact for _, effect, _ in gains) == 0.12 * WAN
    assert all(causes == ("rules.cut",) for *_, causes in gains)
    assert violations(found, "report_more") == []
    assert cases(found, "report_more")[0] > 0


def test_leaving_and_taking_under_shares_of_the_pot(study, violations):
    floor = '[rules.floor]\nkind = "floor"\nshare_of_pot = "30%"\n'
    three = {"a": {"size": 1}, "b": {"size": 30}, "c": {"size": 29}}
    found = study(floor, recipients=three)
    # a is held at 120 of 400. If b leaves with 140, 30 % of 260 are 78 and a falls.
    wronged = {who: causes for who, _, causes in violations(found, "leaving_paid")}
    assert wronged["a"] == ("rules.floor",)
    fixed = floor.replace('share_of_pot = "30%"', 'amount = "120万元"')
    assert violations(study(fixed, recipients=three), "leaving_paid") == []


def test_leaving_is_a_conflict_where_the_caps_leave_money_over(study, violations, cases):
    cap = '[rules.cap]\nkind = "cap"\namount = "150万元"\n'
    found = study(cap, recipients={"a": {"size": 1}, "b": {"size": 2}, "c": {"size": 3}})
    assert violations(found, "leaving") == []
    assert cases(found, "leaving") == (0, 3, 0)
    assert cases(found, "leaving_paid") == (3, 0, 0)


def test_alikes_that_only_one_can_be(study, violations, cases):
    rule = '[rules.least]\nkind = "zero_or_at_least"\namount = "60万元"\nbelow = "raise"\n'
    twins = {"a": {"size": 1}, "b": {"size": 1}, "c": {"size": 2}}
    found = study(rule, recipients=twins, pot="130万元")
    for whole in (False, True):
        [(who, effect, causes)] = violations(found, "alike", whole=whole)
        assert {who} < {"a", "b"}
        assert effect.after == 0
        assert causes == ("rules.least",)
        assert cases(found, "alike", whole=whole) == (1, 0, 0)
    assert violations(study(recipients=twins, pot="131万元"), "alike", whole=True) == []


def test_more_money_hurts_nobody_under_nested_rules_that_do_not_move(
    tmp_path, campaign, violations
):
    """Law 7: fixed bounds, one inside the other."""
    checked = 0
    for seed in range(campaign(small=12, full=200)):
        path = write_scenario(tmp_path / str(seed), seed, "nested")
        if "group_share" in path.read_text(encoding="utf-8"):
            continue
        try:
            found = cliffs(str(path), zones=["z00"])
        except ConflictError:
            continue
        assert violations(found, "more_money") == []
        assert found.checks.query("check == 'more_money'")["cases"].min() > 0
        checked += 1
    assert checked


def test_a_violation_is_one_when_the_scenario_is_run_again():
    found = cliffs("national-2022", zones=["安徽省"])
    without = allocate("national-2022", sets=['recipients.exclude=["安徽省"]'])
    later = dict(zip(without.recipients.ids, without.unrounded, strict=True))
    result = found.findings.result
    before = dict(zip(result.recipients.ids, result.unrounded, strict=True))
    wronged = found.audit.query("check == 'leaving' and level == 'exact'")
    listed = {row.id: (row.exact_before_fen, row.exact_after_fen) for row in wronged.itertuples()}
    assert listed
    assert listed == {
        key: (before[key], amount) for key, amount in later.items() if amount < before[key]
    }


def test_the_national_example_says_what_its_group_share_does():
    found = cliffs("national-2022", zones=["北京市", "安徽省"])
    wrong = found.audit.query("check == 'leaving' and level == 'exact'")
    assert len(wrong)
    assert set(wrong["causes"]) == {"rules.inland"}
    assert (wrong["exact_change_fen"] < 0).all()
