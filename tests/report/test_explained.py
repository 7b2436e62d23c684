"""The page of one recipient: text, HTML and picture, safe with any name, the same every time."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len

from allocation.errors import InputError
from allocation.explain.recipient import positions
from allocation.money import format_amount
from allocation.report.explained_text import all_tables, page_text
from allocation.report.explanation import explain

LANGUAGES = ("zh", "en")
HOSTILE = "<script>alert('x')</script>\"&\x1b[31m$\\frac$ =1+1"
PLAN = """
title = "恶意<b>名称</b> & \\"引号\\""
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
[pot]
amount = "100万元"
source = "<img src=x onerror=alert(1)> ' {{ 7*7 }}"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
[factors.each]
weight = "100%"
column = "each"
[rules.floor]
kind = "floor"
name = "</li><script>1</script>"
name_en = "</li><script>1</script>"
amount = "10万元"
source = "https://example.invalid/\\"onload=x"
"""


@pytest.fixture(scope="module")
def national():
    return explain("national-2022")


@pytest.fixture
def hostile(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [["id", "name"], ["../../etc/a", HOSTILE], ["=cmd", "@SUM(1)"], ["..//etc/a", "乙"]]
        csv.writer(file).writerows(rows)
    return explain(str(tmp_path / "plan.toml"))


class Reader(HTMLParser):
    """Collects what a browser would fetch or run, and the text it would show."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.handlers, self.text = [], [], [], []
        self.policy = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.links.append(value)
            if name.startswith("on"):
                self.handlers.append(name)
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def assert_harmless(html):
    reader = read(html)
    assert not {"script", "img", "iframe", "object", "embed", "link", "form"} & set(reader.tags)
    assert not reader.handlers
    assert all(link.startswith("#") for link in reader.links)
    assert not re.search(r"url\((?!#)", html.replace("url('#", "url(#"))
    assert "@import" not in html
    assert "default-src 'none'" in reader.policy
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in html)
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_file_with_every_figure(national, language):
    html = national.page("山西", language)
    shown = " ".join("".join(assert_harmless(html).text).split())
    page = national.content("山西", language)
    for line in page.lines:
        assert line.label in shown
        assert line.shown_running in shown
        assert line.shown_change in shown
    for sentence in (page.title, page.recipient, page.fund, page.adds_up, page.method, page.sealed):
        assert sentence in shown
    assert all(reason in shown for reason in page.reasons)
    assert national.result.record["sha256"] in shown
    assert ("示例" if language == "zh" else "illustrative") in page.title
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", page.sealed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_in_the_page_has_real_text(national, language):
    html = national.page("山西", language)
    svg = html[html.index("<svg") : html.index("</svg>") + len("</svg>")]
    root = ET.fromstring(svg)  # noqa: S314 (our own picture)
    texts = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    page = national.content("山西", language)
    for line in page.lines:
        assert line.label in texts
        assert (line.shown_change or line.shown_running) in texts


def test_the_same_result_gives_the_same_page_and_picture(national, tmp_path):
    again = explain("national-2022")
    first, second = (
        found.save(tmp_path / name, ["北京"]) for found, name in ((national, "a"), (again, "b"))
    )
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_fits_and_prints_on_chinese_consoles(national, language):
    for zone in ("山西", "江苏", "西藏"):
        text = national.text(zone, language)
        assert max(map(cell_len, text.splitlines())) <= 100
        text.encode("gbk")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["national-2022", "guangxi-2018", "henan-2023"])
def test_the_tables_of_all_fit_and_add_up(name, language):
    from io import StringIO

    from rich.console import Console

    explained = explain(name)
    totals = []
    for table in all_tables(explained.result, explained.waterfall, language):
        out = StringIO()
        Console(file=out, width=100, color_system=None).print(table)
        printed = out.getvalue()
        assert max(map(cell_len, printed.splitlines())) <= 100
        printed.encode("gbk")
        cells = [list(column.cells) for column in table.columns[1:]]
        totals += [figures[0].plain for figures in cells]
    steps, amount = totals[:-1], totals[-1]
    added = sum(float(cell.replace(",", "") or 0) for cell in steps)
    assert added == pytest.approx(float(amount.replace(",", "")))
    assert float(amount.replace(",", "")) * 1e6 == explained.result.amounts.sum()


def test_shown_lines_add_up_to_the_last_fen(national):
    for index in range(len(national.result.recipients)):
        page = national.content(national.result.recipients.ids[index])
        steps = [line for line in page.lines if line.change is not None]
        assert sum(line.change for line in steps) == national.result.amounts[index]
        shown = [line.shown_change.replace(",", "") for line in steps]
        fen = [round(float(change) * 1_000_000) for change in shown]
        assert fen == [line.change for line in steps]
        assert format_amount(page.lines[-1].running) in page.adds_up


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_only_text(hostile, language, tmp_path):
    for at, key in enumerate(hostile.result.recipients.ids):
        html = hostile.page(key, language)
        reader = assert_harmless(html)
        assert "{{ 7*7 }}" in "".join(reader.text)
        text = page_text(hostile.content(key, language))
        assert "\x1b" not in text
        hostile.plot(key, language)
        assert hostile.content(key, language).lines[-1].running == hostile.result.amounts[at]
    written = hostile.save(tmp_path / "out", hostile.result.recipients.ids, language)
    assert {path.parent for path in written} == {tmp_path / "out"}
    assert len({path.name.casefold() for path in written}) == 3 * 3 + 1
    with written[0].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row)
    assert [row[0] for row in rows[1:]] == ["../../etc/a", "'=cmd", "..//etc/a"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_cuts_nothing_off(national, language):
    for zone in ("江苏", "西藏"):
        found = national.plot(zone, language)
        found.draw_without_rendering()
        width, height = found.get_size_inches() * found.dpi
        texts = [*found.texts, *(text for axes in found.axes for text in axes.texts)]
        texts += [label for axes in found.axes for label in axes.get_yticklabels()]
        assert len(texts) > 20
        for text in texts:
            box = text.get_window_extent()
            assert box.x0 >= 0, text.get_text()
            assert box.y0 >= 0, text.get_text()
            assert box.x1 <= width, text.get_text()
            assert box.y1 <= height, text.get_text()


def test_a_folder_for_all_and_for_some(tmp_path):
    explained = explain("liaoning-2022")
    names = {path.name for path in explained.save(tmp_path / "all")}
    count = len(explained.result.recipients)
    assert len(names) == 2 * count + 1
    assert not any(name.endswith(".png") for name in names)
    some = explained.save(tmp_path / "some", ["沈阳经开区", "沈阳"])
    assert [path.name for path in some] == [
        "explain.csv",
        "explain-21-shenyang.txt",
        "explain-21-shenyang.html",
        "explain-21-shenyang.png",
    ]
    with Image.open(some[-1]) as picture:
        assert np.asarray(picture.convert("L")).std() > 10


def test_the_file_of_all_steps_is_the_table(national, tmp_path):
    path = national.save(tmp_path, ["北京"])[0]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, (key, fen) in zip(rows, national.table.iterrows(), strict=True):
        assert row["id"] == key
        assert {name: int(row[name]) for name in fen.index} == fen.to_dict()


@pytest.mark.parametrize(
    ("zone", "code"),
    [("山溪", "L1-unknown-unit"), ("", "L1-unknown-unit"), ("沈阳经开区", "L1-unknown-unit")],
)
def test_unknown_recipients_are_refused(national, zone, code):
    with pytest.raises(InputError) as error:
        national.page(zone)
    assert [problem.code for problem in error.value.problems] == [code]


def test_all_unknown_recipients_are_said_at_once(national):
    with pytest.raises(InputError) as error:
        positions(national.result, ["山溪", "山西", "江输"])
    assert len(error.value.problems) == 2


def test_who_is_elsewhere_or_named_twice_is_refused(hostile, tmp_path):
    with pytest.raises(InputError, match="L10-no-part"):
        explain("jiangsu-2024").page("广州经开区")
    (tmp_path / "t.csv").write_text("id,name\na,甲\nb,甲\n", encoding="utf-8")
    twice = explain(str(tmp_path / "plan.toml"))
    with pytest.raises(InputError, match="L10-ambiguous-recipient"):
        twice.page("甲")
    assert twice.content("b").id == "b"
    del hostile
