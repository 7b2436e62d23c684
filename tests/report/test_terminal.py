import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from allocation.errors import Problem
from allocation.registry.zones import all_zones
from allocation.report import terminal


def printed(write, *args, terminal_width=None, **changes):
    """Return what a function of the module prints, as a file or as a terminal gets it."""
    file = io.StringIO()
    width = terminal_width or terminal.WIDTH
    is_terminal = terminal_width is not None
    colours = "standard" if is_terminal else None
    on = Console(
        file=file, width=width, force_terminal=is_terminal, color_system=colours, markup=False
    )
    write(*args, on=on, **changes)
    return file.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["by_unit", "by_zone", "two_way", "hostile"])
def test_lines_fit_in_a_hundred_columns(request, name, language):
    text = printed(terminal.print_allocation, request.getfixturevalue(name), language)
    assert max(map(cell_len, text.splitlines())) <= terminal.WIDTH
    assert "…" not in text


def table_of(text):
    lines = [line for line in text.splitlines() if line]
    rule = next(i for i, line in enumerate(lines) if set(line) == {"-"})
    return [line for line in lines[rule + 1 :] if line[:1] not in "●软计未"]


def test_figures_align_under_chinese_names(by_unit):
    """The last digit of the amounts stands in the same terminal column on every line."""
    rows = table_of(printed(terminal.print_allocation, by_unit, "zh"))
    ends = set()
    for row in rows:
        figures = [word for word in row.split() if word.replace(",", "").replace(".", "").isdigit()]
        if len(figures) == 2:
            ends.add(cell_len(row[: row.index(figures[1], row.index(figures[0]) + 1)] + figures[1]))
    assert len(rows) == 1 + 4 + 37
    assert len(ends) == 1


def test_a_unit_that_gets_nothing_is_blank_not_zero(by_unit):
    rows = table_of(printed(terminal.print_allocation, by_unit, "zh"))
    shenzhen = next(row for row in rows if "深圳市" in row)
    assert shenzhen.split() == ["深圳市", "225.13"]


def test_what_stands_below_the_table(by_unit):
    text = printed(terminal.print_allocation, by_unit, "zh")
    assert "●保底 每省不低于600万元:4 个对象" in text
    assert "未起作用的规则:西部占比不低于40%" in text
    assert "软规则未满足:不低于上年(优先级 2),差 123.45 万元" in text
    assert "规则逐级嵌套" in text


def test_warnings_and_unspent_money_are_said(build):
    warning = Problem("L1-no-chinese-font", warning=True)
    result = build.unit_result(unspent=5_000_000)
    text = printed(terminal.print_allocation, result, "en", warnings=[warning])
    assert "Note: [L1-no-chinese-font]" in text
    assert "left unspent 5.00" in text


def test_a_small_quantum_is_shown_whole(build):
    assert "0.000001" in printed(terminal.print_allocation, build.unit_result(quantum=1), "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_cp936_console_can_show_everything(by_unit, by_zone, two_way, language):
    for result in (by_unit, by_zone, two_way):
        printed(terminal.print_allocation, result, language).encode("cp936")
    printed(terminal.print_comparison, by_unit, two_way, language).encode("cp936")


def test_every_zone_name_can_be_shown_on_a_cp936_console():
    assert all(zone.name.encode("cp936") for zone in all_zones())


def test_no_colour_in_a_file_and_names_are_not_markup(hostile):
    text = printed(terminal.print_allocation, hostile, "zh")
    assert "\x1b" not in text
    assert "[red]$x$ {0}" in text


def test_many_purposes_take_several_tables_and_lose_none(build):
    result = build.two_way_result(rows=10, purposes=12)
    tables = terminal.allocation_tables(result, "en")
    assert len(tables) > 1
    heads = [str(column.header) for table in tables for column in table.columns]
    assert [head for head in heads if head.startswith("Purpose")] == [
        f"Purpose {j}" for j in range(5, 12)
    ]
    assert heads.count("Total") == heads.count("Bound by") == 1


def test_gains_are_red_with_plus_and_losses_green_with_minus(build):
    before, after = build.two_way_result(), build.two_way_result()
    after.cells[0, 0] += 5_000_000
    after.cells[3, 0] -= 7_000_000
    text = printed(terminal.print_comparison, before, after, "zh", terminal_width=100)
    assert "\x1b[31m" in next(line for line in text.splitlines() if "+5.00" in line)
    assert "\x1b[32m" in next(line for line in text.splitlines() if "-7.00" in line)


def test_comparison_is_sorted_by_change_with_blanks_last(build):
    before, after = build.two_way_result(rows=4), build.two_way_result(rows=5)
    after.cells[0, 0] -= 1_000_000
    after.cells[2, 0] += 1_000_000
    text = printed(terminal.print_comparison, before, after, "zh")
    order = [line.split()[0] for line in text.splitlines() if line.startswith("  ")]
    assert order == ["第3开发区", "第2开发区", "第4开发区", "第1开发区", "第5开发区"]
    assert text.splitlines()[-1].split() == ["第5开发区", "1,170.00"]


def test_a_rule_of_the_pot_is_no_mark(build, two_way):
    rule = build.make_rule("pot", "pot", "总额", "pot", [True] * 4)
    result = type(two_way)(**{**vars(two_way), "rules": (rule,)})
    rows = table_of(printed(terminal.print_allocation, result, "zh"))
    assert not any("●" in row for row in rows)


def test_the_default_console_writes_to_stdout(by_unit, capsys):
    terminal.print_allocation(by_unit)
    terminal.print_comparison(by_unit, by_unit)
    assert "合计" in capsys.readouterr().out
