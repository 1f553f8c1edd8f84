"""Protocol 1 as our engine answers it: vectors over the wire, real media by their uri, and whatever else comes in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.conformance.protocol import MAX_LINE, Engine
from xvmgate.fixtures.vector import Vector, every_vector

ENGINE = Engine("1.2.3", {})
REQUEST = {"name": "domu-220", "ram": 1024, "mode": "pv", "location": "/x"}
FACTS = {"host_bits": 64, "resolve": {"imgsrv": "192.0.2.5"}, "default_route": "192.0.2.1"}
ZFS = {
    "kind": "zfs",
    "files": ["/platform/i86xpv/kernel/amd64/unix", "/platform/i86pc/amd64/boot_archive"],
    "zfs": {"pool": "rpool", "objset": 57, "bootpath": "/xpvd/xdf@51712:a"},
}


def ask(message: object, engine: Engine = ENGINE) -> dict[str, Any]:
    """Return the answer to a message."""
    answer = engine.answer(json.dumps(message).encode())
    assert answer is not None
    return json.loads(json.dumps(answer))  # type: ignore[no-any-return]


def plan(request: object = REQUEST, facts: object = FACTS, medium: object = ZFS) -> dict[str, Any]:
    """Return the answer to a plan request."""
    return ask({"cmd": "plan", "seq": 7, "request": request, "facts": facts, "medium": medium})


def error(answer: dict[str, Any]) -> str:
    """Return the sentence of an error; nothing else may be in the answer."""
    assert set(answer) == {"seq", "error"}
    assert set(answer["error"]) == {"message"}
    return str(answer["error"]["message"])


def on_the_wire(vector: Vector) -> dict[str, Any]:
    """Return a vector as a message."""
    medium = vector.medium
    zfs = medium.zfs._asdict() if medium.zfs else None
    body = {"kind": medium.kind, "files": medium.files, "zfs": zfs} if medium.kind else None
    return {"cmd": "plan", "seq": 1, "request": vector.request, "facts": vector.facts, "medium": body, "unknown": 1}


def test_the_handshake() -> None:
    assert ask({"cmd": "start", "protocol": 1}) == {
        "name": "xvmgate",
        "version": "1.2.3",
        "protocol": 1,
        "capabilities": ["pv", "hvm", "netinstall", "jumpstart", "ai", "zfs", "domain"],
    }
    for wrong in (2, "1", None, True, 1.5):
        assert error(ask({"cmd": "start", "protocol": wrong})) == "protocol: 1 is expected"
    assert ENGINE.answer(b'{"cmd":"stop"}') is None


def test_the_document_s_own_line() -> None:
    answer = plan()
    assert answer["seq"] == 7
    assert answer["plan"]["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix -B zfs-bootfs=rpool/57,bootpath='/xpvd/xdf@51712:a'"
    )
    assert {key: answer["plan"][key] for key in ("mode", "bits", "family", "kernel", "ramdisk", "messages")} == {
        "mode": "pv",
        "bits": 64,
        "family": "opensolaris",
        "kernel": "/platform/i86xpv/kernel/amd64/unix",
        "ramdisk": "/platform/i86pc/amd64/boot_archive",
        "messages": [],
    }
    assert answer["plan"]["domain_xml"].startswith('<domain type="xen">')


def test_the_contract_s_example() -> None:
    request = {"name": "domu-220", "ram": 1024, "mac": "00:16:3e:0a:00:01", "mode": "pv",
               "location": "nfs:imgsrv:/export/snv/", "extra_args": "-kdv", "autocf": None, "nographics": True,
               "pxe": False, "cdrom": None, "vnc": False, "os_type": "solaris", "os_variant": None}  # fmt: skip
    files = ["/boot/platform/i86xpv/kernel/amd64/unix", "/boot/amd64/x86.miniroot"]
    assert plan(request, FACTS, {"kind": "tree", "files": files})["plan"]["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix -kdv - nowin dhcp "
        "-B install_media=192.0.2.5:/export/snv/,router-ip=192.0.2.1,boot-mac=00:16:3e:0a:00:01"
    )


@pytest.mark.parametrize("vector", every_vector(), ids=lambda vector: vector.id)
def test_vectors_over_the_wire(vector: Vector) -> None:
    answer = ask(on_the_wire(vector))
    if vector.expect.refused:
        assert answer["refused"]["rule"] == vector.expect.refused
        assert answer["refused"]["message"]
    else:
        assert answer["plan"]["cmdline"] == vector.expect.cmdline


def test_readings_that_the_engine_was_started_with() -> None:
    engine = Engine("1", {"kernel-token": "medium-path"})
    files = ["/boot/platform/i86xpv/kernel/amd64/unix", "/boot/amd64/x86.miniroot"]
    message = {"cmd": "plan", "seq": 1, "request": REQUEST, "facts": FACTS, "medium": {"kind": "iso", "files": files}}
    assert ask(message, engine)["plan"]["cmdline"].startswith("/boot/platform/")


def test_real_media(layout_iso: Callable[[str, str], Path], tmp_path: Path) -> None:
    uri = str(layout_iso("nevada-snv121-dvd", "pycdlib"))
    assert plan(medium={"uri": uri})["plan"]["cmdline"] == "/platform/i86xpv/kernel/amd64/unix -B install_media=cdrom"
    assert "No such file" in error(plan(medium={"uri": f"{tmp_path}/none.iso"}))
    (tmp_path / "x.img").write_bytes(b"hsqs".ljust(65536, b"\0"))
    refused = plan(medium={"uri": f"{tmp_path}/x.img"})["refused"]
    assert refused["rule"] == "XVM-FS-01"
    assert "squashfs" in refused["message"]
    assert error(plan(medium={"uri": 5})) == "uri: a text is expected"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": None}, "name: a text is expected"),
        ({"name": ""}, "name: a name for the guest is expected, not an empty text"),
        ({"ram": "1024"}, "ram: a whole number is expected"),
        ({"ram": True}, "ram: a whole number is expected"),
        ({"ram": 1024.0}, "ram: a whole number is expected"),
        ({"ram": 0}, "ram 0: a number of megabytes from 1"),
        ({"mode": "kvm"}, "mode 'kvm': one of pv, hvm is expected"),
        ({"mode": 1}, "mode: a text is expected"),
        ({"mac": "none"}, "mac 'none': six octets"),
        ({"mac": 5}, "mac: a text is expected"),
        ({"location": ["/x"]}, "location: a text is expected"),
        ({"location": None}, "no source"),
        ({"cdrom": {}}, "cdrom: a text is expected"),
        ({"extra_args": 1}, "extra_args: a text is expected"),
        ({"autocf": False}, "autocf: a text is expected"),
        ({"bootpath": 1}, "bootpath: a text is expected"),
        ({"os_type": 1}, "os_type: a text is expected"),
        ({"os_variant": 1}, "os_variant: a text is expected"),
        ({"nographics": 1}, "nographics: true or false is expected"),
        ({"pxe": "yes"}, "pxe: true or false is expected"),
        ({"vnc": []}, "vnc: true or false is expected"),
    ],
)
def test_requests_of_a_wrong_shape(changes: dict[str, Any], wrong: str) -> None:
    assert error(plan({**REQUEST, **changes})).startswith(wrong)


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ([], "facts: an object is expected"),
        ({"host_bits": 48}, "host_bits: 32 or 64 is expected, not 48"),
        ({"host_bits": "64"}, "host_bits: 32 or 64 is expected, not '64'"),
        ({"host_bits": 64.0}, "host_bits: 32 or 64 is expected"),
        ({}, "host_bits: 32 or 64 is expected, for the guest's width"),
        (None, "host_bits: 32 or 64 is expected, for the guest's width"),
        ({**FACTS, "resolve": [1]}, "resolve: an object is expected"),
        ({**FACTS, "resolve": {"a": "eth0"}}, "resolve.a: an IPv4 address is expected"),
        ({**FACTS, "resolve": {"a": 5}}, "resolve.a: an IPv4 address is expected"),
        ({**FACTS, "default_route": "eth0"}, "default_route: an IPv4 address is expected"),
    ],
)
def test_facts_of_a_wrong_shape(facts: object, wrong: str) -> None:
    assert error(plan(facts=facts)).startswith(wrong)


@pytest.mark.parametrize(
    ("medium", "wrong"),
    [
        (None, "medium: an object is expected, for a PV guest boots from one"),
        ([], "medium: an object is expected"),
        ({}, "kind: a text is expected"),
        ({"kind": "cd"}, "kind: one of iso, tree, zfs is expected, not 'cd'"),
        ({"kind": "iso", "files": "/x"}, "files: a list of paths is expected"),
        ({"kind": "iso", "files": ["/x", 5]}, "files: a list of paths is expected"),
        ({"kind": "zfs"}, "zfs: an object is expected"),
        ({"kind": "zfs", "zfs": {}}, "pool: a text is expected"),
        ({"kind": "zfs", "zfs": {"pool": "p", "objset": "5"}}, "objset: a whole number is expected"),
        ({"kind": "zfs", "zfs": {"pool": "p", "objset": -1}}, "objset: a number from 0 to 281474976710655 is expected"),
        ({"kind": "zfs", "zfs": {"pool": "p", "objset": 1 << 48}}, "objset: a number from 0 to"),
        ({"kind": "zfs", "zfs": {"pool": "p", "bootpath": 5}}, "bootpath: a text is expected"),
    ],
)
def test_media_of_a_wrong_shape(medium: object, wrong: str) -> None:
    assert error(plan(medium=medium)).startswith(wrong)


def test_what_may_be_left_out() -> None:
    assert plan(medium={**ZFS, "zfs": {"pool": "p"}})["refused"]["rule"] == "XVM-ZFS-01"
    assert plan(medium={"kind": "tree"})["refused"]["rule"] == "XVM-PV-01"
    assert plan({**REQUEST, "pxe": True, "location": None}, medium=None)["refused"]["rule"] == "XVM-PXE-01"
    hvm = {"name": "g", "ram": 1, "mode": "hvm", "pxe": True}
    answer = ask({"cmd": "plan", "seq": 1, "request": hvm})
    assert answer["plan"]["cmdline"] is None
    assert plan(facts={**FACTS, "resolve": {"a": None}, "default_route": None})["plan"]["bits"] == 64
    assert plan(facts={**FACTS, "resolve": None})["plan"]["bits"] == 64


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"", "no JSON: "),
        (b"nonsense", "no JSON: "),
        (b"\xff\xfe", "no JSON: "),
        (b"[" * 200_000, "no JSON: "),
        (b"9" * 5000, "no JSON: "),
        (b"[]", "a JSON object is expected"),
        (b"5", "a JSON object is expected"),
        (b"{}", "cmd: start, plan or stop is expected"),
        (b'{"cmd":"dance"}', "cmd: start, plan or stop is expected"),
        (b'{"cmd":["plan"]}', "cmd: start, plan or stop is expected"),
        (b'{"cmd":"plan"}', "seq: a whole number is expected"),
        (b'{"cmd":"plan","seq":"1"}', "seq: a whole number is expected"),
        (b'{"cmd":"plan","seq":true}', "seq: a whole number is expected"),
        (b'{"cmd":"plan","seq":1.5}', "seq: a whole number is expected"),
        (b'{"cmd":"plan","seq":1}', "request: an object is expected"),
        (b" " * (MAX_LINE + 1), f"a line of more than {MAX_LINE} bytes"),
    ],
)
def test_lines_that_are_none(line: bytes, wrong: str) -> None:
    answer = ENGINE.answer(line)
    assert answer is not None
    assert error(answer).startswith(wrong)
    assert len(error(answer)) < 450


def test_the_answer_has_the_number_of_the_question() -> None:
    assert ask({"cmd": "dance", "seq": 5})["seq"] == 5
    assert ask({"cmd": "plan", "seq": -3})["seq"] == -3
    assert ask({"cmd": "dance"})["seq"] is None


def test_a_long_text_is_cut_in_the_error() -> None:
    assert error(plan({**REQUEST, "mac": "x" * 10_000})).endswith("xxx...")


KEYS = ["cmd", "seq", "request", "facts", "medium", "name", "ram", "mode", "kind", "files", "zfs", "pool", "location"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=6)
    ),
)


@given(JSON)
def test_whatever_is_sent_is_answered(message: object) -> None:
    body = message if isinstance(message, dict) else {"request": message}
    for line in (body, {"cmd": "plan", "seq": 1, **body}, {"cmd": "plan", "seq": 1, "request": REQUEST, **body}):
        answer = ENGINE.answer(json.dumps(line).encode())
        assert answer is None or json.dumps(answer)


def serve(lines: bytes, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run `xvmgate engine` on these bytes."""
    command = [sys.executable, "-m", "xvmgate.cli", "engine", *words]
    ran = subprocess.run(command, input=lines, check=False, capture_output=True)
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr.decode()


def test_the_process() -> None:
    request = json.dumps({"cmd": "plan", "seq": 1, "request": REQUEST, "facts": FACTS, "medium": ZFS}).encode()
    lines = [b'{"cmd":"start","protocol":1}', b"", b"x" * (10 << 20), request, b"{", b"\x00\xff", request]
    status, answers, err = serve(b"\n".join([*lines, b'{"cmd":"stop"}', request]) + b"\n")
    assert (status, err) == (0, "")
    assert [next(iter(set(answer) - {"seq"} & set(answer)), "") for answer in answers[1:]] == [
        "error",
        "plan",
        "error",
        "error",
        "plan",
    ]
    assert answers[0]["name"] == "xvmgate"
    assert error(answers[1]).startswith("a line of more than")


def test_the_end_of_the_input_is_an_end() -> None:
    assert serve(b"") == (0, [], "")
    status, answers, _ = serve(b'{"cmd":"start","protocol":1}', "--reading", "https=as-http")
    assert (status, len(answers)) == (0, 1)
    status, answers, err = serve(b"", "--reading", "x=y")
    assert (status, answers) == (4, [])
    assert "no reading 'x'" in err


def test_a_reader_that_goes_away_ends_the_process() -> None:
    command = [sys.executable, "-m", "xvmgate.cli", "engine"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        with suppress(BrokenPipeError):
            for _ in range(3):
                child.stdin.write(b"{}\n")
                child.stdin.flush()
        child.stdin.close()
        assert child.wait(timeout=20) == 0
        assert child.stderr.read() == b""
