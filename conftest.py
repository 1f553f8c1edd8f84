"""What all tests share: real parts from outside, and every layout as a tree and as an ISO by four independent writers.

A part that is missing skips its tests by the name of its Debian package, or fails them where XVMGATE_REQUIRE_REAL=1.
"""

from __future__ import annotations

import lzma
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from xvmgate.guests.boot import Booted

PACKAGES = {
    "genisoimage": "genisoimage",
    "isoinfo": "genisoimage",
    "xorriso": "xorriso",
    "makefs": "makefs",
    "bsdtar": "libarchive-tools",
    "readnotes": "xen-utils-4.17",
    "nginx": "nginx-light",
    "ganesha.nfsd": "nfs-ganesha",
    "nfs-ls": "libnfs-utils",
    "grub-fstest": "grub-common",
    "zfs-fuse": "zfs-fuse",
    "zdb": "zfs-fuse",
    "partx": "util-linux",
    "fsstat": "sleuthkit",
    "icat": "sleuthkit",
    "faketime": "faketime",
    "as": "binutils",
    "objcopy": "binutils",
    "curl": "curl",
    "qemu-system-x86_64": "qemu-system-x86",
    "virt-xml-validate": "libvirt-clients",
    "virsh": "libvirt-clients",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
}
"""The Debian package of each real part."""
PLACES = ["/usr/sbin", "/sbin", "/usr/lib/xen-4.17/bin"]
"""Where Debian puts parts that are not on everyone's PATH."""
FILES = {
    "/usr/lib/xen-4.17/lib/python": "xen-utils-4.17",
    "/usr/lib/grub/x86_64-pc/stage2_eltorito": "grub-legacy",
}
"""The Debian package of each real part that is no command."""
UNPACKED = Path(__file__).parent / "build" / "unpacked"
"""Where `.ci/run` unpacks the packages that are never installed (packages-unpacked.txt)."""
XEN = "boot/xen-4.17-amd64.gz"
LIBVIRTD = "usr/sbin/libvirtd"
XEN_LIMIT = 60
"""Seconds in which Xen in QEMU has to end; it takes 1.2 on an idle machine."""
BOOT_IMAGE = "boot/grub/stage2_eltorito"
DATA = Path(__file__).parent / "engine/tests/data"
"""Kept pools, the script that made them, and the forge of others: modules that tests import by their names."""
sys.path.append(str(DATA))

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # a run in the background: programs that tests interrupt inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

Real = Callable[[str], str]
WriteIso = Callable[..., Path]
LayoutTree = Callable[[str], Path]
LayoutIso = Callable[[str, str], Path]
Golden = Callable[[Path, str], None]
Libvirtd = Callable[[], "tuple[subprocess.Popen[bytes], str, Path]"]
BootXen = Callable[[Path, Path, str], "Booted"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that writes golden files anew; `git diff` then shows what became of them."""
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(path, text)`: the file holds this text; with --regenerate it is written."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--regenerate"):
            path.write_text(text, encoding="utf-8")
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text.splitlines() == held.splitlines(), f"{path} holds another text; --regenerate writes it anew"

    return compare


def find_real(name: str) -> str:
    """Return a real part's path; skip, or fail in CI, where it is missing."""
    if name in FILES:
        found = name if os.path.exists(name) else None
    else:
        found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *PLACES]))
    return found or _missing(f"{name} is missing: Debian package {PACKAGES.get(name) or FILES[name]}")


def _missing(reason: str) -> NoReturn:
    if os.environ.get("XVMGATE_REQUIRE_REAL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _genisoimage(tree: Path, out: Path, volume_id: str, boot: bool) -> list[str]:
    options = ["-quiet", "-R", "-V", volume_id]
    return [find_real("genisoimage"), *options, *_mkisofs_boot(boot), "-o", str(out), str(tree)]


def _xorriso(tree: Path, out: Path, volume_id: str, boot: bool) -> list[str]:
    options = ["-as", "mkisofs", "-quiet", "-R", "-V", volume_id]
    return [find_real("xorriso"), *options, *_mkisofs_boot(boot), "-o", str(out), str(tree)]


def _mkisofs_boot(boot: bool) -> list[str]:
    if not boot:
        return []
    return ["-b", BOOT_IMAGE, "-c", ".catalog", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]


def _makefs(tree: Path, out: Path, volume_id: str, boot: bool) -> list[str]:
    options = f"rockridge,label={volume_id}"
    options += f",bootimage=i386;{tree / BOOT_IMAGE},no-emul-boot" if boot else ""
    return [find_real("makefs"), "-t", "cd9660", "-o", options, str(out), str(tree)]


COMMANDS = {"genisoimage": _genisoimage, "xorriso": _xorriso, "makefs": _makefs}


@pytest.fixture(scope="session")
def real() -> Real:
    """`real("isoinfo")`: the path of a real part, or a skip."""
    return find_real


@pytest.fixture(scope="session")
def write_iso() -> WriteIso:
    """`write_iso(writer, tree, out, volume_id="TEST", boot=False)`: an ISO with Rock Ridge by one of COMMANDS."""

    def write(writer: str, tree: Path, out: Path, volume_id: str = "TEST", *, boot: bool = False) -> Path:
        command = COMMANDS[writer](tree, out, volume_id, boot)
        subprocess.run(command, check=True, capture_output=True)
        assert out.stat().st_size > 40960, f"{writer} left half an image"
        return out

    return write


@pytest.fixture(scope="session")
def layout_tree(tmp_path_factory: pytest.TempPathFactory) -> LayoutTree:
    """`layout_tree("nevada-snv121-dvd")`: the layout as a directory, built once; not to be changed."""
    from xvmgate.builders.tree import build_tree
    from xvmgate.fixtures.layout import get

    built: dict[str, Path] = {}

    def tree(layout: str) -> Path:
        if layout not in built:
            root = tmp_path_factory.mktemp("tree") / layout
            build_tree(get(layout), str(root))
            built[layout] = root
        return built[layout]

    return tree


@pytest.fixture(scope="session")
def layout_iso(tmp_path_factory: pytest.TempPathFactory, layout_tree: LayoutTree, write_iso: WriteIso) -> LayoutIso:
    """`layout_iso("nevada-snv121-dvd", "xorriso")`: the layout as an ISO, built once; not to be changed.

    Writers: genisoimage, xorriso, makefs, pycdlib.
    """
    from xvmgate.builders.iso import build_iso
    from xvmgate.fixtures.layout import get

    built: dict[tuple[str, str], Path] = {}

    def iso(layout: str, writer: str) -> Path:
        if (layout, writer) not in built:
            out = tmp_path_factory.mktemp("iso") / f"{layout}.iso"
            if writer == "pycdlib":
                build_iso(get(layout), str(out))
            else:
                ids = get(layout).volume_ids
                write_iso(writer, layout_tree(layout), out, ids[0] if ids else "XVM", boot=True)
            built[layout, writer] = out
        return built[layout, writer]

    return iso


@pytest.fixture(scope="session")
def kept_pool(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`kept_pool("v10-fletcher2")`: a pool of real zfs-fuse, unpacked once; not to be changed."""
    unpacked: dict[str, Path] = {}

    def pool(name: str) -> Path:
        if name not in unpacked:
            out = tmp_path_factory.mktemp("pool") / name
            with lzma.open(DATA / f"{name}.img.xz") as packed, out.open("wb") as image:
                while chunk := packed.read(1 << 20):
                    image.seek(len(chunk), os.SEEK_CUR) if not any(chunk) else image.write(chunk)
                image.truncate()
            unpacked[name] = out
        return unpacked[name]

    return pool


@pytest.fixture(scope="session")
def xen() -> str:
    """Where Xen lies, for QEMU to run it; both are there."""
    find_real("qemu-system-x86_64")
    if not (UNPACKED / XEN).exists():
        _missing("Xen is not unpacked below build/unpacked, as .ci/run does: Debian package xen-hypervisor-4.17-amd64")
    return str(UNPACKED / XEN)


@pytest.fixture
def boot_under_xen(tmp_path: Path, xen: str) -> BootXen:
    """`boot_under_xen(kernel, ramdisk, command_line)`: how it went.

    Xen runs in QEMU, emulated, and starts the kernel as its 64-bit PV domain 0.
    """
    from xvmgate.guests.boot import Wanted, boot_pv
    from xvmgate.guests.domain import BootFiles

    def boot(kernel: Path, ramdisk: Path, command_line: str) -> Booted:
        folder = tmp_path / "machine"
        folder.mkdir()
        files = BootFiles(shutil.copy(kernel, str(folder / "kernel")), shutil.copy(ramdisk, str(folder / "ramdisk")))
        return boot_pv(files, command_line, 256, str(folder), Wanted(limit=XEN_LIMIT, xen=xen))

    return boot


@pytest.fixture
def libvirt() -> ModuleType:
    """libvirt-python; only the libvirt environment of tox promises it, which builds it from source."""
    try:
        return import_module("libvirt")
    except ImportError:
        reason = (
            "libvirt-python is missing: pip install 'xvmgate[libvirt]'; Debian packages libvirt-dev, pkg-config, gcc"
        )
        if os.environ.get("XVMGATE_REQUIRE_LIBVIRT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def libvirtd(libvirt: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Libvirtd]:  # noqa: ARG001  # it is there, or the test is skipped
    """`libvirtd()`: a running libvirt daemon, the URI of its test driver, and a file that events are written to.

    The driver forgets all when nobody is connected: who listens to its events stays connected.
    """
    virsh, daemon = find_real("virsh"), UNPACKED / LIBVIRTD
    if not daemon.exists():
        _missing("libvirtd is not unpacked below build/unpacked, as .ci/run does: Debian package libvirt-daemon")
    folder = Path(tempfile.mkdtemp(prefix="xvm"))  # a socket's path is short
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(folder))
    running: list[subprocess.Popen[bytes]] = []

    def start() -> tuple[subprocess.Popen[bytes], str, Path]:
        (folder / "conf").write_text(f'unix_sock_dir = "{folder}"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n')
        command = [str(daemon), "-f", str(folder / "conf"), "-p", str(folder / "pid")]
        with (folder / "log").open("wb") as log:
            running.append(subprocess.Popen(command, stdout=log, stderr=log))
        uri = f"test+unix:///default?socket={folder}/libvirt-sock"
        end = time.monotonic() + 20
        while subprocess.run([virsh, "-c", uri, "list"], check=False, capture_output=True).returncode:
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.05)
        words = ["event", "--event", "lifecycle", "--loop"]
        with (folder / "events").open("wb") as events:
            running.append(subprocess.Popen([virsh, "-c", uri, *words], stdout=events))
        return running[-2], uri, folder / "events"

    yield start
    for process in running:
        process.kill()
        process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def broken(layout_tree: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """`broken("nevada-snv121-dvd")`: the layout as a directory that may be changed."""

    def copy(name: str) -> Path:
        root = tmp_path / name
        shutil.copytree(layout_tree(name), root, symlinks=True)
        return root

    return copy
