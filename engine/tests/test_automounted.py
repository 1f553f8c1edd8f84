"""A path below /net, as an automounter shows a server's exports, and the host's tables, by pyfakefs."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from xvmgate.engine import host
from xvmgate.media import MediumError, open_medium

if TYPE_CHECKING:
    from pyfakefs.fake_filesystem import FakeFilesystem

EXPORT = "/net/imgsrv/export/snv_121"
ROUTES = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth1\t00000000\t0A0200C0\t0003\t0\t0\t200\t00000000\t0\t0\t0
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""


@pytest.fixture
def export(fs: FakeFilesystem) -> FakeFilesystem:
    """A Nevada tree on another host, as far as names go."""
    fs.create_file(f"{EXPORT}/boot/amd64/x86.miniroot", contents="m" * 100)
    fs.create_file(f"{EXPORT}/boot/platform/i86xpv/kernel/amd64/unix", contents="k")
    fs.create_symlink(f"{EXPORT}/boot/current", "amd64")
    fs.create_symlink(f"{EXPORT}/platform", "/net/other/export/platform")
    fs.create_dir("/net/other/export/platform")
    return fs


@pytest.mark.usefixtures("export")
def test_it_is_a_plain_directory() -> None:
    with open_medium(EXPORT) as medium:
        assert (medium.kind, medium.filesystem, medium.distant) == ("tree", "a directory tree", False)
        assert medium.lookup("/boot/amd64/x86.miniroot").is_file
        assert medium.lookup("/boot/current/x86.miniroot").real == "/boot/amd64/x86.miniroot"
        assert medium.stat("/boot/amd64/x86.miniroot").size == 100
        assert [entry.name for entry in medium.list("/boot")] == ["amd64", "current", "platform"]


@pytest.mark.usefixtures("export")
def test_another_export_is_not_the_medium() -> None:
    with open_medium(EXPORT) as medium:
        assert medium.lookup("/platform").status == "escape"
        assert medium.lookup("/../../other/export/platform").status == "escape"


@pytest.mark.usefixtures("export")
def test_a_host_that_the_automounter_does_not_know() -> None:
    with pytest.raises(MediumError, match="/net/nobody/export: cannot be read: No such file or directory"):
        open_medium("/net/nobody/export")


@pytest.mark.usefixtures("export")
@pytest.mark.parametrize("number", [errno.EACCES, errno.ETIMEDOUT, errno.ESTALE, errno.EIO])
def test_a_server_that_stops_answering(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    with open_medium(EXPORT) as medium:
        monkeypatch.setattr(os, "lstat", fail)
        with pytest.raises(MediumError, match=f"boot cannot be read: {os.strerror(number)}"):
            medium.lookup("/boot/amd64/x86.miniroot")


def test_the_host_s_routes(fs: FakeFilesystem) -> None:
    """The default route of the lowest metric."""
    fs.create_file("/proc/net/route", contents=ROUTES)
    assert host.default_route() == "192.0.2.1"


@pytest.mark.parametrize(
    ("machine", "flags", "bits"), [("i686", "fpu lm nx", 64), ("i686", "fpu nx", 32), ("x86_64", "", 64)]
)
def test_the_host_s_processors(
    machine: str, flags: str, bits: int, fs: FakeFilesystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs.create_file("/proc/cpuinfo", contents=f"processor\t: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert host.host_bits() == bits
