"""A kill matrix written down, by whoever made it: whole or not at all, and what it leaves alive is said."""

from __future__ import annotations

import sys

from xvmgate.builders.output import new_file


def put(text: str, left: list[str], arguments: list[str]) -> int:
    """Write a matrix to the file that is named, or to stdout; return the exit status: 1 when a rule is not killed."""
    if arguments:
        with new_file(arguments[0]) as temporary, open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    if left:
        sys.stderr.write(f"not killed: {', '.join(left)}\n")
    return 1 if left else 0
