"""NFS locations: `nfs:host:/path`, as virt-install's -l has it, and `nfs://host[:port]/path[?version=&nfsport=]`."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

SHORT = re.compile(r"nfs:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/\[\]\s]+):(?P<path>/.*)", re.IGNORECASE | re.DOTALL)
LONG = re.compile(
    r"nfs://(?:[^/?#\s]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/?#@\[\]\s]+)(?::(?P<port>\d{1,5}))?(?P<path>/[^?]*)(?:\?(?P<query>.*))?",
    re.IGNORECASE | re.DOTALL,
)
VERSIONS = {"4": ("4.1", "4.0"), "4.1": ("4.1",), "4.0": ("4.0",), "3": ("3",)}
"""Values of `version`, with the protocol versions that they allow, in the order of trying."""
ANY = ("4.1", "4.0", "3")
FORM = "write nfs:host:/path or nfs://host[:port]/path[?version=3|4|4.0|4.1][&nfsport=N]"


class Address(NamedTuple):
    """An NFS location taken apart; `port` is None for the usual one, `versions` are tried in their order."""

    host: str
    port: int | None
    path: str
    versions: tuple[str, ...]


def parse(location: str) -> Address:
    """Take a location apart. Raises ValueError with what is wrong with it."""
    short = SHORT.fullmatch(location)
    if short and not location.startswith("nfs://"):
        return Address(short["host"], None, short["path"], ANY)
    found = LONG.fullmatch(location)
    if found is None:
        raise ValueError("no NFS location with a host and a path")
    port: str | None = found["port"]
    versions: tuple[str, ...] = ANY
    for name, value in parse_qsl(found["query"] or "", keep_blank_values=True):
        if name == "nfsport":
            port = value
        elif name == "version" and value in VERSIONS:
            versions = VERSIONS[value]
        else:
            raise ValueError(f"{name}={value} is no option of an NFS location")
    if port is not None and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{port} is no port")
    return Address(found["host"], int(port) if port else None, unquote(found["path"]), versions)
