"""The report in a real browser that can reach nothing: sorted, switched, printed, downloaded."""

import base64
import json
import re
import time

import pytest
from browsers import browser
from python_calamine import CalamineWorkbook

import allocation

#: What every text that is seen is drawn on, and how well it stands out (WCAG 2.1, 1.4.3).
CONTRAST = """
const linear = (x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const light = (c) => {
  const [r, g, b] = c.map((x) => linear(x / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const c = numbers(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3]) return c.slice(0, 3);
  }
  return [255, 255, 255];
};
const poor = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode.data.trim(), node = walk.currentNode.parentElement;
  if (!text || node.closest("svg, script") || !node.checkVisibility()) continue;
  const pair = [light(numbers(getComputedStyle(node).color)), light(ground(node))];
  const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  if (ratio < 4.5) poor.push([text, ratio]);
}
return poor;
"""
#: Texts that leave the picture they are in.
OUTSIDE = """
const found = [];
for (const svg of document.querySelectorAll("svg")) {
  if (!svg.checkVisibility()) continue;
  const { width, height } = svg.viewBox.baseVal;
  for (const text of svg.querySelectorAll("text")) {
    const b = text.getBBox();
    const within = b.x > -1 && b.y > -1 && b.x + b.width < width + 1 && b.y + b.height < height + 1;
    if (!within) found.push(text.textContent);
  }
}
return found;
"""
#: What a page that was tampered with might try.
ATTACKS = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
add("img", { src: "https://example.org/a.png" });
add("script", { textContent: "window.bad = 1" });
fetch("https://example.org").catch(() => {});
"""


@pytest.fixture(scope="module")
def chrome():
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "zones": allocation.report_page("national-2022-zones"),
        "compared": allocation.report_page("national-2022", "national-2022@more_west"),
    }
    return {name: page.save(folder / f"{name}.html") for name, page in pages.items()}


@pytest.fixture(params=["zones", "compared"])
def page(request, chrome, files):
    return opened(chrome, files[request.param])


@pytest.fixture
def zones(chrome, files):
    return opened(chrome, files["zones"])


def opened(chrome, path, width=1366, height=768):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for kind in ("browser", "performance"):
        chrome.get_log(kind)
    chrome.get(path.as_uri())
    return chrome


def find(chrome, selector):
    return chrome.find_element("css selector", selector)


def seen(chrome, selector="body"):
    return find(chrome, selector).text


def press(chrome, *keys):
    from selenium.webdriver import ActionChains

    ActionChains(chrome).send_keys(*keys).perform()


def focus(chrome):
    return chrome.switch_to.active_element


def column(chrome, index):
    script = (
        "return [...document.querySelectorAll('#table tbody tr')].filter((row) => !row.hidden)"
        ".map((row) => row.cells[arguments[0]].textContent)"
    )
    return chrome.execute_script(script, index)


def heads(chrome):
    return chrome.find_elements("css selector", "#table thead th")


def test_nothing_is_asked_of_any_network_and_nothing_goes_wrong(page):
    find(page, "#language").click()
    find(page, "#search").send_keys("a")
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = {
        message["params"]["request"]["url"].partition(":")[0]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert asked == {"file"}
    assert page.get_log("browser") == []


def test_a_foreign_script_or_picture_is_refused(page):
    page.execute_script(ATTACKS)
    time.sleep(0.3)
    refused = page.execute_script("return window.refused")
    assert {"img-src", "script-src-elem", "connect-src"} <= set(refused)
    assert page.execute_script("return window.bad") is None


def test_the_switch_turns_every_word_and_back(page):
    before = seen(page)
    assert page.title in before
    find(page, "#language").click()
    english = seen(page)
    assert page.execute_script("return document.documentElement.lang") == "en"
    assert page.title in english
    assert "Allocation (10,000 yuan)" in english
    assert "分配表" not in english
    labels = page.execute_script(
        "return [...document.querySelectorAll('svg')].map((svg) => svg.getAttribute('aria-label'))"
    )
    assert labels
    assert not re.search("示意|敏感|流向", " ".join(labels))
    find(page, "#language").click()
    assert seen(page) == before


def test_every_column_sorts_both_ways(zones):
    for at, head in enumerate(heads(zones)):
        ways = set()
        for _ in range(2):
            head.find_element("css selector", "button").click()
            way = head.get_attribute("aria-sort")
            ways.add(way)
            cells = column(zones, at)
            assert len(cells) == 230
            if "figure" in (head.get_attribute("class") or ""):
                figures = [float(re.sub("[,%]", "", cell)) for cell in cells if cell != "—"]
                assert figures == sorted(figures, reverse=way == "descending")
        assert ways == {"ascending", "descending"}
        others = [other.get_attribute("aria-sort") for other in heads(zones)]
        assert others.count("none") == len(others) - 1


def test_the_filters_narrow_the_table_together(zones):
    find(zones, "#search").send_keys("Suzhou")
    names = column(zones, 0)
    assert 0 < len(names) < 230
    assert int(seen(zones, "#shown")) == len(names)
    find(zones, "#search").clear()
    find(zones, "#search").send_keys("技术")
    find(zones, "#group option[value='江苏省']").click()
    assert set(column(zones, 1)) == {"江苏省"}
    find(zones, "#search").send_keys("没有这样的")
    assert column(zones, 0) == []
    assert seen(zones, "#shown") == "0"


def test_a_name_leads_to_its_waterfall(page):
    link = page.find_elements("css selector", "#table tbody a")[4]
    name = link.text
    link.click()
    shown = [each for each in page.find_elements("css selector", ".why") if each.is_displayed()]
    assert len(shown) == 1
    assert name in shown[0].text
    assert focus(page).get_attribute("id") == "who"
    press(page, "\ue015")
    assert name not in seen(page, "#whys")


def test_the_workbook_is_saved(page, tmp_path):
    setting = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.execute_cdp_cmd("Browser.setDownloadBehavior", setting)
    link = find(page, "a[download]")
    link.click()
    path = tmp_path / link.get_attribute("download")
    for _ in range(100):
        if path.exists() and path.stat().st_size:
            break
        time.sleep(0.05)
    assert CalamineWorkbook.from_path(str(path)).sheet_names


def test_the_keyboard_alone_does_everything(zones):
    press(zones, "\ue004")
    assert focus(zones).get_attribute("class") == "skip"
    press(zones, "\ue004")
    assert focus(zones).get_attribute("id") == "language"
    style = zones.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
    press(zones, "\ue007")
    assert zones.execute_script("return document.documentElement.lang") == "en"
    for _ in range(60):
        press(zones, "\ue004")
        if focus(zones).text == "Amount":
            break
    press(zones, "\ue007")
    amounts = [float(cell.replace(",", "")) for cell in column(zones, 3)]
    assert amounts == sorted(amounts, reverse=True)


def test_whatever_can_be_used_has_a_name(page):
    nameless = page.execute_script("""
        return [...document.querySelectorAll("a, button, input, select, svg")].filter((node) =>
          !(node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length)
        ).map((node) => node.outerHTML)""")
    assert nameless == []


def test_text_stands_out(page):
    assert page.execute_script(CONTRAST) == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_nothing_sticks_out_sideways(chrome, files, width, height):
    for path in files.values():
        page = opened(chrome, path, width, height)
        assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_every_text_of_a_picture_lies_within_it(page):
    assert page.execute_script(OUTSIDE) == []


def test_it_prints_on_a4_without_the_tools(page):
    wanted = {"preferCSSPageSize": True, "printBackground": False}
    data = base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", wanted)["data"])
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data))
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    heads = (
        "return [...document.querySelectorAll('thead button')]"
        ".map((button) => button.getClientRects().length)"
    )
    # A button is not printed again on the next page; the words of the head are.
    assert set(page.execute_script(heads)) == {0}
    try:
        assert not find(page, ".tools").is_displayed()
        assert find(page, "#table").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
