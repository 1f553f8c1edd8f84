"""What the engine sees of a medium, real or imagined: its kind, which files it has, what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xvmgate.fixtures.layout import MENU
from xvmgate.media.formats.menu import MAX_MENU, read_menu

from .bootfile import kernel_problem, ramdisk_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xvmgate.media import Medium
    from xvmgate.media.zfsroot import ZfsRoot


class MediumView(NamedTuple):
    """A medium through three questions.

    `kind` is iso, tree or zfs; `present` says whether a regular file lies at a path; `problem` says why a kernel or
    ramdisk (path, role, bits) cannot be used, None where it can; `titles` gives the titles of the boot menu; `zfs` is
    the pool's record, for kind zfs only.
    """

    kind: str
    present: Callable[[str], bool]
    problem: Callable[[str, str, int], str | None]
    titles: Callable[[], tuple[str, ...]]
    zfs: ZfsRoot | None = None


def imagined(kind: str, files: Iterable[str], zfs: ZfsRoot | None = None) -> MediumView:
    """Return a medium that is a list of paths: what cannot be seen of it is taken as good."""
    paths = frozenset(files)
    return MediumView(kind, paths.__contains__, lambda path, role, bits: None, tuple, zfs)  # noqa: ARG005


def seen(medium: Medium) -> MediumView:
    """Return a real medium; every question of it may raise MediumError for damage."""

    def present(path: str) -> bool:
        return medium.lookup(path).is_file

    def problem(path: str, role: str, bits: int) -> str | None:
        found = medium.lookup(path)
        return kernel_problem(medium, found, bits) if role == "kernel" else ramdisk_problem(found)

    def titles() -> tuple[str, ...]:
        if not present(MENU):
            return ()
        with medium.open(MENU) as stream:
            return read_menu(stream.read(MAX_MENU)).titles

    kind = "zfs" if medium.zfs else "iso" if medium.kind == "iso" else "tree"
    return MediumView(kind, present, problem, titles, medium.zfs)
