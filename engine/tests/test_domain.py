"""A plan as a libvirt domain: valid by libvirt's own schema, and with just the devices that the rules give it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from xvmgate.engine.facts import given
from xvmgate.engine.plan import make_plan
from xvmgate.engine.refusal import RequestError
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.guests.domain import BootFiles, as_text, install_domain, installed_domain
from xvmgate.guests.identity import Identity, new_identity

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


def installed(request: InstallRequest, identity: Identity | None = None) -> ET.Element:
    """Return the domain of the same guest after its installation."""
    plan = make_plan(request, given(64, {}, None), imagined("iso", NEVADA))
    return installed_domain(request, plan, identity)


def test_a_pv_domain_after_its_installation() -> None:
    root = installed(PV)
    assert root.findtext("bootloader") == "/usr/lib/xen/bin/pygrub"
    assert [(item.tag, item.text, item.attrib) for item in root.iterfind("os/*")] == [
        ("type", "linux", {"arch": "x86_64", "machine": "xenpv"})
    ]
    assert disks(root) == [
        ("disk", "block", "/dev/zvol/dsk/root", "xvda", "xen"),
        ("disk", "file", "/b.img", "xvdb", "xen"),
    ]
    assert [root.findtext(f"on_{event}") for event in ("poweroff", "reboot", "crash")] == [
        "destroy", "restart", "destroy",
    ]  # fmt: skip
    assert root.find("devices/console").attrib == {"type": "pty"}  # type: ignore[union-attr]
    assert root.find("devices/graphics") is None


def test_an_hvm_domain_after_its_installation() -> None:
    root = installed(HVM._replace(autocf="/js.img"))
    assert [item.attrib["dev"] for item in root.iterfind("os/boot")] == ["hd"]
    assert root.find("bootloader") is None
    assert [disk.attrib["device"] for disk in root.iterfind("devices/disk")] == ["disk"] * 4 + ["cdrom"]
    cd = root.find("devices/disk[@device='cdrom']")
    assert cd is not None
    assert cd.find("source") is None
    assert cd.find("target").attrib == {"dev": "hdc", "bus": "ide"}  # type: ignore[union-attr]
    assert root.find("devices/graphics").attrib["type"] == "vnc"  # type: ignore[union-attr]
    assert installed(HVM._replace(cdrom=None, pxe=True)).find("devices/disk[@device='cdrom']") is None


def test_both_forms_are_one_guest() -> None:
    """What libvirt would make up for each of them anew is the same in both: uuid and MAC addresses."""
    request = PV._replace(mac=None, networks=("bridge:a", "bridge:b"))
    plan = make_plan(request, given(64, {}, None), imagined("iso", NEVADA))
    one = new_identity(request)
    forms = [install_domain(request, plan, one), installed_domain(request, plan, one)]
    for form in forms:
        assert form.findtext("uuid") == one.uuid
        assert tuple(mac.attrib["address"] for mac in form.iterfind("devices/interface/mac")) == one.macs
    assert len(one.macs) == len(set(one.macs)) == 2
    assert all(re.fullmatch(r"00:16:3e:[0-7][0-9a-f](:[0-9a-f]{2}){2}", mac) for mac in one.macs)
    assert new_identity(PV).macs == ("00:16:3e:0a:00:01",)
    assert new_identity(PV).uuid != one.uuid


def test_the_files_that_were_taken_off_the_medium() -> None:
    plan = make_plan(PV, given(64, {}, None), imagined("iso", NEVADA))
    root = install_domain(PV, plan, files=BootFiles("/tmp/x/unix", "/tmp/x/x86.miniroot"))
    assert [root.findtext(f"os/{part}") for part in ("kernel", "initrd")] == ["/tmp/x/unix", "/tmp/x/x86.miniroot"]


def test_many_disks() -> None:
    names = [name for *_, name, _ in disks(domain(PV._replace(disks=tuple(map(str, range(28))))))]
    assert names[24:] == ["xvdy", "xvdz", "xvdaa", "xvdab", "xvdac"]
    with pytest.raises(RequestError, match="at most 64 disks"):
        domain(PV._replace(disks=("/a",) * 65))


@pytest.mark.parametrize("request_", [PV, HVM, HVM._replace(cdrom=None, pxe=True, nographics=True)])
def test_libvirt_s_schema_takes_it_after_the_installation(
    request_: InstallRequest, real: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "domain.xml").write_text(as_text(installed(request_, new_identity(request_))))
    command = [real("virt-xml-validate"), str(tmp_path / "domain.xml"), "domain"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
