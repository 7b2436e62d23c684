"""Law 2 for a settlement: whole = issued + this issue, exactly; nobody below what is issued."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from generated import KINDS, write_scenario

from allocation import explain, verify
from allocation.disbursement.settlement import settlement
from allocation.engine import allocate, cross_check
from allocation.errors import ConflictError, InputError
from allocation.record import sealed

WAN = 1_000_000
MAIN = """title = "结算"
level = "unit"
year = 2024
as_of = 2024-01-31
pot = { amount = "100万元", source = "示例" }
recipients = { kind = "table", table = "t" }
factors.a = { weight = "100%", column = "a" }
[tables.t]
file = "t.csv"
"""
RULE = '[rules.issued]\nkind = "already_issued"\nname = "已下达"\nsource = "示例"\n'
ISSUED = '[issued]\nrecord = "advance/record.json"\nsource = "示例"\n'


def write(folder, *, pot="100万元", claims="a=5,b=3,c=2", more="", name="main"):
    """Write a scenario of a few recipients in a folder of its own; return its path."""
    folder = folder / name
    folder.mkdir(exist_ok=True)
    rows = [pair.split("=") for pair in claims.split(",")]
    lines = [f"{key},{key},{value}" for key, value in rows]
    (folder / "t.csv").write_text("\n".join(["id,name,a", *lines, ""]), encoding="utf-8")
    path = folder / "s.toml"
    path.write_text(MAIN.replace("100万元", pot) + more, encoding="utf-8")
    return path


@pytest.fixture
def advance(tmp_path):
    """Return a function that issues an advance beside the main scenario."""

    def issue(claims="a=4,b=5,c=1", pot="70万元", more=""):
        done = allocate(str(write(tmp_path, pot=pot, claims=claims, more=more, name="before")))
        folder = tmp_path / "main" / "advance"
        folder.mkdir(parents=True, exist_ok=True)
        done.save(folder / "record.json")
        return done

    return issue


def codes(path, **arguments):
    with pytest.raises(InputError) as caught:
        allocate(str(path), **arguments)
    return {problem.code for problem in caught.value.problems}


def test_a_settlement_worked_by_hand(tmp_path, advance):
    advance()
    # Issued 28, 35, 7; by the formula 50, 30, 20: b keeps 35, the others share 65 as 5 : 2.
    result = allocate(str(write(tmp_path, more=ISSUED + RULE)))
    assert (result.amounts // WAN).tolist() == [46, 35, 19]
    table = result.table
    assert (table["issued_fen"] // WAN).tolist() == [28, 35, 7]
    assert (table["this_issue_fen"] // WAN).tolist() == [18, 0, 12]
    assert [rule.recipients.tolist() for rule in result.rules] == [[False, True, False]]
    assert "advance/record.json" in result.record["hashes"]
    found = verify(result.record)
    assert found.proved, found.lines("en")


def test_recovery_is_shown_and_adds_up(tmp_path, advance):
    advance("a=4,b=5,c=1,d=4", "70万元")
    more = ISSUED + "recover = true\n"
    path = write(tmp_path, claims="a=5,b=3,c=2,e=1", more=more)
    result = allocate(str(path))
    assert [w.code for w in result.warnings] == ["L2-issued-recovered"]
    table = result.table
    assert list(table.index) == ["a", "b", "c", "e", "d"]
    assert table["issued_fen"].isna().tolist() == [False, False, False, True, False]
    now = table["amount_fen"] - table["issued_fen"].fillna(0)
    assert table["this_issue_fen"].tolist() == now.tolist()
    assert table.loc["d", "this_issue_fen"] == -20 * WAN
    assert table["this_issue_fen"].sum() == 30 * WAN
    assert table["amount_fen"].sum() == 100 * WAN
    assert verify(result.record).proved


@pytest.mark.parametrize("kind", KINDS)
def test_generated_settlements_are_exact_and_take_nothing_back(tmp_path, kind, campaign):
    settled = {False: 0, True: 0}
    for seed in range(campaign(small=3, full=40)):
        path = write_scenario(tmp_path / f"{kind}{seed}", seed, kind)
        text = path.read_text(encoding="utf-8")
        pot = int(text.split('amount = "', 1)[1].split("万元", 1)[0])
        folder = path.parent
        (folder / "advance").mkdir()
        table = folder / "t.csv"
        kept = table.read_text(encoding="utf-8")
        try:
            before = _advance(path, pot)
        except ConflictError:
            continue
        before.save(folder / "advance/record.json")
        table.write_text(_older(kept), encoding="utf-8")
        keys = [p.key for p in before.purposes]
        pairs = ", ".join(f'{key} = "issued_{key}"' for key in keys)
        rule = RULE + (f"by_purpose = {{ {pairs} }}\n" if keys else "")
        path.write_text(text + "\n" + ISSUED + rule, encoding="utf-8")
        for recover in (False, True):
            sets = ["issued.recover=true", "rules.issued=off"] if recover else []
            try:
                result = allocate(str(path), sets=sets)
            except ConflictError:
                continue
            found = settlement(result)
            assert np.array_equal(found.issued, before.cells)
            assert np.array_equal(found.whole, result.cells)
            now = found.this_issue
            assert int(now.sum()) == result.heading.pot - int(before.cells.sum())
            assert recover or now.min() >= 0
            assert np.array_equal(found.recovered, now.sum(axis=1) < 0)
            assert verify(result.record).proved
            # Law 6: the same fen by another solver.
            again = allocate(str(path), sets=sets, solver="highs-ipm")
            assert np.array_equal(again.cells, result.cells)
            settled[recover] += 1
    assert min(settled.values()) > 0


def _advance(path, pot):
    """Return seven tenths of a generated scenario's pot and purposes, without its rules."""
    text = path.read_text(encoding="utf-8")
    head = text.partition("[rules.")[0].partition("[purposes.")[0]
    found = re.findall(r'\[purposes\.(\w+)\]\nname = "\w+"\namount = "(\d+)万元"', text)
    purposes = {key: int(amount) * 7 // 10 for key, amount in found}
    less = sum(purposes.values()) or pot * 7 // 10
    head = head.replace(f'"{pot}万元"', f'"{less}万元"', 1)
    for key, amount in purposes.items():
        head += f'[purposes.{key}]\nname = "{key}"\namount = "{amount}万元"\n'
    before = path.with_name("before.toml")
    before.write_text(head, encoding="utf-8")
    return allocate(str(before))


def _older(text):
    """Return a table with the figures of column a moved on by one recipient."""
    head, *rows = csv.reader(text.splitlines())
    at = head.index("a")
    figures = [row[at] for row in rows]
    for row, figure in zip(rows, [*figures[1:], figures[0]], strict=True):
        row[at] = figure
    return "\n".join(",".join(row) for row in [head, *rows]) + "\n"


def test_more_money_takes_nothing_from_anybody(tmp_path, advance):
    """Law 7, where what is issued is a fixed least amount and rules nest."""
    advance()
    path = str(write(tmp_path, more=ISSUED + RULE))
    poor = allocate(path)
    for pot in (101, 117, 140, 900):
        rich = allocate(path, sets=[f"pot.amount={pot}万元"])
        assert all(a <= b for a, b in zip(poor.unrounded, rich.unrounded, strict=True))
        poor = rich


def test_alike_recipients_with_the_same_issued_get_the_same(tmp_path, advance):
    advance("a=4,b=4,c=9")
    result = allocate(str(write(tmp_path, claims="a=2,b=2,c=1", more=ISSUED + RULE)))
    assert result.unrounded[0] == result.unrounded[1]
    assert abs(int(result.amounts[0] - result.amounts[1])) <= WAN


def test_the_second_opinion_agrees_on_a_settlement():
    cross_check("jiangsu-2023", allocate("jiangsu-2023"))


def test_every_part_of_an_explained_settlement_adds_up(tmp_path, advance):
    advance()
    told = explain(allocate(str(write(tmp_path, more=ISSUED + RULE))))
    assert "不少于已经下达的" in told.reasons("b")[0]
    assert told.reasons("b", "en")[0].startswith("已下达: 35.00 are issued already")


# ---- two-way tables -----------------------------------------------------------------------------

TWO = """
[purposes.x]
name = "甲"
amount = "{x}万元"
[purposes.y]
name = "乙"
amount = "{y}万元"
"""
BY = 'by_purpose = { x = "issued_x", y = "issued_y" }\n'


def test_a_purpose_keeps_what_is_issued_for_it(tmp_path, advance):
    before = advance("a=1,b=1", "40万元", TWO.format(x=40, y=0))
    assert before.cells.tolist() == [[20 * WAN, 0], [20 * WAN, 0]]
    more = TWO.format(x=44, y=56) + ISSUED
    assert codes(write(tmp_path, claims="a=9,b=1", more=more + RULE)) == {"L1-issued-no-rule"}
    result = allocate(str(write(tmp_path, claims="a=9,b=1", more=more + RULE + BY)))
    found = settlement(result)
    assert found.this_issue.min() >= 0
    assert found.issued.tolist() == before.cells.tolist()
    assert result.table["x_this_issue_fen"].sum() == 4 * WAN
    (rule,) = result.rules
    assert rule.recipients.tolist() == [False, True]
    assert verify(result.record).proved
    only_sum = RULE.replace("rules.issued", "rules.other") + 'column = "issued"\n'
    loose = allocate(
        str(write(tmp_path, claims="a=9,b=1", more=more + "recover = true\n" + only_sum))
    )
    assert settlement(loose).this_issue.min() < 0


# ---- what cannot be ------------------------------------------------------------------------------


def conflict(path, **arguments):
    with pytest.raises(ConflictError) as caught:
        allocate(str(path), **arguments)
    return caught.value.text("zh")


def test_more_issued_than_the_pot_names_both(tmp_path, advance):
    advance()
    said = conflict(write(tmp_path, pot="60万元", more=ISSUED + RULE))
    assert "L11-pot" in said
    assert "[L11-sum] “已下达” 70.00 > 资金总额 60.00(万元)" in said
    assert "[L11-floor] “已下达”" in said


def test_more_issued_than_a_cap_names_both(tmp_path, advance):
    advance()
    cap = '[rules.cap]\nkind = "cap"\nname = "封顶"\namount = "34万元"\nsource = "示例"\n'
    said = conflict(write(tmp_path, more=ISSUED + RULE + cap))
    assert "“已下达”" in said
    assert "“封顶”" in said


def test_who_is_excluded_does_not_lose_it_in_silence(tmp_path, advance):
    advance()
    rule = '[rules.out]\nkind = "exclude"\nname = "不安排"\nwhere = { id = "b" }\nsource = "示例"\n'
    said = conflict(write(tmp_path, more=ISSUED + RULE + rule))
    assert "“已下达”" in said
    assert "“不安排”" in said
    path = write(tmp_path, more=ISSUED + "recover = true\n" + rule)
    assert allocate(str(path)).table.loc["b", "this_issue_fen"] == -35 * WAN


# ---- broken inputs -------------------------------------------------------------------------------


def test_a_changed_record_is_refused(tmp_path, advance):
    advance()
    path = write(tmp_path, more=ISSUED + RULE)
    file = path.parent / "advance/record.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    changes = {
        "L6-record-changed": record | {"amount_fen": [[1], [2], [3]]},
        "L1-issued-other-year": sealed(record | {"year": 2023}),
        "L1-issued-purposes": sealed(
            record | {"purposes": ["x", "y"], "amount_fen": [[1, 1], [2, 2], [3, 3]]}
        ),
        "L1-not-a-record": sealed(record | {"amount_fen": [[1.5], [2], [3]]}),
    }
    for code, changed in changes.items():
        bare = changed if code == "L6-record-changed" else _sealed_again(changed)
        file.write_text(json.dumps(bare, ensure_ascii=False), encoding="utf-8")
        assert codes(path) == {code}
    for broken in ("{", "[]", "{}"):
        file.write_text(broken, encoding="utf-8")
        assert codes(path) == {"L1-not-a-record"}
    file.unlink()
    assert codes(path) == {"L1-no-such-file"}
    assert codes(path, sets=["issued.record=../before/record.json"]) == {"L1-path-leaves-folder"}


def _sealed_again(record):
    return sealed({key: value for key, value in record.items() if key != "sha256"})


def test_who_left_is_an_error_unless_it_is_recovered(tmp_path, advance):
    advance("a=4,b=5,c=1,d=4")
    path = write(tmp_path, more=ISSUED + RULE)
    assert codes(path) == {"L1-issued-left"}
    # With the rule still there, only who left gives something back.
    found = settlement(allocate(str(path), sets=["issued.recover=true"]))
    assert found.recovered.tolist() == [False, False, False, True]


TABLE = (
    '[issued]\ntable = "sent"\ncolumn = "paid"\nsource = "示例"\n[tables.sent]\nfile = "sent.csv"\n'
)
TABLE += 'amounts = { paid = "万元" }\n'
KEEP = RULE + 'column = "paid"\n'


@pytest.mark.parametrize(
    ("rows", "more", "code"),
    [
        ("a,1.23456789\n", KEEP, "L3-amount"),
        ("a,-5\n", KEEP, "L1-negative-value"),
        ("z,5\n", KEEP, "L1-unknown-recipient"),
        ("a,5\n", RULE + 'where = { id = "a" }\ncolumn = "paid"\n', "L1-issued-no-rule"),
        ("a,5\n", "", "L1-issued-no-rule"),
        ("a,5\n", KEEP + 'by_purpose = { z = "paid" }\n', "L1-issued-no-purpose"),
    ],
)
def test_broken_tables_of_what_is_issued(tmp_path, rows, more, code):
    path = write(tmp_path, more=TABLE + more)
    (path.parent / "sent.csv").write_text("id,paid\n" + rows, encoding="utf-8")
    assert code in codes(path)


def test_a_table_with_blanks_and_with_who_left(tmp_path):
    path = write(tmp_path, more=TABLE + KEEP)
    sent = path.parent / "sent.csv"
    sent.write_text("id,paid\na,40\nb,\n", encoding="utf-8")
    table = allocate(str(path)).table
    assert table["issued_fen"].isna().tolist() == [False, True, True]
    assert (table["this_issue_fen"] // WAN).tolist() == [10, 30, 20]
    sent.write_text("id,paid\na,40\nz,5\n", encoding="utf-8")
    table = allocate(str(path), sets=["issued.recover=true"]).table
    assert table.loc["z", "this_issue_fen"] == -5 * WAN
    assert table["this_issue_fen"].sum() == 55 * WAN
    sent.write_text("id,paid\na,40\n", encoding="utf-8")
    assert codes(path, sets=["issued.table=snet"]) == {"L1-issued-no-table"}
    assert codes(path, sets=["issued.column=piad"]) == {"L1-unknown-column"}


# ---- the shipped pair ----------------------------------------------------------------------------


def test_the_shipped_table_is_what_the_shipped_advance_gives():
    before, after = allocate("jiangsu-2023-advance"), allocate("jiangsu-2023")
    assert not before.warnings
    found = settlement(after)
    assert found.issued[:, 0].tolist() == before.amounts.tolist()
    assert int(found.this_issue.sum()) == 1080 * WAN
    assert found.this_issue.min() == 0
    back = settlement(allocate("jiangsu-2023@recover"))
    names = np.array(after.recipients.names)[back.recovered]
    assert names.tolist() == ["徐州经济技术开发区"]


def test_an_advance_below_its_share_is_a_warning():
    result = allocate("jiangsu-2023-advance", sets=["pot.amount=2519万元"])
    (warning,) = result.warnings
    assert warning.code == "L2-advance-low"
    assert "2,520.00 万元(依据:预算法第三十八条" in warning.text("zh")
