"""Installs of Nevada from NFS: where the medium is, and what the guest is on the network (XVM-NET)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .facts import address
from .part import Part, acts, put, say, word
from .proplist import QUOTES
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .bootargs import BootArgs
    from .case import Case

MASK = "subnet-mask"


def applies(family: str, scheme: str, *, as_iso: bool) -> bool:
    """Say whether an install is an NFS one of Nevada's (document, lines 105 and 121)."""
    return family == "nevada" and scheme == "nfs" and not as_iso


def settle(case: Case) -> tuple[BootArgs, list[Part]]:
    """Return the user's arguments, without a mask that is taken over, and what an NFS install adds.

    Raises Refused by XVM-NET-03 for a server without an address.
    """
    guest = address(case.facts, case.request.name)
    rest, mask = take_mask(case.user)
    if guest is None and _more_than_dhcp(case, mask) and case.readings.alternative("dhcp-set"):
        return case.user, [word("XVM-NET-02", "dhcp")]
    found = [*_medium(case)]
    if guest is not None and case.free("host-ip"):
        found.append(put("XVM-NET-04", "host-ip", guest))
    found += [*_mask(case, mask), *_router(case), *_mac(case)]
    if guest is None:
        found.append(word("XVM-NET-02", "dhcp"))
    return rest, found


def take_mask(user: BootArgs) -> tuple[BootArgs, str | None]:
    """Take the bare words `subnet-mask=M` out of the user's arguments; return the rest, and the last M (XVM-NET-01)."""
    masks = [text for text in user.words if text.startswith(f"{MASK}=")]
    if not masks:
        return user, None
    value = masks[-1].removeprefix(f"{MASK}=")
    if value[:1] in QUOTES:
        value = value[1:-1]
    return user._replace(words=tuple(text for text in user.words if text not in masks)), value


def _more_than_dhcp(case: Case, mask: str | None) -> bool:
    """Say whether there is anything but the word `dhcp` that a guest without an address would get."""
    return mask is not None or any(case.free(name) for name in ("install_media", "router-ip", "boot-mac"))


def elsewhere(case: Case) -> Iterator[Part]:
    """Yield what is to be said where the rules for NFS could be expected to apply and do not."""
    if case.family == "opensolaris" and case.source.scheme == "nfs":
        yield acts("XVM-NET-08")
    if case.family == "nevada" and case.source.scheme == "local" and case.kind == "tree" and case.free("install_media"):
        yield say(
            "XVM-NET-03",
            f"{case.source.text} is a local directory, so the guest is not told where its medium is; "
            "give the location as nfs:HOST:/path, or install_media with -x",
        )


def _medium(case: Case) -> Iterator[Part]:
    if case.free("install_media"):
        yield put("XVM-NET-03", "install_media", f"{server('XVM-NET-03', case, case.source.host)}:{case.source.path}")


def server(rule: str, case: Case, host: str) -> str:
    """Return the IPv4 address of an NFS server. Raises Refused, by the rule that needs it, where there is none."""
    found = address(case.facts, host)
    if found is None:
        raise Refused(
            rule, f"the NFS server {host} has no IPv4 address on this host; mend its name, or give the address"
        )
    return found


def _mask(case: Case, mask: str | None) -> Iterator[Part]:
    if not case.free(MASK):
        yield acts("XVM-NET-01")
        yield acts("XVM-NET-05")
        if mask is not None and dict(case.user.properties)[MASK] != mask:
            yield say("XVM-NET-01", f"-x: the word {MASK}={mask} is not passed on, for -B has another {MASK}")
    elif mask is not None:
        yield acts("XVM-NET-01", f"{MASK}={mask}")
        yield put("XVM-NET-05", MASK, mask)


def _router(case: Case) -> Iterator[Part]:
    if not case.free("router-ip"):
        return
    gateway = case.facts.default_route()
    if gateway is None:
        yield say(
            "XVM-NET-06", "this host has no default route, so router-ip is left out; give it with -x if it is needed"
        )
    else:
        yield put("XVM-NET-06", "router-ip", gateway)


def _mac(case: Case) -> Iterator[Part]:
    if not case.free("boot-mac"):
        return
    given = case.request.mac
    if given is None:
        yield say("XVM-NET-07", "no --mac was given, so boot-mac is left out")
        return
    short = ":".join(octet[1:] if len(octet) == 2 and octet[0] == "0" else octet for octet in given.split(":"))
    chosen = short if short != given and case.readings.alternative("boot-mac-form") else given
    yield put("XVM-NET-07", "boot-mac", chosen)
