"""QEMU, run until the machine in it has said what is waited for: its serial line is read, and it always ends with us."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QEMU = "qemu-system-x86_64"
COMMON = ["-accel", "tcg", "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot", "-serial", "stdio"]
"""No acceleration (a /dev/kvm may be there and hang), no network, no second start; the serial line is ours."""
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"]
"""From util-linux: what ends a program when we are killed and cannot end it."""
MAX_LOG = 1 << 20
"""Bytes that a machine may say."""
MAX_LINE = 4096
"""Bytes of a line that are shown before it has ended."""
READ = 4096


class EmulatorError(Exception):
    """An emulator that is missing, or does not run; the text is one sentence."""


def find_qemu(given: str | None = None) -> str:
    """Return QEMU's path. Raises EmulatorError where it is not."""
    found = shutil.which(given or QEMU)
    if found is None:
        hint = "" if given else "; install it (Debian: qemu-system-x86) or say where it is with --qemu"
        raise EmulatorError(f"{given or QEMU} is not there, or is no program{hint}")
    return found


def run(
    command: Sequence[str],
    folder: str,
    limit: float,
    told: Callable[[str], None],
    enough: Callable[[str, float], bool],
) -> str:
    """Run a machine; return what it said, without carriage returns.

    It is ended after `limit` seconds, when it has said MAX_LOG bytes, or when `enough(log, quiet)` holds, `quiet` being
    the seconds since it last said something. `told` hears each line. Raises EmulatorError where it does not run.
    """
    errors = os.path.join(folder, "errors")
    with open(errors, "wb") as complaints:
        try:
            emulator = subprocess.Popen(
                _with_us(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
            )
        except OSError as error:
            raise EmulatorError(f"{command[0]} cannot be run: {error.strerror}") from error
        try:
            log = _listen(emulator, limit, told, enough)
        finally:
            emulator.kill()
            emulator.wait()
            if emulator.stdout:
                emulator.stdout.close()
    if not log:
        _complain(command[0], errors)
    return log


def _with_us(command: Sequence[str]) -> list[str]:
    return [*(ENDS_WITH_US if shutil.which(ENDS_WITH_US[0]) else []), *command]


def _listen(
    emulator: subprocess.Popen[bytes],
    limit: float,
    told: Callable[[str], None],
    enough: Callable[[str, float], bool],
) -> str:
    end = time.monotonic() + limit
    heard = time.monotonic()
    log, shown = "", 0
    descriptor = emulator.stdout.fileno() if emulator.stdout else -1
    with DefaultSelector() as selector:
        selector.register(descriptor, EVENT_READ)
        while time.monotonic() < end and len(log) < MAX_LOG and not enough(log, time.monotonic() - heard):
            if not selector.select(min(0.5, max(0.0, end - time.monotonic()))):
                continue
            data = os.read(descriptor, READ)
            if not data:
                break
            heard = time.monotonic()
            log += data.decode("utf-8", "surrogateescape").replace("\r", "")
            shown = _tell(log, shown, told)
    if log[shown:]:
        told(log[shown:])
    return log


def _tell(log: str, shown: int, told: Callable[[str], None]) -> int:
    """Pass on the lines that have ended, and pieces of one that does not; return how far."""
    while (end := log.find("\n", shown)) >= 0:
        told(log[shown:end])
        shown = end + 1
    while len(log) - shown > MAX_LINE:
        told(log[shown : shown + MAX_LINE])
        shown += MAX_LINE
    return shown


def _complain(name: str, errors: str) -> None:
    """Raise what the emulator said of itself, where the machine in it said nothing."""
    with open(errors, encoding="utf-8", errors="replace") as file:
        said = " ".join(file.read(READ).split())
    if said:
        raise EmulatorError(f"{name} does not run: {said}")
