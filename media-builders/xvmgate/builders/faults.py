"""Media that break one rule each: a small function a rule; `FAULTS` lists them all, hostile variants included."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import BOOT_IMAGE, MENU
from xvmgate.fixtures.rule import area, get_placing

from .content import of_bytes
from .fault import UNREADABLE, WARN, Fault, FaultError, UnknownFaultError, is_good, last_pair, only, placing
from .hostile import HOSTILE
from .kernel import kernel
from .zfs_label import pool_image

if TYPE_CHECKING:
    from xvmgate.fixtures.layout import Layout

    from .recipe import Recipe

FUTURE_POOL = 99
"""A pool version that no reader knows: the last one was 28, and feature pools say 5000."""


def _is_at_its_place(rule_id: str, layout: Layout) -> bool:
    """Say whether a layout keeps a PATH rule, and would be of the same family without that file."""
    file = get_placing(rule_id)[1]
    stays = len(layout.pairs) > 1 or (layout.family == "opensolaris" and file.role == "ramdisk")
    return is_good(layout) and rule_id in placing(layout, file.path) and stays


def _file_gone(rule_id: str, made: Recipe, _: Layout) -> Recipe:
    """XVM-PATH-*: the kernel or the ramdisk is not there."""
    file = get_placing(rule_id)[1]
    return made.without(made.real(file.path))


def _placed_with(rule_id: str, layout: Layout) -> frozenset[str]:
    file = get_placing(rule_id)[1]
    return placing(layout, file.path)


def _no_notes(made: Recipe, layout: Layout) -> Recipe:
    """XVM-PV-01: the kernel is one for the hardware."""
    return made.with_file(made.real(last_pair(layout).kernel), kernel(max(layout.pairs), xen=False))


def _other_file_system(made: Recipe, _: Layout) -> Recipe:
    """XVM-FS-01: the image begins as squashfs does."""
    return made._replace(image=of_bytes(b"hsqs".ljust(1 << 20, b"\0")))


def _future_pool(made: Recipe, _: Layout) -> Recipe:
    """XVM-FS-02: the image is a disk of a ZFS pool, of a version that is not known yet."""
    return made._replace(image=pool_image(FUTURE_POOL, made.date))


def _no_boot_record(made: Recipe, _: Layout) -> Recipe:
    """XVM-HVM-01: the boot image is there, and no El Torito record names it."""
    return made._replace(bootable=False)


def _no_file_system(made: Recipe, layout: Layout) -> Recipe:
    """XVM-EV-01: the ramdisk is a text."""
    return made.with_file(made.real(last_pair(layout).ramdisk), b"a ramdisk should stand here\n")


def _menu_of_nothing(made: Recipe, layout: Layout) -> Recipe:
    """XVM-EV-02: one more entry of the menu names a file that is not there."""
    entry = "title No such kernel\nkernel /boot/no-such-kernel\n"
    return made.with_file(MENU, f"{layout.menu}{entry}".encode())


def _link_out(made: Recipe, layout: Layout) -> Recipe:
    """XVM-EV-03: where another family has its ramdisk, a link leads out of the medium."""
    path = next(
        rule.file.path
        for rule in area("path")
        if rule.file and rule.file.role == "ramdisk" and layout.family not in rule.applies.family
    )
    return made.with_link(path, "../" * path.count("/") + "outside")


def _has_good_menu(layout: Layout) -> bool:
    return is_good(layout) and layout.menu is not None and "XVM-EV-02" not in layout.expect.warns


def _is_bootable(layout: Layout) -> bool:
    return BOOT_IMAGE in layout.contents


BY_RELEASE = {"XVM-PATH-13"}
"""By its names alone a medium without its 64-bit ramdisk is one with a combined ramdisk: only its release tells."""
FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("XVM-FS-01", "the image is squashfs", _other_file_system, lambda _: True, only("XVM-FS-01"),
              verdict=UNREADABLE, forms=("iso",)),
        Fault("XVM-FS-02", f"the image is a ZFS pool of version {FUTURE_POOL}", _future_pool, lambda _: True,
              only("XVM-FS-02"), verdict=UNREADABLE, forms=("iso",)),
        Fault("XVM-HVM-01", "no El Torito record", _no_boot_record, _is_bootable, only("XVM-HVM-01"),
              forms=("iso",), mode="hvm"),
        Fault("XVM-PV-01", "the kernel has no Xen notes", _no_notes, is_good, only("XVM-PV-01")),
        *(
            Fault(rule.id, f"no {rule.file.path}", partial(_file_gone, rule.id), partial(_is_at_its_place, rule.id),
                  partial(_placed_with, rule.id), by_release=rule.id in BY_RELEASE)
            for rule in area("path")
            if rule.file
        ),
        Fault("XVM-EV-01", "the ramdisk is a text", _no_file_system, is_good, only("XVM-EV-01"), verdict=WARN),
        Fault("XVM-EV-02", "the menu names a file that is not there", _menu_of_nothing, _has_good_menu,
              only("XVM-EV-02"), verdict=WARN),
        Fault("XVM-EV-03", "a link leads out of the medium", _link_out, is_good, only("XVM-EV-03"), verdict=WARN),
        *HOSTILE,
    )
}  # fmt: skip
"""Every fault by its name, those of rules first."""


def find_fault(name: str, layout: Layout, form: str) -> Fault:
    """Return the fault of a name for a layout's medium that is built as `form`.

    Raises UnknownFaultError when there is none, FaultError where it makes no sense, saying which layouts it fits.
    """
    fault = FAULTS.get(name) or FAULTS.get(name.upper())
    if fault is None:
        raise UnknownFaultError(f"no fault {name!r}; `xvmgate build --list` lists them")
    if not fault.fits(layout):
        fitting = ", ".join(other.id for other in fault.layouts()) or "none"
        raise FaultError(f"{fault.name} cannot be broken on {layout.id} alone; layouts that fit: {fitting}")
    if form not in fault.forms:
        raise FaultError(f"{fault.name} cannot be broken on a {form}; build it with --as {fault.forms[0]}")
    return fault
