"""Which rules a difference speaks against: the rule that an argument, a path or a device comes from.

So a verdict names the rule at fault, and one fault of an engine does not colour every rule of the vectors it shows in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xvmgate.engine.layout import family_of
from xvmgate.fixtures.rule import area

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.fixtures.vector import Vector

    from .difference import Difference

PROPERTIES: dict[str, tuple[str, ...]] = {
    "host-ip": ("XVM-NET-04",),
    "subnet-mask": ("XVM-NET-05", "XVM-NET-01"),
    "router-ip": ("XVM-NET-06",),
    "boot-mac": ("XVM-NET-07",),
    "sysid_config": ("XVM-JS-03", "XVM-JS-02"),
    "install_config": ("XVM-JS-04", "XVM-JS-02"),
    "zfs-bootfs": ("XVM-ZFS-01", "XVM-ARGS-03"),
    "bootpath": ("XVM-ZFS-02", "XVM-ARGS-03"),
    "network-interface": ("XVM-AI-08",),
    "xpv-hcp": ("XVM-AI-08",),
    "livemode": ("XVM-AI-08",),
    "media_boot": ("XVM-BAI-01", "XVM-BAI-04"),
    "auto-shutdown": ("XVM-BAI-02", "XVM-BAI-04"),
    "aimanifest": ("XVM-BAI-03", "XVM-BAI-04"),
}
"""Properties that a tool adds: first the rule that each comes from, then rules that demand something of it."""
NETWORK = ("host-ip", "subnet-mask", "router-ip", "boot-mac")
OF_NETWORK = ("XVM-ARGS-02", "XVM-NET-08")
PASSING = {"install_debug": "XVM-AI-09", "livessh": "XVM-AI-10"}
WORDS = {"install": ("XVM-JS-01", "XVM-JS-02"), "nowin": ("XVM-CON-03",), "dhcp": ("XVM-NET-02", *OF_NETWORK)}
BOOTS = {"network": ("XVM-PXE-02", "XVM-AI-01"), "cdrom": ("XVM-HVM-01",), "kernel": ("XVM-PV-01",)}
HVM = ("XVM-HVM-01", "XVM-PXE-02", "XVM-AI-01", "XVM-HVM-02")
FAMILY = tuple(rule.id for rule in area("path") if rule.file and rule.file.role == "kernel")


def owners(difference: Difference, vector: Vector) -> tuple[str, ...]:
    """Return the rules that a difference speaks against, the one that it comes from first."""
    kind, name, text = difference.kind, difference.name, difference.expected or difference.actual or ""
    looked_up: dict[str, Callable[[], tuple[str, ...]]] = {
        "property": lambda: property_owners(name, text, vector),
        "word": lambda: word_owners(name, vector, extra=difference.actual is not None),
        "refusal": lambda: tuple(filter(None, (_refusing(difference), name))),
        "domain": lambda: machine_owners(name, text, vector),
        "order": lambda: _order(difference, vector),
    }
    if kind in looked_up:
        return looked_up[kind]()
    if kind in ("token", "kernel", "ramdisk"):
        return path_rules(text, vector)[:1] or ("XVM-PV-01",)
    fixed = {
        "width": (width_rule(vector),),
        "flags": ("XVM-ARGS-01", "XVM-ARGS-04", "XVM-ARGS-05"),
        "init": ("XVM-ARGS-01", "XVM-ARGS-04"),
        "quotes": ("XVM-ZFS-02",),
        "family": ("XVM-PV-01", *FAMILY),
        "mode": HVM if vector.request["mode"] == "hvm" else ("XVM-PV-01",),
        "passed": ("XVM-HVM-01",),
        "message": (name,),
    }
    return fixed.get(kind, ())


def _order(difference: Difference, vector: Vector) -> tuple[str, ...]:
    """Return whose arguments are out of order: the user's by `--autocf` or by `-x`, or the tool's own."""
    sides = [(side or "").split() for side in (difference.expected, difference.actual)]
    for option, rules in (("autocf", ("XVM-AI-04",)), ("extra_args", ("XVM-ARGS-01", "XVM-ARGS-04"))):
        own, other = ([name for name in side if given_by(name, vector) == option] for side in sides)
        if own != other:
            return rules
    return ()


def _refusing(difference: Difference) -> str:
    """Return the rule that was to refuse; empty where a plan was expected."""
    found = re.match(r"refused by (\S+)$", difference.expected or "")
    return found[1] if found else ""


def given_by(name: str, vector: Vector) -> str:
    """Say who named a property: `-x`, `--autocf` or nobody but the tool."""
    pattern = re.compile(rf"(?:^|[\s,]|-\w*B){re.escape(name)}(?=[=,\s]|$)")
    for option in ("extra_args", "autocf"):
        if pattern.search(vector.request.get(option) or ""):
            return option
    return ""


def property_owners(name: str, text: str, vector: Vector) -> tuple[str, ...]:
    """Return the rules behind a property, `text` being as it stands on one of the lines."""
    giver = given_by(name, vector)
    found: tuple[str, ...] = {"extra_args": ("XVM-ARGS-01", "XVM-ARGS-04"), "autocf": ("XVM-AI-04",)}.get(giver, ())
    found += (PASSING[name],) if name in PASSING else ()
    if name == "install_media":
        tools = _media(text)
        return (*found, "XVM-AI-06", *tools) if giver else tools
    tools = PROPERTIES.get(name, ()) + (OF_NETWORK if name in NETWORK else ())
    if name == "subnet-mask":
        return (*tools, *found)
    return (*found, *tools[1:]) if giver else (tools or found or ("XVM-ARGS-05",))


def _media(text: str) -> tuple[str, ...]:
    value = text.partition("=")[2]
    if value == "cdrom":
        return ("XVM-ISO-01",)
    if value.lower().startswith("http"):
        return ("XVM-AI-05", "XVM-AI-06", "XVM-AI-07", "XVM-AI-03")
    return ("XVM-NET-03", *OF_NETWORK, "XVM-AI-07")


def word_owners(text: str, vector: Vector, *, extra: bool = False) -> tuple[str, ...]:
    """Return the rules behind a word, which may be one too much."""
    if text.startswith("subnet-mask="):
        return ("XVM-NET-01", "XVM-ARGS-01")
    given = text in (vector.request.get("extra_args") or "").split()
    if text in WORDS and (extra or not given):
        return WORDS[text]
    return ("XVM-ARGS-05",) if extra else ("XVM-ARGS-01", "XVM-ARGS-04")


def width_rule(vector: Vector) -> str:
    """Return the rule by which a vector's guest has its width."""
    return "XVM-MODE-01" if vector.request["ram"] >= 1024 and vector.facts["host_bits"] == 64 else "XVM-MODE-02"


def path_rules(path: str, vector: Vector) -> tuple[str, ...]:
    """Return the rules that place a file there, of the width that the vector calls for first.

    Nevada's kernel may be named without its `/boot`, as it is inside its ramdisk.
    """
    wanted = 64 if width_rule(vector) == "XVM-MODE-01" else 32
    nevada = family_of(vector.medium.files.__contains__) == "nevada"
    inside = f"/boot{path}" if nevada and not path.startswith("/boot/") else path
    found = [rule for rule in area("path") if rule.file and rule.file.path == inside]
    return tuple(rule.id for rule in sorted(found, key=lambda rule: wanted not in rule.applies.bits))


def machine_owners(name: str, text: str, vector: Vector) -> tuple[str, ...]:
    """Return the rules behind a part of the machine, `text` being what is expected of it."""
    hvm = vector.request["mode"] == "hvm"
    if name == "boot":
        return BOOTS.get(text.removeprefix("boot "), ())
    if name == "cdrom":
        return ("XVM-HVM-01",) if hvm else ("XVM-ISO-01",)
    if name == "floppy":
        return ("XVM-JS-05",)
    return ("XVM-CON-01",) if hvm or name == "serial" else ("XVM-CON-02",)
