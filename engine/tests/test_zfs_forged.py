"""Forged pools: what zfs-fuse does not make. GRUB reads those of x86's byte order too; it takes none of the other."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from memory_source import MemorySource
from zfs_forge import FEATURES, LABEL, SIZE, START, Pool
from zfs_pack import FLETCHER2, FLETCHER4, GZIP, LZ4, LZJB, OFF, SHA256, ZLE, nvlist, seal

from xvmgate.media import MediumError, open_medium
from xvmgate.media.image import open_image

Real = Callable[[str], str]
BIG = b"".join(b"%08d" % number * 64 for number in range(100))
RUNS = (b"head" + b"A" * 5000 + bytes(3000) + b"tail").ljust(8192, b"z")
HOLES = bytes(40000) + b"x" * 600
CONTENT = {"big": BIG, "runs": RUNS, "holes": HOLES, "empty": b"", "short": BIG}
STORES = [(FLETCHER2, OFF), (FLETCHER4, LZJB), (SHA256, GZIP), (FLETCHER4, ZLE), (FLETCHER4, LZ4)]


def forge(path: Path, pool: Pool, **more: Any) -> str:
    """Write a pool with files of several levels, runs and holes, and links of either form."""
    if pool.version == FEATURES and not pool.features:
        pool.features = {"org.illumos:lz4_compress": 1, "com.delphix:hole_birth": 1, "com.example:unused": 0}
    files = {
        "big": pool.file(BIG),
        "runs": pool.file(RUNS, block=8192),
        "empty": pool.file(b""),
        "holes": pool.file(HOLES),
        "short": pool.link(b"big"),
    }
    if pool.version >= 24:
        files["spilled"] = pool.link(b"./" * 70 + b"big", spill=True)
    return pool.save(path, files, **more)


def refused(location: str) -> str:
    with pytest.raises(MediumError) as caught, open_medium(location) as medium:
        medium.open("/big").read()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(("checksum", "compression"), STORES)
@pytest.mark.parametrize("version", [15, 24, 28, FEATURES])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_kind_of_pool(order: str, version: int, checksum: int, compression: int, tmp_path: Path) -> None:
    with open_medium(forge(tmp_path / "pool", Pool(order, version, checksum, compression))) as medium:
        for name, data in CONTENT.items():
            assert medium.open(f"/{name}").read() == data, name
        assert medium.zfs == ("forged", 4, "/xpvd/xdf@51712:a", version)
        if version >= 24:
            assert medium.lookup("/spilled").real == "/big"


@pytest.mark.parametrize(("checksum", "compression"), STORES)
@pytest.mark.parametrize("version", [15, 28, FEATURES])
def test_grub_reads_the_same(version: int, checksum: int, compression: int, real: Real, tmp_path: Path) -> None:
    image = forge(tmp_path / "pool", Pool("<", version, checksum, compression))
    for name in ("big", "runs", "holes", "short"):
        words = [real("grub-fstest"), image, "cat", f"(loop0)/@/{name}"]
        assert subprocess.run(words, check=True, capture_output=True).stdout == CONTENT[name], name


@pytest.mark.parametrize("version", [*range(1, 29), FEATURES])
def test_every_version(version: int, real: Real, tmp_path: Path) -> None:
    """Those that zfs-fuse makes are in test_zfs_made."""
    image = forge(tmp_path / "pool", Pool(version=version))
    with open_medium(image) as medium:
        assert medium.zfs
        assert medium.zfs.version == version
        assert medium.open("/big").read() == BIG
    words = [real("grub-fstest"), image, "cat", "(loop0)/@/big"]
    assert subprocess.run(words, check=True, capture_output=True).stdout == BIG


def test_xen_names_the_same_device_and_dataset(real: Real, tmp_path: Path) -> None:
    image = forge(tmp_path / "pool", Pool("<", 15))
    script = "import sys; sys.path.insert(0, sys.argv[1]); import xenfsimage as x; p = x.open(sys.argv[2]);"
    script += "p.open_file('/big').read(10, 0); print(x.getbootstring(p))"
    modules = str(Path(real("readnotes")).parent.parent / "lib/python")
    ran = subprocess.run(["/usr/bin/python3", "-c", script, modules, image], check=True, capture_output=True, text=True)
    assert ran.stdout == "zfs-bootfs=forged/4,bootpath='/xpvd/xdf@51712:a'\n"


@pytest.mark.parametrize("normal", [0, 4], ids=["plain", "normal"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_directory_of_the_large_form(order: str, normal: int, tmp_path: Path) -> None:
    """Where names are hashed in a normal form, they are looked for one after another."""
    pool = Pool(order)
    pool.large, pool.normal = True, normal
    names = {f"name-{number}" + "x" * number: pool.file(b"%d" % number) for number in range(30)}
    with open_medium(pool.save(tmp_path / "pool", {f"deep/{name}": dnode for name, dnode in names.items()})) as medium:
        assert {found.name for found in medium.list("/deep")} == set(names)
        for number, name in enumerate(names):
            assert medium.open(f"/deep/{name}").read() == b"%d" % number
        assert medium.lookup("/deep/name-30").status == medium.lookup("/deep/name-7").status == "missing"


@pytest.mark.parametrize("order", ["<", ">"])
def test_gang_blocks(order: str, tmp_path: Path) -> None:
    pool = Pool(order)
    source = MemorySource.of(pool.save(tmp_path / "pool", {"big": pool.file(BIG, block=8192, gang=True)}))
    medium = open_image(source)
    assert medium.open("/big").read() == BIG
    headers = [at for at, length in source.reads if at > START and length == 512]
    header = next(at for at in headers if source.data[at + 472 : at + 480] == pool.pack("Q", 0x0210DA7AB10C7A11))
    for at in (header + 5, header + 480, source.reads[-1][0]):
        source.data[at] ^= 4
        with pytest.raises(MediumError, match=r"at byte \d+ is damaged: its (gang header's )?checksum is wrong"):
            open_image(source).open("/big").read()
        source.data[at] ^= 4


def test_grub_reads_gang_blocks(real: Real, tmp_path: Path) -> None:
    pool = Pool()
    image = pool.save(tmp_path / "pool", {"big": pool.file(BIG, block=8192, gang=True)})
    words = [real("grub-fstest"), image, "cat", "(loop0)/@/big"]
    assert subprocess.run(words, check=True, capture_output=True).stdout == BIG


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_pointer_that_embeds_its_data(order: str, tmp_path: Path) -> None:
    """Its words hold an LZ4 block of 17 literals, a match of 490, and 5 literals."""
    pool, text = Pool(order, FEATURES), b"in the pointer it"
    pool.features = {"com.delphix:embedded_data": 1}
    info = 511 | 111 << 25 | LZ4 << 32 | 1 << 39 | 19 << 48 | (1 << 63 if order == "<" else 0)
    packed = bytes([0xFF, 2]) + text + b"\x01\x00" + b"\xff" + bytes([490 - 4 - 15 - 255]) + b"\x50" + b"z" * 5
    packed = struct.pack(">I", len(packed)) + packed
    words = list(struct.unpack("<14Q", packed.ljust(112, b"\0")))
    pointer = pool.pack("16Q", *words[:6], info, *words[6:9], 4, *words[9:])
    plain = pool.file(b"x" * 512)
    image = pool.save(tmp_path / "pool", {"big": plain[:64] + pointer + plain[192:]})
    with open_medium(image) as medium:
        assert medium.open("/big").read() == text + text[-1:] * 490 + b"z" * 5


@pytest.mark.parametrize("version", [29, 34, 44, 4999, 5001, 0])
def test_a_version_that_is_not_known_is_refused_by_number(version: int, tmp_path: Path) -> None:
    error = refused(forge(tmp_path / "pool", Pool(version=version)))
    assert f"ZFS pool version {version}, which is not supported (1 to 28 and 5000 are) (XVM-FS-02); create the" in error


FEATURE_NAMES = ["com.datto:encryption", "org.freebsd:zstd_compress", "org.zfsonlinux:large_dnode"]


@pytest.mark.parametrize("feature", FEATURE_NAMES)
@pytest.mark.parametrize("in_label", [True, False])
def test_an_unknown_feature_in_use_is_refused_by_name(feature: str, in_label: bool, tmp_path: Path) -> None:
    pool = Pool(version=FEATURES)
    pool.features = {feature: 1, "org.illumos:lz4_compress": 1}
    pool.config = {} if in_label else {"features_for_read": {}}
    error = refused(forge(tmp_path / "pool", pool))
    assert f"uses the feature {feature}, which is not supported (XVM-FS-02)" in error


TREES: list[tuple[dict[str, Any], str]] = [
    ({"type": "raidz", "nparity": 1}, "joined as raidz, which is not supported"),
    ({"type": "raidz", "nparity": 2}, "joined as raidz2, which is not supported"),
    ({"type": "draid"}, "joined as draid, which is not supported"),
    ({"type": "indirect"}, "joined as indirect"),
    ({"is_log": 1}, "it is a log device"),
    ({"id": 1}, "a block lies on device 0 of its pool, and this is device 1"),
    ({"asize": 1 << 40}, "truncated: its pool's device ends at byte"),
]


@pytest.mark.parametrize(("tree", "words"), TREES)
def test_devices_that_are_not_whole(tree: dict[str, Any], words: str, tmp_path: Path) -> None:
    pool = Pool()
    pool.tree = tree
    assert words in refused(forge(tmp_path / "pool", pool))


@pytest.mark.parametrize(("state", "words"), [(2, "was destroyed"), (3, "a spare device"), (4, "a cache device")])
def test_states_without_a_pool(state: int, words: str, tmp_path: Path) -> None:
    pool = Pool()
    pool.config = {"state": state}
    assert words in refused(forge(tmp_path / "pool", pool))


def test_an_encrypted_block_is_refused(tmp_path: Path) -> None:
    pool = Pool(version=28)
    pool.info = 1 << 61
    big = pool.file(BIG)
    pool.info = 0
    assert "is encrypted, which is not supported" in refused(pool.save(tmp_path / "pool", {"big": big}))


@pytest.mark.parametrize("name", ["mirror", "replacing", "spare"])
def test_the_path_is_that_of_the_label_s_own_side(name: str, tmp_path: Path) -> None:
    sides = [{"type": "disk", "guid": guid, "phys_path": f"/xpvd/xdf@{guid}:a"} for guid in (76, 77, 78)]
    pool = Pool()
    pool.tree = {"type": name, "guid": 5, "children": sides}
    with open_medium(forge(tmp_path / "pool", pool)) as medium:
        assert medium.zfs
        assert medium.zfs.bootpath == "/xpvd/xdf@77:a"


def test_a_newer_uberblock_counts_and_a_broken_one_does_not(tmp_path: Path) -> None:
    source = MemorySource.of(forge(tmp_path / "pool", Pool()))
    at = SIZE - LABEL + (128 << 10)
    good = bytes(source.data[at + 4096 : at + 5120])
    newer = struct.pack("<5Q", 0x00BAB10C, 29, 9, 0, 0) + good[40:]
    source.data[at + 9216 : at + 10240] = newer
    assert open_image(source).zfs, "without its checksum it does not count"
    source.data[at + 9216 : at + 10240] = seal(newer, "<", (at + 9216, 0, 0, 0))
    with pytest.raises(MediumError, match="version 29"):
        open_image(source)


def test_bootfs_that_is_no_dataset(tmp_path: Path) -> None:
    assert "its object 3 is no dataset" in refused(forge(tmp_path / "pool", Pool(), bootfs=3))
    assert "its object 7 is not in use" in refused(forge(tmp_path / "pool", Pool(), bootfs=7))


def test_labels_nested_without_end(tmp_path: Path) -> None:
    pool, tree = Pool(), dict[str, Any]()
    for _ in range(40):
        tree = {"children": [tree]}
    pool.tree = tree
    assert "nested more than 16 deep" in refused(forge(tmp_path / "pool", pool))
    assert nvlist({})[-8:] == bytes(8)
