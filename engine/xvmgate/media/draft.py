"""A file that is being written: under its own name only when it is whole.

Where the file system can, a draft has no name at all until then, so that not even a killed process leaves one behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import suppress

PART = ".part"
"""What a draft's name ends in that a later run may go on with; what it is a part of stands in PART + NOTE."""
NOTE = ".json"
MAX_NOTE = 64 << 10
"""Bytes of a note that are read."""
MODE = 0o666
"""Mode of the file, before the umask."""


class Draft:
    """An open file for `target`, without a name or under a temporary one; ends by `place` or `drop`."""

    def __init__(self, target: str) -> None:
        """Open it. Raises OSError where no file can be made."""
        self.target = target
        self._name: str | None = None
        folder = os.path.dirname(target) or "."
        try:
            self.descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, MODE)
        except (AttributeError, OSError):
            self._name = self._fresh()
            self.descriptor = os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, MODE)

    def place(self) -> None:
        """Give the file its name, in the place of what had it before. Raises OSError."""
        if self._name is None:
            self._name = self._fresh()
            # The descriptor of a directory, unused, makes Python call linkat, which alone follows the link in /proc.
            os.link(f"/proc/self/fd/{self.descriptor}", self._name, src_dir_fd=self.descriptor, follow_symlinks=True)
        os.replace(self._name, self.target)
        self._name = None
        self._close()

    def drop(self) -> None:
        """Let the file go; nothing happens to one that was placed."""
        if self._name is not None:
            with suppress(OSError):
                os.unlink(self._name)
            self._name = None
        self._close()

    def _fresh(self) -> str:
        folder, name = os.path.split(self.target)
        return os.path.join(folder, f".{name}.{secrets.token_hex(4)}")

    def _close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Part(Draft):
    """A draft with a name of its own, TARGET.part, that outlives a run which is cut off.

    `note` says what it is a part of; what is there from an earlier run counts only if that run noted the same.
    """

    def __init__(self, target: str, note: dict[str, object]) -> None:
        """Open it. Raises OSError where it cannot be made, BlockingIOError where another run is writing it."""
        self.target = target
        self._name = target + PART
        self.descriptor = os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, MODE)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._noted() != note:
                os.ftruncate(self.descriptor, 0)
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
                with open(os.open(self._name + NOTE, flags, MODE), "w", encoding="utf-8") as file:
                    json.dump(note, file)
        except BaseException:
            self._close()
            raise

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return os.fstat(self.descriptor).st_size

    def place(self) -> None:
        """Give the file its name, and remove the note. Raises OSError."""
        note = f"{self._name}{NOTE}"
        super().place()
        os.unlink(note)

    def drop(self) -> None:
        """Leave the part for a later run."""
        self._close()

    def _noted(self) -> object:
        try:
            with open(f"{self._name}{NOTE}", encoding="utf-8") as file:
                return json.loads(file.read(MAX_NOTE))
        except (OSError, ValueError):
            return None
