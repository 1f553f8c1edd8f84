"""`xvmgate install` where it does nothing: a dry run, bad input, refusals, no libvirt. No host is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import validate

from xvmgate.reports.schemas import text as schema

Iso = Callable[[str, str], Path]
NEVADA = "nevada-snv121-dvd"
GUEST = ["-n", "domu-220", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]
NO_LIBVIRT = "import sys; sys.modules['libvirt'] = None; from xvmgate.cli.main import run; run(sys.argv[1:])"


def install(*words: object) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate install` where libvirt-python is missing."""
    command = [sys.executable, "-c", NO_LIBVIRT, "install", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Traceback" not in ran.stderr
    return ran


@pytest.fixture
def iso(layout_iso: Iso) -> Path:
    return layout_iso(NEVADA, "pycdlib")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    (tmp_path / "disk").write_bytes(b"")
    return tmp_path / "disk"


def test_without_libvirt_python(iso: Path, disk: Path) -> None:
    ran = install(*GUEST, "-c", iso, "-f", disk)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith("xvmgate: installing needs libvirt-python, which cannot be loaded")
    assert "say pip install 'xvmgate[libvirt]'" in ran.stderr
    assert "(libvirt-dev)" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_dry_run(iso: Path, disk: Path) -> None:
    """It needs no libvirt."""
    ran = install(*GUEST, "-c", os.path.relpath(iso), "-f", disk, "--dry-run", "--wait", "30")
    assert (ran.returncode, ran.stderr) == (0, "")
    steps, _, domains = ran.stdout.partition("\n\nthe domain that installs:\n")
    assert (
        steps
        == """take      /boot/platform/i86xpv/kernel/amd64/unix and /boot/amd64/x86.miniroot off the medium
create    domu-220, which boots its installer
define    domu-220, as it will be: it boots from its disk
wait      30 minutes at most (XVM-REB-01)
start     domu-220 again (XVM-REB-02)"""
    )
    assert "<cmdline>/platform/i86xpv/kernel/amd64/unix -B install_media=cdrom</cmdline>" in domains
    assert f'<source file="{iso}" />' in domains
    assert "\n\nthe domain that runs:\n" in domains


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["--noreboot"], "wait      as long as it takes (XVM-REB-01)"),
        (["--wait", "0"], "define    domu-220, as it will be"),
    ],
)
def test_a_dry_run_that_starts_nothing_again(words: list[str], last: str, iso: Path, disk: Path) -> None:
    steps = install(*GUEST, "-c", iso, "-f", disk, "--dry-run", *words).stdout.partition("\n\n")[0]
    assert steps.splitlines()[-1].startswith(last)


def test_a_dry_run_as_json(iso: Path, disk: Path) -> None:
    document = json.loads(install(*GUEST, "-c", iso, "-f", disk, "--dry-run", "--json", "--connect", "xen:///").stdout)
    validate(document, json.loads(schema("install")))
    assert (document["schema"], document["outcome"]) == ("xvmgate.install/1", "planned")
    assert document["uri"] == "xen:///"
    assert document["domains"]["install"].startswith('<domain type="xen">')


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-c", "{iso}"], "no disk: domu-220 needs one to be installed on; give it with -f"),
        (["-c", "{iso}", "-f", "/no/disk"], "/no/disk: a disk or an image is expected, but it is not there"),
        (["-c", "{iso}", "-f", "{folder}"], "a disk or an image is expected, but it is a directory"),
        (["-c", "{iso}", "-f", "{disk}", "-f", "/no/second"], "/no/second: a disk or an image is expected"),
        (["-c", "/no/iso", "-f", "{disk}"], "/no/iso"),
        (["-c", "{disk}", "-f", "{disk}"], "{disk}"),
        (["-f", "{disk}"], "no source"),
        (["-c", "{iso}", "-f", "{disk}", "--wait", "x"], "'x' is not a valid integer range"),
        (["-c", "{iso}", "-f", "{disk}", "--wait", "-2"], "-2 is not in the range"),
        (["-c", "{iso}", "-f", "{disk}", "--hvm"], "both --hvm and --paravirt"),
        (["-c", "{iso}", "-f", "{disk}", "--no-such"], "No such option"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], message: str, iso: Path, disk: Path) -> None:
    places = {"iso": iso, "disk": disk, "folder": disk.parent}
    ran = install(*GUEST, *(word.format(**places) for word in words), "--json")
    assert ran.returncode == 4
    assert message.format(**places) in ran.stderr
    assert ran.stderr.count("\n") == 1
    validate(json.loads(ran.stdout), json.loads(schema("install")))
    assert list(json.loads(ran.stdout)) == ["schema", "error"]


def test_what_a_rule_refuses(iso: Path, disk: Path) -> None:
    ran = install(*GUEST, "-c", iso, "-f", disk, "-x", "a='", "--json")
    validate(json.loads(ran.stdout), json.loads(schema("install")))
    assert (ran.returncode, json.loads(ran.stdout)["refused"]["rule"]) == (1, "XVM-ARGS-04")
    assert ran.stderr.startswith("xvmgate: refused by XVM-ARGS-04: ")
