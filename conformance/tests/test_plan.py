"""`xvmgate plan` as a user has it: virt-install's options, facts given or asked for, refusals, what is printed."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest

Iso = Callable[[str, str], Path]
NEVADA, LIVE, AI, S10 = "nevada-snv121-dvd", "opensolaris-2008.11-live", "opensolaris-b128-ai", "solaris10-u6-dvd"
REPEATABLE = ["--host-bits", "64", "--no-dns", "--default-route", "192.0.2.1"]
GUEST = ["-n", "domu-220", "-r", "1024", "--paravirt"]


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """Return stdout as JSON."""
        document: dict[str, Any] = json.loads(self.out)
        return document


def run(*words: object) -> Ran:
    """Run `xvmgate plan` in a process of its own."""
    command = [sys.executable, "-m", "xvmgate.cli", "plan", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Traceback" not in ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def shell(text: str) -> Ran:
    """Run a command line as it stands in a text, through a shell."""
    command = f"{shlex.quote(sys.executable)} -m xvmgate.cli plan {text}"
    ran = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_the_document_s_hvm_example(layout_iso: Iso) -> None:
    ran = shell(f"""-n domu-222 -r 1024 --mac 00:16:3e:0a:00:02 \\
        -f /dev/zvol/dsk/export/zvol/domu-222-root --hvm --os-type=solaris \\
        --os-variant=solaris10 --vnc \\
        -c {layout_iso(S10, "genisoimage")} --json""")
    assert (ran.status, ran.err) == (0, "")
    plan = ran.document()
    assert (plan["mode"], plan["kernel"], plan["ramdisk"], plan["cmdline"], plan["bits"]) == ("hvm", *[None] * 4)
    assert [entry["rule"] for entry in plan["trace"]] == ["XVM-HVM-01", "XVM-CON-01"]
    domain = ET.fromstring(plan["domain_xml"])
    assert domain.find("devices/graphics").attrib["type"] == "vnc"  # type: ignore[union-attr]
    assert [boot.attrib["dev"] for boot in domain.iterfind("os/boot")] == ["cdrom", "hd"]


def test_the_document_s_pv_example(layout_iso: Iso) -> None:
    ran = shell(f"""-n domu-220 -r 1024 --mac 00:16:3e:0a:00:01 \\
        -f /dev/zvol/dsk/export/dom/domu-220-root --paravirt --os-type=solaris \\
        --nographics -l {layout_iso(LIVE, "xorriso")} --host-bits 64 --json""")
    assert (ran.status, ran.err) == (0, "")
    plan = ran.document()
    assert plan["schema"] == "xvmgate.plan/1"
    assert (plan["mode"], plan["bits"], plan["family"]) == ("pv", 64, "opensolaris")
    assert (plan["kernel"], plan["ramdisk"]) == ("/platform/i86xpv/kernel/amd64/unix", "/boot/x86.microroot")
    assert plan["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix "
        "-B install_media=cdrom,media_boot=true,auto-shutdown=enable,aimanifest=default"
    )
    assert (plan["flags"], plan["words"], plan["messages"]) == ("", [], [])
    assert plan["properties"] == [
        ["install_media", "cdrom"],
        ["media_boot", "true"],
        ["auto-shutdown", "enable"],
        ["aimanifest", "default"],
    ]
    assert plan["guest_view"]["properties"] == dict(plan["properties"])
    assert {"rule": "XVM-ISO-01", "adds": "install_media=cdrom"} in plan["trace"]


def test_the_document_s_ai_example(layout_tree: Callable[[str], Path]) -> None:
    ran = shell(f"""-l {layout_tree(AI)} -n domu-220 -r 1024 --paravirt --host-bits 64 \\
        --autocf install_service=x86_install,install_media=http://otherhost/path --json""")
    assert ran.status == 0
    assert ran.document()["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix -B install_service=x86_install,install_media=http://otherhost/path,"
        "network-interface=xnf0,xpv-hcp=dhcp,livemode=text"
    )


def test_the_same_with_the_medium_elsewhere(layout_tree: Callable[[str], Path]) -> None:
    """`--medium` says where it is read; what -l says is what the plan is made of."""
    medium = ["--medium", layout_tree(AI), *REPEATABLE]
    ran = run(*GUEST, "-l", "http://aisrv:5555/x86", *medium, "--json")
    assert ran.document()["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix "
        "-B install_media=http://aisrv:5555/x86,network-interface=xnf0,xpv-hcp=dhcp,livemode=text"
    )


def test_facts_that_are_given(layout_tree: Callable[[str], Path]) -> None:
    words = [
        *GUEST,
        "--mac",
        "0:16:3e:a:0:1",
        "-l",
        "nfs:imgsrv:/export/snv",
        "--medium",
        layout_tree(NEVADA),
        "--json",
    ]
    facts = ["--resolve", "imgsrv=192.0.2.5", "--resolve", "domu-220=192.0.2.220", "--no-dns"]
    ran = run(*words, *facts, "--host-bits", "32", "--default-route", "192.0.2.1")
    assert ran.document()["cmdline"] == (
        "/platform/i86xpv/kernel/unix -B install_media=192.0.2.5:/export/snv,host-ip=192.0.2.220,"
        "router-ip=192.0.2.1,boot-mac=0:16:3e:a:0:1"
    )
    ran = run(*words, *facts[:2], "--no-dns", "--host-bits", "64", "--default-route", "none")
    assert ran.document()["cmdline"] == (
        "/platform/i86xpv/kernel/amd64/unix - dhcp -B install_media=192.0.2.5:/export/snv,boot-mac=0:16:3e:a:0:1"
    )
    assert "no default route" in ran.err
    assert "(XVM-NET-06)" in ran.document()["messages"][0]


def test_names_are_asked_of_the_host(layout_tree: Callable[[str], Path]) -> None:
    words = ["-n", "localhost", "-r", "512", "--paravirt", "-l", "nfs:localhost:/x", "--medium", layout_tree(NEVADA)]
    plan = run(*words, "--default-route", "none", "--json").document()
    assert ["host-ip", "127.0.0.1"] in plan["properties"]
    assert ["install_media", "127.0.0.1:/x"] in plan["properties"]
    assert run(*words, "--no-dns").status == 1


def test_readings_are_switched_and_recorded(layout_iso: Iso) -> None:
    words = [*GUEST, "-l", layout_iso(NEVADA, "genisoimage"), *REPEATABLE, "--json"]
    assert run(*words).document()["readings"] == {"kernel-token": "ramdisk-path"}
    plan = run(*words, "--reading", "kernel-token=medium-path").document()
    assert plan["readings"] == {"kernel-token": "medium-path"}
    assert plan["cmdline"].startswith("/boot/platform/i86xpv/kernel/amd64/unix ")


def test_what_a_person_sees(layout_iso: Iso) -> None:
    iso = layout_iso(NEVADA, "genisoimage")
    ran = run(*GUEST, "--nographics", "-l", iso, "-x", "-kd -B a='x y'", *REPEATABLE)
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[0] == "nevada, paravirtual, 64-bit"
    assert lines[3] == ("cmdline  /platform/i86xpv/kernel/amd64/unix -kd - nowin -B a='x y',install_media=cdrom")
    rows = {(line.split("  ")[-2].split()[-1], line.split()[0]) for line in lines[4:9]}
    assert rows == {
        ("XVM-PV-01", "/platform/i86xpv/kernel/amd64/unix"),
        ("XVM-ARGS-01", "-kd"),
        ("XVM-CON-03", "nowin"),
        ("XVM-ARGS-01", "a='x"),
        ("XVM-ISO-01", "install_media=cdrom"),
    }
    assert any(line.startswith(f"machine  CD {iso}") for line in lines)
    assert run(*GUEST, "-q", "-l", iso, *REPEATABLE).out == ""


def test_the_domain_alone(layout_iso: Iso) -> None:
    out = run(*GUEST, "-l", layout_iso(NEVADA, "genisoimage"), "-f", "/disk.img", *REPEATABLE, "--xml").out
    domain = ET.fromstring(out)
    assert domain.findtext("os/kernel") == "/boot/platform/i86xpv/kernel/amd64/unix"
    assert out.startswith('<domain type="xen">\n  <name>')


def test_several_extra_args_are_one(layout_iso: Iso) -> None:
    plan = run(
        *GUEST, "-l", layout_iso(NEVADA, "genisoimage"), "-x", "-kd", "-x", "-v w", *REPEATABLE, "--json"
    ).document()
    assert (plan["flags"], plan["words"]) == ("kdv", ["w"])


def test_messages_are_on_stderr_and_in_the_json(layout_iso: Iso) -> None:
    ran = run(*GUEST, "--vnc", "-l", layout_iso(NEVADA, "genisoimage"), "-x", "-m verbose", *REPEATABLE, "--json")
    assert ran.status == 0
    assert len(ran.document()["messages"]) == len(ran.err.splitlines()) == 2
    assert "(XVM-ARGS-05)" in ran.err
    assert "(XVM-CON-02)" in ran.err


@pytest.mark.parametrize(
    ("words", "rule", "text"),
    [
        (["--pxe"], "XVM-PXE-01", "--pxe: a PV guest has no boot ROM; give --location, or install as HVM"),
        (["-l", "ISO", "-x", "-B"], "XVM-ARGS-04", "-x holds -B with nothing behind it: '-B'; write it again"),
        (["-l", "ISO", "-x", "-B a='x"], "XVM-ARGS-04", '-x holds an unclosed quote: "\'x"; write it again'),
        (["-l", "ISO", "-x", "a\x01b"], "XVM-ARGS-04", "-x holds a control character: 'a\\x01b'; write it again"),
        (
            ["-l", "nfs:imgsrv", "--medium", "ISO"],
            "XVM-NET-03",
            "-l 'nfs:imgsrv' has no path; nfs:HOST:/path is expected",
        ),
        (
            ["-l", "nfs:imgsrv:/x", "--medium", "TREE"],
            "XVM-NET-03",
            "the NFS server imgsrv has no IPv4 address on this host",
        ),
        (["-l", "ISO", "--autocf", "nfs:js:/x"], "XVM-JS-03", "the NFS server js has no IPv4 address on this host"),
        (
            ["-l", "ISO", "--autocf", "a=b"],
            "XVM-JS-02",
            "--autocf 'a=b' is no place on NFS; nfs:HOST:/path is expected",
        ),
        (["-l", "OSOL", "--autocf", "nfs:js:/x"], "XVM-AI-04", "--autocf 'nfs:js:/x': 'nfs:js:/x' is no name=value"),
        (["-c", "TREE"], "XVM-ISO-01", "is no ISO; give an ISO as --cdrom, or the medium as --location"),
        (["-l", "S10"], "XVM-PV-01", "no kernel with a ramdisk that a PV guest could boot; looked for /platform/"),
    ],
)
def test_refusals_of_pv(
    words: list[str], rule: str, text: str, layout_iso: Iso, layout_tree: Callable[[str], Path]
) -> None:
    places = {"ISO": layout_iso(NEVADA, "pycdlib"), "TREE": layout_tree(NEVADA), "OSOL": layout_tree(LIVE),
              "S10": layout_tree(S10)}  # fmt: skip
    given = [places.get(word, word) for word in words]
    ran = run(*GUEST, *given, *REPEATABLE)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"xvmgate: refused by {rule}: ")
    assert text in ran.err
    ran = run(*GUEST, *given, *REPEATABLE, "--json")
    assert ran.status == 1
    body = ran.document()
    assert set(body) == {"schema", "refused"}
    assert (body["schema"], body["refused"]["rule"]) == ("xvmgate.plan/1", rule)
    assert text in body["refused"]["message"]


@pytest.mark.parametrize(
    ("words", "rule", "text"),
    [
        (["-c", "ISO", "-x", "-kd"], "XVM-HVM-02", "-x '-kd': an HVM guest boots its own menu; edit that instead"),
        (["-l", "ISO"], "XVM-HVM-01", "an HVM guest takes nothing out of a location"),
        (
            ["-c", "ISO", "--autocf", "/no/floppy.img"],
            "XVM-JS-05",
            "--autocf '/no/floppy.img': no floppy image is there",
        ),
        (["-c", "ISO", "--autocf", "nfs:js:/x"], "XVM-JS-05", "names no floppy image"),
        (["--pxe", "--autocf", "a=b"], "XVM-JS-05", "no floppy image is there"),
    ],
)
def test_refusals_of_hvm(words: list[str], rule: str, text: str, layout_iso: Iso) -> None:
    iso = layout_iso(S10, "pycdlib")
    ran = run("-n", "g", "-r", "512", "--hvm", *[iso if word == "ISO" else word for word in words])
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"xvmgate: refused by {rule}: ")
    assert text in ran.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "Missing option '-n' / '--name'"),
        (["-n", "g", "--paravirt", "-l", "ISO"], "Missing option '-r' / '--ram'"),
        (["-n", "g", "-r", "much", "--paravirt", "-l", "ISO"], "'much' is not a valid integer"),
        (["-n", "g", "-r", "0", "--paravirt", "-l", "ISO"], "ram 0: a number of megabytes from 1"),
        (["-n", "g", "-r", "512", "-l", "ISO"], "neither --hvm nor --paravirt: one of them is expected"),
        (["-n", "g", "-r", "512", "--hvm", "--paravirt", "-l", "ISO"], "both --hvm and --paravirt: one of them"),
        ([*GUEST], "no source: give a location, a cdrom or, for HVM, pxe"),
        ([*GUEST, "-l", "ISO", "-c", "ISO"], "location and cdrom: one source is expected, not 2"),
        ([*GUEST, "-l", "ISO", "--mac", "none"], "mac 'none': six octets in hexadecimal with colons are expected"),
        ([*GUEST, "-l", "/no/such.iso"], "/no/such.iso: cannot be read: No such file or directory"),
        ([*GUEST, "-l", __file__], "no ISO9660, UFS or ZFS image: text (XVM-FS-01)"),
        (
            [*GUEST, "-l", "ISO", "--reading", "https"],
            "--reading: reading https: not-http or as-http is expected, not ''",
        ),
        ([*GUEST, "-l", "ISO", "--reading", "x=y"], "--reading: no reading 'x' (known: family-order"),
        ([*GUEST, "-l", "ISO", "--resolve", "x"], "--resolve 'x': NAME=IP is expected, with an IPv4 address"),
        ([*GUEST, "-l", "ISO", "--resolve", "x=eth0"], "--resolve 'x=eth0': NAME=IP is expected"),
        (
            [*GUEST, "-l", "ISO", "--default-route", "eth0"],
            "--default-route 'eth0': the gateway's IPv4 address is expected",
        ),
        ([*GUEST, "-l", "ISO", "--host-bits", "16"], "Invalid value for '--host-bits'"),
    ],
)
def test_misuse(words: list[str], text: str, layout_iso: Iso) -> None:
    iso = layout_iso(NEVADA, "pycdlib")
    given = [iso if word == "ISO" else word for word in words]
    ran = run(*given)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.count("\n") == 1
    assert text in ran.err
    ran = run(*given, "--json")
    assert ran.status == 4
    assert ran.document()["schema"] == "xvmgate.plan/1"
    assert text in ran.document()["error"]["message"]


def test_an_hvm_floppy_that_is_there(layout_iso: Iso, tmp_path: Path) -> None:
    floppy = tmp_path / "js.img"
    floppy.write_bytes(b"\0" * 512)
    words = ["-n", "g", "-r", "512", "--hvm", "-c", layout_iso(S10, "pycdlib"), "--autocf", floppy]
    ran = run(*words)
    assert ran.status == 0
    assert f"machine  floppy {floppy}" in ran.out
    assert "machine  serial port and VNC" in ran.out


def test_an_hvm_medium_that_no_bios_boots_is_said(layout_tree: Callable[[str], Path], write_iso: Callable[..., Path],
                                                  tmp_path: Path) -> None:  # fmt: skip
    iso = write_iso("genisoimage", layout_tree(S10), tmp_path / "x.iso")
    ran = run("-n", "g", "-r", "512", "--hvm", "-c", iso)
    assert ran.status == 0
    assert "no El Torito boot record on ISO9660 with Rock Ridge" in ran.err
    assert "(XVM-HVM-01)" in ran.err
