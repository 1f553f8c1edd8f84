"""Makes real ZFS pools with zfs-fuse (Debian package zfs-fuse; needs root and /dev/fuse), and the images kept here.

`python engine/tests/data/make_pools.py` writes this folder's `NAME.img.xz` and `pools.json` anew: for each pool the
object number that `zdb` gives its boot dataset, and the sha256 of each of its files as it was copied in. Tests call
`make` for pools that are too many or too large to keep.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SIZE = 64 << 20
"""Bytes of a pool's device, the least that zpool takes."""
RAMDISK = bytes(9564) + b"\x54\x19\x01\x00" + bytes(1 << 20)
"""As much of a UFS1 image as tells its kind; nothing random, so that a pool packs to little."""


class Recipe(NamedTuple):
    """How a pool is made: version, options of the boot file system, devices, the name of the second boot environment.

    `names` is how many files a large directory has; `boot` says whether `bootfs` is set.
    """

    version: int
    options: tuple[str, ...] = ()
    devices: int = 1
    second: str = ""
    names: int = 12
    boot: bool = True
    ashift: int = 9


RECIPES = {
    "v10-fletcher2": Recipe(10, ("compression=off", "checksum=fletcher2")),
    "v14-mirror": Recipe(14, ("compression=off", "checksum=sha256"), devices=2),
    "v15-lzjb-fat": Recipe(15, ("compression=lzjb",), names=400),
    "v22-second-be": Recipe(22, ("compression=gzip-9",), second="opensolaris-1", ashift=12),
    "v23-zle": Recipe(23, ("compression=zle", "checksum=fletcher4")),
    "v22-no-bootfs": Recipe(22, boot=False),
}
"""The pools that are kept as data."""

COMMANDS = """
set -eu
mkdir -p /var/run/zfs /var/lock/zfs /var/lib/zfs /etc/zfs
for place in /var/run/zfs /var/lock/zfs /var/lib/zfs /etc/zfs; do mount -t tmpfs none $place; done
zfs-fuse --no-daemon >/dev/null 2>&1 &
daemon=$!
trap 'kill $daemon; wait $daemon 2>/dev/null || true' EXIT
for turn in $(seq 100); do [ -S /var/run/zfs/zfs_socket ] && break; sleep 0.05; done
sh -eu ./pool
"""
"""A daemon of its own for each pool, in a mount namespace of its own."""


def extras(root: Path, names: int) -> None:
    """Write files that cross the borders of records and of indirect blocks, links, and a directory of many names."""
    place = root / "extras"
    (place / "many").mkdir(parents=True)
    (place / "empty").write_bytes(b"")
    (place / "small").write_bytes(b"one block, partly full\n")
    (place / "records").write_bytes(pattern(3 * (128 << 10) + 777))
    for name, target in {"link": "small", "root-link": "/extras/small", "long-link": "./" * 150 + "small"}.items():
        (place / name).symlink_to(target)
    for number in range(names):
        (place / "many" / f"package-{number:05}-{'x' * (number % 60)}").write_text(f"{number}\n")


def borders(path: Path) -> None:
    """Write a file of holes, with data where levels of indirect blocks begin if its records have 512 bytes."""
    with path.open("wb") as file:
        for at in (0, (64 << 10) - 700, (8 << 20) - 700, 9 << 20):
            file.seek(at)
            file.write(pattern(1400))


def pattern(size: int) -> bytes:
    """Return bytes that differ from sector to sector, and compress well."""
    return b"".join(b"%08d" % number * 64 for number in range(-(-size // 512)))[:size]


def make(recipe: Recipe, folder: Path, tree: Path) -> tuple[list[Path], int | None]:
    """Make a pool that holds a copy of a tree, below a folder.

    Returns its devices, and the object number by zdb; raises CalledProcessError with what the tools said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    devices = [folder / f"device{number}" for number in range(recipe.devices)]
    for device in devices:
        with device.open("wb") as file:
            file.truncate(SIZE)
    (folder / "pool").write_text("\n".join(_commands(recipe, folder, tree, devices)))
    ran = subprocess.run(["unshare", "-m", "bash", "-c", COMMANDS], cwd=folder, check=True, capture_output=True)
    name = f"rpool/ROOT/{recipe.second or 'opensolaris'}"
    found = re.search(rf"Dataset {name} \[ZPL\], ID (\d+)", ran.stdout.decode())
    return devices, int(found[1]) if found and recipe.boot else None


def _commands(recipe: Recipe, folder: Path, tree: Path, devices: list[Path]) -> list[str]:
    kind = "mirror " if recipe.devices > 1 else ""
    base = f"zpool create -o version={recipe.version} -o ashift={recipe.ashift} -m {folder}/m/pool"
    places = " ".join(str(device) for device in devices)
    lines = [
        f"{base} rpool {kind}{places}",
        "zfs create -o mountpoint=legacy rpool/ROOT",
        *_environment(recipe, "opensolaris", f"{folder}/m/be", tree),
    ]
    if recipe.second:
        lines.append(f"echo stale >{folder}/m/be/stale")
        lines += _environment(recipe, recipe.second, f"{folder}/m/be2", tree)
    for name in ["opensolaris", recipe.second] if recipe.boot and recipe.version >= 6 else []:
        lines += [f"zpool set bootfs=rpool/ROOT/{name} rpool", "sync"] if name else []
    return [*lines, "sync", "zdb -d rpool", "zpool export rpool"]


def _environment(recipe: Recipe, name: str, place: str, tree: Path) -> list[str]:
    options = " ".join(f"-o {option}" for option in recipe.options)
    fine = f"{place}/fine"
    return [
        f"zfs create -o mountpoint={place} {options} rpool/ROOT/{name}",
        f"cp -a {tree}/. {place}/",
        f"zfs set recsize=512 rpool/ROOT/{name}",
        f"mkdir {fine}",
        f"cp --sparse=always {tree}.borders {fine}/borders",
        "sync",
        f"zfs set compression=off rpool/ROOT/{name}",  # what is compressed by gzip is refused as bootfs
    ]


def sources(folder: Path, names: int) -> Path:
    """Write what pools hold below a folder: an installed system's boot files, extras, and `tree.borders` beside it."""
    from xvmgate.builders.kernel import kernel

    tree = folder / "tree"
    for infix, bits in (("", 32), ("amd64/", 64)):
        unix, archive = tree / f"platform/i86xpv/kernel/{infix}unix", tree / f"platform/i86pc/{infix}boot_archive"
        for path, data in ((unix, kernel(bits)), (archive, gzip.compress(RAMDISK, mtime=bits))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    extras(tree, names)
    borders(folder / "tree.borders")
    return tree


def hashes(tree: Path) -> dict[str, str]:
    """Return the sha256 of every regular file that a pool gets, by its path there."""
    files = {
        f"/{path.relative_to(tree)}": path
        for path in tree.rglob("*")
        if path.is_file() and not path.is_symlink() and path.parent.name != "many"
    }
    files["/fine/borders"] = tree.parent / "tree.borders"
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(files.items())}


def keep(name: str, recipe: Recipe) -> dict[str, object]:
    """Make one pool and write its first device, xz-compressed, into this folder; return its entry of pools.json."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = sources(Path(scratch), recipe.names)
        devices, objset = make(recipe, Path(scratch) / "p", tree)
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
        with lzma.open(HERE / f"{name}.img.xz", "wb", filters=filters) as out, devices[0].open("rb") as device:
            shutil.copyfileobj(device, out)
        return {"version": recipe.version, "objset": objset, "sha256": hashes(tree)}


def main() -> None:
    """Make every pool of RECIPES, or those that are named."""
    names = sys.argv[1:] or list(RECIPES)
    listed = HERE / "pools.json"
    found = json.loads(listed.read_text()) if listed.exists() else {}
    for name in names:
        found[name] = keep(name, RECIPES[name])
    listed.write_text(json.dumps({name: found[name] for name in RECIPES}, indent=1) + "\n")


if __name__ == "__main__":
    main()
