"""The HTML page as text: one file by itself, its own style and script alone, nothing of a medium as markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from xvmgate.reports import html
from xvmgate.reports.events import CheckReport, SuiteReport

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """The page's elements in order, their texts, and how deep they nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.handle_data(" ")
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def words(self, tag: str) -> list[str]:
        """Return the texts of all elements of a kind, blanks folded."""
        return [" ".join(text.split()) for text in self.texts.get(tag, [])]


def test_the_verdict_comes_first(check_report: CheckReport) -> None:
    page = Page(html.render(check_report))
    assert page.words("h1") == ["nonconformant"]
    assert page.words("title") == ["nonconformant: xvmgate check"]
    counts = "1 passed, 1 failed, 1 not checked, 1 warned, 1 waived, 1 not applicable, 1 unreadable"
    assert page.words("header") == [f"xvmgate check nonconformant 2 media, 6 rules: {counts}."]
    assert not page.open


def test_the_matrix_of_a_check(check_report: CheckReport) -> None:
    page = Page(html.render(check_report))
    heads = [attributes.get("scope") for tag, attributes in page.elements if tag == "th"]
    assert heads == ["col"] * 3 + ["row"] * 6
    rows = page.words("tr")
    assert rows[0] == "rule x.iso nonconformant y.iso unreadable"
    assert rows[1:] == [
        "XVM-PV-01 PV kernel and ramdisk usable error -",
        "XVM-PATH-05 Nevada 32-bit ramdisk waived -",
        "XVM-PATH-16 Nevada 64-bit ramdisk fail -",
        "XVM-FS-01 Readable file system pass -",
        "XVM-FS-02 Known ZFS pool version n/a -",
        "XVM-EV-02 should Boot menu files present warn -",
    ]


def test_the_matrix_of_a_suite_counts(suite_report: SuiteReport) -> None:
    page = Page(html.render(suite_report))
    assert page.words("tr")[1:] == [
        "XVM-NET-04 Guest's IP address pass fail 1/2",
        "XVM-JS-01 JumpStart install word - error",
    ]
    assert "document" in page.words("dt")
    assert f"sha256 {'74' * 32}" in page.words("dd")


def test_a_block_says_what_where_and_what_to_do(check_report: CheckReport) -> None:
    block = Page(html.render(check_report)).words("article")[0]
    assert block == (
        "fail XVM-PATH-16 Nevada 64-bit ramdisk subject /m/x.iso"
        " rule the 64-bit Nevada ramdisk lies at /boot/amd64/x86.miniroot (document, line 72)"
        " expected /boot/amd64/x86.miniroot actual missing remedy ship it there, or add a layout for this release"
        " repeat xvmgate check /m/x.iso --rule XVM-PATH-16"
    )


def test_links_lead_somewhere_and_ids_are_unique(check_report: CheckReport, hostile_suite: SuiteReport) -> None:
    for report in (check_report, hostile_suite):
        elements = Page(html.render(report)).elements
        ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
        links = [attributes["href"] for tag, attributes in elements if tag == "a"]
        assert len(ids) == len(set(ids))
        assert links
        assert {(link or "")[1:] for link in links} <= set(ids)


def test_it_needs_nothing_else_and_lets_nothing_else_run(check_report: CheckReport) -> None:
    text = html.render(check_report)
    page = Page(text)
    assert not [attributes for _, attributes in page.elements if {"src", "style", "srcset"} & set(attributes)]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert "http" not in body


def test_hostile_texts_are_text(
    check_report: CheckReport, suite_report: SuiteReport, hostile_report: CheckReport, hostile_suite: SuiteReport
) -> None:
    tame = Page(html.render(check_report)).elements + Page(html.render(suite_report)).elements
    for report in (hostile_report, hostile_suite):
        text = html.render(report)
        page = Page(text)
        assert {tag for tag, _ in page.elements} <= {tag for tag, _ in tame} | {"ul", "li"}
        names = {name for _, attributes in page.elements for name in attributes}
        assert names <= {name for _, attributes in tame for name in attributes}
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
        assert any("<script>document.title='owned'</script>" in found for found in page.words("dd"))
        assert any("{{ 7*7 }}" in found for found in page.words("dd"))
        assert page.words("title")[0] in ("nonconformant: xvmgate check", "nonconformant: xvmgate suite")
        assert len(text) < 400_000


def test_a_long_text_is_cut_with_its_length(hostile_report: CheckReport) -> None:
    found = [text for text in Page(html.render(hostile_report)).words("dd") if text.endswith("characters)")]
    assert {text.rpartition("… ")[2] for text in found} == {"(65538 characters)", "(65539 characters)"}
    assert all(len(text) < 4200 for text in found)


def test_nothing_checked() -> None:
    page = Page(html.render(CheckReport("incomplete", ())))
    assert page.words("h1") == ["incomplete"]
    assert "0 media, 0 rules: nothing checked." in page.words("header")[0]


def test_many_findings_are_counted(suite_report: SuiteReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_BLOCKS", 1)
    text = html.render(suite_report)
    assert text.count("<article id=") == 1
    assert "And 1 findings more" in text
