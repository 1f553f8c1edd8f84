"""The HTML page in a real browser, from a file: clicked, typed, resized, printed, in light and dark."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from xvmgate.reports import html
from xvmgate.reports.events import CheckReport, SuiteReport

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]
CONTRAST = """
const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
  .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const rgb = parse(getComputedStyle(e).backgroundColor);
    if (rgb.length === 3 || rgb[3] === 1) return rgb;
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() &&
    [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).map((e) => {
  const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
  return [(a + 0.05) / (b + 0.05), e.tagName + " " + e.className + " " + e.textContent.trim().slice(0, 30)];
}).filter(([ratio]) => ratio < 4.5);
"""
"""Texts whose contrast with what is behind them is below WCAG 2's 4.5 (success criterion 1.4.3)."""


@pytest.fixture(scope="module")
def browser(real: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return a headless Chromium."""
    options = webdriver.ChromeOptions()
    options.binary_location = real("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}", "--window-size=1400,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(real("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def show(browser: webdriver.Chrome, tmp_path: Path) -> Iterator[Callable[[CheckReport | SuiteReport], None]]:
    """Return a function that opens a report's page from a file; the browser is to have nothing to complain of."""

    def opened(report: CheckReport | SuiteReport) -> None:
        (tmp_path / "report.html").write_text(html.render(report), encoding="utf-8")
        browser.get((tmp_path / "report.html").as_uri())

    yield opened
    logged = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in logged if "favicon" not in entry["message"]] == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def _find(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    return [element for element in browser.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def _rules(browser: webdriver.Chrome) -> list[str]:
    return [element.text for element in _find(browser, "#matrix tbody th b")]


def _blocks(browser: webdriver.Chrome) -> list[str]:
    return [element.text.split()[1] for element in _find(browser, ".finding h3")]


def test_filters(browser: webdriver.Chrome, show: Callable[[CheckReport], None], check_report: CheckReport) -> None:
    show(check_report)
    shown = browser.find_element(By.ID, "shown")
    assert shown.text == "6 of 6 rules, 4 of 4 findings"
    browser.find_element(By.CSS_SELECTOR, ".chip[data-verdict=fail]").click()
    assert (_rules(browser), _blocks(browser)) == (["XVM-PATH-16"], ["XVM-PATH-16"])
    browser.find_element(By.CSS_SELECTOR, ".chip[data-verdict=waived]").click()
    assert _rules(browser) == ["XVM-PATH-05", "XVM-PATH-16"]
    assert _blocks(browser) == ["XVM-PATH-16", "XVM-PATH-05"]
    assert shown.text == "2 of 6 rules, 2 of 4 findings"
    browser.find_element(By.ID, "all").click()
    Select(browser.find_element(By.ID, "area")).select_by_visible_text("EV")
    assert (_rules(browser), _blocks(browser)) == (["XVM-EV-02"], ["XVM-EV-02"])
    browser.find_element(By.CSS_SELECTOR, ".chip[data-verdict=pass]").click()
    assert (_rules(browser), _blocks(browser)) == ([], [])
    browser.find_element(By.ID, "all").click()
    assert (len(_rules(browser)), len(_blocks(browser))) == (6, 4)


def test_the_keyboard_does_it_too(
    browser: webdriver.Chrome, show: Callable[[CheckReport], None], check_report: CheckReport
) -> None:
    show(check_report)
    chip = browser.find_element(By.CSS_SELECTOR, ".chip[data-verdict=warn]")
    for _ in range(20):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element == chip:
            break
    assert browser.switch_to.active_element == chip
    chip.send_keys(Keys.SPACE)
    assert chip.get_attribute("aria-pressed") == "true"
    assert _rules(browser) == ["XVM-EV-02"]


def test_a_cell_leads_to_its_block(
    browser: webdriver.Chrome, show: Callable[[CheckReport | SuiteReport], None], suite_report: SuiteReport
) -> None:
    show(suite_report)
    Select(browser.find_element(By.ID, "area")).select_by_visible_text("NET")
    browser.find_element(By.CSS_SELECTOR, "#matrix td.fail a").click()
    focused = browser.switch_to.active_element
    assert focused.get_attribute("class") == "finding fail"
    assert "XVM-NET-04/net-guest-resolves" in focused.text
    assert browser.current_url.endswith("#finding-1")


def test_hostile_texts_do_nothing(
    browser: webdriver.Chrome,
    show: Callable[[CheckReport | SuiteReport], None],
    hostile_report: CheckReport,
    hostile_suite: SuiteReport,
) -> None:
    for report in (hostile_report, hostile_suite):
        show(report)
        assert browser.title.startswith("nonconformant: xvmgate ")
        assert not _find(browser, "img, iframe, main script")
        width = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
        assert width <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_dark_wide_and_narrow(
    scheme: str, browser: webdriver.Chrome, show: Callable[[CheckReport], None], check_report: CheckReport
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    for width in (1400, 360):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        show(check_report)
        assert browser.execute_script(CONTRAST) == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


def test_it_prints(browser: webdriver.Chrome, show: Callable[[CheckReport], None], check_report: CheckReport) -> None:
    feature = {"name": "prefers-color-scheme", "value": "dark"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [feature]})
    size = {"width": 1000, "height": 700, "deviceScaleFactor": 1, "mobile": False}  # a page of A4 across
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    many = [check_report.media[0]._replace(location=f"/m/a-medium-with-a-long-name-{n}.iso") for n in range(8)]
    show(check_report._replace(media=tuple(many)))
    assert not _find(browser, "#filter, #shown")
    assert len(_blocks(browser)) == 32
    assert browser.execute_script("return document.getElementById('matrix').scrollWidth") <= 1000
    assert min(cell.size["width"] for cell in _find(browser, "#matrix tbody th")) > 200
    assert min(cell.size["width"] for cell in _find(browser, "#matrix tbody td")) > 80
    assert browser.execute_script(CONTRAST) == []
    assert browser.execute_script("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]).startswith(b"%PDF")


MEDIA = (
    "nevada-snv121-dvd",
    "omnios-r151-iso",
    "openindiana-147-live",
    "opensolaris-2008.11-ai",
    "opensolaris-2009.06-live",
    "opensolaris-b109-live",
    "opensolaris-b130-ai",
    "solaris10-u6-dvd",
)


def test_eight_media_and_every_rule(
    browser: webdriver.Chrome, show: Callable[[CheckReport], None], layout_iso: Callable[[str, str], Path]
) -> None:
    from xvmgate.conformance import check
    from xvmgate.conformance.checks import CHECKS
    from xvmgate.reports.verdict import worst

    media = tuple(check(str(layout_iso(name, "genisoimage")), bits="64") for name in MEDIA)
    show(CheckReport(worst(medium.verdict for medium in media), media))
    heads = [head.text.split("\n") for head in _find(browser, "#matrix thead th")[1:]]
    assert ["".join(head[:-1]).strip() for head in heads] == [f"{name}.iso" for name in MEDIA]
    assert [head[-1] for head in heads] == [medium.verdict for medium in media]
    assert set(_rules(browser)) == set(CHECKS)
    words = {"not-applicable": "n/a"}
    for row in _find(browser, "#matrix tbody tr"):
        rule = row.find_element(By.TAG_NAME, "b").text
        found = [check.verdict for medium in media for check in medium.checks if check.rule == rule]
        assert [cell.text for cell in row.find_elements(By.TAG_NAME, "td")] == [words.get(word, word) for word in found]
    picture = browser.get_screenshot_as_png()
    assert len(picture) > 50_000, "the page is all but blank"
