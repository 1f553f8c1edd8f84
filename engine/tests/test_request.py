"""Requests that are none, places on NFS, facts and readings: what is refused before any rule is asked."""

from __future__ import annotations

from typing import Any

import pytest

from xvmgate.engine.facts import address, given, is_ipv4
from xvmgate.engine.readings import Readings, check_sides
from xvmgate.engine.refusal import RequestError
from xvmgate.engine.request import InstallRequest, PlaceError, Source, nfs_place, source_of, validate

PLAIN = InstallRequest("domu-220", 1024, "pv", location="/x.iso")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"mode": "xen"}, "mode 'xen': one of pv, hvm is expected"),
        ({"ram": 0}, "ram 0: a number of megabytes from 1 to 4294967296 is expected"),
        ({"ram": -1}, "ram -1:"),
        ({"ram": (1 << 32) + 1}, "ram 4294967297:"),
        ({"vcpus": 0}, "vcpus 0: a number from 1 to 4096 is expected"),
        ({"vcpus": 4097}, "vcpus 4097:"),
        ({"name": ""}, "name: a name for the guest is expected, not an empty text"),
        ({"name": "a\nb"}, "name 'a\\nb': a text without control characters is expected"),
        ({"location": "/a\x1bb"}, "location '/a\\x1bb':"),
        ({"location": None, "cdrom": "a\tb"}, "cdrom 'a\\tb':"),
        ({"autocf": "a\x00"}, "autocf 'a\\x00':"),
        ({"bootpath": "\x7f"}, "bootpath '\\x7f':"),
        ({"os_type": "\r"}, "os_type '\\r':"),
        ({"os_variant": "\r"}, "os_variant '\\r':"),
        ({"arch": "\r"}, "arch '\\r':"),
        ({"disks": ("/a", "\r")}, "disk or network '\\r':"),
        ({"networks": ("\r",)}, "disk or network '\\r':"),
        ({"mac": "00:16:3e:0a:00"}, "mac '00:16:3e:0a:00': six octets in hexadecimal with colons are expected"),
        ({"mac": "00:16:3e:0a:00:01:02"}, "mac"),
        ({"mac": "00:16:3e:0a:00:0g"}, "mac"),
        ({"mac": ""}, "mac ''"),
        ({"mac": "001:16:3e:0a:00:01"}, "mac"),
        ({"location": None}, "no source: give a location, a cdrom or, for HVM, pxe"),
        ({"location": ""}, "location or cdrom: a path or URL is expected, not an empty text"),
        ({"cdrom": ""}, "location or cdrom:"),
        ({"cdrom": "/y.iso"}, "location and cdrom: one source is expected, not 2"),
        ({"mode": "hvm", "location": None, "cdrom": "/y.iso", "pxe": True}, "cdrom and pxe: one source is expected"),
        ({"location": "http://"}, "location 'http://': a URL with a host is expected"),
        ({"location": "HTTPS:///x"}, "location 'HTTPS:///x': a URL with a host"),
    ],
)
def test_what_is_no_request(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(RequestError) as caught:
        validate(PLAIN._replace(**changes))
    assert str(caught.value).startswith(wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ram": 1},
        {"ram": 1 << 32},
        {"vcpus": 4096},
        {"mac": "0:16:3E:a:0:1"},
        {"name": "größe-1 x"},
        {"mode": "pv", "pxe": True},
        {"mode": "pv", "pxe": True, "location": None},
        {"mode": "hvm", "pxe": True},
        {"location": "http://h"},
        {"location": "http:/h"},
    ],
)
def test_what_is_a_request(changes: dict[str, Any]) -> None:
    validate(PLAIN._replace(**changes))


@pytest.mark.parametrize(
    ("text", "host", "path"),
    [
        ("nfs:srv:/export", "srv", "/export"),
        ("nfs:srv:/a/b/", "srv", "/a/b/"),
        ("NFS:srv:/a?b", "srv", "/a?b"),
        ("nfs:192.0.2.5:/a:b", "192.0.2.5", "/a:b"),
        ("nfs://srv/export/x", "srv", "/export/x"),
        ("nfs://srv:20049/x?version=4&nfsport=20049", "srv", "/x"),
        ("nfs://srv/", "srv", "/"),
    ],
)
def test_places_on_nfs(text: str, host: str, path: str) -> None:
    assert nfs_place(text) == Source("nfs", text, host, path)
    assert source_of(PLAIN._replace(location=text)) == Source("nfs", text, host, path)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("nfs:srv", "has no path"),
        ("nfs:srv:", "has no path"),
        ("nfs:srv:export", "names no NFS host"),
        ("nfs://srv", "has no path"),
        ("nfs://srv:99", "has no path"),
        ("nfs://srv?x=/y", "has no path"),
        ("nfs:", "names no NFS host"),
        ("nfs::/x", "names no NFS host"),
        ("nfs:///x", "names no NFS host"),
        ("nfs://srv:x/y", "names no NFS host"),
    ],
)
def test_places_that_begin_like_one_on_nfs(text: str, wrong: str) -> None:
    with pytest.raises(PlaceError, match=wrong):
        nfs_place(text)


def test_places_elsewhere() -> None:
    for text in ("/nfs:srv:/x", "nfsx:srv:/x", "srv:/x", "", "nf", "http://nfs:1/x"):
        assert nfs_place(text) is None
    schemes = {"http://h/x": "http", "HTTP://h": "http", "https://h": "https", "/x": "local", "ftp://h": "local"}
    for text, scheme in schemes.items():
        assert source_of(PLAIN._replace(location=text)) == Source(scheme, text)
    assert source_of(PLAIN._replace(location=None, cdrom="/c")) == Source("cdrom", "/c")
    assert source_of(PLAIN._replace(location=None, pxe=True)) == Source("pxe", "")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("192.0.2.1", True),
        ("0.0.0.0", True),
        ("255.255.255.255", True),
        ("256.0.0.1", False),
        ("1.2.3", False),
        ("1.2.3.4.5", False),
        ("01.2.3.4", False),
        ("1.2.3.-4", False),
        ("1.2.3.٤", False),
        ("eth0", False),
        ("", False),
        ("1.2.3.", False),
    ],
)
def test_addresses(text: str, is_one: bool) -> None:
    assert is_ipv4(text) is is_one


def test_given_facts() -> None:
    facts = given(32, {"srv": "192.0.2.5"}, None)
    assert facts.bits() == 32
    assert (facts.resolve("srv"), facts.resolve("x"), facts.default_route()) == ("192.0.2.5", None, None)
    assert facts.has_file("/nowhere") is True
    assert address(facts, "srv") == "192.0.2.5"
    assert address(facts, "198.51.100.7") == "198.51.100.7"
    assert address(facts, "x") is None
    with pytest.raises(RequestError, match="host_bits: 32 or 64 is expected"):
        given(None, {}, None).bits()


def test_readings_record_what_was_asked() -> None:
    readings = Readings({"https": "as-http", "iso-scope": "every-pv-iso"})
    assert readings.peek("https") is True
    assert readings.decided == {}
    assert readings.alternative("https") is True
    assert readings.alternative("iso-scope") is False
    assert readings.alternative("js-iso") is False
    assert readings.decided == {"https": "as-http", "iso-scope": "every-pv-iso", "js-iso": "iso-and-configs"}
    assert Readings().peek("https") is False


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"nonsense": "x"}, "no reading 'nonsense' \\(known: family-order, ramdisk-order"),
        ({"https": "maybe"}, "reading https: not-http or as-http is expected, not 'maybe'"),
    ],
)
def test_readings_that_do_not_exist(chosen: dict[str, str], wrong: str) -> None:
    with pytest.raises(RequestError, match=wrong):
        check_sides(chosen)
    check_sides({"https": "as-http", "js-iso": "iso-and-configs"})
