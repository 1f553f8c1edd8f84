"""A medium as a directory: for an NFS export, for HTTP, and for what other people's writers make an ISO of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .output import new_directory
from .recipe import Recipe, recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xvmgate.fixtures.layout import Layout

DIRECTORY_MODE, FILE_MODE = 0o755, 0o644
"""Modes of all that is written, whatever the umask says."""


def build_tree(layout: Layout, path: str) -> None:
    """Write a layout's medium as a directory. Raises OSError when it cannot be written."""
    write_tree(recipe(layout), path)


def write_tree(made: Recipe, path: str, progress: Callable[[float], None] | None = None) -> None:
    """Write a recipe as a directory, which is there whole or not at all; `progress` gets the part done, 0 to 1.

    Raises OSError when it cannot be written.
    """
    report = progress or (lambda _: None)
    with new_directory(path) as root:
        folders = _folders([*made.files, *made.links], made.directories)
        for folder in folders:
            os.mkdir(root + folder)
        total = sum(content.size for content in made.files.values()) or 1
        done = 0
        for name, content in made.files.items():
            with open(root + name, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                    done += len(chunk)
                    report(done / total)
        for name, target in made.links.items():
            os.symlink(target, root + name)
        _settle(root, made, folders)


def _folders(paths: Iterable[str], directories: Iterable[str]) -> list[str]:
    """List the directories that paths need, and those that are wanted for themselves, outer ones first."""
    found: set[str] = set()
    for path in [*directories, *map(os.path.dirname, paths)]:
        above = path
        while above != "/" and above not in found:
            found.add(above)
            above = os.path.dirname(above)
    return sorted(found)


def _settle(root: str, made: Recipe, folders: list[str]) -> None:
    """Give modes and dates to everything, inner names first: a new entry would change its directory's date."""
    dates = (made.date, made.date)
    for link in made.links:
        os.utime(root + link, dates, follow_symlinks=False)
    for file in made.files:
        os.chmod(root + file, FILE_MODE)
        os.utime(root + file, dates)
    for folder in ["", *folders][::-1]:
        os.chmod(root + folder, DIRECTORY_MODE)
        os.utime(root + folder, dates)
