"""What forged pools are made of, each written by the format's description and apart from the reader's own code."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

FLETCHER2, FLETCHER4, SHA256 = 6, 7, 8
OFF, LZJB, GZIP, ZLE, LZ4 = 2, 3, 11, 14, 15
MASK = (1 << 64) - 1
MAGIC = 0x0210DA7AB10C7A11


def fletcher2(data: bytes, order: str) -> tuple[int, ...]:
    """Sum as the format's description says, a pair of words at a time."""
    a = b = c = d = 0
    for first, second in struct.iter_unpack(f"{order}QQ", data):
        a, b = a + first & MASK, b + second & MASK
        c, d = c + a & MASK, d + b & MASK
    return a, b, c, d


def fletcher4(data: bytes, order: str) -> tuple[int, ...]:
    """Sum as the format's description says, a word at a time."""
    a = b = c = d = 0
    for (word,) in struct.iter_unpack(f"{order}I", data):
        a = a + word & MASK
        b = b + a & MASK
        c = c + b & MASK
        d = d + c & MASK
    return a, b, c, d


def sha256(data: bytes, order: str = "") -> tuple[int, ...]:  # noqa: ARG001  # of bytes, so of no order
    """Return SHA-256 as four numbers."""
    return struct.unpack(">4Q", hashlib.sha256(data).digest())


SUMS: dict[int, Callable[[bytes, str], tuple[int, ...]]] = {6: fletcher2, 7: fletcher4, 8: sha256}


def seal(data: bytes, order: str, verifier: tuple[int, int, int, int]) -> bytes:
    """Return a structure with its last 40 bytes made its own checksum."""
    body = data[:-40] + struct.pack(f"{order}Q", MAGIC)
    return body + struct.pack(f"{order}4Q", *sha256(body + struct.pack(f"{order}4Q", *verifier)))


def literal_lzjb(data: bytes) -> bytes:
    """Compress by LZJB: runs of one byte become matches with what is before, all else is literal."""
    out, at = bytearray(), 0
    while at < len(data):
        flags, items = 0, bytearray()
        for bit in range(8):
            run = 0
            while at and run < 66 and at + run < len(data) and data[at + run] == data[at - 1]:
                run += 1
            if run >= 3:
                flags |= 1 << bit
                items += bytes([(run - 3) << 2, 1])
                at += run
            elif at < len(data):
                items.append(data[at])
                at += 1
        out += bytes([flags]) + items
    return bytes(out)


def literal_zle(data: bytes) -> bytes:
    """Compress by ZLE."""
    out, at = bytearray(), 0
    while at < len(data):
        zero = data[at] == 0
        most = 192 if zero else 64
        run = 1
        while at + run < len(data) and run < most and (data[at + run] == 0) == zero:
            run += 1
        out += bytes([63 + run]) if zero else bytes([run - 1]) + data[at : at + run]
        at += run
    return bytes(out)


def literal_lz4(data: bytes) -> bytes:
    """Compress by LZ4: the first bytes are literals, a long tail of one byte is one match, five literals end it."""
    tail = len(data) - len(data.rstrip(data[-1:]))
    if tail < 300:
        return _lz4_run(len(data)) + data
    head, match = len(data) - tail + 1, tail - 6
    block = _lz4_count(head, min(15, match - 4)) + data[:head] + b"\x01\x00"
    left = match - 4 - 15
    block += b"\xff" * (left // 255) + bytes([left % 255]) + bytes([5 << 4]) + data[-5:]
    return struct.pack(">I", len(block)) + block


def _lz4_run(length: int) -> bytes:
    token = _lz4_count(length, 0)
    return struct.pack(">I", len(token) + length) + token


def _lz4_count(literals: int, low: int) -> bytes:
    if literals < 15:
        return bytes([literals << 4 | low])
    left = literals - 15
    return bytes([0xF0 | low]) + b"\xff" * (left // 255) + bytes([left % 255])


PACK: dict[int, Callable[[bytes], bytes]] = {
    LZJB: literal_lzjb,
    GZIP: zlib.compress,
    ZLE: literal_zle,
    LZ4: literal_lz4,
}


def nvlist(pairs: Mapping[str, Any], *, head: bool = True) -> bytes:
    """Encode a name-value list in XDR."""
    out = (b"\x01\x01\0\0" if head else b"") + struct.pack(">II", 0, 1)
    for name, value in pairs.items():
        kind, count, data = _value(value)
        body = _text(name) + struct.pack(">II", kind, count) + data
        out += struct.pack(">II", len(body) + 8, len(body) + 8) + body
    return out + bytes(8)


def _value(value: Any) -> tuple[int, int, bytes]:
    if value is True:
        return 1, 0, b""
    if isinstance(value, int):
        return 8, 1, struct.pack(">Q", value)
    if isinstance(value, str):
        return 9, 1, _text(value)
    if isinstance(value, dict):
        return 19, 1, nvlist(value, head=False)
    return 20, len(value), b"".join(nvlist(item, head=False) for item in value)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def crc(name: bytes, salt: int) -> int:
    """Hash a name as the large form of a table does."""
    for byte in name:
        salt ^= byte
        for _ in range(8):
            salt = salt >> 1 ^ (0xC96C5795D7870F42 if salt & 1 else 0)
    return salt >> 36 << 36
