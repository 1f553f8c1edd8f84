"""A connection to an NFS server by the library nfs-rs, with a limit on time; counts calls and bytes."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from xvmgate.media.base import MediumError
from xvmgate.media.deadline import Deadline
from xvmgate.media.location import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import nfs_rs

    from xvmgate.media.remote import Remote

    from .address import Address

T = TypeVar("T")
OPERATION = 20.0
"""Seconds that one call may take."""
CONNECT = 10.0
"""Seconds that a connection may take."""
ABSENT = ("NFS4ERR_NAMETOOLONG", "NFS4ERR_BADNAME", "NFS4ERR_BADCHAR", "NFS4ERR_INVAL", "NFS3ERR_NAMETOOLONG")
"""Complaints about a name that no file on the server can have."""


class NfsClient:
    """A mounted export: of version 4 the server's root, of version 3 what `path` names, or the directory it is in.

    `inside` is the location's path within what is mounted.
    """

    def __init__(self, location: str, address: Address, remote: Remote) -> None:
        """Connect. Raises MediumError when no version of the protocol gets an answer."""
        self.location = shown(location)
        self.deadline = Deadline(self.location, remote.timeout)
        self.bytes_read = 0
        self.requests = 0
        self._address = address
        self._files: list[nfs_rs.File] = []
        try:
            self._client, self.inside = self._connect()
        except BaseException:
            self.deadline.close()
            raise

    @property
    def version(self) -> str:
        """The protocol version in use."""
        return str(self._client.version.value)

    def stat(self, path: str) -> nfs_rs.FileInfo | None:
        """Return what the server knows of a path, links not followed; None where nothing is. Raises MediumError."""
        return self._ask(lambda: self._client.stat(path), path)

    def readlink(self, path: str) -> str:
        """Return a link's text, empty where it is gone. Raises MediumError."""
        return self._ask(lambda: self._client.readlink(path), path) or ""

    def names(self, path: str, most: int) -> list[str]:
        """List a directory, up to so many names. Raises MediumError."""
        return self._ask(lambda: [entry.name for entry in islice(self._client.scandir(path), most)], path) or []

    def open(self, path: str) -> nfs_rs.File:
        """Open a file; closing the client closes it. Raises MediumError."""
        opened = self._ask(lambda: self._client.open(path, "rb"), path)
        if opened is None:
            raise self.error(f"/{path} is gone")
        self._files.append(opened)
        return opened

    def read(self, file: nfs_rs.File, offset: int, size: int) -> bytes:
        """Read up to `size` bytes. Raises MediumError."""
        data = self._ask(lambda: file.read_at(offset, size), file.name) or b""
        self.bytes_read += len(data)
        self.deadline.earn(len(data))
        return data

    def error(self, problem: str, advice: str = "look at the server, or try again") -> MediumError:
        """Return the error for a server that does not do its part; the caller raises it."""
        return MediumError(self.location, problem, advice, rule=None)

    def close(self) -> None:
        """Close files and connection, unless the server has stopped answering."""
        try:
            for file in self._files:
                self.deadline.run(file.close)
            self.deadline.run(self._client.close)
        except (MediumError, OSError, RuntimeError):
            return
        finally:
            self.deadline.close()

    def _ask(self, work: Callable[[], T], path: str) -> T | None:
        self.requests += 1
        try:
            return self.deadline.run(work)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except TimeoutError as error:
            self.deadline.left()
            raise self.error(f"no answer within {OPERATION:g} s") from error
        except (OSError, RuntimeError) as error:
            if getattr(error, "code_name", None) in ABSENT:
                return None
            raise self.error(f"/{path} cannot be read: {_text(error)}") from error

    def _connect(self) -> tuple[nfs_rs.Client, str]:
        try:
            import nfs_rs  # noqa: F401, PLC0415  # an extra, and heavy
        except ImportError as error:
            raise self.error(
                "reading NFS takes the package nfs-rs", "say pip install 'xvmgate[nfs]', or mount it and give the path"
            ) from error
        path = self._address.path.strip("/")
        problem = ""
        for version in self._address.versions:
            folder, _, name = path.rpartition("/")
            for mount, inside in [(path, ""), (folder, name)] if version == "3" else [("", path)]:
                try:
                    return self._mount(version, mount), inside
                except (OSError, RuntimeError, ValueError) as error:
                    self.deadline.left()
                    problem = problem or _text(error)
        raise self.error(f"no connection: {problem}", "look at the server, its port and its exports")

    def _mount(self, version: str, path: str) -> nfs_rs.Client:
        import nfs_rs  # noqa: PLC0415  # as above

        port = f":{self._address.port}" if self._address.port else ""
        left = self.deadline.left()
        self.requests += 1
        return self.deadline.run(
            lambda: nfs_rs.Client.connect(
                f"nfs://{self._address.host}{port}/{path}",
                versions=[version],
                noresvport=os.geteuid() != 0,
                connect_timeout=min(CONNECT, left),
                operation_timeout=min(OPERATION, left),
            )
        )


def _text(error: BaseException) -> str:
    """Return a library's complaint in one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
