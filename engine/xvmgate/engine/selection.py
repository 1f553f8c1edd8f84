"""What a PV install takes from its medium: family, width, kernel and ramdisk (XVM-MODE, XVM-PATH, XVM-PV-01)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.layout import every_layout
from xvmgate.fixtures.rule import FAMILIES, area, boot_files

from .layout import WIDTHS, Choice, choose, family_of, is_nevada, paths
from .part import Part, acts
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xvmgate.fixtures.rule import BootFile

    from .facts import HostFacts
    from .readings import Readings
    from .request import InstallRequest
    from .view import MediumView

ENOUGH_FOR_64 = 1024
"""Memory in MB from which on a guest is a 64-bit one (XVM-MODE-01)."""


class Selection(NamedTuple):
    """What is booted: `kernel` and `ramdisk` are paths on the medium, `bits` the width that they are of."""

    family: str
    bits: int
    kernel: str
    ramdisk: str
    parts: tuple[Part, ...]


def wanted_width(request: InstallRequest, facts: HostFacts) -> tuple[int, str]:
    """Return the width that memory and host call for, and the rule that says so."""
    if request.ram >= ENOUGH_FOR_64 and facts.bits() == 64:
        return 64, "XVM-MODE-01"
    return 32, "XVM-MODE-02"


def select(request: InstallRequest, facts: HostFacts, view: MediumView, readings: Readings) -> Selection:
    """Choose family, width, kernel and ramdisk.

    Raises Refused by XVM-PV-01 for a medium that has none, naming the paths looked for, or one that cannot be used.
    """
    family = "opensolaris" if view.kind == "zfs" else _family(view, readings)
    if family is None:
        raise Refused(
            "XVM-PV-01", f"no kernel with a ramdisk that a PV guest could boot; looked for {_paths(FAMILIES)}"
        )
    wanted, rule = wanted_width(request, facts)
    bits, kernel, ramdisk = _width(view, family, wanted, readings)
    for path, role in ((kernel, "kernel"), (ramdisk, "ramdisk")):
        if problem := view.problem(path, role, bits):
            raise Refused("XVM-PV-01", f"{problem}; mend the {role} on the medium")
    places = (_place(family, bits, "kernel", kernel), _place(family, bits, "ramdisk", ramdisk))
    return Selection(family, bits, kernel, ramdisk, (acts(rule, f"{wanted}-bit"), *places))


def _family(view: MediumView, readings: Readings) -> str | None:
    family = family_of(view.present)
    if family == "opensolaris" and is_nevada(view.present) and readings.alternative("family-order"):
        return "nevada"
    return family


def _width(view: MediumView, family: str, wanted: int, readings: Readings) -> tuple[int, str, str]:
    """Return the width that is taken, with its kernel and ramdisk. Raises Refused where there is none to take."""
    found = _choice(view, family, wanted, readings)
    if found.kernel and found.ramdisk:
        return wanted, found.kernel, found.ramdisk
    (other,) = set(WIDTHS) - {wanted}
    if all(choose(family, other, view.present)) and readings.alternative("width-fallback"):
        found = _choice(view, family, other, readings)
        if found.kernel and found.ramdisk:
            return other, found.kernel, found.ramdisk
    missing = [role for role, path in zip(found._fields, found, strict=True) if path is None]
    raise Refused(
        "XVM-PV-01",
        f"no {wanted}-bit {' and no '.join(missing)} of {family} on the medium; looked for {_paths((family,), wanted)}",
    )


def _choice(view: MediumView, family: str, bits: int, readings: Readings) -> Choice:
    """Choose kernel and ramdisk of one width, by the readings `ramdisk-order` and `early-64`."""
    kernel = next(filter(view.present, paths(family, bits, "kernel")), None)
    found = [file for _, file in boot_files(family, bits, "ramdisk") if view.present(file.path)]
    late = [file for file in found if not file.early]
    differs = late != found and _end(found, readings) != _end(late, readings)
    if differs and _since_2009_06(view) and readings.alternative("early-64"):
        found = late
    if len(found) > 1:
        readings.alternative("ramdisk-order")
    return Choice(kernel, _end(found, readings))


def _end(files: list[BootFile], readings: Readings) -> str | None:
    """Return the path of the newest file, or of the oldest where the reading says so."""
    if not files:
        return None
    return files[-1 if readings.peek("ramdisk-order") else 0].path


def _since_2009_06(view: MediumView) -> bool:
    """Say whether a medium is known to be of 2009.06 or newer: by a ramdisk of 64 bits alone, or by its menu.

    The first known release with such a ramdisk is 2009.06; the document gives the place to older ones.
    """
    early = {file.path for _, file in boot_files("opensolaris", 64, "ramdisk") if file.early}
    separate = early.difference(paths("opensolaris", 32, "ramdisk"))
    if any(view.present(path) for path in separate):
        return True
    layouts = every_layout()
    first = min(layout.order for layout in layouts if separate & set(layout.boot_paths()))
    titles = " ".join(view.titles())
    return any(word in titles for layout in layouts if layout.order >= first for word in layout.words)


@cache
def _place(family: str, bits: int, role: str, path: str) -> Part:
    """Return the part of the PATH rule that gives a file its place."""
    return acts(next(rule.id for rule, file in boot_files(family, bits, role) if file.path == path), path)


def _paths(families: Iterable[str], bits: int | None = None) -> str:
    files = [
        rule.file.path
        for rule in area("path")
        if rule.file and set(rule.applies.family) & set(families) and bits in (None, *rule.applies.bits)
    ]
    return ", ".join(dict.fromkeys(files))
