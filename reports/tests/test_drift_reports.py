"""Reports of a drift: each holds every change, and nothing that a medium says breaks one."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import jsonschema
import pytest
from markdown_it import MarkdownIt

from xvmgate.reports.drift import html, markdown
from xvmgate.reports.drift import json as document
from xvmgate.reports.drift.text import lines
from xvmgate.reports.drift.values import (
    APPEARED,
    CHANGED,
    DRIFTED,
    MAX_PROBLEMS,
    MOVED,
    SAME,
    UNREADABLE,
    VANISHED,
    Change,
    Drift,
    Side,
    Touched,
)
from xvmgate.reports.schemas import text as schema

SIDE = Side("old.toml", "iso", "OpenSolaris", None, "opensolaris", "opensolaris-2009.06-live", 22, listed=True)
PATH = Touched("XVM-PATH-13", "pass", "not-applicable")
GOOD = Drift(
    DRIFTED,
    SIDE,
    SIDE._replace(location="new.iso"),
    (
        Change(MOVED, "/boot/a", "/boot/b", "rebuilt", (PATH, Touched("XVM-PATH-14", "not-applicable", "pass"))),
        Change(CHANGED, "/k", None, "ELF 32-bit", (Touched("XVM-PV-01", "pass", "fail"),)),
        Change(CHANGED, None, None, "", (Touched("XVM-EV-01", None, None),)),
    ),
    ("/boot/grub/menu.lst",),
    (Change(APPEARED, "/x", None, "a directory"), Change(VANISHED, "/y", None, "a file of 1 bytes")),
)
EVIL = "</td><script>alert(1)</script>|`*_[x](y)\n# h\x1b[2J\u202e\udcff&amp;" + "A" * 70_000
HOSTILE = Drift(
    DRIFTED,
    SIDE._replace(location=EVIL, volume_id=EVIL, layout=EVIL),
    SIDE._replace(location=EVIL),
    (Change(MOVED, EVIL, EVIL, EVIL, (PATH,)), Change(CHANGED, None, None, EVIL, (PATH,))),
    (EVIL,),
    (Change(APPEARED, EVIL, None, EVIL),),
)
FAILED = Drift(UNREADABLE, None, None, error=EVIL)


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("drift", [GOOD, HOSTILE, FAILED])
@pytest.mark.parametrize("every", [False, True])
def test_json_is_by_its_schema(drift: Drift, every: bool) -> None:
    found = json.loads(document.render(drift, every=every))
    jsonschema.validate(found, json.loads(schema("drift")))
    assert len(found["changes"]) == len(drift.changes)
    assert ("all" in found) == every


def test_the_schema_refuses() -> None:
    taken = json.loads(schema("xvmgate.drift/1"))
    for wrong in (
        GOOD._replace(verdict=SAME),
        GOOD._replace(changes=()),
        GOOD._replace(verdict=UNREADABLE),
        GOOD._replace(old=None),
        GOOD._replace(verdict="gone"),
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong.as_dict(), taken)


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_pages_hold_every_change(kind: str) -> None:
    text = html.render(GOOD, every=True) if kind == "html" else markdown.render(GOOD, every=True)
    page = Page(text if kind == "html" else MarkdownIt("commonmark").enable("table").render(text))
    words = "no longer used|holds now|is broken|not judged|the medium as a whole|rebuilt|XVM-PATH-13|drifted"
    places = "/boot/a -> /boot/b|/x|/y|/boot/grub/menu.lst|OpenSolaris|new.iso"
    for said in [*words.split("|"), *places.split("|")]:
        assert said in page.text, said
    assert "/y" not in Page(html.render(GOOD) if kind == "html" else markdown.render(GOOD)).text


@pytest.mark.parametrize("drift", [HOSTILE, FAILED])
@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_pages_are_not_broken_by_what_media_say(kind: str, drift: Drift) -> None:
    text = html.render(drift, every=True) if kind == "html" else markdown.render(drift, every=True)
    text.encode()
    assert len(text) < 1 << 20
    page = Page(text if kind == "html" else MarkdownIt("commonmark").enable("table").render(text))
    assert not {"script", "a", "em", "img"} & set(page.tags)
    assert page.tags.count("h1") == (1 if kind == "html" else 0)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("drift", [HOSTILE, FAILED])
def test_text_is_a_line_a_change(drift: Drift) -> None:
    found = list(lines(drift, lambda text, _: text, every=True))
    assert len(found) == len(drift.changes) + len(drift.untouched) + len(drift.rebuilt) + 1
    assert all(line.isprintable() for line in found)


def test_words() -> None:
    said = [change.said for change in GOOD.changes]
    assert said == [
        "XVM-PATH-13 no longer used; XVM-PATH-14 holds now", "XVM-PV-01 is broken", "XVM-EV-01 not judged"
    ]  # fmt: skip
    both = (Touched("A", "fail", "fail"), Touched("B", "fail", "fail"), Touched("C", "pass", "pass"))
    assert Change(CHANGED, "/", None, "", both).said == "A, B are broken as before; C holds"


def test_problems_are_bounded() -> None:
    many = GOOD._replace(changes=GOOD.changes[:1] * (MAX_PROBLEMS + 5))
    assert GOOD.problems()[0] == (
        "drift, moved /boot/a -> /boot/b: rebuilt; XVM-PATH-13 no longer used; XVM-PATH-14 holds now "
        "(new.iso, since old.toml)"
    )
    assert len(many.problems()) == MAX_PROBLEMS + 1
    assert many.problems()[-1] == "drift: 5 changes more (new.iso, since old.toml)"
    assert FAILED.problems() == []


def test_the_page_needs_nothing_else() -> None:
    text = html.render(GOOD)
    assert "default-src 'none'" in text
    assert not {"link", "img", "iframe", "script"} & set(Page(text).tags)
