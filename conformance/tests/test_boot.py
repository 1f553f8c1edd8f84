"""`xvmgate boot` with real Xen in QEMU: what a guest says that it was given is what was planned, to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zfs_forge import Pool

from xvmgate.builders.kernel import kernel
from xvmgate.builders.ramdisk import ramdisk
from xvmgate.fixtures.layout import every_layout

Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]
NEVADA, AI, B109, S10 = "nevada-snv121-dvd", "opensolaris-b128-ai", "opensolaris-b109-live", "solaris10-u6-dvd"
UNIX = "/platform/i86xpv/kernel/amd64/unix"
LIVE_LINE = f"{UNIX} -B install_media=cdrom,media_boot=true,auto-shutdown=enable,aimanifest=default"
MICROROOT, WIDE = "/boot/x86.microroot", "/boot/amd64/x86.microroot"
ARCHIVE = "/platform/i86pc/amd64/boot_archive"
RAMDISKS = {
    "opensolaris-2008.05-live": MICROROOT,
    "opensolaris-2008.11-live": MICROROOT,
    "opensolaris-2008.11-ai": MICROROOT,
    "opensolaris-2009.06-live": WIDE,
    "opensolaris-2009.06-ai": MICROROOT,
    NEVADA: "/boot/amd64/x86.miniroot",
    "opensolaris-b128-live": ARCHIVE,
    AI: ARCHIVE,
    "opensolaris-b130-ai": ARCHIVE,
    "opensolaris-b130-text": ARCHIVE,
    "openindiana-147-live": ARCHIVE,
    "omnios-r151-iso": ARCHIVE,
}
"""The 64-bit ramdisk of every release that has a documented one (document, L68-72)."""
UNDOCUMENTED = {B109, "opensolaris-b109-ai"}
"""Releases whose ramdisk the document does not know: they have no plan."""


def test_no_layout_is_forgotten() -> None:
    assert {layout.id for layout in every_layout() if 64 in layout.pairs} == set(RAMDISKS) | UNDOCUMENTED


def boot(*words: object) -> tuple[int, dict[str, Any], str]:
    """Run `xvmgate boot --json`; return its status, its document and what it said on stderr."""
    command = [sys.executable, "-m", "xvmgate.cli", "boot", "--json", "--limit", "60", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout), ran.stderr


def said(document: dict[str, Any]) -> list[str]:
    """Return the guest's own lines."""
    return [line for line in document["console"] if line.startswith("xvmgate-guest")]


def report(line: str, data: bytes) -> list[str]:
    """Return what a guest says that got this line and this ramdisk."""
    return [
        f"xvmgate-guest cmdline {line}",
        f"xvmgate-guest ramdisk {len(data)} {zlib.crc32(data):08x}",
        "xvmgate-guest end",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", RAMDISKS)
def test_every_layout_boots_as_it_is_planned(name: str, layout_iso: Iso, layout_tree: Tree, xen: str) -> None:
    iso = layout_iso(name, "pycdlib")
    status, document, _ = boot(iso, "--xen", xen)
    line = f"{UNIX} -B install_media=cdrom" if name == NEVADA else LIVE_LINE
    data = (layout_tree(name) / RAMDISKS[name][1:]).read_bytes()
    assert said(document) == report(line, data)
    assert (status, document["verdict"], document["ramdisk"]) == (0, "as-planned", RAMDISKS[name])
    plan = [sys.executable, "-m", "xvmgate.cli", "plan", "-n", "x", "-r", "1024", "--paravirt", "-c", str(iso)]
    planned = json.loads(subprocess.run([*plan, "--host-bits", "64", "--json"], check=True, capture_output=True).stdout)
    assert planned["cmdline"] == document["cmdline"] == document["report"]["cmdline"] == line


HOSTS = {"imgsrv": "192.0.2.5", "jssrv": "192.0.2.6", "domu-220": "192.0.2.220"}
FACTS = ["-n", "domu-220", "--no-dns", "--default-route", "192.0.2.1",
         *(word for host, ip in HOSTS.items() for word in ("--resolve", f"{host}={ip}"))]  # fmt: skip
ISO_WORDS = ["--nographics", "-x", """-kd -vB a='x,  y',b="it's, so",console=ttya - single"""]
ISO_LINE = f"""{UNIX} -kdv - single nowin -B a='x,  y',b="it's, so",console=ttya,install_media=cdrom"""
JUMPSTART = ["-l", "nfs:imgsrv:/export/snv, 121/", "--autocf", "nfs:jssrv:/export/js", "--mac", "0:16:3e:a:0:1",
             "--nographics", "-x", "-v subnet-mask=255.255.255.0"]  # fmt: skip
JUMPSTART_LINE = (
    f"{UNIX} -v - install nowin -B install_media='192.0.2.5:/export/snv, 121/',host-ip=192.0.2.220,"
    "subnet-mask=255.255.255.0,router-ip=192.0.2.1,boot-mac=0:16:3e:a:0:1,"
    "sysid_config=192.0.2.6:/export/js,install_config=192.0.2.6:/export/js"
)
AI_WORDS = ["-l", "http://aisrv:5555/x86", "--autocf", "install_service=x86_install,install_debug=enable",
            "-x", "-B console='ttya, 9600'"]  # fmt: skip
AI_LINE = (
    f"{UNIX} -B console='ttya, 9600',install_service=x86_install,install_debug=enable,"
    "install_media=http://aisrv:5555/x86,network-interface=xnf0,xpv-hcp=dhcp,livemode=text"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "form", "words", "line"),
    [
        pytest.param(NEVADA, "iso", ISO_WORDS, ISO_LINE, id="iso"),
        pytest.param(NEVADA, "tree", JUMPSTART, JUMPSTART_LINE, id="nfs-jumpstart"),
        pytest.param(AI, "tree", AI_WORDS, AI_LINE, id="ai"),
    ],
)
def test_a_full_command_line(
    name: str, form: str, words: list[str], line: str, layout_tree: Tree, layout_iso: Iso, xen: str
) -> None:
    tree = layout_tree(name)
    status, document, _ = boot(tree if form == "tree" else layout_iso(name, "xorriso"), "--xen", xen, *words, *FACTS)
    assert said(document) == report(line, (tree / RAMDISKS[name][1:]).read_bytes())
    assert (status, document["verdict"], document["cmdline"]) == (0, "as-planned", line)


@pytest.mark.slow
def test_an_installed_zfs_root(tmp_path: Path, xen: str) -> None:
    """The pool's device is in its label; the user's own is not needed."""
    pool, data = Pool(), ramdisk("x", [64], [], 0).read()
    files = {UNIX[1:]: pool.file(kernel(64), block=4096), ARCHIVE[1:]: pool.file(data, block=4096)}
    status, document, _ = boot(pool.save(tmp_path / "pool", files), "--xen", xen, "-x", "-v", *FACTS)
    assert said(document) == report(f"{UNIX} -v -B zfs-bootfs=forged/4,bootpath='/xpvd/xdf@51712:a'", data)
    assert (status, document["verdict"]) == (0, "as-planned")


@pytest.mark.slow
def test_a_kernel_without_notes(broken: Tree, boot_under_xen: Callable[..., Any]) -> None:
    """`check` says what will be, `plan` and `boot` refuse it, and Xen says why, in its own words."""
    root = broken(NEVADA)
    unix = root / "boot" / UNIX[1:]
    unix.write_bytes(kernel(64, xen=False))
    command = [sys.executable, "-m", "xvmgate.cli", "check", "--json", "--bits", "64", str(root)]
    checked = json.loads(subprocess.run(command, check=False, capture_output=True).stdout)
    (found,) = [check for check in checked["media"][0]["checks"] if check["verdict"] == "fail"]
    assert (found["rule"], checked["verdict"]) == ("XVM-PV-01", "nonconformant")
    assert "no Xen notes" in found["actual"]
    status, document, err = boot(root, *FACTS)
    assert (status, document["refused"]["rule"]) == (1, "XVM-PV-01")
    assert "has no Xen notes" in err
    booted = boot_under_xen(unix, root / "boot/amd64/x86.miniroot", UNIX)
    assert booted.verdict == "refused"
    assert "Will only load images built for the generic loader or Linux images" in booted.why
    assert "Could not construct domain 0" in booted.why
    assert booted.report is None


@pytest.mark.slow
def test_a_guest_that_gets_something_else(layout_tree: Tree, xen: str) -> None:
    """A line longer than Xen passes on arrives cut off: that is seen, and said."""
    status, document, err = boot(layout_tree(NEVADA), "--xen", xen, "-x", "a1b2c3d4 " * 130, *FACTS)
    assert (status, document["verdict"]) == (1, "differs")
    assert len(document["report"]["cmdline"]) == 1023
    assert "booted otherwise than planned: the guest got the command line" in err


@pytest.mark.slow
def test_a_text_that_is_waited_for(layout_tree: Tree, xen: str) -> None:
    status, document, _ = boot(layout_tree(NEVADA), "--xen", xen, "--until", "xvmgate-guest ramdisk", *FACTS)
    assert (status, document["verdict"]) == (0, "reached")
    status, document, err = boot(layout_tree(NEVADA), "--xen", xen, "--until", "login:", *FACTS)
    assert (status, document["verdict"]) == (1, "not-reached")
    assert "did not say 'login:'" in err


def test_a_medium_that_has_no_plan_is_refused(layout_tree: Tree) -> None:
    for name in (B109, S10):
        status, document, err = boot(layout_tree(name), *FACTS)
        assert (status, document["schema"], document["refused"]["rule"]) == (1, "xvmgate.boot/1", "XVM-PV-01")
        assert err.count("\n") == 1
