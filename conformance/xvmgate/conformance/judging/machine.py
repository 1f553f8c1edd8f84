"""A libvirt domain as far as the rules look: what it boots from, its drives, displays and serial port."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

MAX_XML = 64 << 10
"""Characters of a domain that are read; ours have two thousand."""
DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
"""What no domain holds, and what entities that grow without end come in."""


class XmlError(Exception):
    """A text that is no domain; it says why."""


def read_domain(text: str) -> dict[str, Any]:
    """Return boot (kernel, cdrom, network), cdrom, floppy (a path, empty for none), graphics, serial.

    Raises XmlError.
    """
    if len(text) > MAX_XML or DOCTYPE.search(text):
        raise XmlError(f"domain_xml is longer than {MAX_XML} characters, or holds a document type")
    try:
        domain = ET.fromstring(text)  # noqa: S314  # bounded, and without a document type
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise XmlError(f"domain_xml is no XML: {error}") from error
    if domain.tag != "domain":
        raise XmlError("domain_xml is no libvirt domain")
    return {
        "boot": _boot(domain),
        "cdrom": _drive(domain, "cdrom"),
        "floppy": _drive(domain, "floppy"),
        "graphics": [found.get("type", "") for found in domain.iterfind("devices/graphics")],
        "serial": domain.find("devices/serial") is not None,
    }


def _boot(domain: ET.Element) -> str:
    if domain.findtext("os/kernel"):
        return "kernel"
    first = domain.find("os/boot")
    return "" if first is None else first.get("dev", "")


def _drive(domain: ET.Element, device: str) -> str:
    for disk in domain.iterfind("devices/disk"):
        source = disk.find("source")
        if disk.get("device") == device and source is not None:
            return source.get("file") or source.get("dev") or ""
    return ""
