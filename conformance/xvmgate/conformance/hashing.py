"""The hash that names a build: of an image its bytes, of a tree the list of its files' hashes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from xvmgate.media import MediumError, open_medium
from xvmgate.media.extents import Fetching
from xvmgate.media.location import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xvmgate.media import Entry, Medium
    from xvmgate.media.remote import Remote
    from xvmgate.media.source import ByteSource

CHUNK = 1 << 20
MAX_FILES = 1_000_000
"""Names of a tree on a server that are looked at: a server could list directories without end."""


def hash_medium(location: str, advance: Callable[[int], None] = lambda _: None, remote: Remote | None = None) -> str:
    """Return the medium's sha256 in hex; `advance(bytes)` is called as it goes; `remote` as for `open_medium`.

    For an image that is `sha256sum FILE`. For a tree it is, in the tree,
    `find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.

    Raises MediumError when something cannot be read.
    """
    if is_remote(location):
        with open_medium(location, remote) as medium:
            return _hash_remote(medium, advance)
    try:
        if not os.path.isdir(location):
            return _hash_file(os.fsencode(location), advance)
        whole = hashlib.sha256()
        for name in sorted(_files(os.fsencode(location))):
            digest = _hash_file(os.path.join(os.fsencode(location), name), advance)
            whole.update(_line(digest, b"./" + name))
        return whole.hexdigest()
    except OSError as error:
        raise MediumError(location, f"cannot be hashed: {error.strerror}", "mend its permissions", rule=None) from error


def total_size(location: str) -> int:
    """Return how many bytes `hash_medium` will read, 0 where that is not known beforehand."""
    try:
        return 0 if os.path.isdir(location) else os.path.getsize(location)
    except OSError:
        return 0


def _hash_file(path: bytes, advance: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while data := file.read(CHUNK):
            digest.update(data)
            advance(len(data))
    return digest.hexdigest()


def _hash_remote(medium: Medium, advance: Callable[[int], None]) -> str:
    """Hash an image's bytes; of a tree, its files by their names. Raises MediumError for one that lists none."""
    if medium.image is not None:
        return _hash_chunks(_image_chunks(medium.image), advance)
    whole = hashlib.sha256()
    files = {os.fsencode(path): entry for path, entry in _remote_files(medium)}
    for name in sorted(files):
        whole.update(_line(_hash_chunks(medium.chunks(files[name]), advance), name))
    return whole.hexdigest()


def _image_chunks(image: ByteSource) -> Iterator[bytes]:
    if isinstance(image, Fetching):
        return image.chunks(0, image.size)
    return (image.peek(at, CHUNK) for at in range(0, image.size, CHUNK))


def _hash_chunks(chunks: Iterable[bytes], advance: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    for data in chunks:
        digest.update(data)
        advance(len(data))
    return digest.hexdigest()


def _remote_files(medium: Medium) -> Iterator[tuple[str, Entry]]:
    """List the regular files of a tree, links not followed, in any order."""
    left = [(".", medium.root())]
    count = 0
    while left:
        where, directory = left.pop()
        for entry in medium.children(directory):
            count += 1
            if count > MAX_FILES:
                raise MediumError(medium.location, f"more than {MAX_FILES} files", "give its ISO", rule=None)
            inside = f"{where}/{entry.name}"
            if entry.kind == "directory":
                left.append((inside, entry))
            elif entry.kind == "file":
                yield inside, entry


def _files(root: bytes) -> Iterator[bytes]:
    """List the regular files below a directory, relative to it, links not followed."""

    def refuse(error: OSError) -> None:
        raise error

    for directory, _, names in os.walk(root, onerror=refuse):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, root)


def _line(digest: str, name: bytes) -> bytes:
    """Return the line that sha256sum prints: a name with a newline or a backslash is escaped, and marked."""
    escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    mark = b"\\" if escaped != name else b""
    return mark + digest.encode() + b"  " + escaped + b"\n"
