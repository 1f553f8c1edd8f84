"""Boot from an installed ZFS root (XVM-ZFS): which dataset, on which device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .part import Part, put, say
from .refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.media.zfsroot import ZfsRoot

    from .case import Case


def require_bootfs(root: ZfsRoot) -> None:
    """Refuse a pool that does not say what to boot. Raises Refused by XVM-ZFS-01."""
    if root.objset is None:
        raise Refused(
            "XVM-ZFS-01", f"{root.pool} is a pool without bootfs, so nothing says what to boot; set its bootfs property"
        )


def no_root(case: Case) -> Iterator[Part]:
    """Yield what is to be said of a boot device that the user gives for a medium that is no ZFS root."""
    if case.request.bootpath:
        text = f"--bootpath {case.request.bootpath} is not passed on, for the medium is no ZFS root; give it with -x"
        yield say("XVM-ZFS-02", text)


def parts(case: Case, root: ZfsRoot) -> Iterator[Part]:
    """Yield the dataset's object number and the boot device: the user's, else the one in the pool's label."""
    yield put("XVM-ZFS-01", "zfs-bootfs", f"{root.pool}/{root.objset}")
    given = case.request.bootpath
    device = given or root.bootpath
    if given and not case.free("bootpath"):
        yield say("XVM-ZFS-02", f"--bootpath {given} is not passed on, for -x or --autocf has another")
    elif device:
        yield put("XVM-ZFS-02", "bootpath", device)
    elif case.free("bootpath"):
        yield say("XVM-ZFS-02", f"the label of {root.pool} names no device, so bootpath is left out; give --bootpath")
