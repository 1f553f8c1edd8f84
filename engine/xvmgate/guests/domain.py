"""A plan as a libvirt domain: the machine that a Xen host is told to make, for the installation and for after it."""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from .identity import Identity, padded
from .one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest

LOADER = "/usr/lib/xen/boot/hvmloader"
"""Xen's firmware for HVM guests, where every Xen host has had it."""
PYGRUB = "/usr/lib/xen/bin/pygrub"
"""What reads kernel and ramdisk off the disk of an installed PV guest; a host may have it elsewhere."""
ARCHES = {32: "i686", 64: "x86_64"}
BOOT = {"cdrom": ("cdrom", "hd"), "network": ("network", "hd")}
"""Boot devices of an HVM guest in their order: the installer first, then the disk (XVM-HVM-01, XVM-PXE-02)."""
HVM_CD = 2
"""The CD's place among the drives of an HVM guest, hdc: the second controller's first."""
NETWORK = re.compile(r"(bridge|network)[:=]([^,]+)")
DEFAULT_NETWORK = ("network", "default")
"""libvirt's own network, for a guest whose user names none."""


INSTALLING = {"poweroff": "destroy", "reboot": "destroy", "crash": "destroy"}
"""What happens to an install domain whose guest does this: each is an end, and libvirt reports it as one.

A guest that were restarted on reboot would start its installer again, and nobody would hear of the end (XVM-REB-01).
"""
INSTALLED = {"poweroff": "destroy", "reboot": "restart", "crash": "destroy"}
"""As INSTALLING, for a guest that runs from its disk."""


class BootFiles(NamedTuple):
    """Kernel and ramdisk of a PV guest as files of the host."""

    kernel: str
    ramdisk: str


def install_domain(
    request: InstallRequest, plan: BootPlan, identity: Identity | None = None, files: BootFiles | None = None
) -> ET.Element:
    """Return the domain of an installation.

    Without `files`, kernel and ramdisk of a PV guest are named by their paths on the medium: that is a domain to look
    at, not to start. Without `identity` libvirt makes one up.
    """
    domain = _machine(request, identity)
    system = ET.SubElement(domain, "os")
    if plan.mode == "pv":
        _pv_system(system, request, plan)
        _text(system, "kernel", files.kernel if files else plan.kernel or "")
        _text(system, "initrd", files.ramdisk if files else plan.ramdisk or "")
        _text(system, "cmdline", plan.cmdline or "")
    else:
        _hvm_system(domain, system, request, BOOT[plan.devices.boot])
    _ends(domain, INSTALLING)
    devices = ET.SubElement(domain, "devices")
    _disks(devices, request, plan)
    if plan.devices.cdrom is not None:
        _disk(devices, "cdrom", plan.devices.cdrom, *_cd_target(request, plan))
    if plan.devices.floppy is not None:
        _disk(devices, "floppy", plan.devices.floppy, "fda", "fdc")
    _network(devices, request, identity)
    _consoles(devices, plan)
    return domain


def installed_domain(
    request: InstallRequest, plan: BootPlan, identity: Identity | None = None, bootloader: str = PYGRUB
) -> ET.Element:
    """Return the domain of the same guest after its installation: it boots from its disk (XVM-REB-02).

    A PV guest's kernel is read off the disk by the bootloader, and its CD is gone. An HVM guest keeps the drive, empty.
    """
    domain = _machine(request, identity)
    if plan.mode == "pv":
        _text(domain, "bootloader", bootloader)
    system = ET.SubElement(domain, "os")
    if plan.mode == "pv":
        _pv_system(system, request, plan)
    else:
        _hvm_system(domain, system, request, ("hd",))
    _ends(domain, INSTALLED)
    devices = ET.SubElement(domain, "devices")
    _disks(devices, request, plan)
    if plan.mode == "hvm" and plan.devices.cdrom is not None:
        _disk(devices, "cdrom", None, *_cd_target(request, plan))
    _network(devices, request, identity)
    _consoles(devices, plan)
    return domain


def as_text(domain: ET.Element, *, pretty: bool = False) -> str:
    """Return a domain as XML text, on lines of its own for people."""
    if not pretty:
        return one_line(domain)
    ET.indent(domain)
    return ET.tostring(domain, encoding="unicode")


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text


def _machine(request: InstallRequest, identity: Identity | None) -> ET.Element:
    domain = ET.Element("domain", type="xen")
    _text(domain, "name", request.name)
    if identity is not None:
        _text(domain, "uuid", identity.uuid)
    _text(domain, "memory", str(request.ram), unit="MiB")
    _text(domain, "vcpu", str(request.vcpus))
    return domain


def _pv_system(system: ET.Element, request: InstallRequest, plan: BootPlan) -> None:
    arch = request.arch or ARCHES[plan.bits or 64]
    _text(system, "type", "linux", arch=arch, machine="xenpv")


def _hvm_system(domain: ET.Element, system: ET.Element, request: InstallRequest, boot: tuple[str, ...]) -> None:
    _text(system, "type", "hvm", arch=request.arch or ARCHES[64], machine="xenfv")
    _text(system, "loader", LOADER, type="rom")
    for device in boot:
        ET.SubElement(system, "boot", dev=device)
    features = ET.SubElement(domain, "features")
    ET.SubElement(features, "acpi")
    ET.SubElement(features, "apic")


def _ends(domain: ET.Element, what: Mapping[str, str]) -> None:
    for event, action in what.items():
        _text(domain, f"on_{event}", action)


def _disks(devices: ET.Element, request: InstallRequest, plan: BootPlan) -> None:
    for place, path in enumerate(request.disks):
        _disk(devices, "disk", path, *_target(plan, place))


def _target(plan: BootPlan, place: int) -> tuple[str, str]:
    """Return name and bus of the place-th disk; an HVM guest has hdc for its CD."""
    prefix, bus = ("xvd", "xen") if plan.mode == "pv" else ("hd", "ide")
    if plan.mode == "hvm" and place >= HVM_CD:
        place += 1
    more, last = divmod(place, len(ascii_lowercase))
    return f"{prefix}{ascii_lowercase[more - 1] if more else ''}{ascii_lowercase[last]}", bus


def _cd_target(request: InstallRequest, plan: BootPlan) -> tuple[str, str]:
    return _target(plan, len(request.disks)) if plan.mode == "pv" else ("hdc", "ide")


def _disk(devices: ET.Element, device: str, path: str | None, target: str, bus: str) -> None:
    kind, attribute = ("block", "dev") if path and path.startswith("/dev/") else ("file", "file")
    disk = ET.SubElement(devices, "disk", type=kind, device=device)
    if path is not None:
        ET.SubElement(disk, "source", {attribute: path})
    ET.SubElement(disk, "target", dev=target, bus=bus)
    if device == "cdrom":
        ET.SubElement(disk, "readonly")


def _network(devices: ET.Element, request: InstallRequest, identity: Identity | None) -> None:
    macs = identity.macs if identity else () if request.mac is None else (padded(request.mac),)
    for place, network in enumerate(request.networks or ("",)):
        match = NETWORK.match(network)
        kind, name = (match[1], match[2]) if match else DEFAULT_NETWORK
        interface = ET.SubElement(devices, "interface", type=kind)
        if place < len(macs):
            ET.SubElement(interface, "mac", address=macs[place])
        ET.SubElement(interface, "source", {kind: name})


def _consoles(devices: ET.Element, plan: BootPlan) -> None:
    """Add what the user sees of the guest: a console for PV (XVM-CON-02), serial port and display for HVM (CON-01)."""
    if plan.devices.serial:
        ET.SubElement(devices, "serial", type="pty")
    if plan.mode == "pv":
        ET.SubElement(devices, "console", type="pty")
    for kind in plan.devices.graphics:
        ET.SubElement(devices, "graphics", type=kind, autoport="yes")
