"""Time for builders: one date for a whole medium, whatever the clock says."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from xvmgate.fixtures.document import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from time import struct_time

    from pycdlib.dates import DirectoryRecordDate

VARIABLE = "SOURCE_DATE_EPOCH"
"""The environment's word for the date of everything that is built, in Unix seconds (reproducible-builds.org)."""
LATEST = (1 << 31) - 1
"""The last second that UFS1 can write down."""
_patching = threading.Lock()


class DateError(Exception):
    """A SOURCE_DATE_EPOCH that is no date; the text says what is expected."""


def default_date() -> int:
    """Return the date of what is built, in Unix seconds: SOURCE_DATE_EPOCH, else the document's.

    Raises DateError for a SOURCE_DATE_EPOCH that is none.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return _document_date()
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not 0 < int(text) <= LATEST:
        raise DateError(f"{VARIABLE}={text!r} is no date; whole seconds since 1970, up to {LATEST}, are expected")
    return int(text)


@cache
def _document_date() -> int:
    return int(datetime.fromisoformat(f"{document().modified}T00:00:00+00:00").timestamp())


class _Clock:
    """What pycdlib uses of the module `time`, with hands that stand still, at Greenwich."""

    def __init__(self, seconds: int) -> None:
        self._seconds = float(seconds)
        self._broken_down = time.gmtime(seconds)

    def time(self) -> float:
        return self._seconds

    def gmtime(self, _: float | None = None) -> struct_time:
        return self._broken_down

    localtime = gmtime

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextmanager
def pycdlib_at(seconds: int) -> Iterator[None]:
    """Let pycdlib, and nothing else, see this time: it has no option for the dates that it writes.

    The dates of names, four a file, are then one value that is made once.
    """
    from pycdlib import dates, headervd, pycdlib, utils  # noqa: PLC0415  # only writers of ISOs need it

    modules = [module for module in (dates, headervd, pycdlib, utils) if hasattr(module, "time")]
    plain = dates.DirectoryRecordDate
    with _patching:
        clock = _Clock(seconds)
        for module in modules:
            module.time = clock  # type: ignore[attr-defined]
        try:
            dates.DirectoryRecordDate = _one_date(plain, seconds)  # type: ignore[misc]
            yield
        finally:
            dates.DirectoryRecordDate = plain  # type: ignore[misc]
            for module in modules:
                module.time = time  # type: ignore[attr-defined]


def _one_date(plain: type[DirectoryRecordDate], seconds: int) -> type[DirectoryRecordDate]:
    """Return a kind of date that is always this one."""
    made = plain()
    made.new(seconds)
    packed = made.record()

    class OneDate(plain):  # type: ignore[valid-type, misc]
        __slots__ = ()

        def new(self, _: float) -> None:
            pass

        def record(self) -> bytes:
            return packed

    return OneDate
