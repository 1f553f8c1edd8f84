"""Taking kernel and ramdisk of one width out of a medium, both or neither."""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from xvmgate.engine.layout import choose, family_of, paths
from xvmgate.fixtures.rule import FAMILIES
from xvmgate.media.copying import copy
from xvmgate.media.draft import Draft, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xvmgate.media import Entry, Lookup, Medium
    from xvmgate.media.remote import Progress


class Refused(Exception):  # noqa: N818  # it says what happened
    """A medium that has no such kernel and ramdisk: `rule` is the one it breaks, the text says what was looked for."""

    rule = "XVM-PV-01"


class ExtractedFile(NamedTuple):
    """One file: kernel or ramdisk, its path on the medium, its name here, its size in bytes, its hash if wanted."""

    role: str
    path: str
    name: str
    size: int
    sha256: str | None


class Extraction(NamedTuple):
    """What was taken from where, and what had to be read for it; the fields are those of the command's JSON."""

    location: str
    kind: str
    family: str
    bits: int
    files: tuple[ExtractedFile, ...]
    bytes_read: int
    requests: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object; `sha256` only where there is one."""
        files = [{key: value for key, value in file._asdict().items() if value is not None} for file in self.files]
        return {**self._asdict(), "files": files}


class _Wanted(NamedTuple):
    """A file that is to be taken: its role, path and entry on the medium."""

    role: str
    path: str
    entry: Entry


def extract(
    medium: Medium, folder: str, bits: int, progress: Progress | None = None, hashed: bool = False, resume: bool = False
) -> Extraction:
    """Copy kernel and ramdisk of a width to a directory, under their own names, when both are whole.

    With `resume`, what an earlier run left of the same build is not fetched again, and what came so far is kept. Raises
    Refused when they are not there, MediumError when reading fails, OSError when writing does.
    """
    family, wanted = _wanted(medium, bits)
    with ExitStack() as stack:
        done = []
        for file in wanted:
            name = os.path.basename(file.path)
            draft = _draft(medium, file, os.path.join(folder, name), resume=resume)
            stack.callback(draft.drop)
            sha256 = _copy(medium, file, draft, progress, hashed=hashed)
            done.append((draft, ExtractedFile(file.role, file.path, name, file.entry.size, sha256 or None)))
        for draft, _ in done:
            draft.place()
    files = tuple(file for _, file in done)
    return Extraction(medium.location, medium.kind, family, bits, files, medium.bytes_read, medium.requests)


def _wanted(medium: Medium, bits: int) -> tuple[str, list[_Wanted]]:
    found: dict[str, Lookup] = {}

    def present(path: str) -> bool:
        if path not in found:
            found[path] = medium.lookup(path)
        return found[path].is_file

    family = "opensolaris" if medium.zfs else family_of(present)
    if family is None:
        raise Refused(f"no documented kernel with a ramdisk; looked for {_places(FAMILIES, bits)}")
    kernel, ramdisk = choose(family, bits, present)
    if kernel is None or ramdisk is None:
        lacking = "kernel" if kernel is None else "ramdisk"
        hint = f"; --bits {96 - bits} takes the other width" if all(choose(family, 96 - bits, present)) else ""
        raise Refused(f"no {bits}-bit {lacking} of {family}; looked for {_places([family], bits)}{hint}")
    wanted = []
    for role, path in (("kernel", kernel), ("ramdisk", ramdisk)):
        entry = found[path].entry
        if entry is None or entry.size == 0:
            raise Refused(f"{path} is empty")
        wanted.append(_Wanted(role, path, entry))
    return family, wanted


def _places(families: Iterable[str], bits: int) -> str:
    return ", ".join(
        path for family in families for role in ("kernel", "ramdisk") for path in paths(family, bits, role)
    )


def _draft(medium: Medium, file: _Wanted, target: str, *, resume: bool) -> Draft:
    """Open the file to write: one that can be gone on with only where the medium tells one build from another."""
    version = medium.version(file.entry) if resume else None
    if version is None:
        return Draft(target)
    note = {"location": medium.location, "path": file.path, "size": file.entry.size, "version": version}
    return Part(target, note)


def _copy(medium: Medium, file: _Wanted, draft: Draft, progress: Progress | None, *, hashed: bool) -> str:
    start = min(draft.size, file.entry.size) if isinstance(draft, Part) else 0
    quiet: Callable[[int], None] = lambda _: None  # noqa: E731  # a bar that shows nothing
    label = f"extracting {os.path.basename(file.path)}"
    with progress(label, file.entry.size) if progress else nullcontext(quiet) as advance:
        advance(start)
        return copy(medium, file.entry, draft.descriptor, advance, start=start, hashed=hashed)
