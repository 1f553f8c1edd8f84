"""What is asked for: virt-install's options as one value, and what `-l` and `--autocf` name."""

from __future__ import annotations

import re
from typing import NamedTuple

from xvmgate.media.location import shown

from .proplist import CONTROL
from .refusal import RequestError

MODES = ("pv", "hvm")
MAX_MEMORY = 1 << 32
"""Largest memory in MB that is taken for a number of megabytes: 4 PiB."""
MAX_DEVICES = 64
"""Disks, and networks, that a guest may have."""
MAC = re.compile(r"[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}")
NFS_URL = re.compile(r"nfs://(?P<host>\[[^]]*\]|[^/:?]*)(?::\d+)?(?P<path>/[^?]*)?(?:\?.*)?", re.IGNORECASE)
NFS_PLACE = re.compile(r"nfs:(?!//)(?P<host>[^:/]*)(?::(?P<path>/.*)?)?", re.IGNORECASE)
WEB = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#]*)", re.IGNORECASE)


class InstallRequest(NamedTuple):
    """The options of one virt-install call; `ram` in MB, `mode` pv or hvm; None where an option was not given."""

    name: str
    ram: int
    mode: str
    mac: str | None = None
    location: str | None = None
    cdrom: str | None = None
    pxe: bool = False
    extra_args: str | None = None
    autocf: str | None = None
    nographics: bool = False
    vnc: bool = False
    os_type: str | None = None
    os_variant: str | None = None
    bootpath: str | None = None
    disks: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    vcpus: int = 1
    arch: str | None = None


class Source(NamedTuple):
    """Where an install comes from: `scheme` is nfs, http, https, local, cdrom or pxe.

    `host` and `path` are those of an NFS place, empty elsewhere; `text` is the option's own, without a login: a plan is
    no place for one.
    """

    scheme: str
    text: str
    host: str = ""
    path: str = ""


class PlaceError(Exception):
    """A text that begins like an NFS place and is none; the text says what is missing."""


def validate(request: InstallRequest) -> None:
    """Refuse what is no request, whatever the rules say of it.

    Raises RequestError naming the option and its text.
    """
    if request.mode not in MODES:
        raise RequestError(f"mode {request.mode!r}: one of {', '.join(MODES)} is expected")
    if not 1 <= request.ram <= MAX_MEMORY:
        raise RequestError(f"ram {request.ram}: a number of megabytes from 1 to {MAX_MEMORY} is expected")
    if not 1 <= request.vcpus <= 4096:
        raise RequestError(f"vcpus {request.vcpus}: a number from 1 to 4096 is expected")
    if max(len(request.disks), len(request.networks)) > MAX_DEVICES:
        raise RequestError(f"file or network: at most {MAX_DEVICES} disks and {MAX_DEVICES} networks are expected")
    if not request.name:
        raise RequestError("name: a name for the guest is expected, not an empty text")
    _printable(request)
    if request.mac is not None and not MAC.fullmatch(request.mac):
        raise RequestError(f"mac {request.mac!r}: six octets in hexadecimal with colons are expected")
    _one_source(request)


def _printable(request: InstallRequest) -> None:
    texts = [request.name, request.location, request.cdrom, request.autocf, request.bootpath]
    texts += [request.os_type, request.os_variant, request.arch, *request.disks, *request.networks]
    given = [text for text in texts if text]
    if _has_control("".join(given)):
        text = next(filter(_has_control, given))
        option = next((name for name, value in request._asdict().items() if value == text), "disk or network")
        raise RequestError(f"{option} {shown(text)!r}: a text without control characters is expected")


def _has_control(text: str) -> bool:
    return "\t" in text or CONTROL.search(text) is not None


def _one_source(request: InstallRequest) -> None:
    if request.location == "" or request.cdrom == "":
        raise RequestError("location or cdrom: a path or URL is expected, not an empty text")
    given = [option for option in ("location", "cdrom", "pxe") if getattr(request, option)]
    if not given:
        raise RequestError("no source: give a location, a cdrom or, for HVM, pxe")
    refused = request.pxe if request.mode == "pv" else request.location  # by a rule, whatever else is given
    if len(given) > 1 and not refused:
        raise RequestError(f"{' and '.join(given)}: one source is expected, not {len(given)}")
    if request.location and (web := WEB.match(request.location)) and not web["host"]:
        raise RequestError(f"location {shown(request.location)!r}: a URL with a host is expected")


def source_of(request: InstallRequest) -> Source:
    """Say where a valid request takes its medium from.

    Raises PlaceError for a location that begins with `nfs:` and has no host or no path.
    """
    if request.pxe:
        return Source("pxe", "")
    if request.cdrom is not None:
        return Source("cdrom", shown(request.cdrom))
    text = request.location or ""
    if place := nfs_place(text):
        return place
    web = WEB.match(text)
    return Source(web["scheme"].lower() if web else "local", shown(text))


def nfs_place(text: str) -> Source | None:
    """Read `nfs:HOST:/path` or `nfs://HOST[:port]/path[?options]`; None for a text of another kind.

    Raises PlaceError for one without host or path.
    """
    if text[:4].lower() != "nfs:":
        return None
    text = shown(text)
    found = NFS_URL.fullmatch(text) or NFS_PLACE.fullmatch(text)
    if found is None or not found["host"]:
        raise PlaceError(f"{text!r} names no NFS host; nfs:HOST:/path is expected")
    if not found["path"]:
        raise PlaceError(f"{text!r} has no path; nfs:HOST:/path is expected")
    return Source("nfs", text, found["host"], found["path"])
