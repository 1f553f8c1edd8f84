"""Plans on media of web servers: the plans of the same media here, and the URL as it was given."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NEVADA, AI = "nevada-snv121-dvd", "opensolaris-b130-ai"
GUEST = ["-n", "guest", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]

Put = Callable[[Any, Path, str], str]


def test_an_ai_tree(site: Any, put: Put, gate: Any, layout_tree: Callable[[str], Path]) -> None:
    url = put(site, layout_tree(AI), AI)
    ran = gate("plan", "--json", *GUEST, "-l", url)
    assert (ran.status, ran.err) == (0, "")
    assert ran.document["kernel"] == "/platform/i86xpv/kernel/amd64/unix"
    assert f"install_media={url}" in ran.document["cmdline"]


def test_a_redirect_does_not_change_install_media(
    site: Any, put: Put, gate: Any, layout_tree: Callable[[str], Path]
) -> None:
    put(site, layout_tree(AI), AI)
    ran = gate("plan", "--json", *GUEST, "-l", f"{site.url}/moved/{AI}/")
    assert f"install_media={site.url}/moved/{AI}/" in ran.document["cmdline"]


@pytest.mark.parametrize("layout", [NEVADA, AI])
def test_an_iso(layout: str, site: Any, put: Put, gate: Any, layout_iso: Callable[[str, str], Path]) -> None:
    image = layout_iso(layout, "xorriso")
    there = gate("plan", "--json", *GUEST, "-l", put(site, image, f"{layout}.iso"))
    here = gate("plan", "--json", *GUEST, "-c", image)
    assert (there.status, here.status, here.err) == (0, 0, "")
    assert f"{layout}.iso is not on this host, so the guest gets no CD" in there.err
    for key in ("kernel", "ramdisk", "family", "bits"):
        assert there.document[key] == here.document[key]


def test_the_medium_may_be_read_elsewhere(site: Any, put: Put, gate: Any, layout_tree: Callable[[str], Path]) -> None:
    """The location of a lab's server, and a copy of it that can be reached from here."""
    url = put(site, layout_tree(NEVADA), NEVADA)
    ran = gate("plan", "--json", *GUEST, "--resolve", "lab=192.0.2.7", "-l", "nfs:lab:/export/snv", "--medium", url)
    assert ran.status == 0, ran.err
    assert "install_media=192.0.2.7:/export/snv" in ran.document["cmdline"]


def test_limits_are_kept(fault_server: Any, gate: Any) -> None:
    server: Any = fault_server(lambda *_: server.hang())
    ran = gate("plan", "--timeout", 1, *GUEST, "-l", f"{server.url}/x.iso")
    assert ran.status == 4
    assert len(ran.err.splitlines()) == 1
    assert ran.seconds < 3.5


def test_the_protocol(site: Any, put: Put, fault_server: Any, layout_tree: Callable[[str], Path]) -> None:
    server: Any = fault_server(lambda *_: server.hang())
    request = {"name": "guest", "ram": 1024, "mode": "pv", "location": "http://imgsrv/ai"}
    facts = {"host_bits": 64, "resolve": {}, "default_route": None}
    uris = [put(site, layout_tree(AI), AI), f"{server.url}/x", f"{site.url}/none", "nfs://u:s3cret@127.0.0.1:0/x"]
    lines = [
        json.dumps({"cmd": "plan", "seq": seq, "request": request, "facts": facts, "medium": {"uri": uri}})
        for seq, uri in enumerate(uris)
    ]
    command = [sys.executable, "-m", "xvmgate.cli", "engine", "--timeout", "1"]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, input="\n".join(lines), timeout=30)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert "install_media=http://imgsrv/ai" in answers[0]["plan"]["cmdline"]
    assert [answer["seq"] for answer in answers] == [0, 1, 2, 3]
    assert "x: not done within 1 s" in answers[1]["error"]["message"]
    assert "nothing is there" in answers[2]["error"]["message"]
    assert "0 is no port" in answers[3]["error"]["message"]
    assert "s3cret" not in ran.stdout + ran.stderr
