"""Installed roots on a web server: judged, hashed and extracted as they are here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xvmgate.reports.events import MediumResult

Judged = Callable[..., MediumResult]


@pytest.fixture
def pool(site: Any, kept_pool: Callable[[str], Path]) -> tuple[Path, str]:
    """A kept pool, and its URL."""
    here = kept_pool("v15-lzjb-fat")
    there = site.root / "pool.img"
    if not there.exists():
        there.symlink_to(here)
    return here, f"{site.url}/pool.img"


def test_a_pool_is_judged_as_it_is_here(pool: tuple[Path, str], judged: Judged) -> None:
    here, there = judged(str(pool[0])), judged(pool[1])
    assert there._replace(location=here.location, bytes_read=here.bytes_read, requests=here.requests) == here
    assert (there.kind, there.verdict) == ("zfs", "conformant")
    assert 0 < there.bytes_read < 8 << 20


def test_its_hash_is_that_of_the_file(pool: tuple[Path, str], judged: Judged) -> None:
    with pool[0].open("rb") as file:
        expected = hashlib.file_digest(file, "sha256").hexdigest()
    assert judged(pool[1], sha256=True).sha256 == expected == judged(str(pool[0]), sha256=True).sha256


def test_extraction_and_plan(pool: tuple[Path, str], gate: Any, tmp_path: Path) -> None:
    for location, name in zip(map(str, pool), ("here", "there"), strict=True):
        assert gate("extract", "--resume", "-o", tmp_path / name, location).status == 0
    for file in ("unix", "boot_archive"):
        assert (tmp_path / "here" / file).read_bytes() == (tmp_path / "there" / file).read_bytes()
    words = ["-n", "x", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]
    here, there = (gate("plan", "--json", *words, "-l", location).document for location in map(str, pool))
    assert "-B zfs-bootfs=rpool/" in here["cmdline"]
    assert there["cmdline"].startswith(here["cmdline"])  # an http location is passed on as well (XVM-AI-05)
    assert (there["kernel"], there["ramdisk"]) == (here["kernel"], here["ramdisk"])
