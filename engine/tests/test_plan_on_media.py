"""Plans on real media: what lies on them decides, and a kernel or ramdisk that cannot be used is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.builders.kernel import kernel
from xvmgate.engine.facts import given
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.refusal import Refused
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined, seen
from xvmgate.media import open_medium

FACTS = given(64, {}, "192.0.2.1")
P64 = "platform/i86xpv/kernel/amd64/unix"


def plan(root: Path, readings: dict[str, str] | None = None, ram: int = 1024) -> BootPlan:
    """Plan an install from a local medium."""
    request = InstallRequest("domu-220", ram, "pv", location=str(root))
    with open_medium(str(root)) as medium:
        return make_plan(request, FACTS, seen(medium), readings)


def refusal(root: Path, readings: dict[str, str] | None = None) -> tuple[str, str]:
    """Return rule and message of a plan that is refused."""
    with pytest.raises(Refused) as caught:
        plan(root, readings)
    return caught.value.rule, caught.value.message


@pytest.mark.parametrize(
    ("layout", "kernel_path", "ramdisk"),
    [
        ("opensolaris-2008.05-live", f"/{P64}", "/boot/x86.microroot"),
        ("opensolaris-2009.06-live", f"/{P64}", "/boot/amd64/x86.microroot"),
        ("opensolaris-b128-ai", f"/{P64}", "/platform/i86pc/amd64/boot_archive"),
        ("nevada-snv121-dvd", f"/boot/{P64}", "/boot/amd64/x86.miniroot"),
    ],
)
@pytest.mark.parametrize("as_iso", [False, True])
def test_layouts(layout: str, kernel_path: str, ramdisk: str, as_iso: bool, layout_tree: Callable[[str], Path],
                 layout_iso: Callable[[str, str], Path]) -> None:  # fmt: skip
    made = plan(layout_iso(layout, "pycdlib") if as_iso else layout_tree(layout))
    assert (made.bits, made.kernel, made.ramdisk) == (64, kernel_path, ramdisk)
    assert ("install_media", "cdrom") in made.args.properties or not as_iso


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        (f"boot/{P64}", b"", f"/boot/{P64} is empty; mend the kernel on the medium"),
        (f"boot/{P64}", b"text", f"/boot/{P64} is no ELF file; mend the kernel on the medium"),
        (f"boot/{P64}", kernel(32), f"/boot/{P64} is a 32-bit 386 kernel, not a 64-bit x86-64 one; mend"),
        (f"boot/{P64}", kernel(64, xen=False), f"/boot/{P64} has no Xen notes; mend"),
        ("boot/amd64/x86.miniroot", b"", "/boot/amd64/x86.miniroot is empty; mend the ramdisk on the medium"),
    ],
)
def test_what_cannot_be_booted(path: str, data: bytes, message: str, broken: Callable[[str], Path]) -> None:
    root = broken("nevada-snv121-dvd")
    (root / path).write_bytes(data)
    rule, text = refusal(root)
    assert rule == "XVM-PV-01"
    assert text.startswith(message)
    assert plan(root, ram=512).bits == 32


def test_a_kernel_of_the_wider_kind_is_none_of_the_narrower(broken: Callable[[str], Path]) -> None:
    root = broken("nevada-snv121-dvd")
    (root / "boot/platform/i86xpv/kernel/unix").write_bytes(kernel(64))
    with pytest.raises(Refused, match="is a 64-bit x86-64 kernel, not a 32-bit 386 one"):
        plan(root, ram=512)


def test_what_is_missing_is_named_with_where_it_was_looked_for(broken: Callable[[str], Path]) -> None:
    root = broken("nevada-snv121-dvd")
    (root / "boot/amd64/x86.miniroot").unlink()
    rule, text = refusal(root)
    assert rule == "XVM-PV-01"
    assert text == (
        "no 64-bit ramdisk of nevada on the medium; looked for /boot/platform/i86xpv/kernel/amd64/unix, "
        "/boot/amd64/x86.miniroot"
    )
    (root / f"boot/{P64}").unlink()
    assert refusal(root)[1].startswith("no 64-bit kernel and no ramdisk of nevada on the medium; looked for /boot/pl")
    made = plan(root, {"width-fallback": "other-width"})
    assert (made.bits, made.readings["width-fallback"]) == (32, "other-width")
    (root / "boot/x86.miniroot").unlink()
    rule, text = refusal(root, {"width-fallback": "other-width"})
    assert rule == "XVM-PV-01"
    assert text == (
        "no kernel with a ramdisk that a PV guest could boot; looked for /platform/i86xpv/kernel/unix, "
        "/boot/x86.microroot, /platform/i86pc/boot_archive, /boot/platform/i86xpv/kernel/unix, /boot/x86.miniroot, "
        "/platform/i86xpv/kernel/amd64/unix, /boot/amd64/x86.microroot, /platform/i86pc/amd64/boot_archive, "
        "/boot/platform/i86xpv/kernel/amd64/unix, /boot/amd64/x86.miniroot"
    )


@pytest.mark.parametrize(
    ("layout", "literally"),
    [
        ("opensolaris-2008.05-live", "/boot/x86.microroot"),
        ("opensolaris-2008.11-ai", "/boot/x86.microroot"),
        ("opensolaris-2009.06-live", None),
        ("opensolaris-2009.06-ai", None),
        ("opensolaris-b128-live", "/platform/i86pc/amd64/boot_archive"),
    ],
)
def test_read_literally_2009_06_has_no_64_bit_ramdisk(layout: str, literally: str | None,
                                                      layout_tree: Callable[[str], Path]) -> None:  # fmt: skip
    """The menu says which release a medium is of (reading early-64)."""
    root = layout_tree(layout)
    if literally is None:
        assert plan(root).readings["early-64"] == "through-b127"
        assert refusal(root, {"early-64": "literal"})[0] == "XVM-PV-01"
        assert plan(root, {"early-64": "literal"}, ram=512).ramdisk == "/boot/x86.microroot"
    else:
        assert plan(root, {"early-64": "literal"}).ramdisk == literally
        assert "early-64" not in plan(root).readings


def test_a_medium_without_a_menu_has_no_titles(broken: Callable[[str], Path]) -> None:
    root = broken("opensolaris-2009.06-ai")
    (root / "boot/grub/menu.lst").unlink()
    assert plan(root, {"early-64": "literal"}).ramdisk == "/boot/x86.microroot"


def test_several_documented_ramdisks_and_both_readings_at_once() -> None:
    """Late and early ones side by side: the order decides, and literally the early ones do not count."""
    files = [f"/{P64}", "/platform/i86pc/amd64/boot_archive", "/boot/amd64/x86.microroot", "/boot/x86.microroot"]
    request = InstallRequest("g", 1024, "pv", location="/x")

    def ramdisk(**readings: str) -> str | None:
        chosen = {name.replace("_", "-"): side for name, side in readings.items()}
        return make_plan(request, FACTS, imagined("tree", files), chosen).ramdisk

    assert ramdisk() == "/platform/i86pc/amd64/boot_archive"
    assert ramdisk(ramdisk_order="oldest-first") == "/boot/x86.microroot"
    assert ramdisk(early_64="literal") == "/platform/i86pc/amd64/boot_archive"
    assert ramdisk(ramdisk_order="oldest-first", early_64="literal") == "/platform/i86pc/amd64/boot_archive"


def test_links_inside_the_medium_are_followed(broken: Callable[[str], Path]) -> None:
    root = broken("opensolaris-b128-live")
    (root / "platform").rename(root / "elsewhere")
    (root / "platform").symlink_to("elsewhere")
    assert plan(root).kernel == f"/{P64}"


def test_a_pv_plan_needs_a_medium() -> None:
    with pytest.raises(TypeError, match="needs a view"):
        make_plan(InstallRequest("g", 1024, "pv", location="/x"), FACTS, None)
