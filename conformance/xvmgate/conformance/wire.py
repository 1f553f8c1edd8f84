"""From JSON to values: the requests, facts and media of protocol 1, refused by key where they are of a wrong shape."""

from __future__ import annotations

from typing import Any

from xvmgate.engine.facts import HostFacts, given, is_ipv4
from xvmgate.engine.refusal import RequestError
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import MediumView, imagined
from xvmgate.media.zfsroot import ZfsRoot

TEXTS = ("mac", "location", "cdrom", "extra_args", "autocf", "os_type", "os_variant", "bootpath", "arch")
FLAGS = ("nographics", "pxe", "vnc")
KINDS = ("iso", "tree", "zfs")
MAX_OBJSET = 1 << 48
"""Object numbers of a ZFS pool have 48 bits."""


def request_of(data: object) -> InstallRequest:
    """Read a request. Raises RequestError naming the key at fault."""
    table = _table(data, "request")
    values: dict[str, Any] = {key: _text(table, key) for key in TEXTS if table.get(key) is not None}
    values |= {key: _flag(table, key) for key in FLAGS}
    return InstallRequest(_text(table, "name"), _number(table, "ram"), _text(table, "mode"), **values)


def facts_of(data: object) -> HostFacts:
    """Read the host's facts; a key that is missing is a fact that is not known. Raises RequestError."""
    table = _table({} if data is None else data, "facts")
    bits = table.get("host_bits")
    if bits not in (None, 32, 64) or isinstance(bits, (bool, float)):
        raise RequestError(f"host_bits: 32 or 64 is expected, not {bits!r}")
    names = _table(table.get("resolve") or {}, "resolve")
    resolve = {name: _address(value, f"resolve.{name}") for name, value in names.items() if value is not None}
    route = table.get("default_route")
    return given(bits, resolve, None if route is None else _address(route, "default_route"))


def imagined_medium(data: object) -> MediumView | None:
    """Read a medium that is a kind and a list of files; None where none is given. Raises RequestError."""
    if data is None:
        return None
    table = _table(data, "medium")
    kind = _text(table, "kind")
    if kind not in KINDS:
        raise RequestError(f"kind: one of {', '.join(KINDS)} is expected, not {kind!r}")
    files = table.get("files", [])
    if not isinstance(files, list) or not {type(path) for path in files} <= {str}:
        raise RequestError("files: a list of paths is expected")
    return imagined(kind, files, _zfs(table.get("zfs")) if kind == "zfs" else None)


def _zfs(data: object) -> ZfsRoot:
    table = _table(data, "zfs")
    objset = None if table.get("objset") is None else _number(table, "objset")
    if objset is not None and not 0 <= objset < MAX_OBJSET:
        raise RequestError(f"objset: a number from 0 to {MAX_OBJSET - 1} is expected, not {objset}")
    bootpath = None if table.get("bootpath") is None else _text(table, "bootpath")
    return ZfsRoot(_text(table, "pool"), objset, bootpath, 0)


def _table(data: object, key: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise RequestError(f"{key}: an object is expected")
    return data


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise RequestError(f"{key}: a text is expected")
    return value


def _number(table: dict[str, Any], key: str) -> int:
    value = table.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError(f"{key}: a whole number is expected")
    return value


def _flag(table: dict[str, Any], key: str) -> bool:
    value = table.get(key)
    if value is not None and not isinstance(value, bool):
        raise RequestError(f"{key}: true or false is expected")
    return bool(value)


def _address(value: object, key: str) -> str:
    if not isinstance(value, str) or not is_ipv4(value):
        raise RequestError(f"{key}: an IPv4 address is expected")
    return value
