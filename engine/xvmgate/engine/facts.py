"""What a plan may know of the host: three facts and a look for a file, each asked for only when a rule needs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .refusal import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(?:\.{OCTET}){{3}}")


class HostFacts(NamedTuple):
    """The facts as questions: `bits` is 32 or 64; `resolve` gives a name's IPv4 address, None where it has none.

    `default_route` gives the gateway's IPv4 address, None where there is none; `has_file` says whether a regular file
    lies at a path of the host. No other fact of the host reaches a plan (XVM-GEN-01).
    """

    bits: Callable[[], int]
    resolve: Callable[[str], str | None]
    default_route: Callable[[], str | None]
    has_file: Callable[[str], bool]


def given(host_bits: int | None, resolve: Mapping[str, str], default_route: str | None) -> HostFacts:
    """Return facts that are known beforehand; a name that `resolve` lacks has no address, every file is there.

    Raises RequestError, when asked for the width, if none was given.
    """

    def bits() -> int:
        if host_bits is None:
            raise RequestError("host_bits: 32 or 64 is expected, for the guest's width depends on the host's")
        return host_bits

    return HostFacts(bits, resolve.get, lambda: default_route, lambda path: True)  # noqa: ARG005  # none is looked at


def address(facts: HostFacts, name: str) -> str | None:
    """Return a host's IPv4 address: an address as it is, a name as it resolves, None where it does not."""
    return name if is_ipv4(name) else facts.resolve(name)


def is_ipv4(text: str) -> bool:
    """Say whether a text is an IPv4 address in its four decimal parts."""
    return IPV4.fullmatch(text) is not None
