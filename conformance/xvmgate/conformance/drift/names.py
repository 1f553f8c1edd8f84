"""Names of any medium as TOML texts on one line, and back: nothing that a medium is called can break a file."""

from __future__ import annotations

import json
import re

from xvmgate.reports.text import CONTROL

KEPT_BYTE = re.compile("[%\ud800-\udfff]")
"""Bytes of names that are no UTF-8 (kept as surrogates), which no TOML can hold, and the sign that stands for them."""
ESCAPE = re.compile("%(u[0-9A-F]{4}|[0-9A-F]{2})?")


def quoted(text: str) -> str:
    """Return a text as a TOML basic string; a byte that is no UTF-8 becomes %XX, and a percent sign %25."""
    return basic(KEPT_BYTE.sub(_escape, text))


def basic(text: str) -> str:
    """Return a text without surrogates as a TOML basic string of one line, what disturbs a terminal escaped."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return CONTROL.sub(lambda match: _unicode(match[0]), json.dumps(text, ensure_ascii=False))


def unquoted(text: str) -> str:
    """Return the text that `quoted` wrote, from what TOML made of it.

    Raises ValueError for a percent sign that it would not have written.
    """
    return ESCAPE.sub(_unescape, text) if "%" in text else text


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x80:
        return f"%{code:02X}"
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"%u{code:04X}"


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code == "25":
        return "%"
    if code and code[0] == "u" and 0xD800 <= int(code[1:], 16) <= 0xDFFF:
        return chr(int(code[1:], 16))
    if code and code[0] != "u" and int(code, 16) >= 0x80:
        return chr(0xDC00 + int(code, 16))
    raise ValueError(f"%25 or %80 to %FF is expected where {match[0]} is")


def _unicode(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
