"""A plan as a libvirt domain: valid by libvirt's own schema, and with just the devices that the rules give it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from xvmgate.engine.facts import given
from xvmgate.engine.plan import make_plan
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.guests.domain import as_text, install_domain

NEVADA = ["/boot/platform/i86xpv/kernel/unix", "/boot/platform/i86xpv/kernel/amd64/unix", "/boot/x86.miniroot",
          "/boot/amd64/x86.miniroot"]  # fmt: skip
PV = InstallRequest("domu-220", 1024, "pv", "0:16:3E:a:0:1", "/export/snv.iso", disks=("/dev/zvol/dsk/root", "/b.img"))
HVM = InstallRequest("domu-222", 512, "hvm", None, None, "/export/s10.iso", disks=("/a", "/b", "/c", "/d"))


def domain(request: InstallRequest) -> ET.Element:
    """Return the domain of a request, on an imagined Nevada ISO."""
    plan = make_plan(request, given(64, {}, None), imagined("iso", NEVADA))
    return install_domain(request, plan)


def disks(root: ET.Element) -> list[tuple[str, str, str, str, str]]:
    """Return device, type, source, target and bus of each disk."""
    found = []
    for disk in root.iterfind("devices/disk"):
        (source,) = disk.find("source").attrib.values()  # type: ignore[union-attr]
        target = disk.find("target").attrib  # type: ignore[union-attr]
        found.append((disk.attrib["device"], disk.attrib["type"], source, target["dev"], target["bus"]))
    return found


def test_a_pv_domain() -> None:
    root = domain(PV)
    assert root.attrib == {"type": "xen"}
    assert [root.findtext(name) for name in ("name", "memory", "vcpu")] == ["domu-220", "1024", "1"]
    assert root.find("memory").attrib == {"unit": "MiB"}  # type: ignore[union-attr]
    assert root.find("os/type").attrib == {"arch": "x86_64", "machine": "xenpv"}  # type: ignore[union-attr]
    assert [(item.tag, item.text) for item in root.iterfind("os/*")] == [
        ("type", "linux"),
        ("kernel", "/boot/platform/i86xpv/kernel/amd64/unix"),
        ("initrd", "/boot/amd64/x86.miniroot"),
        ("cmdline", "/platform/i86xpv/kernel/amd64/unix -B install_media=cdrom"),
    ]
    assert disks(root) == [
        ("disk", "block", "/dev/zvol/dsk/root", "xvda", "xen"),
        ("disk", "file", "/b.img", "xvdb", "xen"),
        ("cdrom", "file", "/export/snv.iso", "xvdc", "xen"),
    ]
    assert [disk.attrib["device"] for disk in root.iterfind("devices/disk[readonly]")] == ["cdrom"]
    assert root.find("devices/interface/mac").attrib == {"address": "00:16:3e:0a:00:01"}  # type: ignore[union-attr]
    assert root.find("devices/console").attrib == {"type": "pty"}  # type: ignore[union-attr]
    assert root.find("devices/graphics") is None
    assert root.find("devices/serial") is None
    assert [root.findtext(f"on_{event}") for event in ("poweroff", "reboot", "crash")] == ["destroy"] * 3


def test_a_32_bit_pv_domain_and_what_the_user_sets() -> None:
    assert domain(PV._replace(ram=512)).find("os/type").attrib["arch"] == "i686"  # type: ignore[union-attr]
    root = domain(
        PV._replace(ram=512, arch="x86_64", vcpus=3, networks=("bridge:xenbr0", "network=lab,model=x", "user"))
    )
    assert root.find("os/type").attrib["arch"] == "x86_64"  # type: ignore[union-attr]
    assert root.findtext("vcpu") == "3"
    interfaces = [(net.attrib["type"], net.find("source").attrib) for net in root.iterfind("devices/interface")]  # type: ignore[union-attr]
    assert interfaces == [
        ("bridge", {"bridge": "xenbr0"}),
        ("network", {"network": "lab"}),
        ("network", {"network": "default"}),
    ]
    assert len(root.findall("devices/interface/mac")) == 1


def test_an_hvm_domain() -> None:
    root = domain(HVM._replace(autocf="/js.img"))
    assert [(item.tag, item.text, item.attrib) for item in root.iterfind("os/*")] == [
        ("type", "hvm", {"arch": "x86_64", "machine": "xenfv"}),
        ("loader", "/usr/lib/xen/boot/hvmloader", {"type": "rom"}),
        ("boot", None, {"dev": "cdrom"}),
        ("boot", None, {"dev": "hd"}),
    ]
    assert [item.tag for item in root.iterfind("features/*")] == ["acpi", "apic"]
    assert disks(root) == [
        ("disk", "file", "/a", "hda", "ide"),
        ("disk", "file", "/b", "hdb", "ide"),
        ("disk", "file", "/c", "hdd", "ide"),
        ("disk", "file", "/d", "hde", "ide"),
        ("cdrom", "file", "/export/s10.iso", "hdc", "ide"),
        ("floppy", "file", "/js.img", "fda", "fdc"),
    ]
    assert root.find("devices/serial").attrib == {"type": "pty"}  # type: ignore[union-attr]
    assert root.find("devices/graphics").attrib == {"type": "vnc", "autoport": "yes"}  # type: ignore[union-attr]
    assert root.find("devices/console") is None


def test_an_hvm_domain_from_the_network_without_a_display() -> None:
    root = domain(HVM._replace(cdrom=None, pxe=True, nographics=True, arch="i686"))
    assert [item.attrib["dev"] for item in root.iterfind("os/boot")] == ["network", "hd"]
    assert root.find("os/type").attrib["arch"] == "i686"  # type: ignore[union-attr]
    assert root.find("devices/graphics") is None
    assert [disk[0] for disk in disks(root)] == ["disk"] * 4


@pytest.mark.parametrize("pretty", [False, True])
@pytest.mark.parametrize(
    "request_",
    [
        PV,
        PV._replace(ram=512, extra_args="-kdv -B a='x, y',b=\"it's\" <&>", networks=("bridge:br0",)),
        HVM._replace(autocf="/js & <co>.img", mac="00:16:3e:00:00:01"),
        HVM._replace(cdrom=None, pxe=True),
    ],
)
def test_libvirt_s_schema_takes_it(
    request_: InstallRequest, pretty: bool, real: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "domain.xml"
    text = as_text(domain(request_), pretty=pretty)
    file.write_text(text)
    assert ("\n" in text) == pretty
    ran = subprocess.run([real("virt-xml-validate"), file, "domain"], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
