"""What the tests of checks share: a copy of a layout's tree that may be changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def broken(layout_tree: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """`broken("nevada-snv121-dvd")`: the layout as a directory that may be changed."""

    def copy(name: str) -> Path:
        root = tmp_path / name
        shutil.copytree(layout_tree(name), root, symlinks=True)
        return root

    return copy
