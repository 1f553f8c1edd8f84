"""Logins, from the URL or from netrc: they open what needs them, and nothing that is printed or written shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AI = "opensolaris-b130-ai"
USER, SECRET = "reader", "s3cret"

Put = Callable[[Any, Path, str], str]


@pytest.fixture
def place(site: Any, put: Put, layout_tree: Callable[[str], Path], layout_iso: Callable[[str, str], Path]) -> str:
    """What stands behind the host in the URLs of an AI tree and of its ISO, that with `.iso` appended."""
    put(site, layout_tree(AI), AI)
    put(site, layout_iso(AI, "xorriso"), f"{AI}.iso")
    return f"{site.url.removeprefix('http://')}/login/{AI}"


@pytest.fixture
def netrc(tmp_path: Path) -> dict[str, str]:
    """An environment with a netrc file that has the login."""
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
    file.chmod(0o600)
    return {"NETRC": str(file)}


@pytest.mark.parametrize("suffix", ["", "/", ".iso"])
def test_a_login_in_the_url(suffix: str, place: str, gate: Any, tmp_path: Path) -> None:
    url = f"http://{USER}:{SECRET}@{place}{suffix}"
    for words in (["--json"], ["--hash"] if suffix == ".iso" else [], ["--debug"]):
        reports = [f"--report=json:{tmp_path}/r.json", f"--report=junit:{tmp_path}/r.xml"]
        ran = gate("check", *words, *reports, url)
        assert ran.status == 0, ran.err
        written = [(tmp_path / name).read_text() for name in ("r.json", "r.xml")]
        for text in (ran.out, ran.err, *written):
            assert SECRET not in text
            assert USER not in text
        assert f"http://{place}{suffix}" in ran.out
        assert f"http://{place}{suffix}" in written[0]


@pytest.mark.parametrize("suffix", ["", ".iso"])
def test_a_login_in_netrc(suffix: str, place: str, netrc: dict[str, str], gate: Any) -> None:
    ran = gate("check", "--json", f"http://{place}{suffix}", env=netrc)
    assert ran.status == 0
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("login", ["", "reader:wr0ng@", "reader@", "rea%2Fder:wr0ng%40@"])
@pytest.mark.parametrize("suffix", ["", ".iso"])
def test_no_login_and_a_wrong_one(login: str, suffix: str, place: str, gate: Any) -> None:
    ran = gate("check", "--json", f"http://{login}{place}{suffix}")
    assert ran.status == 4
    assert (
        ran.err == f"xvmgate: http://{place}{suffix}: the server wants a login (401); give one in netrc or in the URL\n"
    )
    assert "wr0ng" not in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--bits", "7"],
        ["check", "--mode", "hvm", "--rule", "NONE"],
        ["check", "--report", "none:x"],
        ["check", "--nonsense"],
        ["plan", "-n", "x", "-r", "1024", "--paravirt", "-l"],
        ["plan", "-n", "x", "-r", "1024", "--hvm", "-l"],
        ["plan", "-n", "x", "-r", "1024", "--hvm", "-c"],
        ["plan", "-n", "x", "-r", "1024", "--paravirt", "-c"],
        ["extract", "-o", "out"],
        ["extract", "--bits", "7", "-o", "out"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("scheme", ["http", pytest.param("nfs", marks=pytest.mark.slow)])
def test_no_misuse_shows_a_login(words: list[str], scheme: str, gate: Any, tmp_path: Path) -> None:
    location = f"{scheme}://{USER}:{SECRET}@127.0.0.1:1/x"
    ran = gate(words[0], "--json", "--debug", *words[1:], location, cwd=tmp_path)
    assert ran.status in (1, 4)
    assert SECRET not in ran.out + ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [[], ["--json"], ["--xml"]])
def test_a_plan_has_no_login(form: list[str], place: str, gate: Any) -> None:
    """What stands in a guest's command line can be read by all: the login opens the medium, and is not passed on."""
    words = ["-n", "ai", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]
    ran = gate("plan", *form, *words, "-l", f"http://{USER}:{SECRET}@{place}")
    assert ran.status == 0, ran.err
    assert SECRET not in ran.out + ran.err
    assert f"install_media=http://{place}" in ran.out
    assert "the login in the location is not passed on" in ran.err


def test_an_extraction_with_a_login(place: str, gate: Any, tmp_path: Path) -> None:
    url = f"http://{USER}:{SECRET}@{place}.iso"
    ran = gate("extract", "--json", "--resume", "-o", tmp_path, url)
    assert ran.status == 0, ran.err
    assert SECRET not in ran.out + ran.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["boot_archive", "unix"]


def test_a_login_does_not_follow_to_another_host(fault_server: Any, gate: Any) -> None:
    other = fault_server(lambda connection, _: connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))

    def send(connection: Any, _: bytes) -> bool:
        target = other.url.replace("127.0.0.1", "localhost")
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {target}/x\r\nContent-Length: 0\r\n\r\n".encode())
        return False

    first = fault_server(send)
    ran = gate("check", f"http://{USER}:{SECRET}@{first.url.removeprefix('http://')}/x.iso")
    assert ran.status == 4
    assert b"Authorization: Basic" in first.requests[0]
    assert other.requests
    assert not any(b"uthorization" in request for request in other.requests)
