"""Trees and images on a real NFS server: the verdicts and the bytes of the same media here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xvmgate.media import open_medium
from xvmgate.reports.events import MediumResult

NEVADA, OMNIOS = "nevada-snv121-dvd", "omnios-r151-iso"

Judged = Callable[..., MediumResult]
Put = Callable[[Any, Path, str], str]
Tree = Callable[[str], Path]
Iso = Callable[[str, str], Path]
Error = Callable[..., str]


@pytest.mark.parametrize("layout", [NEVADA, "opensolaris-b130-ai", "opensolaris-2009.06-live", OMNIOS])
def test_a_tree_is_judged_as_it_is_here(layout: str, export: Any, put: Put, judged: Judged, layout_tree: Tree) -> None:
    here, there = judged(str(layout_tree(layout))), judged(put(export, layout_tree(layout), layout))
    assert (there.kind, there.verdict, there.layout, there.plans) == ("tree", here.verdict, here.layout, here.plans)
    assert [(check.rule, check.verdict) for check in there.checks] == [
        (check.rule, check.verdict) for check in here.checks
    ]
    assert there.requests > 10
    assert 0 < there.bytes_read < 1 << 20


@pytest.mark.parametrize("writer", ["genisoimage", "xorriso", "makefs", "pycdlib"])
def test_an_image_is_judged_as_it_is_here(writer: str, export: Any, put: Put, judged: Judged, layout_iso: Iso) -> None:
    here, there = (
        judged(str(layout_iso(NEVADA, writer))),
        judged(put(export, layout_iso(NEVADA, writer), f"{writer}.iso")),
    )
    assert there._replace(location=here.location, bytes_read=here.bytes_read, requests=here.requests) == here
    assert there.verdict == "conformant"
    assert 0 < there.bytes_read <= 512 << 10


def test_the_form_of_virt_install(usual: Any, put: Put, judged: Judged, layout_tree: Tree, layout_iso: Iso) -> None:
    tree = put(usual, layout_tree(NEVADA), "tree")
    for location in (tree, f"{tree}/", tree.replace("nfs:", "nfs://").replace(":/export", "/export")):
        result = judged(location)
        assert (result.kind, result.verdict, result.location) == ("tree", "conformant", location)
    result = judged(put(usual, layout_iso(NEVADA, "xorriso"), "x.iso"))
    assert (result.kind, result.verdict) == ("iso", "conformant")


def test_version_and_port_may_be_said(export: Any, put: Put, judged: Judged, layout_tree: Tree) -> None:
    url = put(export, layout_tree(NEVADA), NEVADA)
    port = url.split("/")[2].partition(":")[2]
    for version in ("4", "4.0", "4.1"):
        assert judged(f"{url}?version={version}").verdict == "conformant"
        assert judged(f"nfs://127.0.0.1/export/{NEVADA}?nfsport={port}&version={version}").verdict == "conformant"
    with open_medium(f"{url}?version=4.0") as medium:
        assert medium.filesystem == "a tree on an NFS server (version 4.0)"


def test_bytes(export: Any, put: Put, layout_tree: Tree) -> None:
    url = put(export, layout_tree(NEVADA), NEVADA)
    here = export.root / NEVADA
    with open_medium(url) as medium:
        for file in sorted(here.rglob("*")):
            path = "/" + str(file.relative_to(here))
            if file.is_dir():
                assert [entry.name for entry in medium.list(path)] == sorted(os.listdir(file))
                continue
            data = file.read_bytes()
            assert medium.stat(path).size == len(data)
            assert b"".join(medium.chunks(medium.stat(path))) == data
            with medium.open(path) as stream:
                stream.seek(len(data) // 2)
                assert stream.read() == data[len(data) // 2 :]


def test_a_large_file(export: Any) -> None:
    """More than one call may carry, with other bytes in each piece of it."""
    data = b"".join(number.to_bytes(4, "big") for number in range(3 << 18))
    (export.root / "large").mkdir(exist_ok=True)
    (export.root / "large/file").write_bytes(data)
    with open_medium(f"{export.url}/large") as medium:
        assert b"".join(medium.chunks(medium.stat("/file"))) == data
        assert b"".join(medium.chunks(medium.stat("/file"), 1234567)) == data[1234567:]


def test_links(export: Any, put: Put, layout_tree: Tree, judged: Judged) -> None:
    put(export, layout_tree(NEVADA), NEVADA)
    links = export.root / "links"
    links.mkdir()
    (links / "current").symlink_to(f"../{NEVADA}")
    (links / "out").symlink_to("/etc/passwd")
    (links / "up").symlink_to("../sorry")
    (links / "round").symlink_to("round")
    assert judged(f"{export.url}/links/current").verdict == "conformant"
    with open_medium(f"{export.url}/links") as medium:
        assert medium.lookup("/out").status == "escape"
        assert medium.lookup("/up").status == "escape"
        assert medium.lookup("/current/boot").status == "escape"
        assert medium.lookup("/round").status == "loop"
        assert medium.lookup("/" + "x" * 300).status == "missing"
        assert medium.lookup("/none/x").status == "missing"


def test_what_is_no_medium(export: Any, unreadable: Error) -> None:
    (export.root / "text").write_text("hello\n" * 100)
    (export.root / "empty.iso").write_bytes(b"")
    (export.root / "round").symlink_to("round")
    os.mkfifo(export.root / "pipe")
    assert "is not there (missing)" in unreadable(f"{export.url}/none")
    assert "is not there (loop)" in unreadable(f"{export.url}/round")
    assert "no ISO9660, UFS or ZFS image: text" in unreadable(f"{export.url}/text")
    assert "empty, 0 bytes" in unreadable(f"{export.url}/empty.iso")
    assert "neither a file nor a directory" in unreadable(f"{export.url}/pipe")


def test_a_truncated_image(export: Any, layout_iso: Iso, unreadable: Error) -> None:
    data = layout_iso(NEVADA, "xorriso").read_bytes()
    (export.root / "cut.iso").write_bytes(data[: len(data) // 2])
    assert "truncated" in unreadable(f"{export.url}/cut.iso")


@pytest.mark.parametrize(
    "location",
    [
        "nfs:host",
        "nfs:",
        "nfs://",
        "nfs:/path",
        "nfs:host:path",
        "nfs://host:0/x",
        "nfs://host:99999/x",
        "nfs://host/x?nfsport=http",
        "nfs://host/x?version=2",
        "nfs://host/x?mount=y",
    ],
)
def test_no_nfs_location(location: str, unreadable: Error) -> None:
    assert "write nfs:host:/path or nfs://host[:port]/path" in unreadable(location)


def test_a_version_that_the_server_does_not_have(export: Any, put: Put, layout_tree: Tree, unreadable: Error) -> None:
    url = put(export, layout_tree(NEVADA), NEVADA)
    assert "no connection" in unreadable(f"{url}?version=3", timeout=5)


def test_no_host_and_no_server(unreadable: Error) -> None:
    pytest.importorskip("nfs_rs", reason="nfs-rs has no wheel here")
    assert "no connection" in unreadable("nfs://127.0.0.1:1/x", timeout=10)
    assert "no connection" in unreadable("nfs:no-such-host.invalid:/x", timeout=10)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, unreadable: Error) -> None:
    monkeypatch.setitem(sys.modules, "nfs_rs", None)
    assert "say pip install 'xvmgate[nfs]', or mount it and give the path" in unreadable("nfs:host:/x")


def test_a_plan(usual: Any, put: Put, gate: Any, layout_tree: Tree) -> None:
    """The location as virt-install has it, on a real server."""
    location = put(usual, layout_tree(NEVADA), "planned")
    words = ["-n", "snv", "-r", "1024", "--paravirt", "--host-bits", "64", "--no-dns", "--default-route", "none"]
    ran = gate("plan", "--json", *words, "-l", location)
    assert ran.status == 0, ran.err
    assert ran.document["kernel"] == "/boot/platform/i86xpv/kernel/amd64/unix"
    assert f"install_media={location.removeprefix('nfs:')}" in ran.document["cmdline"]


def test_an_extraction(export: Any, put: Put, gate: Any, layout_tree: Tree, tmp_path: Path) -> None:
    here = layout_tree(NEVADA)
    for words in ([], ["--resume"]):
        ran = gate("extract", *words, "-o", tmp_path, put(export, here, NEVADA))
        assert ran.status == 0, ran.err
        assert (tmp_path / "x86.miniroot").read_bytes() == (here / "boot/amd64/x86.miniroot").read_bytes()
        assert sorted(file.name for file in tmp_path.iterdir()) == ["unix", "x86.miniroot"]
