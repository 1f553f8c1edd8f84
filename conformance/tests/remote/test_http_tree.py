"""Trees on web servers: the verdicts are those of the same tree here."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xvmgate.media import MediumError, open_medium
from xvmgate.reports.events import MediumResult

NEVADA, AI, OMNIOS = "nevada-snv121-dvd", "opensolaris-b130-ai", "omnios-r151-iso"
Judged = Callable[..., MediumResult]
Put = Callable[[Any, Path, str], str]


@pytest.fixture
def tree(site: Any, put: Put, layout_tree: Callable[[str], Path]) -> Callable[[str], str]:
    """`tree("nevada-snv121-dvd")`: the URL of a layout's tree on nginx."""
    return lambda layout: put(site, layout_tree(layout), layout)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Python's own server, without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def plain_server(layout_tree: Callable[[str], Path]) -> Iterator[str]:
    """A server without ranges: Python's own, with a Nevada tree as its root."""
    handler = functools.partial(_Quiet, directory=str(layout_tree(NEVADA)))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("layout", [NEVADA, AI, "opensolaris-2009.06-live", OMNIOS])
def test_a_tree_is_judged_as_it_is_here(
    layout: str, tree: Callable[[str], str], judged: Judged, layout_tree: Callable[[str], Path]
) -> None:
    here, there = judged(str(layout_tree(layout))), judged(tree(layout))
    assert (there.kind, there.verdict, there.layout, there.family) == ("tree", here.verdict, here.layout, here.family)
    assert there.plans == here.plans
    assert {check.rule: check.verdict for check in there.checks} == {check.rule: check.verdict for check in here.checks}
    assert there.requests > 10
    assert 0 < there.bytes_read < 512 << 10


def test_the_final_slash_is_optional(tree: Callable[[str], str], judged: Judged) -> None:
    for url in (tree(NEVADA), tree(NEVADA) + "/"):
        assert (judged(url).verdict, judged(url).location) == ("conformant", url)


def test_a_top_that_is_not_shown_does_not_hide_the_tree(site: Any, tree: Callable[[str], str], judged: Judged) -> None:
    tree(NEVADA)
    assert judged(f"{site.url}/bare/{NEVADA}").verdict == "conformant"


def test_redirects_are_followed_and_the_url_stays(site: Any, tree: Callable[[str], str], judged: Judged) -> None:
    tree(NEVADA)
    result = judged(f"{site.url}/moved/{NEVADA}")
    assert (result.verdict, result.location) == ("conformant", f"{site.url}/moved/{NEVADA}")


def test_a_server_without_ranges_is_enough_for_a_tree(plain_server: str, judged: Judged) -> None:
    result = judged(plain_server)
    assert (result.kind, result.verdict) == ("tree", "conformant")
    assert result.bytes_read < 1 << 20
    assert judged(plain_server, mode="hvm").verdict == "nonconformant"


def test_a_server_that_has_a_page_for_everything_is_refused(
    site: Any, tree: Callable[[str], str], unreadable: Callable[..., str]
) -> None:
    tree(NEVADA)
    assert "for paths that are not there" in unreadable(f"{site.url}/pages/{NEVADA}/")


def test_what_is_missing_is_said_without_a_listing(
    site: Any, put: Put, broken: Callable[[str], Path], judged: Judged
) -> None:
    root = broken(NEVADA)
    (root / "boot/amd64/x86.miniroot").rename(root / "boot/amd64/x86.mini-root")
    result = judged(put(site, root, "without"))
    failed = {check.rule: check.actual for check in result.checks if check.verdict == "fail"}
    # Here, the file's new name would be found by listing; a server is asked for known places only.
    assert failed == {"XVM-PATH-16": "missing; nearest: /boot/x86.miniroot"}


def test_a_directory_and_an_empty_file_are_told_from_a_file(
    site: Any, put: Put, broken: Callable[[str], Path], judged: Judged
) -> None:
    root = broken(NEVADA)
    (root / "boot/amd64/x86.miniroot").unlink()
    (root / "boot/amd64/x86.miniroot").mkdir()
    (root / "boot/x86.miniroot").write_bytes(b"")
    result = judged(put(site, root, "odd"))
    failed = {check.rule: check.actual for check in result.checks if check.verdict == "fail"}
    assert failed["XVM-PATH-16"] == "a directory, not a regular file"
    assert failed["XVM-PV-01"] == "/boot/x86.miniroot is empty"


def test_nothing_there(site: Any, unreadable: Callable[..., str]) -> None:
    assert "nothing is there (the server answers 404)" in unreadable(f"{site.url}/none")
    assert "answers 503, 3 times" in unreadable(f"{site.url}/busy/")


def test_lookups(tree: Callable[[str], str], layout_tree: Callable[[str], Path]) -> None:
    miniroot = (layout_tree(NEVADA) / "boot/x86.miniroot").read_bytes()
    with open_medium(tree(NEVADA)) as medium:
        assert medium.lookup("/boot").status == "directory"
        assert medium.lookup("//boot/./x86.miniroot").real == "/boot/x86.miniroot"
        assert medium.lookup("/boot/../boot/x86.miniroot").is_file
        assert medium.lookup("/../x").status == "escape"
        assert medium.lookup("/" + "x" * 5000).status == "missing"
        assert medium.lookup("/a b%2f?#\udcff").status == "missing"
        assert medium.lookup("/").status == "directory"
        asked = medium.requests
        assert medium.lookup("/boot/x86.miniroot").is_file
        assert medium.requests == asked
        with pytest.raises(MediumError, match="cannot be listed"):
            medium.list("/boot")
        assert medium.child(medium.root(), "boot") is not None
        with medium.open("/boot/x86.miniroot") as stream:
            assert stream.read() == miniroot
            stream.seek(20000)
            assert stream.read(100) == miniroot[20000:20100]
