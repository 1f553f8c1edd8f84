"""Fetching an image whole, once, where a server cannot send parts of it: to a file that has no name."""

from __future__ import annotations

import os
import tempfile
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING

from xvmgate.media.source import FileSource

from .reply import TURN

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media.remote import Remote

    from .client import Client
    from .reply import Reply


class DownloadedSource(FileSource):
    """An image that was fetched; its counts are those of the transfer."""

    def __init__(self, file: IO[bytes], client: Client) -> None:
        super().__init__(f"/proc/self/fd/{file.fileno()}" if os.path.isdir("/proc/self/fd") else file.name)
        file.close()
        self.location = client.location
        self.bytes_read = client.bytes_read
        self.requests = client.requests

    def count(self, size: int) -> None:
        """Count nothing: all of it was counted as it came."""


def download(client: Client, reply: Reply, head: bytes, remote: Remote) -> DownloadedSource:
    """Fetch the rest of an answer whose head was read.

    Raises MediumError when it breaks off, is larger than allowed, or finds no room.
    """
    size = reply.length
    if size is not None and size > remote.max_size:
        raise client.error(f"{size} bytes, and {remote.max_size} are allowed", "allow more by --max-size")
    client.deadline.transfer()
    bar = remote.progress(f"fetching {client.location}", size) if remote.progress else nullcontext(_ignore)
    try:
        with tempfile.NamedTemporaryFile(prefix="xvmgate-", suffix=".iso") as file, bar as advance:
            file.write(head)
            advance(len(head))
            _copy(client, reply, file, remote.max_size - len(head), advance)
            file.flush()
            if size is not None and file.tell() != size:
                raise reply.cut(f"it sends {file.tell()} of {size} bytes")
            client.close()
            return DownloadedSource(file, client)
    except OSError as error:
        raise client.error(f"it cannot be kept: {error.strerror}", "make room in TMPDIR") from error


def _copy(client: Client, reply: Reply, file: IO[bytes], left: int, advance: Callable[[int], None]) -> None:
    while pieces := reply.some(TURN):
        came = sum(map(len, pieces))
        left -= came
        if left < 0:
            raise client.error("larger than is allowed", "allow more by --max-size")
        file.writelines(pieces)
        advance(came)


def _ignore(_: int) -> None:
    """Show nothing."""
