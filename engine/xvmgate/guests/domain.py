"""A plan as a libvirt domain: the machine that a Xen host is told to make for the installation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .one_line import one_line

if TYPE_CHECKING:
    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest

LOADER = "/usr/lib/xen/boot/hvmloader"
"""Xen's firmware for HVM guests, where every Xen host has had it."""
ARCHES = {32: "i686", 64: "x86_64"}
BOOT = {"cdrom": ("cdrom", "hd"), "network": ("network", "hd")}
"""Boot devices of an HVM guest in their order: the installer first, then the disk (XVM-HVM-01, XVM-PXE-02)."""
NETWORK = re.compile(r"(bridge|network)[:=]([^,]+)")
DEFAULT_NETWORK = ("network", "default")
"""libvirt's own network, for a guest whose user names none."""


def install_domain(request: InstallRequest, plan: BootPlan) -> ET.Element:
    """Return the domain of an installation.

    Kernel and ramdisk of a PV guest are named by their paths on the medium: whoever starts the domain puts in the paths
    of the files that were taken off it.
    """
    domain = ET.Element("domain", type="xen")
    _text(domain, "name", request.name)
    _text(domain, "memory", str(request.ram), unit="MiB")
    _text(domain, "vcpu", str(request.vcpus))
    system = ET.SubElement(domain, "os")
    if plan.mode == "pv":
        _pv_system(system, request, plan)
    else:
        _hvm_system(system, request, plan)
        features = ET.SubElement(domain, "features")
        ET.SubElement(features, "acpi")
        ET.SubElement(features, "apic")
    for event in ("poweroff", "reboot", "crash"):
        _text(domain, f"on_{event}", "destroy")
    devices = ET.SubElement(domain, "devices")
    _disks(devices, request, plan)
    _network(devices, request)
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


def _pv_system(system: ET.Element, request: InstallRequest, plan: BootPlan) -> None:
    arch = request.arch or ARCHES[plan.bits or 64]
    _text(system, "type", "linux", arch=arch, machine="xenpv")
    _text(system, "kernel", plan.kernel or "")
    _text(system, "initrd", plan.ramdisk or "")
    _text(system, "cmdline", plan.cmdline or "")


def _hvm_system(system: ET.Element, request: InstallRequest, plan: BootPlan) -> None:
    _text(system, "type", "hvm", arch=request.arch or ARCHES[64], machine="xenfv")
    _text(system, "loader", LOADER, type="rom")
    for device in BOOT[plan.devices.boot]:
        ET.SubElement(system, "boot", dev=device)


def _disks(devices: ET.Element, request: InstallRequest, plan: BootPlan) -> None:
    prefix, bus = ("xvd", "xen") if plan.mode == "pv" else ("hd", "ide")
    letters = iter("abdefghijklmnop" if plan.mode == "hvm" else "abcdefghijklmnop")
    for path in request.disks:
        _disk(devices, "disk", path, f"{prefix}{next(letters)}", bus)
    if plan.devices.cdrom is not None:
        target = "hdc" if plan.mode == "hvm" else f"{prefix}{next(letters)}"
        _disk(devices, "cdrom", plan.devices.cdrom, target, bus)
    if plan.devices.floppy is not None:
        _disk(devices, "floppy", plan.devices.floppy, "fda", "fdc")


def _disk(devices: ET.Element, device: str, path: str, target: str, bus: str) -> None:
    kind, attribute = ("block", "dev") if path.startswith("/dev/") else ("file", "file")
    disk = ET.SubElement(devices, "disk", type=kind, device=device)
    ET.SubElement(disk, "source", {attribute: path})
    ET.SubElement(disk, "target", dev=target, bus=bus)
    if device == "cdrom":
        ET.SubElement(disk, "readonly")


def _network(devices: ET.Element, request: InstallRequest) -> None:
    for place, network in enumerate(request.networks or ("",)):
        match = NETWORK.match(network)
        kind, name = (match[1], match[2]) if match else DEFAULT_NETWORK
        interface = ET.SubElement(devices, "interface", type=kind)
        if request.mac is not None and place == 0:
            octets = (octet.rjust(2, "0").lower() for octet in request.mac.split(":"))
            ET.SubElement(interface, "mac", address=":".join(octets))
        ET.SubElement(interface, "source", {kind: name})


def _consoles(devices: ET.Element, plan: BootPlan) -> None:
    """Add what the user sees of the guest: a console for PV (XVM-CON-02), serial port and display for HVM (CON-01)."""
    if plan.devices.serial:
        ET.SubElement(devices, "serial", type="pty")
    if plan.mode == "pv":
        ET.SubElement(devices, "console", type="pty")
    for kind in plan.devices.graphics:
        ET.SubElement(devices, "graphics", type=kind, autoport="yes")
