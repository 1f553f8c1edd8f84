"""The host that xvmgate runs on, asked for its facts: the one place where a plan touches it.

The same facts come out whatever the system is (XVM-GEN-01).
"""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import threading
from contextlib import suppress

from .facts import HostFacts, is_ipv4

PATIENCE = 10.0
"""Seconds that a name server or a program of the system may take to answer."""
LINUX_ROUTES = "/proc/net/route"
CPU_INFO = "/proc/cpuinfo"
MAX_READ = 1 << 20
"""Bytes of the system's tables that are read."""
UP_AND_GATEWAY = 0x3
"""Flags of a usable route through a gateway in Linux's table (RTF_UP, RTF_GATEWAY)."""


def host_facts() -> HostFacts:
    """Return this host's facts, each looked up when it is asked for."""
    return HostFacts(host_bits, resolve, default_route, os.path.isfile)


def host_bits() -> int:
    """Return 64 where the processor can run 64-bit guests, else 32."""
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64"):
        return 64
    if machine == "i86pc":
        return 64 if _ask("isainfo", "-b").strip() == "64" else 32
    flags = next((line for line in _read(CPU_INFO).splitlines() if line.startswith("flags")), "")
    return 64 if "lm" in flags.split() else 32


def resolve(name: str) -> str | None:
    """Return a name's IPv4 address as the host resolves it; None where it has none, or no answer comes in time."""
    found: list[str] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
            found.extend(str(answer[4][0]) for answer in answers)

    search = threading.Thread(target=look_up, daemon=True)  # a lookup cannot be ended, only left behind
    search.start()
    search.join(PATIENCE)
    return found[0] if found else None


def default_route() -> str | None:
    """Return the IPv4 address of the default route's gateway, None where there is no such route."""
    if os.path.exists(LINUX_ROUTES):
        return linux_gateway(_read(LINUX_ROUTES))
    return printed_gateway(_ask("netstat", "-rn", "-f", "inet")) or printed_gateway(
        _ask("route", "-n", "get", "default")
    )


def linux_gateway(table: str) -> str | None:
    """Find the gateway in Linux's table of routes; of several default routes that of the lowest metric."""
    routes = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 8 and fields[1] == fields[7] == "00000000" and int(fields[3], 16) & UP_AND_GATEWAY == 3:
            routes.append((int(fields[6]), int(fields[2], 16)))
    if not routes:
        return None
    return ".".join(str(octet) for octet in min(routes)[1].to_bytes(4, "little"))


def printed_gateway(text: str) -> str | None:
    """Find the gateway in what `netstat -rn` (`default 192.0.2.1 UG ...`) or `route get` (`gateway: ...`) print."""
    for line in text.splitlines():
        first, *rest = line.split() or [""]
        if first in ("default", "gateway:") and rest and is_ipv4(rest[0]):
            return rest[0]
    return None


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(MAX_READ)
    except OSError:
        return ""


def _ask(*command: str) -> str:
    try:
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout[:MAX_READ]
