"""The JSON schemas (draft 2020-12) of what xvmgate writes and reads, a file each."""

from __future__ import annotations

import os

HERE = os.path.dirname(__file__)
PREFIX, SUFFIX = "xvmgate.", ".json"


def names() -> tuple[str, ...]:
    """Return the schemas' names, as documents carry them: `xvmgate.check/1`."""
    files = sorted(name.removesuffix(SUFFIX) for name in os.listdir(HERE) if name.endswith(SUFFIX))
    return tuple(PREFIX + name.replace("-", "/") for name in files)


def text(name: str) -> str:
    """Return a schema by its name, with or without `xvmgate.` and version.

    Raises ValueError for a name that there is none of.
    """
    known = names()
    for full in known:
        short = full.removeprefix(PREFIX)
        if name in (full, short, full.partition("/")[0], short.partition("/")[0]):
            with open(os.path.join(HERE, short.replace("/", "-") + SUFFIX), encoding="utf-8") as file:
                return file.read()
    raise ValueError(f"no schema {name!r}; there are {', '.join(known)}")
