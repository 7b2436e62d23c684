"""Law 11 for reallocations: what conflicts with the frozen money is told in words."""

from __future__ import annotations

import pytest
from reallocations import PLAN, write_case

import allocation
from allocation.errors import ConflictError, InputError

HELD = """id,batch,available,committed,disbursed,spent
r0,a,10,0,0,90
r1,a,50,0,0,50
r2,a,100,0,0,0
"""


def case(tmp_path, rules, held=HELD):
    plan = write_case(tmp_path, 0)
    text = (tmp_path / "s.toml").read_text(encoding="utf-8").partition("[rules.floor]")[0]
    table = "id,name,a,rank,side,most\nr0,甲,1,1,e,\nr1,乙,1,2,w,\nr2,丙,1,3,w,\n"
    (tmp_path / "s.toml").write_text(text + rules, encoding="utf-8")
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    (tmp_path / "h.csv").write_text(held, encoding="utf-8")
    plan.write_text(PLAN.format(quantum="1元"), encoding="utf-8")
    (tmp_path / "u.csv").write_text("id,use\nr0,300\nr1,300\nr2,0\n", encoding="utf-8")
    return plan


def test_a_cap_below_what_is_paid(tmp_path):
    rules = '[rules.cap]\nkind = "cap"\nname = "每家封顶"\namount = "80元"\n'
    with pytest.raises(ConflictError) as caught:
        allocation.reallocate(str(case(tmp_path, rules)))
    text = caught.value.text("zh")
    assert "每家封顶" in text
    assert "已承诺和已拨付的不动" in text
    assert "甲" in text
    rules += 'exempt = ["甲"]\n'
    found = allocation.reallocate(str(case(tmp_path, rules)))
    after = found.table.groupby("id")["after_fen"].sum()
    assert after["r1"] <= 8000 and after["r2"] <= 8000  # noqa: PT018 (one statement about both)


def test_an_excluded_recipient_that_was_paid(tmp_path):
    rules = '[rules.out]\nkind = "exclude"\nname = "不安排"\nwhere = { name = "甲" }\n'
    with pytest.raises(ConflictError) as caught:
        allocation.reallocate(str(case(tmp_path, rules)))
    assert "不安排" in caught.value.text("zh")


def test_parents_do_not_mix(tmp_path):
    """The rules hold over all money, but not within what each parent has."""
    held = "id,batch,parent,available,committed,disbursed,spent\n"
    held += "r0,a,p,0,0,0,10\nr1,a,p,0,0,0,190\nr2,a,q,100,0,0,0\n"
    rules = '[rules.floor]\nkind = "floor"\namount = "20元"\n'
    with pytest.raises(ConflictError) as caught:
        allocation.reallocate(str(case(tmp_path, rules, held)))
    assert [problem.code for problem in caught.value.problems] == ["L11-reallocation"]


def test_a_tail_bound_out_of_reach():
    from allocation.scenario.find import scenarios_folder

    folder = scenarios_folder() / "reallocations"
    text = (folder / "liaoning-2022.toml").read_text(encoding="utf-8")
    low = folder / "liaoning-2022.toml"
    assert 'most = "310万元"' in text
    found = allocation.reallocate(str(low), uncertain=True)
    assert found.reallocation.tail.worst_after <= 310_000_000


def test_the_least_tail_is_said(tmp_path):
    from allocation.scenario.find import scenarios_folder

    folder = scenarios_folder() / "reallocations"
    for file in folder.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (folder / "liaoning-2022.toml").read_text(encoding="utf-8")
    plan = tmp_path / "plan.toml"
    plan.write_text(text.replace("310万元", "290万元"), encoding="utf-8")
    with pytest.raises(ConflictError) as caught:
        allocation.reallocate(str(plan), uncertain=True)
    [problem] = caught.value.problems
    assert problem.code == "L11-tail-bound"
    assert "298.75" in problem.text("zh")


DAMAGE = {
    "h.csv": [
        ("r0,a,10", "r9,a,10", "L1-unknown-recipient"),
        ("r0,a,10", "r0,a,-10", "L1-negative-value"),
        ("r0,a,10", "r0,a,ten", "L2-table-amount"),
        ("available", "avalable", "L1-unknown-column"),
        ("r1,a,50", "r0,a,50", "L1-duplicate-recipient"),
    ],
    "u.csv": [
        ("r1,300\n", "", "L1-no-use"),
        ("r1,300", "r1,", "L1-no-use"),
        ("use", "yse", "L1-unknown-column"),
    ],
    "plan.toml": [
        ('scenario = "s.toml"\n', "", "L1-no-scenario"),
        ("[use]", 'order = ["moved"]\n[use]', "L1-unknown-key"),
        ("[use]", "[uze]", "L1-unknown-key"),
        ('title = "调剂"', 'title = "调剂"\norder = ["moved", "use"]', "L1-reallocation-order"),
    ],
}


@pytest.mark.parametrize(
    ("file", "old", "new", "code"), [(f, *case) for f, cases in DAMAGE.items() for case in cases]
)
def test_bad_input_is_refused_with_its_place(tmp_path, file, old, new, code):
    plan = case(tmp_path, "")
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        allocation.reallocate(str(plan))
    found = {problem.code: problem for problem in caught.value.problems}
    assert code in found
    assert file in str(found[code].place)
    assert found[code].text("zh") != found[code].text("en")
