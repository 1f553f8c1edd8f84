"""Odd answers of web servers, by requests-mock: what real servers on hand do not send when asked to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests_mock import ANY

from xvmgate.media import Medium, MediumError, open_medium
from xvmgate.media.http import ranges
from xvmgate.media.http.client import PAUSE, Client
from xvmgate.media.http.source import RangeSource
from xvmgate.media.remote import Remote

URL = "http://server/x.iso"
TREE = "http://server/tree"
ETAG = '"one"'
MENU = "/boot/grub/menu.lst"

Answer = Callable[[Any, Any], bytes]


def runs_of(request: Any) -> list[tuple[int, int]]:
    """Return the ranges that a request asks for, ends included."""
    pieces = request.headers["Range"].removeprefix("bytes=").split(",")
    return [(int(first), int(last)) for first, last in (piece.split("-") for piece in pieces)]


def good(data: bytes, **headers: str) -> Answer:
    """Answer as a good server does, one range or several."""

    def answer(request: Any, context: Any) -> bytes:
        context.status_code = 206
        context.headers |= {"ETag": ETAG, **headers}
        spans = [(first, min(last, len(data) - 1)) for first, last in runs_of(request)]
        if len(spans) == 1:
            (first, last), *_ = spans
            context.headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            return data[first : last + 1]
        context.headers["Content-Type"] = "multipart/byteranges; boundary=BORDER"
        return parts(data, spans)

    return answer


def parts(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Return the body of an answer of several parts."""
    pieces = [
        b"\r\n--BORDER\r\nContent-Type: x/y\r\nContent-Range: bytes %d-%d/%d\r\n\r\n" % (first, last, len(data))
        + data[first : last + 1]
        for first, last in spans
    ]
    return b"".join(pieces) + b"\r\n--BORDER--\r\n"


@pytest.fixture
def image(layout_iso: Callable[[str, str], Path]) -> bytes:
    """A Nevada ISO."""
    return layout_iso("nevada-snv121-dvd", "xorriso").read_bytes()


def look(medium: Medium) -> tuple[int, bytes]:
    """Read what a check would, and return how many requests it took, and the menu."""
    with medium:
        for path in ("/boot/x86.miniroot", "/boot/amd64/x86.miniroot", "/boot/multiboot"):
            assert medium.lookup(path).is_file
        with medium.open(MENU) as stream:
            menu = stream.read()
        return medium.requests, menu


def error(location: str = URL) -> str:
    """Return why a location cannot be opened and looked at."""
    with pytest.raises(MediumError) as caught, open_medium(location) as medium:
        look(medium)
    return str(caught.value)


def test_a_good_server(requests_mock: Any, image: bytes) -> None:
    requests_mock.get(URL, content=good(image))
    count, menu = look(open_medium(URL))
    assert menu in image
    assert count == len(requests_mock.request_history)
    first, *others = requests_mock.request_history
    assert first.headers["Range"] == "bytes=0-65535"
    assert first.headers["Accept-Encoding"] == "identity"
    assert "If-Range" not in first.headers
    assert {request.headers["If-Range"] for request in others} == {ETAG}
    assert all(request.method == "GET" for request in requests_mock.request_history)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int, requests_mock: Any, image: bytes) -> None:
    requests_mock.get(URL, [{"status_code": status}, {"status_code": status}, {"content": good(image)}])
    start = time.monotonic()
    assert look(open_medium(URL))[0] == len(requests_mock.request_history)
    assert time.monotonic() - start >= 3 * PAUSE


def test_another_try_does_not_outlive_the_limit(requests_mock: Any) -> None:
    requests_mock.get(URL, status_code=503)
    start = time.monotonic()
    with pytest.raises(MediumError, match=r"not done within 0.1 s"):
        open_medium(URL, Remote(timeout=0.1))
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"ETag": 'W/"weak"', "Last-Modified": "Wed, 21 Oct 2009 07:28:00 GMT"}, "Wed, 21 Oct 2009 07:28:00 GMT"),
        ({"ETag": 'W/"weak"'}, None),
        ({"ETag": ""}, None),
    ],
)
def test_what_tells_one_build_from_another(
    headers: dict[str, str], sent: str | None, requests_mock: Any, image: bytes
) -> None:
    """A weak ETag does not: RFC 9110, 13.1.5."""
    requests_mock.get(URL, content=good(image, **headers))
    look(open_medium(URL))
    assert {request.headers.get("If-Range") for request in requests_mock.request_history[1:]} == {sent}


def changed(data: bytes) -> Answer:
    """Answer the first request well, and as if the file had been replaced later on."""
    whole = good(data)
    turns = iter(range(1000))

    def answer(request: Any, context: Any) -> bytes:
        if next(turns) == 0:
            return whole(request, context)
        context.headers["ETag"] = '"two"'
        context.status_code = 200
        return data

    return answer


def test_a_file_that_was_replaced(requests_mock: Any, image: bytes) -> None:
    requests_mock.get(URL, content=changed(image))
    assert error() == f"{URL}: it was changed while it was read; try again"


def several(make: Callable[[bytes, list[tuple[int, int]]], tuple[int, str, bytes]]) -> Callable[[bytes], Answer]:
    """Answer single ranges well, and several ones as `make(data, spans)` says: status, type, body."""

    def of(data: bytes) -> Answer:
        whole = good(data)

        def answer(request: Any, context: Any) -> bytes:
            spans = runs_of(request)
            if len(spans) == 1:
                return whole(request, context)
            context.status_code, context.headers["Content-Type"], body = make(data, spans)
            return body

        return answer

    return of


TYPE = "multipart/byteranges; boundary=BORDER"
SEVERAL = {
    "sends the whole file": lambda data, _: (200, "x/y", data),
    "refuses them": lambda *_: (416, "x/y", b""),
    "names no border": lambda data, spans: (206, "multipart/byteranges", parts(data, spans)),
    "has another border": lambda data, spans: (206, TYPE.replace("BORDER", "OTHER"), parts(data, spans)),
    "sends the first only": lambda data, spans: (206, TYPE, parts(data, spans[:1])),
    "sends them backwards": lambda data, spans: (206, TYPE, parts(data, spans[::-1])),
    "sends other ones": lambda data, spans: (206, TYPE, parts(data, [(first + 1, last) for first, last in spans])),
    "is cut": lambda data, spans: (206, TYPE, parts(data, spans)[:-9000]),
    "quotes its border": lambda data, spans: (206, 'multipart/byteranges; boundary="BORDER"', parts(data, spans)),
    "sends nothing": lambda *_: (206, TYPE, b""),
    "lies about a place": lambda data, spans: (206, TYPE, parts(data, spans).replace(b": bytes ", b": bytes 1")),
}


DATA = b"".join(number.to_bytes(4, "big") for number in range(1 << 18))
PLACES = [(0, 100), (200_000, 20_000), (400_000, 5), (1_000_000, 100_000)]


@pytest.fixture
def source() -> Iterator[Callable[[], RangeSource]]:
    """`source()`: the mebibyte of DATA at URL, as a source."""
    client = Client(URL, Remote(timeout=5))
    yield lambda: RangeSource(client, URL, len(DATA), ETAG)
    client.close()


def test_several_ranges_are_one_request(requests_mock: Any, source: Callable[[], RangeSource]) -> None:
    requests_mock.get(URL, content=good(DATA))
    found = source()
    found.prefetch(PLACES)
    assert [found.peek(*place) for place in PLACES] == [DATA[at : at + size] for at, size in PLACES]
    assert len(requests_mock.request_history) == found.requests == 1
    assert len(runs_of(requests_mock.last_request)) == len(PLACES)


@pytest.mark.parametrize("how", SEVERAL)
def test_a_server_that_cannot_send_several_ranges(
    how: str, requests_mock: Any, source: Callable[[], RangeSource]
) -> None:
    """Each that did not come is asked for alone, and the server not for several again; the bytes are right anyway."""
    requests_mock.get(URL, content=several(SEVERAL[how])(DATA))
    found = source()
    for shift in (0, 60_000):
        found.prefetch([(at + shift, size) for at, size in PLACES])
    assert [found.peek(*place) for place in PLACES] == [DATA[at : at + size] for at, size in PLACES]
    together = [request for request in requests_mock.request_history if len(runs_of(request)) > 1]
    good_one = how in ("sends them backwards", "quotes its border")
    assert len(together) == (2 if good_one else 1)
    assert good_one or found.requests > len(PLACES) - 1


def test_another_file_in_an_answer_of_several_parts(requests_mock: Any, source: Callable[[], RangeSource]) -> None:
    make = several(lambda data, spans: (206, TYPE, parts(data + b"x", spans)))
    requests_mock.get(URL, content=make(DATA))
    with pytest.raises(MediumError, match="it was changed while it was read"):
        source().prefetch(PLACES)


@pytest.mark.parametrize("count", [5, 6])
def test_redirects_are_bounded(count: int, requests_mock: Any, image: bytes) -> None:
    for number in range(count):
        requests_mock.get(f"http://server/{number}", status_code=302, headers={"Location": f"/{number + 1}"})
    requests_mock.get(f"http://server/{count}", content=good(image))
    if count > 5:
        assert "redirects more than 5 times" in error("http://server/0")
    else:
        assert open_medium("http://server/0").kind == "iso"


@pytest.mark.parametrize("target", ["http://[::1", "//[", "http://server:port/"])
def test_a_redirect_to_nowhere(target: str, requests_mock: Any) -> None:
    requests_mock.get(URL, status_code=301, headers={"Location": target})
    text = error()
    assert text.startswith(f"{URL}: ")
    assert "web address" in text


@pytest.mark.parametrize("status", [304, 204, 300, 302, 402, 451, 999])
def test_other_statuses(status: int, requests_mock: Any) -> None:
    requests_mock.get(URL, status_code=status)
    assert f"the server answers {status}" in error()


def tree(requests_mock: Any, files: dict[str, bytes], missing: int = 404, top: int = 404) -> None:
    """Serve a tree whose absent paths have a status of their own."""
    requests_mock.get(ANY, status_code=missing)
    requests_mock.get(f"{TREE}", status_code=top)
    for path, data in files.items():
        requests_mock.get(f"{TREE}{path}", content=good(data))


@pytest.mark.parametrize("missing", [404, 410, 403])
def test_a_server_that_has_its_own_word_for_missing(missing: int, requests_mock: Any) -> None:
    """Some answer 403 for all that is not there; they do so for a path that no medium has, too."""
    tree(requests_mock, {"/boot/x86.miniroot": b"m" * 50_000}, missing, top=403)
    with open_medium(TREE) as medium:
        assert medium.kind == "tree"
        assert medium.lookup("/boot/x86.miniroot").is_file
        assert medium.lookup("/boot/amd64/x86.miniroot").status == "missing"
        with medium.open("/boot/x86.miniroot") as stream:
            assert stream.read() == b"m" * 50_000


@pytest.mark.parametrize("status", [401, 403, 400, 500])
def test_a_path_that_the_server_does_not_tell_of(status: int, requests_mock: Any) -> None:
    """Neither there nor missing: no verdict can rest on it."""
    tree(requests_mock, {}, top=403)
    requests_mock.get(f"{TREE}/boot/x86.miniroot", status_code=status)
    with open_medium(TREE) as medium, pytest.raises(MediumError, match=f"the server answers {status}"):
        medium.lookup("/boot/x86.miniroot")


def test_a_file_that_shrinks_between_two_reads(requests_mock: Any) -> None:
    """The head was of one file, the rest is of another."""
    tree(requests_mock, {}, top=403)
    answers = [{"content": good(b"a" * 50_000)}, {"content": good(b"b" * 40_000, ETag='"two"')}]
    requests_mock.get(f"{TREE}/boot/x86.miniroot", answers)
    with (
        open_medium(TREE) as medium,
        medium.open("/boot/x86.miniroot") as stream,
        pytest.raises(MediumError, match="it was changed while it was read"),
    ):
        stream.read()


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"--B\r\n", b"--B--", b"--B\r\nContent-Range: bytes 0-1/9\r\n\r\nab"]),
)
def test_any_body_of_several_parts_is_read_or_refused(noise: bytes, begin: bytes) -> None:
    try:
        for span, data in ranges.read_parts(begin + noise, b"B"):
            assert len(data) == span.end - span.start
    except ranges.RangeError:
        pass


@given(st.text(max_size=60))
def test_any_content_range_is_read_or_refused(value: str) -> None:
    try:
        span = ranges.read_content_range(value)
    except ranges.RangeError:
        return
    assert 0 <= span.start < span.end <= span.total
