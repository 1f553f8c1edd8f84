"""QEMU, run until the machine in it has said what is waited for.

Its serial line is read, and it always ends with us.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, NamedTuple

from .serial_line import SerialLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QEMU = "qemu-system-x86_64"
COMMON = ["-accel", "tcg", "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot", "-serial", "stdio"]
"""No acceleration (a /dev/kvm may be there and hang), no network, no second start; the serial line is ours."""
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"]
"""From util-linux: what ends a program when we are killed and cannot end it."""
MAX_LOG = 1 << 20
"""Characters that a machine may say."""
MAX_LINE = 4096
"""Characters of a line that are shown before it has ended."""
READ = 1 << 16
LOOK = 0.05
"""Seconds between two looks at what was said: a serial line speaks a character at a time."""


class EmulatorError(Exception):
    """An emulator, or a part of it, that is missing or does not run; the text is one sentence."""


class Watch(NamedTuple):
    """How a machine is watched.

    It is ended after `limit` seconds, or when `enough(log)` holds. `told` hears each line.
    """

    limit: float
    enough: Callable[[str], bool]
    told: Callable[[str], None] = lambda _: None


def find_qemu(given: str | None = None) -> str:
    """Return QEMU's path. Raises EmulatorError where it is not."""
    found = shutil.which(given or QEMU)
    if found is None:
        hint = "" if given else "; install it (Debian: qemu-system-x86) or say where it is with --qemu"
        raise EmulatorError(f"{given or QEMU} is not there, or is no program{hint}")
    return os.path.abspath(found)


def run(command: Sequence[str], folder: str, watch: Watch) -> str:
    """Run a machine in `folder`; return what it said, as text.

    It may say MAX_LOG characters. Raises EmulatorError where it does not run, or ends with an error and said nothing.
    """
    errors = os.path.join(folder, "errors")
    with open(errors, "wb") as complaints:
        try:
            emulator = subprocess.Popen(
                _with_us(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
            )
        except OSError as error:
            raise EmulatorError(f"{command[0]} cannot be run: {error.strerror}") from error
        with emulator:
            try:
                log = _listen(emulator, watch)
            finally:
                emulator.kill()
    if not log:
        _complain(command[0], errors)
    return log


def _with_us(command: Sequence[str]) -> list[str]:
    return [*(ENDS_WITH_US if shutil.which(ENDS_WITH_US[0]) else []), *command]


def _listen(emulator: subprocess.Popen[bytes], watch: Watch) -> str:
    end = time.monotonic() + watch.limit
    log, shown, line = "", 0, SerialLine()
    descriptor = emulator.stdout.fileno() if emulator.stdout else -1
    with DefaultSelector() as selector:
        selector.register(descriptor, EVENT_READ)
        while time.monotonic() < end and len(log) < MAX_LOG and not watch.enough(log):
            time.sleep(LOOK)
            if not selector.select(0):
                continue
            data = os.read(descriptor, READ)
            if not data:
                break
            log += line.text(data)
            shown = _tell(log, shown, watch.told)
    if log[shown:]:
        watch.told(log[shown:])
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
