"""Outputs that are whole or not there: made under a temporary name beside their place, then renamed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutputError(Exception):
    """A place where no output can go; one sentence with what, where and what to do."""


def check_place(path: str, *, directory: bool) -> None:
    """See that an output may go to a path: a file may replace a file, a directory an empty one.

    Raises OutputError where it may not.
    """
    above = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(above):
        raise OutputError(f"{path}: {above} is no directory; make it first")
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    if directory and not stat.S_ISDIR(found.st_mode):
        raise OutputError(f"{path}: not a directory; remove it or give another path")
    if directory and os.listdir(path):
        raise OutputError(f"{path}: a directory that is not empty; remove it or give another path")
    if not directory and not stat.S_ISREG(found.st_mode):
        raise OutputError(f"{path}: not a regular file; give the path of a file")


@contextmanager
def new_file(path: str) -> Iterator[str]:
    """Give a temporary path to write to; it becomes `path` at the end, unless an exception ends the block.

    Raises OSError when it cannot be made or renamed.
    """
    place = os.path.realpath(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(place)}.", dir=os.path.dirname(place))
    os.close(descriptor)
    try:
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, place)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


@contextmanager
def new_directory(path: str) -> Iterator[str]:
    """Give a temporary directory to fill; it becomes `path` at the end, unless an exception ends the block.

    Raises OSError when it cannot be made or renamed.
    """
    place = os.path.realpath(path)
    temporary = tempfile.mkdtemp(prefix=f".{os.path.basename(place)}.", dir=os.path.dirname(place))
    try:
        yield temporary
        os.chmod(temporary, 0o755)  # noqa: S103  # a directory for others to read
        os.rename(temporary, place)
    finally:
        if os.path.lexists(temporary):
            shutil.rmtree(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
