"""What an NFS location is: a directory is a tree, a file an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.media.base import Medium, MediumError
from xvmgate.media.location import shown

from .address import FORM, parse
from .client import NfsClient
from .medium import NfsMedium

if TYPE_CHECKING:
    from xvmgate.media.remote import Remote


def open_nfs(location: str, remote: Remote) -> Medium:
    """Open what lies at an NFS location. Raises MediumError for what cannot be read, or is no medium."""
    try:
        address = parse(location)
    except ValueError as error:
        raise MediumError(shown(location), str(error), FORM, rule=None) from error
    client = NfsClient(location, address, remote)
    try:
        return _open(client, address.path)
    except BaseException:
        client.close()
        raise


def _open(client: NfsClient, path: str) -> Medium:
    """Follow links to the place as a mount would, all over the server; a medium's own links stay inside it."""
    server = NfsMedium(client, "", rooted=True)
    found = server.lookup(client.inside)
    if found.entry is None:
        raise client.error(f"{path} is not there ({found.status})", "give a directory or an ISO file of the server")
    if found.status == "directory":
        return NfsMedium(client, found.real)
    if not found.is_file:
        raise client.error(f"{path} is neither a file nor a directory", "give a directory or an ISO file")
    from xvmgate.media.image import open_image  # noqa: PLC0415  # not for trees

    return open_image(server.source(found.entry))
