"""Damage in one place of an image: it is found each time anew, spoils nothing beside it, and costs little."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from xvmgate.media import MediumError, open_medium
from xvmgate.media.iso9660 import MAX_DIRECTORIES

Make = dict[str, Callable[..., bytes]]
SECTOR, ROOT = 2048, 20
DIRECTORY, FILE = 0o040755, 0o100644


def file(make: Make, name: bytes, use: bytes = b"", block: int = 30, size: int = 5) -> bytes:
    """Return the record of a regular file with a Rock Ridge name."""
    return make["record"](b"F.;1", block, size, 0, make["px"](FILE) + make["nm"](name) + use)


@pytest.mark.parametrize("damaged_first", [True, False])
def test_damage_is_not_forgotten_on_the_second_look(damaged_first: bool, forge: Any, make: Make) -> None:
    """A check looks up many paths: the file must not turn from `cannot be read` to `missing` on the way."""
    records = [make["record"](b"B", 30, 5, 0, b"NM\x03\x01\x00abc"), file(make, b"good")]
    image = forge.rr(*(records if damaged_first else reversed(records)))
    with open_medium(image) as medium:
        for _ in range(3):
            with pytest.raises(MediumError, match="does not fit"):
                medium.lookup("/good")
            with pytest.raises(MediumError, match="does not fit"):
                medium.list("/")


@pytest.mark.parametrize("name", [b".", b"..", b"", b"a/b", b"/etc/passwd", b"../../x", b"nul\0x"])
def test_a_name_that_no_directory_can_hold_is_not_listed(name: bytes, forge: Any, make: Make) -> None:
    """Whoever joins listed names to a path of the host must not be led out of it."""
    with open_medium(forge.rr(file(make, name), file(make, b"good"))) as medium, suppress(MediumError):
        assert [found.name for found in medium.list("/")] == ["good"]


@pytest.mark.parametrize("name", [b"two\nlines", b"\x1b[2Jcleared"])
def test_an_error_is_one_printable_line_whatever_a_name_holds(name: bytes, forge: Any, make: Make) -> None:
    folder = make["record"](b"D", 31, SECTOR, 2, make["px"](DIRECTORY) + make["nm"](name))
    inside = make["directory"](31, make["record"](b"B", 30, 5, 0, b"NM\x03\x01\x00abc"))
    with open_medium(forge.rr(folder, file(make, name, block=9999), blocks={31: inside})) as medium:
        (first, *_) = medium.list("/")
        with pytest.raises(MediumError) as caught:
            list(medium.children(first))
        assert str(caught.value).isprintable()


def test_an_error_about_a_file_is_one_printable_line(forge: Any, make: Make) -> None:
    with open_medium(forge.rr(file(make, b"two\nlines", block=9999))) as medium:
        with pytest.raises(MediumError) as caught:
            medium.open("/two\nlines")
        assert str(caught.value).isprintable()


def test_long_chains_behind_many_records_cost_no_more_than_directories_may(forge: Any, make: Make) -> None:
    """10,000 records, each a chain of 60 sectors: an image of 2 MiB must not cost 1.2 GiB of reading."""
    chain = {40 + at: make["ce"](41 + at, 0, SECTOR) for at in range(60)}
    chain[100] = make["nm"](b"end")
    one = make["record"](b"R", 30, 5, 0, make["px"](FILE) + make["ce"](40, 0, SECTOR))
    use = b"SP\x07\x01\xbe\xef\x00" + make["px"](DIRECTORY)
    full = (one * (SECTOR // len(one))).ljust(SECTOR, b"\0")
    sectors = 10_000 * len(one) // SECTOR
    data = make["directory"](120, use=use) + full * sectors
    root = make["record"](b"\0", 120, len(data), 2)
    blocks = {16: make["descriptor"](root=root), 17: make["descriptor"](255), 120: data, **chain}
    with open_medium(forge.write(blocks, (121 + sectors) * SECTOR)) as medium:
        with suppress(MediumError):
            assert medium.lookup("/end").is_file
        assert medium.bytes_read <= MAX_DIRECTORIES + (1 << 20)


def test_a_directory_that_is_relocated_into_itself(forge: Any, make: Make) -> None:
    child = make["entry"](b"CL", struct.pack("<I", ROOT) + struct.pack(">I", ROOT))
    with open_medium(forge.rr(file(make, b"again", child))) as medium:
        assert medium.lookup("/again" * 500).status == "directory"
        assert [found.kind for found in medium.list("/again/again")] == ["directory"]
        assert medium.bytes_read < 64 << 10


def test_a_name_in_many_pieces(forge: Any, make: Make) -> None:
    """NM with flag 1 goes on in the next one; the record names a part in each of them."""
    pieces = b"".join(make["nm"](b"part%02d" % at, 1) for at in range(12)) + make["nm"](b"end")
    record = make["record"](b"F", 30, 5, 0, make["px"](FILE) + pieces)
    with open_medium(forge.rr(record)) as medium:
        assert medium.lookup("/" + "".join(f"part{at:02}" for at in range(12)) + "end").is_file


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_system_use_entry_that_is_shorter_than_its_head(length: int, forge: Any, make: Make) -> None:
    record = make["record"](b"F", 30, 5, 0, b"NM" + bytes([length]) + b"\x01\x00abc")
    with open_medium(forge.rr(record)) as medium, pytest.raises(MediumError, match="does not fit"):
        medium.lookup("/f")


def test_a_record_over_a_sector_s_border(forge: Any, make: Make) -> None:
    """ECMA-119 forbids it; it may be read or refused, and must not hide the file."""
    root = make["directory"](ROOT, use=b"SP\x07\x01\xbe\xef\x00" + make["px"](DIRECTORY)).rstrip(b"\0")
    fill = file(make, b"fill")
    root += b"\0" * (len(root) & 1)
    root += fill * ((SECTOR - len(root)) // len(fill) + 1) + file(make, b"after")
    assert len(root) > SECTOR
    descriptor = make["descriptor"](root=make["record"](b"\0", ROOT, 2 * SECTOR, 2))
    blocks = {16: descriptor, 17: make["descriptor"](255), ROOT: root.ljust(2 * SECTOR, b"\0")}
    with open_medium(forge.write(blocks)) as medium, suppress(MediumError):
        assert medium.lookup("/after").is_file


def test_a_primary_descriptor_after_sixty_others(forge: Any, make: Make) -> None:
    blocks = {at: make["descriptor"](3) for at in range(16, 76)}
    root = make["record"](b"\0", 90, SECTOR, 2)
    blocks |= {76: make["descriptor"](root=root), 77: make["descriptor"](255), 90: make["directory"](90)}
    with open_medium(forge.write(blocks, 100 * SECTOR)) as medium:
        assert medium.volume_id == "FORGED"
        assert medium.list("/") == []


def test_a_joliet_identifier_of_odd_length(forge: Any, make: Make) -> None:
    joliet = bytearray(make["descriptor"](2, root=make["record"](b"\0", 31, SECTOR, 2)))
    joliet[88:91] = b"%/E"
    odd, even = make["record"](b"\0a\0", 30, 5), make["record"]("grün;1".encode("utf-16-be"), 30, 5)
    blocks = {16: make["descriptor"](), 17: bytes(joliet), 18: make["descriptor"](255), 30: b"hello"}
    blocks |= {ROOT: make["directory"](ROOT), 31: make["directory"](31, odd, even)}
    with open_medium(forge.write(blocks)) as medium:
        assert medium.filesystem == "ISO9660 with Joliet"
        assert medium.open("/GRÜN").read() == b"hello"


def test_closing_twice_is_harmless(forge: Any) -> None:
    medium = open_medium(forge.rr())
    medium.close()
    medium.close()


def test_a_file_that_outlives_its_medium_reads_no_other(forge: Any, make: Make) -> None:
    """The next file that is opened takes the descriptor's number."""
    medium = open_medium(forge.rr(file(make, b"unix"), blocks={30: b"hello"}))
    stream = medium.open("/unix")
    medium.close()
    with open(__file__, "rb"), pytest.raises(MediumError, match="cannot be read"):
        stream.read()


def test_a_directory_that_is_cut_short_uses_up_nothing(forge: Any, make: Make) -> None:
    """Each look claims 16 MiB, which are not there: ten of them must not spoil what is."""
    cut = make["record"](b"C", 40, 16 << 20, 2, make["px"](DIRECTORY) + make["nm"](b"cut"))
    good = make["record"](b"G", 31, SECTOR, 2, make["px"](DIRECTORY) + make["nm"](b"good"))
    with open_medium(forge.rr(cut, good, blocks={31: make["directory"](31)})) as medium:
        for _ in range(10):
            with pytest.raises(MediumError, match="truncated"):
                medium.list("/cut")
        assert medium.list("/good") == []


def test_listing_again_uses_up_nothing(forge: Any, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A continuation area is kept: an honest medium may be listed without end."""
    monkeypatch.setattr("xvmgate.media.iso9660.MAX_DIRECTORIES", 2 * SECTOR)
    long = make["record"](b"F", 30, 5, 0, make["px"](FILE) + make["ce"](40, 0, 9))
    with open_medium(forge.rr(long, blocks={40: make["nm"](b"long")})) as medium:
        assert [[found.name for found in medium.list("/")] for _ in range(10)] == [["long"]] * 10
        assert medium.lookup("/long").is_file


@pytest.mark.parametrize(("length", "whole"), [(9, True), (512, True), (513, False)])
def test_a_continuation_area_in_the_last_block(length: int, whole: bool, forge: Any, make: Make) -> None:
    """Blocks of 512 bytes: no whole sector lies behind it."""
    size = 64 * SECTOR
    area = make["nm"](b"last")
    use = b"SP\x07\x01\xbe\xef\x00" + make["px"](DIRECTORY)
    record = make["record"](b"F", 80, 5, 0, make["px"](FILE) + make["ce"](size // 512 - 1, 0, length))
    descriptor = make["descriptor"](root=make["record"](b"\0", 4 * ROOT, SECTOR, 2), block_size=512)
    blocks = {16: descriptor, 17: make["descriptor"](255), ROOT: make["directory"](4 * ROOT, record, use=use)}
    blocks[63] = bytes(1536) + area
    with open_medium(forge.write(blocks, size)) as medium:
        if whole:
            assert medium.lookup("/last").is_file
        else:
            with pytest.raises(MediumError, match="truncated"):
                medium.lookup("/last")
