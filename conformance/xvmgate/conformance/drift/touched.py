"""Which paths of a medium rules touch, and which rules: by the rule tables, the layouts and the medium's own menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.layout import BOOT_IMAGE, MENU, every_layout
from xvmgate.fixtures.rule import area

if TYPE_CHECKING:
    from collections.abc import Container

BOOTED, FORMAT, FILES, LINKS, BIOS = "XVM-PV-01", "XVM-EV-01", "XVM-EV-02", "XVM-EV-03", "XVM-HVM-01"
"""The rules about what the files are that PATH rules place, and about the rest."""
KERNEL, ARCHIVE, ROOT = "unix", "boot_archive", "x86."
"""The name that kernels have, what the newer ramdisks have in it, how the older ones' begins: such a file is looked at
wherever it lies."""
BOOTING = ("kernel", "elf", "ramdisk", "boot-image")
"""How the kinds of `[contents]` begin that a boot loader reads."""


def known_paths() -> frozenset[str]:
    """Return the paths that rules name, and those at which a known release keeps something to boot."""
    paths = {rule.file.path for rule in area("path") if rule.file} | {MENU, BOOT_IMAGE}
    for layout in every_layout():
        paths.update(layout.boot_paths())
        paths.update(path for path, kind in layout.contents.items() if kind.startswith(BOOTING))
    return frozenset(paths)


def is_always_looked_at(path: str) -> bool:
    """Say whether every capture looks at a path, whatever layouts are known: one that a rule names."""
    return path in (MENU, BOOT_IMAGE) or any(rule.file and rule.file.path == path for rule in area("path"))


def is_candidate(path: str) -> bool:
    """Say whether a file at this path may be a kernel or a ramdisk, by its name."""
    name = path[path.rfind("/") + 1 :].casefold()
    return name == KERNEL or ARCHIVE in name or name.startswith(ROOT)


def place_rules(path: str, named: Container[str]) -> list[str]:
    """Return the rules that ask what lies at a path; `named` are the files that the menu names."""
    rules = [rule.id for rule in area("path") if rule.file and rule.file.path == path]
    if path == MENU or path in named:
        rules.append(FILES)
    if path == BOOT_IMAGE:
        rules.append(BIOS)
    return rules


def content_rules(path: str, named: Container[str]) -> list[str]:
    """Return the rules that ask what the file at a path is."""
    roles = {rule.file.role for rule in area("path") if rule.file and rule.file.path == path}
    if "kernel" in roles:
        return [BOOTED]
    if "ramdisk" in roles:
        return [BOOTED, FORMAT]
    return [] if path in (MENU, BOOT_IMAGE) else place_rules(path, named)
