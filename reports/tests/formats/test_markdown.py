"""Markdown, as another renderer reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from xvmgate.reports import markdown
from xvmgate.reports.events import CheckReport, SuiteReport, count


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _rendered(text: str) -> _Tags:
    page = _Tags()
    page.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    return page


def test_what_it_says(check_report: CheckReport) -> None:
    page = _rendered(markdown.render(check_report))
    assert page.text.startswith("❌ xvmgate check: nonconformant")
    assert "1 passed, 1 failed, 1 not checked, 1 warned, 1 waived, 1 not applicable." in page.text
    assert "waiver of XVM-PATH-99: there is no such rule" in page.text
    assert [tag for tag, _ in page.tags].count("tr") == 3
    heads = re.findall(r"(?:FAIL|ERROR|WARN|WAIVED) XVM-\S+", page.text)
    assert heads == ["FAIL XVM-PATH-16", "ERROR XVM-PV-01", "WARN XVM-EV-02", "WAIVED XVM-PATH-05"]
    assert "repeat: xvmgate check /m/x.iso --rule XVM-PATH-16" in page.text


def test_hostile_texts_make_no_markup(hostile_report: CheckReport, hostile_suite: SuiteReport) -> None:
    for report in (hostile_report, hostile_suite):
        text = markdown.render(report)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066\ud800]", text)
        page = _rendered(text)
        allowed = {"h2", "h3", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td", "strong"}
        assert {tag for tag, _ in page.tags} <= allowed
        assert not [attributes for _, attributes in page.tags if attributes]
        assert "<script>document.title='owned'</script>" in page.text
        assert "**b** [c](javascript:d) | # e\\n::error::f" in page.text
        assert [tag for tag, _ in page.tags].count("strong") == len(report.problems)


def test_it_stays_below_what_github_takes(hostile_suite: SuiteReport) -> None:
    checks = tuple(hostile_suite.checks[0]._replace(subject=f"{n}{'<' * 9999}") for n in range(3000))
    text = markdown.render(SuiteReport("nonconformant", count(checks), checks))
    assert len(text.encode()) < 1 << 20
    assert "And 2900 findings more." in text
    assert "And 2800 subjects more." in text
