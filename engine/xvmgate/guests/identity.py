"""Who a guest is to its host, whatever it boots: the install and what comes after it are one domain."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xvmgate.engine.request import InstallRequest

OUI = "00:16:3e"
"""The prefix of MAC addresses of Xen guests."""


class Identity(NamedTuple):
    """A domain's uuid, and the MAC address of each of its interfaces, two digits an octet."""

    uuid: str
    macs: tuple[str, ...]


def new_identity(request: InstallRequest) -> Identity:
    """Make up what the request leaves open: a guest whose MAC changes after the install finds no network."""
    interfaces = max(1, len(request.networks))
    given = (padded(request.mac),) if request.mac is not None else ()
    return Identity(str(uuid.uuid4()), given + tuple(_made_up() for _ in range(interfaces - len(given))))


def padded(mac: str) -> str:
    """Return a MAC address with two digits an octet, as libvirt wants it."""
    return ":".join(octet.rjust(2, "0").lower() for octet in mac.split(":"))


def _made_up() -> str:
    first, *rest = secrets.token_bytes(3)
    return ":".join([OUI, *(f"{octet:02x}" for octet in (first & 0x7F, *rest))])
