"""What `xvmgate boot` makes of what a machine says, and of bad input. A script that prints a log stands for QEMU."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import validate

from xvmgate.reports.schemas import text as schema

Iso = Callable[[str, str], Path]
NEVADA = "nevada-snv121-dvd"
FACTS = ["--no-dns", "--default-route", "none"]
LINE = "/platform/i86xpv/kernel/amd64/unix -B install_media=cdrom"
STARTED = "(XEN) *** Serial input to DOM0 (type 'CTRL-a' three times to switch input)\n(XEN) Freed 656kB init memory\n"
PANIC = """(XEN) d0 has maximum 208 PIRQs
(XEN) ERROR: Will only load images built for the generic loader
(XEN)\x20
(XEN) ****************************************
(XEN) Panic on CPU 0:
(XEN) Could not construct domain 0
(XEN) ****************************************
"""
CRASH = """(XEN) d0v0 Unhandled: vec 6, #UD[ffffffff]
(XEN) Domain 0 (vcpu#0) crashed on cpu#0:
(XEN) rax: 0000000000000000
(XEN) Hardware Dom0 crashed: rebooting machine in 5 seconds.
"""
REPORT = "xvmgate-guest cmdline {}\nxvmgate-guest ramdisk 524356 {}\nxvmgate-guest end\n"
GRUB = "SeaBIOS\nBooting from DVD/CD...\n"


class Machine:
    """A stand-in for QEMU, and a file that begins as Xen does."""

    def __init__(self, folder: Path) -> None:
        self.qemu, self.log, self.words, self.xen = (folder / name for name in ("qemu", "log", "words", "xen"))
        self.xen.write_bytes(b"\x7fELF")

    def says(self, log: str, then: str = "exit 0") -> list[str]:
        """Return the options that make a boot hear this, until it ends or sleeps."""
        self.log.write_text(log)
        self.qemu.write_text(
            f'#!/bin/sh\necho $$ > {self.qemu}.pid; echo "$@" > {self.words}\ncat {self.log}; {then}\n'
        )
        self.qemu.chmod(0o700)
        return ["--qemu", str(self.qemu), "--xen", str(self.xen)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def boot(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `xvmgate boot` in a process of its own."""
    command = [sys.executable, "-m", "xvmgate.cli", "boot", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **variables})
    assert "Traceback" not in ran.stderr
    return ran


@pytest.mark.parametrize(
    ("log", "then", "words", "status", "verdict", "message"),
    [
        (STARTED + "SunOS Release 5.11\nlogin: ", "exit 0", [], 0, "spoke", "the guest's last words are 'login:'"),
        (STARTED + "login: ", "exec sleep 600", ["--until", "login:"], 0, "reached", "booted as far as 'login:'"),
        ("login: " + STARTED, "exit 0", ["--until", "login:"], 1, "not-reached", "did not say 'login:' in its time"),
        (STARTED, "exec sleep 600", ["--limit", "0.5"], 1, "silent", "was started and said nothing in its time"),
        (STARTED + CRASH, "exec sleep 600", [], 1, "crashed", "Domain 0 (vcpu#0) crashed on cpu#0"),
        (STARTED + CRASH, "exec sleep 600", ["--until", "login:"], 1, "crashed", "Domain 0 (vcpu#0) crashed on cpu#0"),
        (PANIC, "exec sleep 600", [], 1, "refused", "built for the generic loader; Could not construct domain 0"),
        ("(XEN) Xen version 4.17\n", "exit 0", [], 5, "nothing", "did not come so far as to start the guest"),
        (STARTED + REPORT.format("/other", "51f8d7a9"), "exit 0", [], 1, "differs", "got the command line '/other'"),
        (
            STARTED + REPORT.format(LINE, "00000000"),
            "exit 0",
            [],
            1,
            "differs",
            "524356 bytes with CRC-32 00000000, and",
        ),
        (REPORT.format("/early", "51f8d7a9"), "exit 0", [], 5, "nothing", "did not come so far as to start the guest"),
    ],
)
def test_what_a_pv_guest_s_machine_says(
    log: str, then: str, words: list[str], status: int, verdict: str, message: str, layout_iso: Iso, machine: Machine
) -> None:
    ran = boot(layout_iso(NEVADA, "pycdlib"), *machine.says(log, then), "--json", *words, *FACTS)
    document = json.loads(ran.stdout)
    validate(document, json.loads(schema("boot")))
    assert (ran.returncode, document["verdict"]) == (status, verdict)
    assert message in document["message"]
    assert ran.stderr.count("\n") == (1 if status else 0)
    assert document["console"] == log.splitlines()


@pytest.mark.parametrize(
    ("log", "words", "status", "verdict"),
    [
        (GRUB + "GNU GRUB  version 0.97\n", [], 0, "reached"),
        (GRUB + "No bootable device.\n", [], 1, "refused"),
        (GRUB, ["--limit", "0.5"], 1, "not-reached"),
        ("SeaBIOS", ["--limit", "0.5"], 5, "nothing"),
    ],
)
def test_what_an_hvm_guest_s_machine_says(
    log: str, words: list[str], status: int, verdict: str, layout_iso: Iso, machine: Machine
) -> None:
    iso = layout_iso(NEVADA, "pycdlib")
    ran = boot(iso, "--hvm", "--json", *machine.says(log, "exec sleep 600"), *words)
    validate(json.loads(ran.stdout), json.loads(schema("boot")))
    assert (ran.returncode, json.loads(ran.stdout)["verdict"]) == (status, verdict)
    assert f"file={iso},format=raw,media=cdrom,readonly=on" in machine.words.read_text()


def test_the_machine_s_words(layout_iso: Iso, machine: Machine) -> None:
    """Commas of the command line are doubled for QEMU; the guest's memory is the request's."""
    ran = boot(
        layout_iso(NEVADA, "pycdlib"), *machine.says(STARTED + "x\n"), *FACTS, "-x", "-B a='x,y',b=c", "-r", "2048"
    )
    assert ran.returncode == 0
    words = machine.words.read_text()
    assert "-initrd kernel /platform/i86xpv/kernel/amd64/unix -B a='x,,y',,b=c,,install_media=cdrom,ramdisk" in words
    assert "dom0_mem=2048M" in words
    assert "-accel tcg" in words


def test_the_console_is_shown_as_it_comes(layout_iso: Iso, machine: Machine) -> None:
    ran = boot(layout_iso(NEVADA, "pycdlib"), *machine.says(STARTED + "\nevil \x1b]0;title\x07 text\n"), *FACTS)
    lines = ran.stdout.splitlines()
    assert lines[:2] == STARTED.splitlines()
    assert "\x1b" not in ran.stdout
    assert "\x07" not in ran.stdout
    assert lines[-1].startswith("booted: the guest's last words are")
    assert boot(layout_iso(NEVADA, "pycdlib"), *machine.says(STARTED + "x\n"), *FACTS, "-q").stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_interrupted(number: int, layout_iso: Iso, machine: Machine, tmp_path: Path) -> None:
    """The machine ends, the files go, the status is 2."""
    (tmp_path / "own").mkdir()
    words = [*machine.says(STARTED, "exec sleep 600"), "--json", *FACTS]
    command = [sys.executable, "-m", "xvmgate.cli", "boot", str(layout_iso(NEVADA, "pycdlib")), *words]
    env = {**os.environ, "TMPDIR": str(tmp_path / "own")}
    ours = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    end = time.monotonic() + 20
    while not machine.words.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    pid = int(Path(f"{machine.qemu}.pid").read_text())
    ours.send_signal(number)
    out, err = ours.communicate(timeout=20)
    assert (ours.returncode, err.strip()) == (2, "xvmgate: interrupted")
    assert json.loads(out)["error"]["message"] == "interrupted"
    assert not list((tmp_path / "own").iterdir())
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'MEDIUM'"),
        (["{iso}", "--no-such"], "No such option"),
        (["{iso}", "--limit", "0"], "no number of seconds"),
        (["{iso}", "-r", "0"], "a number of megabytes from 1 to 1048576 is expected"),
        (["{iso}", "-r", "512", "--qemu", "{bad}"], "a 32-bit guest is planned"),
        (["{iso}", "--host-bits", "32", "--qemu", "{bad}"], "a 32-bit guest is planned"),
        (["{iso}", "--mac", "x"], "six octets"),
        (["{iso}", "--qemu", "{bad}", "--xen", "/no/xen"], "/no/xen: Xen is expected there"),
        (["{iso}", "--qemu", "{bad}", "--xen", "{text}"], "Xen is expected, an ELF file"),
        (["{iso}", "--qemu", "{bad}", "--xen", "{gz}"], "Xen cannot be read"),
        (["{iso}", "--qemu", "no-such-qemu"], "no-such-qemu is not there, or is no program"),
        (["{iso}", "--qemu", "false-qemu", "--xen", "{xen}"], "false-qemu is not there"),
        (["{iso}", "--qemu", "{bad}", "--xen", "{xen}"], "does not run: no room"),
        (["/no/medium.iso", "--hvm"], "an ISO on this machine is expected with --hvm"),
        (["/no/medium"], "/no/medium"),
        (["{text}"], "{text}"),
        (["http://"], "a URL with a host is expected"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], message: str, layout_iso: Iso, tmp_path: Path, machine: Machine
) -> None:
    places = {"iso": layout_iso(NEVADA, "pycdlib"), "xen": machine.xen}
    for name, data in (("text", b"hello"), ("gz", b"\x1f\x8bhello"), ("bad", b"#!/bin/sh\necho no room >&2\nexit 1\n")):
        places[name] = tmp_path / name
        places[name].write_bytes(data)
        places[name].chmod(0o700)
    ran = boot(*(word.format(**places) for word in words), *FACTS, "--json")
    assert ran.returncode == 4
    assert message.format(**places) in ran.stderr
    assert ran.stderr.count("\n") == 1
    validate(json.loads(ran.stdout), json.loads(schema("boot")))
    assert list(json.loads(ran.stdout)) == ["schema", "error"]


def test_what_a_rule_refuses(layout_iso: Iso) -> None:
    for words, rule in (
        ([layout_iso(NEVADA, "pycdlib"), "--hvm", "-x", "-v"], "XVM-HVM-02"),
        ([layout_iso(NEVADA, "pycdlib"), "-x", "a='"], "XVM-ARGS-04"),
    ):
        ran = boot(*words, "--json")
        validate(json.loads(ran.stdout), json.loads(schema("boot")))
        assert (ran.returncode, json.loads(ran.stdout)["refused"]["rule"]) == (1, rule)
        assert ran.stderr.startswith(f"xvmgate: refused by {rule}: ")
