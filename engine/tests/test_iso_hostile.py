"""Hostile images end in one MediumError, or in the right answer, and never cost more than the named limits."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

from xvmgate.media import MediumError, open_medium
from xvmgate.media.formats.eltorito import CatalogError, read_catalog

Make = dict[str, Callable[..., bytes]]
SECTOR, ROOT = 2048, 20


def refused(image: str, path: str = "/x") -> str:
    """Open, look up, read; return the one sentence that it ends in."""
    with pytest.raises(MediumError) as caught, open_medium(image) as medium:
        found = medium.lookup(path)
        if found.is_file:
            medium.open(path).read()
    assert len(str(caught.value).splitlines()) == 1
    assert "XVM-FS-01" in str(caught.value)
    return str(caught.value)


def test_an_honest_image_is_read(forge: Any, make: Make) -> None:
    use = make["px"](0o100644) + make["nm"](b"file")
    image = forge.rr(make["record"](b"F.;1", 30, 5, 0, use), blocks={30: b"hello"})
    with open_medium(image) as medium, medium.open("/file") as stream:
        assert (medium.filesystem, medium.volume_id, stream.read()) == ("ISO9660 with Rock Ridge", "FORGED", b"hello")


DESCRIPTORS: list[tuple[str, dict[int, dict[str, Any]], str]] = [
    ("no terminator", {16: {}}, "no terminator"),
    ("no primary one", {16: {"kind": 255}}, "no primary volume descriptor"),
    ("endless", {block: {} for block in range(16, 90)}, "more than 64 volume descriptors"),
    ("block size 0", {16: {"block_size": 0}, 17: {"kind": 255}}, "block size is 0"),
    ("block size 4096", {16: {"block_size": 4096}, 17: {"kind": 255}}, "block size is 4096"),
    ("a volume beyond the file", {16: {"blocks": 1 << 31}, 17: {"kind": 255}}, "truncated: its volume has"),
]


@pytest.mark.parametrize(("blocks", "problem"), [row[1:] for row in DESCRIPTORS], ids=[row[0] for row in DESCRIPTORS])
def test_descriptors(blocks: dict[int, dict[str, Any]], problem: str, forge: Any, make: Make) -> None:
    image = forge.write({at: make["descriptor"](**words) for at, words in blocks.items()}, 100 * SECTOR)
    assert problem in refused(image)


@pytest.mark.parametrize("sectors", [16.5, 17, 17.5])
def test_an_image_that_ends_in_its_descriptors(sectors: float, forge: Any, make: Make) -> None:
    image = forge.write({16: make["descriptor"](blocks=1)}, int(sectors * SECTOR))
    assert "descriptors" in refused(image)


ROOTS = [
    ("no size", 20, 0, "claims 0 bytes"),
    ("4 GiB", 20, 0xFFFFFFFF, "claims 4294967295 bytes"),
    ("beyond the end", 5000, 2048, "truncated"),
    ("over the end", 60, 1 << 20, "truncated"),
]


@pytest.mark.parametrize(("block", "size", "problem"), [row[1:] for row in ROOTS], ids=[row[0] for row in ROOTS])
def test_root_directory(block: int, size: int, problem: str, forge: Any, make: Make) -> None:
    root = make["record"](b"\0", block, size, 2)
    assert problem in refused(forge.write({16: make["descriptor"](root=root), 17: make["descriptor"](255)}))


@pytest.mark.parametrize("length", [1, 20, 33])
def test_a_record_that_does_not_fit(length: int, forge: Any, make: Make) -> None:
    """Its length is too short for what it has to hold."""
    assert "record" in refused(forge.rr(make["record"](b"F.;1" * 8, 30, 5, length=length), make["record"](b"G", 30, 5)))


def test_an_identifier_that_is_longer_than_its_record(forge: Any, make: Make) -> None:
    bad = bytearray(make["record"](b"F", 30, 5))
    bad[32] = 200
    assert "does not fit" in refused(forge.rr(bytes(bad)))


def test_directories_that_hold_one_another(forge: Any, make: Make) -> None:
    directory, record, nm, px = (make[name] for name in ("directory", "record", "nm", "px"))
    down = record(b"A", 30, SECTOR, 2, px(0o040755) + nm(b"a"))
    image = forge.rr(down, blocks={30: directory(30, record(b"A", ROOT, SECTOR, 2, px(0o040755) + nm(b"a")))})
    with open_medium(image) as medium:
        assert medium.lookup("/a" * 500).status == "directory"
        assert medium.lookup("/a" * 5000).status == "loop"
        assert medium.bytes_read < 64 << 10


def test_directories_that_take_too_much(forge: Any, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xvmgate.media.iso9660.MAX_DIRECTORIES", 2 * SECTOR)
    record, directory = make["record"], make["directory"]
    image = forge.rr(
        record(b"A", 30, SECTOR, 2, make["nm"](b"a")),
        blocks={30: directory(30, record(b"B", 31, SECTOR, 2, make["nm"](b"b"))), 31: directory(31)},
    )
    assert "take more than 4096 bytes" in refused(image, "/a/b/c")


CONTINUED = [
    ("to itself", (40, 0, 28), "chain of more than"),
    ("beyond the image", (9999, 0, 28), "truncated"),
    ("over its sector", (40, 2040, 28), "leaves its sector"),
    ("of 4 GiB", (40, 0, 0xFFFFFFFF), "leaves its sector"),
]


@pytest.mark.parametrize(("where", "problem"), [row[1:] for row in CONTINUED], ids=[row[0] for row in CONTINUED])
def test_continuation_areas(where: tuple[int, int, int], problem: str, forge: Any, make: Make) -> None:
    image = forge.rr(make["record"](b"F", 30, 5, 0, make["ce"](*where)), blocks={40: make["ce"](40, 0, 28)})
    assert problem in refused(image)


@pytest.mark.parametrize(("areas", "good"), [(2, True), (63, True), (64, False), (90, False)])
def test_a_chain_of_continuation_areas(areas: int, good: bool, forge: Any, make: Make) -> None:
    """The record's own area is the first of the 64 that are read."""
    chain = b"".join(make["ce"](40, 28 * (at + 1), 28) for at in range(areas - 1))
    chain += make["nm"](b"last").ljust(28, b"\0")
    image = forge.rr(make["record"](b"F", 30, 5, 0, make["ce"](40, 0, 28)), blocks={40: chain, 30: b"hello"})
    if good:
        with open_medium(image) as medium:
            assert medium.lookup("/last").is_file
    else:
        assert "chain of more than 64" in refused(image)


USES = [
    ("an entry of length 3", b"NM\x03\x01\x00abc", "does not fit"),
    ("an entry over the end", b"NM\x80\x01\x00abc", "does not fit"),
    ("a component over the end", b"SL\x09\x01\x00\x00\x40ab", "symbolic link does not fit"),
]


@pytest.mark.parametrize(("use", "problem"), [row[1:] for row in USES], ids=[row[0] for row in USES])
def test_system_use_entries(use: bytes, problem: str, forge: Any, make: Make) -> None:
    assert problem in refused(forge.rr(make["record"](b"X", 30, 5, 0, use)))


@pytest.mark.parametrize("block", [9999, 30])
def test_a_relocated_directory_that_is_none(block: int, forge: Any, make: Make) -> None:
    child = make["entry"](b"CL", struct.pack("<I", block) + struct.pack(">I", block))
    image = forge.rr(make["record"](b"X", 30, 5, 0, make["nm"](b"x") + child), blocks={30: b"hello"})
    assert "truncated" in refused(image) or "holds none" in refused(image)


def test_a_place_that_a_directory_was_moved_to_is_hidden(forge: Any, make: Make) -> None:
    image = forge.rr(make["record"](b"X", ROOT, SECTOR, 2, make["nm"](b"x") + make["entry"](b"RE", b"")))
    with open_medium(image) as medium:
        assert medium.list("/") == []


FILES = [
    ("interleaved", {"unit": 4}, b"", "interleaved"),
    ("compressed", {}, b"ZF\x10\x01pz\x04\x0f" + bytes(8), "zisofs"),
    ("beyond the end", {"block": 9999}, b"", "truncated"),
    ("without a last extent", {"flags": 0x80}, b"", "without a last one"),
]


@pytest.mark.parametrize(("words", "use", "problem"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_files(words: dict[str, int], use: bytes, problem: str, forge: Any, make: Make) -> None:
    settings = {"block": 30, "size": 5, "flags": 0, "use": make["nm"](b"x") + use} | words
    assert problem in refused(forge.rr(make["record"](b"X", **settings)))


def test_an_empty_file_may_lie_anywhere(forge: Any, make: Make) -> None:
    with open_medium(forge.rr(make["record"](b"X", 0xFFFFFF, 0, 0, make["nm"](b"x")))) as medium:
        assert medium.open("/x").read() == b""


def test_a_sparse_file_of_several_extents_over_4_gib(forge: Any, make: Make) -> None:
    """Three extents, 4.5 GiB, a hole but for its ends and the borders; only what is asked for is read."""
    part, last = 0x80000000, 0x20000000
    starts = [64, 64 + part // SECTOR, 64 + 2 * part // SECTOR]
    records = [make["record"](b"B", start, part, 0x80, make["nm"](b"big")) for start in starts[:2]]
    records.append(make["record"](b"B", starts[2], last, 0, make["nm"](b"big")))
    image = forge.rr(*records)
    end = 64 * SECTOR + 2 * part + last
    with open(image, "r+b") as file:
        for place, text in ((64 * SECTOR, b"first"), (starts[1] * SECTOR - 2, b"border"), (end - 4, b"last")):
            file.seek(place)
            file.write(text)
    with open_medium(image) as medium, medium.open("/big") as stream:
        assert medium.stat("/big").size == 2 * part + last
        assert len(medium.list("/")) == 1
        for at, text in ((0, b"first"), (part - 2, b"border"), (2 * part + last - 4, b"last")):
            stream.seek(at)
            assert stream.read(len(text)) == text
        assert medium.bytes_read < 256 << 10


def catalog(*entries: bytes, platform: int = 0, key: bytes = b"\x55\xaa") -> bytes:
    """Return a boot catalog with a right checksum."""
    head = bytearray(b"\x01" + bytes([platform]) + bytes(28) + key)
    head[28:30] = struct.pack("<H", -sum(struct.unpack("<16H", head)) & 0xFFFF)
    return bytes(head) + b"".join(part.ljust(32, b"\0") for part in entries)


def boot(indicator: int = 0x88, sector: int = 30) -> bytes:
    """Return a boot entry."""
    return bytes([indicator, 0, 0, 0, 0, 0]) + struct.pack("<HI", 4, sector)


def test_boot_entries_of_later_sections() -> None:
    data = catalog(boot(), b"\x90\xef\x01\x00", boot(sector=31), b"\x91\x00\x02\x00", boot(sector=32), boot(0, 33))
    found = [(entry.platform, entry.bootable, entry.sector) for entry in read_catalog(data)]
    assert found == [(0, True, 30), (0xEF, True, 31), (0, True, 32), (0, False, 33)]


def test_a_section_of_65535_entries_ends_with_the_catalog() -> None:
    assert len(read_catalog(catalog(boot(), b"\x91\x00\xff\xff").ljust(SECTOR, b"\0"))) == 62


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no validation entry"),
        (catalog(boot(), key=b"\xaa\x55"), "no validation entry"),
        (b"\0" + catalog(boot())[1:], "no validation entry"),
        (catalog(boot())[:5] + b"x" + catalog(boot())[6:], "checksum"),
    ],
)
def test_catalogs_that_no_bios_accepts(data: bytes, problem: str) -> None:
    with pytest.raises(CatalogError, match=problem):
        read_catalog(data)


@pytest.mark.parametrize(("sector", "there"), [(0, False), (16, False), (17, True), (63, True), (64, False)])
def test_where_a_boot_image_may_begin(sector: int, there: bool, forge: Any) -> None:
    with open_medium(forge.rr()) as medium:
        assert medium.has_sector(sector) == there
        assert medium.boot_entries() is None


def test_a_catalog_beyond_the_end(forge: Any, make: Make) -> None:
    record = bytearray(make["descriptor"](0))
    record[7:39] = b"EL TORITO SPECIFICATION".ljust(32, b"\0")
    record[71:75] = struct.pack("<I", 5000)
    root = make["directory"](ROOT)
    image = forge.write({16: make["descriptor"](), 17: bytes(record), 18: make["descriptor"](255), ROOT: root})
    with open_medium(image) as medium, pytest.raises(CatalogError, match="sector 5000, beyond"):
        medium.boot_entries()


@pytest.mark.parametrize(
    ("field", "created"),
    [
        (b"2009060112304500\x00", "2009-06-01T12:30:45+00:00"),
        (b"2009060112304500\xe4", "2009-06-01T12:30:45-07:00"),
        (b"2009060112304500\x16", "2009-06-01T12:30:45+05:30"),
        (b"0000000000000000\x00", None),
        (b"                \x00", None),
        (b"2009990112304500\x00", None),
        (b"2009060112304500\x7f", None),
    ],
)
def test_dates(field: bytes, created: str | None, forge: Any, make: Make) -> None:
    data = bytearray(make["descriptor"]())
    data[813:830] = field
    image = forge.write({16: bytes(data), 17: make["descriptor"](255), ROOT: make["directory"](ROOT)})
    with open_medium(image) as medium:
        assert medium.created == created
