"""A project's defaults: `xvmgate.toml`, or `[tool.xvmgate]` in `pyproject.toml`, here or in a directory above."""

from __future__ import annotations

import os
from typing import Any

from xvmgate.fixtures.layout import use
from xvmgate.fixtures.table import CatalogueError, Table, load
from xvmgate.reports.verdict import USAGE

from .options import Stop

FLAGS = {"strict": "strict", "hash": "hashed", "download": "download"}
TEXTS = {
    "mode": "mode",
    "bits": "bits",
    "release": "release",
    "waivers": "waivers",
    "baseline": "baseline",
    "max-size": "max_size",
}
NUMBERS = {"timeout": "timeout"}
LISTS = {"rule": "rules", "report": "reports"}
"""Keys of `[check]`, named like its options, with the parameter that each of them sets."""


def load_defaults() -> dict[str, dict[str, Any]]:
    """Return defaults by verb and option, from the first file found; none is an empty mapping.

    The file's `layouts` become known.

    Raises Stop for a file that cannot be used.
    """
    try:
        found = _find(os.getcwd())
        if found is None:
            return {}
        directory, table = found
        if table.has("layouts"):
            use(os.path.join(directory, path) for path in table.texts("layouts"))
        defaults = {"check": _check(table.table("check"))}
        if file := defaults["check"].get("waivers"):
            defaults["waiver"] = {verb: {"file": file} for verb in ("add", "list", "prune")}
        table.close()
    except CatalogueError as error:
        raise Stop(str(error), USAGE) from error
    return defaults


def _find(directory: str) -> tuple[str, Table] | None:
    """Return the first file's table, and the directory that its paths start from."""
    while True:
        own = os.path.join(directory, "xvmgate.toml")
        if os.path.isfile(own):
            return directory, load(own)
        shared = os.path.join(directory, "pyproject.toml")
        if os.path.isfile(shared) and (table := load(shared).table("tool")).has("xvmgate"):
            return directory, table.table("xvmgate")
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def _check(table: Table) -> dict[str, Any]:
    values: dict[str, Any] = {name: table.flag(key) for key, name in FLAGS.items() if table.has(key)}
    values |= {name: table.text(key) for key, name in TEXTS.items() if table.has(key)}
    values |= {name: table.number(key) for key, name in NUMBERS.items() if table.has(key)}
    values |= {name: table.texts(key) for key, name in LISTS.items() if table.has(key)}
    table.close()
    return values
