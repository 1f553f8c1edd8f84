"""Taking kernel and ramdisk of one width out of a medium, both or neither."""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from xvmgate.engine.layout import choose, family_of
from xvmgate.fixtures.rule import FAMILIES, boot_files
from xvmgate.media.copying import copy
from xvmgate.media.draft import Draft, Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.media import Entry, Medium
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
    found = {}

    def present(path: str) -> bool:
        if path not in found:
            found[path] = medium.lookup(path)
        return found[path].is_file

    family = family_of(present)
    if family is None:
        raise Refused(f"no documented kernel with a ramdisk; looked for {_paths(FAMILIES, bits)}")
    pair = choose(family, bits, present)
    if not pair.complete:
        other = 96 - bits
        hint = f"; --bits {other} takes the other width" if choose(family, other, present).complete else ""
        raise Refused(f"no {bits}-bit {_lacking(pair)} of {family}; looked for {_paths([family], bits)}{hint}")
    wanted = []
    for role, path in (("kernel", pair.kernel), ("ramdisk", pair.ramdisk)):
        entry = found[path or ""].entry
        if entry is None or entry.size == 0:
            raise Refused(f"{path} is empty")
        wanted.append(_Wanted(role, path or "", entry))
    return family, wanted


def _lacking(pair: Any) -> str:
    return "kernel" if pair.kernel is None else "ramdisk"


def _paths(families: Any, bits: int) -> str:
    files = [file for family in families for role in ("kernel", "ramdisk") for file in boot_files(family, bits, role)]
    return ", ".join(dict.fromkeys(file.path for _, file in files))


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
