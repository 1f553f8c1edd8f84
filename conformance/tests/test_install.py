"""`xvmgate install` on a real libvirt daemon with its test driver: the guest's life, and everything that can cut it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import validate

from xvmgate.reports.schemas import text as schema

Iso = Callable[[str, str], Path]
NEVADA = "nevada-snv121-dvd"
NAME = "domu-220"
LINE = "/platform/i86xpv/kernel/amd64/unix -B install_media=cdrom"
GUEST = ["-n", NAME, "-r", "1024", "--host-bits", "64", "--no-dns", "--default-route", "none"]
NOTHING_STAYS = "nothing of it stays but its disks"
WHOLE_LIFE = f"""created   {NAME}, which boots its installer
defined   {NAME}, as it will be: it boots from its disk
waiting   until the installation ends (XVM-REB-01); `virsh console {NAME}` shows it
ended     the installation of {NAME}
started   {NAME} again (XVM-REB-02)
{NAME} is installed, and runs from its disk
"""


class Host:
    """A libvirt daemon, `virsh` on it as someone else, and `xvmgate install` as ours."""

    def __init__(self, daemon: subprocess.Popen[bytes], uri: str, heard: Path, iso: Path, folder: Path) -> None:
        self.daemon, self.uri, self.heard, self.folder = daemon, uri, heard, folder
        self.own = folder / "own"
        self.own.mkdir()
        self.disk = folder / "disk"
        self.disk.write_bytes(b"")
        self.words = [*GUEST, "-f", str(self.disk), "-c", str(iso), "--connect", uri]
        self.started: list[subprocess.Popen[str]] = []

    def virsh(self, *words: str) -> str:
        """Do something to the host."""
        return subprocess.run(
            ["virsh", "-q", "-c", self.uri, *words], check=True, capture_output=True, text=True
        ).stdout

    def guests(self) -> list[str]:
        """Return the names of the guests; the driver has one named `test` from the start."""
        return sorted(set(self.virsh("list", "--all", "--name").split()) - {"test"})

    def info(self) -> dict[str, str]:
        """Return what the host knows of the guest."""
        pairs = (line.partition(":") for line in self.virsh("dominfo", NAME).splitlines())
        return {key: value.strip() for key, _, value in pairs}

    def events(self, count: int) -> list[str]:
        """Return what happened to the guest, as another client of the host sees it, when it has seen so much."""
        end = time.monotonic() + 20
        while True:
            lines = [line for line in self.heard.read_text().splitlines() if f"'{NAME}'" in line]
            if len(lines) >= count or time.monotonic() > end:
                return [line.rpartition(": ")[2] for line in lines]
            time.sleep(0.05)

    def install(self, *words: str) -> subprocess.Popen[str]:
        """Start `xvmgate install`."""
        command = [sys.executable, "-m", "xvmgate.cli", "install", *self.words, *(words or ("--paravirt",))]
        env = {**os.environ, "TMPDIR": str(self.own), "PYTHONUNBUFFERED": "1"}
        ours = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        self.started.append(ours)
        return ours

    def installing(self, *words: str) -> subprocess.Popen[str]:
        """Start it, and wait until it waits for the guest's end."""
        ours = self.install(*words)
        end = time.monotonic() + 20
        while NAME not in self.guests() or self.info()["Persistent"] != "yes":
            assert time.monotonic() < end
            assert ours.poll() is None, ours.communicate()
            time.sleep(0.05)
        return ours

    def end(self, ours: subprocess.Popen[str]) -> tuple[int, str, str]:
        """Wait for our end; return status, stdout, stderr. No file of ours is left."""
        out, err = ours.communicate(timeout=20)
        assert "Traceback" not in err
        assert not list(self.own.iterdir())
        return ours.returncode, out, err.strip()


@pytest.fixture
def host(
    libvirtd: Callable[[], tuple[subprocess.Popen[bytes], str, Path]], layout_iso: Iso, tmp_path: Path
) -> Iterator[Host]:
    host = Host(*libvirtd(), layout_iso(NEVADA, "pycdlib"), tmp_path)
    yield host
    for ours in host.started:
        with ours:
            ours.kill()


def test_install_finish_start(host: Host) -> None:
    """The whole life, with its events in order as another client of the host sees them."""
    ours = host.installing()
    first = ET.fromstring(host.virsh("dumpxml", NAME))
    assert [first.findtext(f"os/{tag}") for tag in ("cmdline", "type")] == [LINE, "linux"]
    assert not list(host.own.glob("*/*"))  # the host has read them
    then = ET.fromstring(host.virsh("dumpxml", "--inactive", NAME))
    host.virsh("shutdown", NAME)
    assert host.end(ours) == (0, WHOLE_LIFE, "")
    assert host.events(4) == ["Started Booted", "Defined Added", "Stopped Shutdown", "Started Booted"]
    assert (host.info()["State"], host.info()["Persistent"]) == ("running", "yes")
    last = ET.fromstring(host.virsh("dumpxml", NAME))
    for now in (then, last):
        assert (now.findtext("bootloader"), now.findtext("os/kernel")) == ("/usr/lib/xen/bin/pygrub", None)
        assert now.findtext("uuid") == first.findtext("uuid")
        assert [mac.attrib for mac in now.iter("mac")] == [mac.attrib for mac in first.iter("mac")]
        assert [disk.attrib["device"] for disk in now.iterfind("devices/disk")] == ["disk"]
    assert [disk.attrib["device"] for disk in first.iterfind("devices/disk")] == ["disk", "cdrom"]


def test_an_hvm_guest(host: Host) -> None:
    ours = host.installing("--hvm", "--vnc")
    first = ET.fromstring(host.virsh("dumpxml", NAME))
    assert [boot.attrib["dev"] for boot in first.iterfind("os/boot")] == ["cdrom", "hd"]
    host.virsh("shutdown", NAME)
    assert host.end(ours)[0] == 0
    last = ET.fromstring(host.virsh("dumpxml", NAME))
    assert [boot.attrib["dev"] for boot in last.iterfind("os/boot")] == ["hd"]
    assert last.find("devices/disk[@device='cdrom']/source") is None


def test_noreboot(host: Host) -> None:
    ours = host.installing("--paravirt", "--noreboot")
    host.virsh("shutdown", NAME)
    status, out, err = host.end(ours)
    assert (status, err, out.splitlines()[-1]) == (0, "", f"{NAME} is installed; `virsh start {NAME}` starts it")
    assert host.info()["State"] == "shut off"
    host.virsh("start", NAME)


def test_without_waiting(host: Host) -> None:
    status, out, err = host.end(host.install("--paravirt", "--wait", "0"))
    assert (status, err) == (0, "")
    assert "waiting" not in out
    assert (host.info()["State"], host.info()["Persistent"]) == ("running", "yes")
    host.virsh("shutdown", NAME)
    assert "<bootloader>" in host.virsh("dumpxml", NAME)


@pytest.mark.slow
def test_the_time_is_up(host: Host) -> None:
    """A minute is the least that a user can give; the guest goes on."""
    ours = host.installing("--paravirt", "--wait", "1")
    _, err = ours.communicate(timeout=90)
    said = f"{NAME} still installs when its time is up; it goes on, and `virsh start {NAME}` starts it from its disk"
    assert (ours.returncode, err) == (1, f"xvmgate: {said}\n")
    assert (host.info()["State"], host.info()["Persistent"]) == ("running", "yes")


DESTROYED = f"{NAME} was destroyed by someone else while it installed; {NOTHING_STAYS}"
CRASHED = f"{NAME} crashed while it installed; {NOTHING_STAYS}"
UNDEFINED = f"the definition of {NAME} was taken away by someone else; it installs on, and is not started again"
SAVED = f"{NAME} was saved or moved away while it installed; it is not watched any more"


@pytest.mark.parametrize(
    ("words", "message", "left"),
    [
        (["destroy", NAME], DESTROYED, []),
        (["dump", NAME, "{core}", "--crash"], CRASHED, []),
        (["undefine", NAME], UNDEFINED, [NAME]),
        (["save", NAME, "{core}"], SAVED, [NAME]),
    ],
)
def test_someone_else(words: list[str], message: str, left: list[str], host: Host) -> None:
    ours = host.installing()
    host.virsh(*(word.format(core=host.folder / "core") for word in words))
    ended, _, err = host.end(ours)
    assert (ended, err) == (1, f"xvmgate: {message}")
    assert host.guests() == left


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: int, host: Host) -> None:
    ours = host.installing()
    ours.send_signal(number)
    status, _, err = host.end(ours)
    assert (status, err) == (2, f"xvmgate: interrupted; {NAME} was stopped, and {NOTHING_STAYS}")
    assert host.guests() == []


def test_killed(host: Host) -> None:
    """Nobody can take anything back then: what stays is whole, and starts from its disk."""
    ours = host.installing()
    ours.kill()
    ours.wait()
    assert host.guests() == [NAME]
    host.virsh("shutdown", NAME)
    host.virsh("start", NAME)
    assert "<bootloader>" in host.virsh("dumpxml", NAME)


def test_the_connection_is_lost(host: Host) -> None:
    ours = host.installing()
    host.daemon.kill()
    status, _, err = host.end(ours)
    said = f"the connection to {host.uri} was lost; {NAME} is defined there whole, and goes on as long as its host does"
    assert (status, err) == (4, f"xvmgate: {said}")


def test_a_host_that_refuses(host: Host) -> None:
    """Its schema is asked before anything starts."""
    status, _, err = host.end(host.install("--paravirt", "--arch", "no such arch"))
    assert status == 1
    assert err.startswith(f"xvmgate: {NAME} is not installed: ")
    assert err.count("\n") == 0
    assert host.guests() == []


def test_a_name_in_use(host: Host) -> None:
    status, out, err = host.end(host.install("--paravirt", "-n", "test"))
    assert (status, out) == (4, "")
    assert err == f"xvmgate: {host.uri}: a domain named test is there already; give another name with -n"
    assert host.guests() == []


def test_json(host: Host) -> None:
    ours = host.installing("--paravirt", "--json")
    host.virsh("shutdown", NAME)
    status, out, err = host.end(ours)
    document = json.loads(out)
    validate(document, json.loads(schema("install")))
    assert (status, err, document["schema"]) == (0, "", "xvmgate.install/1")
    assert (document["outcome"], document["steps"]) == ("started", ["create", "define", "start"])
    assert (document["cmdline"], document["uri"]) == (LINE, host.uri)
    assert ET.fromstring(document["domains"]["install"]).findtext("os/cmdline") == LINE
    ours = host.install("--paravirt", "--json")
    status, out, err = host.end(ours)
    assert (status, list(json.loads(out))) == (4, ["schema", "error"])
    assert "is there already" in json.loads(out)["error"]["message"]


def test_a_reader_that_goes_away_leaves_the_guest(host: Host) -> None:
    ours = host.install()
    assert ours.stdout
    ours.stdout.close()
    end = time.monotonic() + 20
    while NAME not in host.guests() or host.info()["Persistent"] != "yes":
        assert time.monotonic() < end
        time.sleep(0.05)
    host.virsh("shutdown", NAME)
    assert ours.wait(timeout=20) == 0
    assert host.info()["State"] == "running"


def test_libvirt_s_own_environment_names_the_host(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", host.uri)
    host.words = host.words[:-2]
    ours = host.installing()
    host.virsh("shutdown", NAME)
    assert host.end(ours)[0] == 0


def test_a_host_that_is_not_there(host: Host) -> None:
    host.daemon.kill()
    host.daemon.wait()
    status, out, err = host.end(host.install())
    assert (status, out, err.count("\n")) == (4, "", 0)
    assert err.startswith(f"xvmgate: {host.uri}: cannot be connected to: ")


def test_a_prepared_host_that_has_the_name(host: Host) -> None:
    node = host.folder / "node.xml"
    node.write_text(f"""<node><domain type="xen"><name>{NAME}</name><memory>1024</memory>
        <os><type arch="x86_64" machine="xenpv">linux</type></os></domain></node>""")
    uri = f"test://{node}"
    status, _, err = host.end(host.install("--paravirt", "--connect", uri))
    assert (status, err) == (
        4,
        f"xvmgate: {uri}: a domain named {NAME} is there already; give another name with -n",
    )
    assert host.end(host.install("--paravirt", "--connect", uri, "-n", "another", "--wait", "0"))[0] == 0
