"""The host's facts as options: what is given is taken, the rest is asked of the host when a rule needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.engine import host
from xvmgate.engine.facts import HostFacts, is_ipv4
from xvmgate.engine.readings import check_sides
from xvmgate.engine.refusal import RequestError
from xvmgate.reports.verdict import USAGE

from .options import Stop

if TYPE_CHECKING:
    from collections.abc import Iterable


def parse_facts(bits: str | None, resolve: Iterable[str], route: str | None, *, dns: bool) -> HostFacts:
    """Return the facts that the options state; `route` may be `none`.

    Raises Stop for a text that is no such fact.
    """
    names = dict(_name_and_address(text) for text in resolve)
    if route not in (None, "none") and not is_ipv4(str(route)):
        raise Stop(f"--default-route {route!r}: the gateway's IPv4 address is expected, or none", USAGE)
    real = host.host_facts()

    def resolved(name: str) -> str | None:
        return names[name] if name in names else real.resolve(name) if dns else None

    return HostFacts(
        bits=real.bits if bits is None else lambda: int(bits),
        resolve=resolved,
        default_route=real.default_route if route is None else lambda: None if route == "none" else route,
        has_file=real.has_file,
    )


def _name_and_address(text: str) -> tuple[str, str]:
    name, equals, address = text.partition("=")
    if not name or not equals or not is_ipv4(address):
        raise Stop(f"--resolve {text!r}: NAME=IP is expected, with an IPv4 address", USAGE)
    return name, address


def parse_readings(texts: Iterable[str]) -> dict[str, str]:
    """Return readings by name, with the side chosen of each.

    Raises Stop for a reading or a side that does not exist.
    """
    pairs = [text.partition("=") for text in texts]
    chosen = {name: side for name, _, side in pairs}
    try:
        check_sides(chosen)
    except RequestError as error:
        raise Stop(f"--reading: {error}", USAGE) from error
    return chosen
