"""Assembles small ZFS pools by hand, in either byte order: what zfs-fuse does not make, and what no honest tool does.

A forged pool is one device with one file system, whose dataset is object 4 of the pool. Tests let `grub-fstest` read
it too, so that the forge is not only right by the reader that it tests.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zfs_pack import FLETCHER4, OFF, PACK, SUMS, crc, nvlist, seal

SIZE, START, LABEL = 8 << 20, 4 << 20, 256 << 10
HOLE = bytes(128)
FEATURES = 5000
ATTRIBUTES = {"ATIME": (0, 16), "MTIME": (1, 16), "CTIME": (2, 16), "CRTIME": (3, 16), "GEN": (4, 8), "MODE": (5, 8),
              "SIZE": (6, 8), "PARENT": (7, 8), "LINKS": (8, 8), "XATTR": (9, 8), "RDEV": (10, 8), "FLAGS": (11, 8),
              "UID": (12, 8), "GID": (13, 8), "DACL_COUNT": (16, 8), "SYMLINK": (17, 0), "PROJID": (20, 8)}  # fmt: skip
"""System attributes: number and length."""
FILE = ("MODE", "SIZE", "GEN", "UID", "GID", "PARENT", "FLAGS", "ATIME", "MTIME", "CTIME", "CRTIME", "LINKS")
LINK = (*FILE, "RDEV", "XATTR", "DACL_COUNT", "PROJID", "SYMLINK")
LAYOUTS = {2: FILE, 3: LINK, 4: ("SYMLINK",)}


class Pool:
    """A pool in the making: blocks are written one after another, pointers are returned."""

    def __init__(self, order: str = "<", version: int = 15, checksum: int = FLETCHER4, compression: int = OFF) -> None:
        self.order, self.version = order, version
        self.checksum, self.compression = checksum, compression
        self.image = bytearray(SIZE)
        self.at = 512
        self.written: list[tuple[int, int]] = []
        self.config: dict[str, Any] = {}
        self.tree: dict[str, Any] = {}
        self.directory: dict[str, int] = {}
        self.features: dict[str, int] = {}
        self.info = 0
        self.large, self.normal = False, 0
        self.mutate: Callable[[int, bytes], bytes] = lambda _, data: data

    def pack(self, form: str, *numbers: int) -> bytes:
        """Pack numbers in the pool's byte order."""
        return struct.pack(self.order + form, *numbers)

    def place(self, data: bytes) -> int:
        """Write bytes to the device; return their offset."""
        at, self.at = self.at, self.at + -(-len(data) // 512) * 512
        self.image[START + at : START + at + len(data)] = data
        self.written.append((START + at, len(data)))
        return at

    def write(self, data: bytes, kind: int, level: int = 0, *, gang: bool = False) -> bytes:
        """Write a block as the pool's checksum and compression have it; return its pointer."""
        data = self.mutate(len(self.written), data)
        size, stored, compression = len(data), data, OFF
        if self.compression != OFF:
            packed = PACK[self.compression](data)
            packed += bytes(-len(packed) % 512)
            if len(packed) < size:
                stored, compression = packed, self.compression
        at = self._place_gang(stored, kind) if gang else self.place(stored)
        info = (size // 512 - 1) | (len(stored) // 512 - 1) << 16 | compression << 32 | self.checksum << 40
        info |= kind << 56 - 8 | level << 56 | (1 << 63 if self.order == "<" else 0) | self.info
        words = [len(stored) // 512, at // 512 | (1 << 63 if gang else 0), *[0] * 4, info, 0, 0, 0, 4, 1]
        return self.pack("16Q", *words, *SUMS[self.checksum](stored, self.order))

    def _place_gang(self, data: bytes, kind: int) -> int:
        plain, self.compression = self.compression, OFF
        half = len(data) // 1024 * 512
        parts = [self.write(part, kind) for part in (data[:half], data[half:]) if part]
        self.compression = plain
        header = b"".join(parts).ljust(512, b"\0")
        return self.place(seal(header, self.order, (0, self.at, 4, 0)))

    def dnode(
        self, kind: int, data: bytes, *, block: int = 16384, bonus: tuple[int, bytes] = (0, b""), **more: Any
    ) -> bytes:
        """Write an object's blocks, of which those of zeros are holes, with their indirect ones; return its dnode."""
        shift = more.get("shift", 10)
        count = max(1, -(-len(data) // block))
        cut = [data[at * block : (at + 1) * block].ljust(block, b"\0") for at in range(count)]
        gang = more.get("gang", False)
        pointers = [self.write(piece, kind, gang=gang) if any(piece) else HOLE for piece in cut]
        level = 1
        while len(pointers) > 1:
            per = 1 << shift - 7
            groups = [pointers[at : at + per] for at in range(0, len(pointers), per)]
            pointers = [
                self.write(b"".join(group).ljust(1 << shift, b"\0"), kind, level) if any(map(any, group)) else HOLE
                for group in groups
            ]
            level += 1
        flags = 4 if "spill" in more else 0
        head = bytes([kind, shift, level, 1, bonus[0], 0, 0, flags])
        head += self.pack("HHIQQ4Q", block // 512, len(bonus[1]), 0, count - 1, len(data), 0, 0, 0, 0)
        out = (head + pointers[0] + bonus[1]).ljust(512, b"\0")
        return out[:384] + more["spill"] if "spill" in more else out

    def objset(self, kind: int, objects: dict[int, bytes]) -> bytes:
        """Write a set of objects; return its pointer."""
        data = b"".join(objects.get(number, bytes(512)) for number in range(max(objects) + 1))
        meta = self.dnode(10, data, block=16384, shift=14)
        return self.write((meta + bytes(192) + self.pack("Q", kind)).ljust(1024, b"\0"), 11)

    def micro(self, kind: int, entries: dict[str, int]) -> bytes:
        """Return the dnode of a table in the small form."""
        data = self.pack("QQ", (1 << 63) + 3, 1).ljust(64, b"\0")
        for name, value in entries.items():
            data += (self.pack("QIH", value, 0, 0) + name.encode()).ljust(64, b"\0")
        return self.dnode(kind, data, block=-(-len(data) // 512) * 512)

    def fat(self, kind: int, entries: Mapping[str, tuple[int, ...]], width: int = 8, **more: Any) -> bytes:
        """Return the dnode of a table in the large form, with one leaf."""
        block = 4096
        head = self.pack("12Q", (1 << 63) + 1, 0x2F52AB2AB, 0, 0, 0, 0, 0, 2, 1, len(entries), 12345, self.normal)
        head = head.ljust(block // 2, b"\0") + self.pack("Q", 1) * (block // 16)
        head = head[:32] + self.pack("Q", (block // 16).bit_length() - 1) + head[40:]
        return self.dnode(kind, head + self._leaf(entries, width, block), block=block, **more)

    def _leaf(self, entries: Mapping[str, tuple[int, ...]], width: int, block: int) -> bytes:
        buckets = [0xFFFF] * (block // 32)
        chunks: list[bytes] = []
        for name, values in entries.items():
            hashed = crc((name.upper() if self.normal else name).encode(), 12345)
            text = [name.encode() + b"\0", b"".join(value.to_bytes(width, "big") for value in values)]
            own = len(chunks)
            chunks.append(b"")
            starts = [self._texts(chunks, piece) for piece in text]
            bucket = hashed >> 64 - (len(buckets).bit_length() - 1)
            numbers = (buckets[bucket], starts[0], len(text[0]), starts[1], len(values), 0, 0, hashed)
            chunks[own] = bytes([252, width]) + self.pack("7HQ", *numbers)
            buckets[bucket] = own
        leaf = self.pack("QQQIHHHH", 1 << 63, 0, 0, 0x2AB1EAF, 0, len(entries), 0, 0).ljust(48, b"\0")
        leaf += self.pack(f"{len(buckets)}H", *buckets) + b"".join(chunks)
        return leaf.ljust(block, b"\xfd")

    def _texts(self, chunks: list[bytes], text: bytes) -> int:
        first = len(chunks)
        for at in range(0, len(text), 21):
            following = len(chunks) + 1 if at + 21 < len(text) else 0xFFFF
            chunks.append(b"\xfb" + text[at : at + 21].ljust(21, b"\0") + self.pack("H", following))
        return first

    def system(self, layout: int, values: dict[str, bytes]) -> bytes:
        """Return system attributes of a layout; those that are not given are zeros."""
        names = LAYOUTS[layout]
        lengths = [len(values.get(name, b"")) for name in names if ATTRIBUTES[name][1] == 0]
        head = self.pack(f"IH{max(1, len(lengths))}H", 0x2F505A, layout | 1 << 10, *(lengths or [0]))
        pieces = [values.get(name, bytes(ATTRIBUTES[name][1])) for name in names]
        return head.ljust(8, b"\0") + b"".join(piece + bytes(-len(piece) % 8) for piece in pieces)

    def attributes(self, mode: int, size: int, target: bytes = b"", *, spill: bool = False) -> dict[str, Any]:
        """Return what of a file's dnode holds its attributes: a znode, or system attributes from version 24 on."""
        if self.version < 24:
            znode = bytes(72) + self.pack("QQ", mode, size) + self.pack("QQ", 3, 1) + bytes(264 - 104)
            return {"bonus": (17, znode + target)}
        values = {"MODE": self.pack("Q", mode), "SIZE": self.pack("Q", size), "LINKS": self.pack("Q", 1)}
        if not target:
            return {"bonus": (44, self.system(2, values))}
        if not spill:
            return {"bonus": (44, self.system(3, values | {"SYMLINK": target}))}
        block = self.system(4, {"SYMLINK": target}).ljust(512, b"\0")
        return {"bonus": (44, self.system(2, values)), "spill": self.write(block, 44)}

    def file(self, data: bytes, **more: Any) -> bytes:
        """Return the dnode of a regular file."""
        return self.dnode(19, data, **{"block": 512} | more, **self.attributes(0o100644, more.pop("size", len(data))))

    def link(self, target: bytes, *, spill: bool = False) -> bytes:
        """Return the dnode of a symbolic link."""
        return self.dnode(19, b"", block=512, **self.attributes(0o120777, len(target), target, spill=spill))

    def file_system(self, files: dict[str, bytes]) -> bytes:
        """Write a file system that holds these dnodes by path, the directories on the way too; return its pointer."""
        objects: dict[int, bytes] = {}
        numbers, held = {"": 3}, {"": dict[str, int]()}
        for path, dnode in files.items():
            parts = path.split("/")
            for depth in range(1, len(parts) + 1):
                parent, name = "/".join(parts[: depth - 1]), "/".join(parts[:depth])
                if name not in numbers:
                    numbers[name] = 20 + len(numbers)
                    held[parent][parts[depth - 1]] = numbers[name]
                    held.setdefault(name, {})
            objects[numbers[path]] = dnode
        for path, entries in held.items():
            if path not in files:
                objects[numbers[path]] = self._directory(entries)
        master = {"ROOT": 3, "VERSION": 5 if self.version >= 24 else 3}
        if self.version >= 24:
            master["SA_ATTRS"] = 4
            objects[4] = self.micro(45, {"REGISTRY": 5, "LAYOUTS": 6})
            registry = {f"ZPL_{name}": (number | length << 24,) for name, (number, length) in ATTRIBUTES.items()}
            objects[5] = self.fat(46, registry)
            layouts = {str(n): tuple(ATTRIBUTES[name][0] for name in names) for n, names in LAYOUTS.items()}
            objects[6] = self.fat(47, layouts, width=2)
        return self.objset(2, objects | {1: self.micro(21, master)})

    def _directory(self, entries: dict[str, int]) -> bytes:
        if self.large:
            values = {name: (number | 8 << 60,) for name, number in entries.items()}
            return self.fat(20, values, **self.attributes(0o040755, len(entries)))
        data = self.pack("QQ", (1 << 63) + 3, 1).ljust(64, b"\0")
        for name, number in entries.items():
            data += (self.pack("QIH", number | 8 << 60, 0, 0) + name.encode()).ljust(64, b"\0")
        block = -(-len(data) // 512) * 512
        return self.dnode(20, data, block=block, **self.attributes(0o040755, len(entries)))

    def save(self, path: Path, files: dict[str, bytes], *, bootfs: int | None = 4) -> str:
        """Write the pool with one file system to a file; return its path."""
        root = self.file_system(files)
        dataset = self.pack("16Q", 2, *[0] * 15) + root + bytes(320 - 256)
        features = {"features_for_read": 5} if self.version == FEATURES else {}
        objects = {
            1: self.micro(1, {"root_dataset": 2, "pool_props": 3} | features | self.directory),
            2: self.dnode(12, b"", block=512, bonus=(12, self.pack("32Q", 0, 4, *[0] * 30))),
            3: self.micro(31, {"bootfs": bootfs} if bootfs else {"other": 1}),
            4: self.dnode(16, b"", block=512, bonus=(16, dataset)),
        }
        if features:
            objects[5] = self.fat(196, {name: (uses,) for name, uses in self.features.items()})
        self._labels(self.objset(1, objects))
        path.write_bytes(self.image)
        return str(path)

    def _labels(self, root: bytes) -> None:
        leaf = {"type": "disk", "id": 0, "guid": 77, "path": "/dev/dsk/c0d0s0", "phys_path": "/xpvd/xdf@51712:a"}
        tree = leaf | {"metaslab_array": 0, "ashift": 9, "asize": SIZE - START - 2 * LABEL, "is_log": 0} | self.tree
        config = {"version": self.version, "name": "forged", "state": 1, "txg": 4, "pool_guid": 99, "top_guid": 77,
                  "guid": 77, "vdev_tree": tree} | self.config  # fmt: skip
        if self.version == FEATURES:
            config |= {"features_for_read": {name: True for name, uses in self.features.items() if uses}} | self.config
        uberblock = self.pack("5Q", 0x00BAB10C, self.version, 4, 176, 1250000000) + root
        for start in (0, LABEL, SIZE - 2 * LABEL, SIZE - LABEL):
            listed = seal(nvlist(config).ljust(112 << 10, b"\0"), self.order, (start + (16 << 10), 0, 0, 0))
            self.image[start + (16 << 10) : start + (128 << 10)] = listed
            at = start + (128 << 10) + 4 * 1024
            self.image[at : at + 1024] = seal(uberblock.ljust(1024, b"\0"), self.order, (at, 0, 0, 0))
