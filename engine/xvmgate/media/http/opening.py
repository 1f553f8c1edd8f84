"""What a URL is, by what answers there: an image, or the top of a tree."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from xvmgate.fixtures.rule import area
from xvmgate.media.cached import WINDOW
from xvmgate.media.formats.volume import MAGIC, SECTOR

from .client import Client
from .reply import Cut
from .source import WITHOUT, RangeSource
from .tree import FORBIDDEN, MISSING, HttpTree

if TYPE_CHECKING:
    from xvmgate.media.base import Medium
    from xvmgate.media.remote import Remote

    from .reply import Reply

MAGIC_END = 16 * SECTOR + 1 + len(MAGIC)
"""Bytes from the start that tell an ISO."""


def open_http(location: str, remote: Remote) -> Medium:
    """Open what lies at a URL. Raises MediumError for what cannot be read, or is no medium."""
    client = Client(location, remote)
    try:
        with client.get(client.url, [(0, WINDOW)]) as reply:
            image = _image(client, reply, remote)
            status = reply.status
        return image or _tree(client, status)
    except BaseException:
        client.close()
        raise


def _image(client: Client, reply: Reply, remote: Remote) -> Medium | None:
    """Open an image; None for what is none: a page, or nothing."""
    if reply.status == 416 or (reply.status in (200, 206) and reply.length == 0 and not reply.is_page):
        raise client.error("empty, 0 bytes", "write or fetch the image again")
    if reply.status not in (200, 206) or reply.is_page:
        return None
    from xvmgate.media.image import open_image  # noqa: PLC0415  # not for trees

    if reply.status == 206:
        return open_image(_ranged(client, reply))
    head = reply.read(MAGIC_END)
    if not remote.download:
        what = "an ISO image, and the server" if head[-len(MAGIC) :] == MAGIC else "a file, and the server"
        raise client.error(f"{what} cannot send parts of it", WITHOUT)
    from .download import download  # noqa: PLC0415  # only on demand

    return open_image(download(client, reply, head, remote))


def _ranged(client: Client, reply: Reply) -> RangeSource:
    span = reply.span()
    if span[:2] != (0, min(WINDOW, span.total)):
        raise reply.cut(f"it sends bytes {span.start} to {span.end} for 0 to {min(WINDOW, span.total)}")
    source = RangeSource(client, reply.url, span.total, reply.validator)
    with suppress(Cut), reply:  # where it breaks off, the source asks again
        head = reply.read(span.end)
        if len(head) == span.end:
            source.keep(0, head)
    return source


def _tree(client: Client, status: int) -> Medium:
    if status == 401:
        raise client.error("the server wants a login (401)", "give one in netrc or in the URL")
    if status not in (200, 206, FORBIDDEN, *MISSING):
        raise client.error(f"the server answers {status}")
    tree = HttpTree(client)
    if status in MISSING and not any(tree.lookup(path).is_file for path in _kernels()):
        raise client.error(f"nothing is there (the server answers {status})", "give the address of a tree or an ISO")
    return tree


def _kernels() -> list[str]:
    """Return where the document has kernels: a tree whose top is not shown is told by one of them."""
    return [rule.file.path for rule in area("path") if rule.file and rule.file.role == "kernel"]
