"""What a place, an edge and a figure are worth: worked by hand."""

import csv
import itertools
from fractions import Fraction

import matplotlib as mpl
import pytest

import allocation
from allocation.explain.rank_moves import rank_moves
from allocation.explain.what_if import Case
from allocation.report import chart, cliffs_chart

WAN = 1_000_000
RANKED = {f"z{rank}": {"size": 1, "rank": rank} for rank in (1, 2, 3, 4)}
TIERS = """
[coefficients.tier]
by = ""
[coefficients.tier.rank]
column = "rank"
tiers = [{ to = 2, value = "2" }, { value = "1" }]
unknown = "1"
unranked = "1"
""".replace('by = ""\n', "")


def moves(found):
    """Return the ranks as ``{(id, to): (change in 万元, other, edges)}``."""
    return {
        (row.id, row.to_rank): (row.exact_change_fen / WAN, row.other, row.edges)
        for row in found.ranks.itertuples()
    }


def test_the_edge_of_a_tier(study):
    found = moves(study(TIERS, recipients=RANKED, pot="600万元"))
    # 200, 200, 100, 100: the edge is worth 100, a place within a tier nothing.
    edge = "coefficients.tier"
    assert found["z3", 2] == (100, "z2", edge)
    assert found["z4", 2] == (100, "z2", edge)
    assert found["z2", 3] == (-100, "z3", edge)
    assert found["z1", 3] == (-100, "z3", edge)
    assert found["z1", 2] == (0, "z2", "")
    assert found["z4", 3] == (0, "z3", "")
    assert len(found) == 8


def test_a_line_from_best_to_worst(study):
    rules = TIERS.replace('tiers = [{ to = 2, value = "2" }, { value = "1" }]', LINE)
    three = dict(itertools.islice(RANKED.items(), 3))
    found = moves(study(rules, recipients=three, pot="450万元"))
    # 2, 1.5 and 1 of 4.5: 200, 150, 100.
    assert found["z3", 2] == (50, "z2", "")
    assert found["z2", 1] == (50, "z1", "")
    assert found["z1", 2] == (-50, "z2", "")


LINE = 'best = "2"\nworst = "1"'


def test_a_place_nobody_is_known_to_hold(study):
    gap = {"a": {"size": 1, "rank": 1}, "b": {"size": 1, "rank": 5}, "c": {"size": 1, "rank": ""}}
    found = moves(study(TIERS, recipients=gap, pot="400万元"))
    # Alone across the edge: 2, 1, 1 becomes 2, 2, 1. One place worse is no place: 5 is the last.
    assert found["b", 2] == (Fraction(2, 5) * 400 - 100, "", "coefficients.tier")
    assert found["b", 1] == (100, "a", "coefficients.tier")
    assert found["b", 4] == (0, "", "")
    assert ("b", 6) not in found
    assert not any(who == "c" for who, _ in found)


def test_the_edge_beyond_the_last_known_rank():
    """Shenyang is 27th of a ranking of which Liaoning knows no other; the tier ends at 30."""
    found = moves(allocation.cliffs("liaoning-2022"))
    change, other, edges = found["21-shenyang", 31]
    # 1.4 of 6.4 shares of 1200 万元 becomes 0.9 of 5.9.
    assert (other, edges) == ("", "coefficients.rank")
    assert change == Fraction(1200 * 9, 59) - Fraction(1200 * 14, 64)
    assert ("21-shenyang", 32) not in found


def test_ranks_counted_again_have_their_edge_between_two_recipients(study):
    rules = TIERS.replace('column = "rank"', 'column = "rank"\namong = "part"')
    parts = {
        f"{part}{rank}": {"size": 1, "rank": rank, "part": part}
        for part, ranks in (("p", (3, 8, 9)), ("q", (4, 6, 7)))
        for rank in ranks
    }
    found = moves(study(rules, recipients=parts, pot="1000万元"))
    assert found["p9", 8] == (100, "p8", "coefficients.tier")
    assert found["q6", 7] == (-100, "q7", "coefficients.tier")
    assert found["q7", 6] == (100, "q6", "coefficients.tier")
    # Within its part, 8 stands second wherever it moves between 4 and 8.
    assert found["p8", 7] == (0, "q7", "")


AWARD = """
[rules.first]
kind = "top_award"
top = 2
amount = "100万元"
[rules.steps]
kind = "rank_step"
tiers = [3]
step = "20万元"
"""


def test_the_edge_of_an_award_and_of_a_step(study):
    found = moves(study(AWARD, recipients=RANKED))
    # Due: 150, 150, 50, 50, the awards counted in. z3 stands 20 over z4, for which all give 5 %:
    # 142.5, 142.5, 67.5, 47.5.
    assert found["z3", 2] == (75, "z2", "rules.first")
    assert found["z4", 2][1:] == ("z2", "rules.first rules.steps")
    assert found["z2", 3] == (-75, "z3", "rules.first")
    assert found["z3", 4] == (-20, "z4", "rules.steps")


def test_a_unit_and_a_share_of_a_figure(study):
    found = study(recipients={"a": {"size": 10}, "b": {"size": 30}})
    by = {(row.id, row.step): row for row in found.statistics.itertuples()}
    # 100 and 300 of 400.
    for step, after in (
        ("-1", 9),
        ("+1", 11),
        ("-1%", Fraction(99, 10)),
        ("+1%", Fraction(101, 10)),
        ("-10%", 9),
        ("+10%", 11),
    ):
        expected = Fraction(400 * WAN) * after / (30 + after) - 100 * WAN
        row = by["a", step]
        assert (row.to, row.exact_change_fen) == (after, expected)
        assert abs(row.change_fen - expected) < WAN
    assert not found.statistics["gains_by_less"].any()
    assert len(by) == 12


def test_a_unit_of_money_is_one_of_the_tables(study):
    cap = '[rules.growth]\nkind = "growth_cap"\ngrowth = "20%"\n'
    found = study(
        cap,
        recipients={"a": {"size": 10, "last_year": 50}, "b": {"size": 30, "last_year": 500}},
    )
    by = {(row.id, row.column, row.step): row for row in found.statistics.itertuples()}
    # Held at 1.2 times 50: one 万元 more of last year's is 1.2 万元.
    assert by["a", "last_year", "+1"].exact_change_fen == Fraction(12, 10) * WAN
    assert by["a", "size", "+1"].exact_change_fen == 0
    assert by["b", "last_year", "-10%"].exact_change_fen == 0


def test_the_figure_at_a_least_amount(study):
    rule = '[rules.least]\nkind = "zero_or_at_least"\namount = "100万元"\n'
    found = study(
        rule, recipients={"a": {"size": "9.9"}, "b": {"size": 30}, "c": {"size": 15}}, pot="400万元"
    )
    by = {(row.id, row.step): row for row in found.statistics.itertuples()}
    # 400 · v / (45 + v) ≥ 100 from v = 15 on: out of reach of 9.9 by half.
    assert ("a", "edge") not in by
    # 400 · v / (39.9 + v) ≥ 100 from v = 13.3 on: a tenth less, and nothing is given.
    assert by["c", "edge"].to == Fraction(132, 10)
    assert by["c", "edge"].exact_change_fen < -100 * WAN
    nearer = study(
        rule, recipients={"a": {"size": "14.9"}, "b": {"size": 30}, "c": {"size": 15}}
    ).statistics
    edge = nearer.query("id == 'a' and step == 'edge'").iloc[0]
    assert (edge["from"], edge["to"]) == (Fraction(149, 10), 15)
    assert edge["exact_change_fen"] == 100 * WAN


@pytest.mark.parametrize("name", allocation.shipped())
def test_every_shipped_scenario(name, tmp_path):
    zones = list(allocation.load(name).frame.ids[:6])
    found = allocation.cliffs(name, zones=zones)
    checks = found.checks
    assert checks["cases"].sum() > 0
    # Nobody gains by reporting less, a better rank costs nobody anything, alikes are alike.
    by_check = checks.groupby("check")["violations"].sum()
    assert not by_check[["report_less", "report_more", "better_rank", "alike"]].any()
    assert checks.query("check == 'more_money' and level == 'exact'")["violations"].sum() == 0
    assert len(found.audit) == checks["violations"].sum()
    written = {path.name for path in found.save(tmp_path)}
    assert written - {"cliffs.png"} == {"cliffs.csv", "statistics.csv", "audit.csv", "checks.csv"}
    with (tmp_path / "cliffs.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(found.ranks)


def test_zones_go_by_any_name_and_others_are_refused():
    found = allocation.cliffs("liaoning-2022", zones=["沈阳经开区", "21-jinzhou"])
    assert int(found.who.sum()) == 2
    assert set(found.ranks["id"]) <= {"21-shenyang"}
    with pytest.raises(allocation.InputError, match="沈阳经济技术开发区") as caught:
        allocation.cliffs("liaoning-2022", zones=["沈阳经济技术开发", "南京经开区"])
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["L1-unknown-recipient", "L10-no-part"]


def test_the_same_from_a_name_a_loaded_scenario_and_a_result():
    result = allocation.allocate("liaoning-2022", sets=["pot.amount=1300万元"])
    one = allocation.cliffs(result)
    two = allocation.cliffs("liaoning-2022", sets=["pot.amount=1300万元"])
    assert one.ranks.equals(two.ranks)
    assert one.checks.equals(two.checks)


def test_progress_is_told_to_the_end():
    told = []
    allocation.cliffs("liaoning-2022", progress=lambda done, total: told.append((done, total)))
    total = told[0][1]
    assert told == [(done, total) for done in range(1, total + 1)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["jiangsu-2024", "national-2022"])
def test_the_picture_cuts_nothing_off(name, language):
    zones = allocation.load(name).frame.ids[:5]
    found = allocation.cliffs(name, zones=zones)
    with mpl.rc_context(chart.settings()):
        figure = cliffs_chart.figure(found.findings, language)
        figure.draw_without_rendering()
        whole, axes = figure.bbox, figure.axes[0]
        labels = [label.get_window_extent() for label in axes.get_yticklabels()]
        words = [text.get_window_extent() for text in axes.texts if text.get_text()]
        title = figure._suptitle.get_window_extent()
    assert words
    for box in (*labels, *words, title, figure.legends[0].get_window_extent()):
        assert box.x0 >= whole.x0
        assert box.x1 <= whole.x1
        assert box.y0 >= whole.y0
        assert box.y1 <= whole.y1
    assert not any(label.overlaps(word) for label in labels for word in words)


def test_a_plot_is_saved_by_whoever_holds_it(tmp_path):
    """Warnings are errors here: a missing glyph would fail."""
    found = allocation.cliffs("jiangsu-2024", zones=["昆山", "南通"])
    found.plot("zh").savefig(tmp_path / "a.png")
    found.plot("en").savefig(tmp_path / "b.png")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_nothing_to_draw_is_said_and_no_file_written(study, tmp_path):
    found = study(recipients={"a": {"size": 1}}, pot="100万元")
    assert "cliffs.png" not in {path.name for path in found.save(tmp_path / "out")}
    with pytest.raises(ValueError, match="没有"):
        found.plot()


def test_a_move_is_a_permutation_where_a_holder_is_known():
    case = Case.of(allocation.allocate("jiangsu-2024"))
    before = sorted(case.frame.text["rank_2023"].cells)
    swaps = [move for move in rank_moves(case, case.frame.members({})) if move.other is not None]
    assert swaps
    for move in swaps:
        assert sorted(move.of(case).frame.text["rank_2023"].cells) == before
