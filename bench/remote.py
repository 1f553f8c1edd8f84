"""`make bench`: an ISO on a web server, nginx on this host: what a check takes, and extraction against curl.

Prints counts, medians and ratios, and exits 1 when one is over its limit. Without nginx or curl nothing is measured.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.dirname(__file__))

from extract import extracted, pieces
from find_paths import PATHS
from media import RAMDISK_MB, large, medium
from side_by_side import FOLDER, GATE, over, table

from xvmgate.media import open_medium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = 7
PATHS_LIMIT = 3, 256 << 10
"""Requests and bytes that finding 12 paths on a DVD of 60,000 files may take."""
CHECK_LIMIT = 6, 512 << 10
"""Requests and bytes of a whole check of it."""
CURL_LIMITS = {"xvmgate": 1.25, "xvmgate --resume": 1.25}
"""Greatest time of an extraction, as a multiple of curl's for the same ranges."""
CONF = """
{user} daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1; events {{ }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; default_type application/octet-stream; sendfile on;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
PATIENCE = 10.0
"""Seconds that nginx has to come up."""


def main() -> int:
    """Run the benchmark and return its exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not (nginx and shutil.which("curl")):
        print("nginx (nginx-light) or curl is not installed, so media on servers are left out")
        return 0
    dvd, big = medium("dvd", FOLDER), large(FOLDER)
    with served(nginx) as url:
        failures = counts(f"{url}/{dvd.name}") + extraction(f"{url}/{big.name}", big)
    return 1 if failures else 0


@contextmanager
def served(nginx: str) -> Iterator[str]:
    """Serve the benchmarks' folder; yields its URL."""
    folder = (FOLDER / "nginx").resolve()
    folder.mkdir(exist_ok=True)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(CONF.format(user=user, folder=folder, root=FOLDER.resolve(), port=port))
    child = subprocess.Popen([nginx, "-c", folder / "conf"], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(10)


def counts(url: str) -> int:
    """Count what paths and a whole check of a DVD take; return how many limits were missed."""
    with open_medium(url) as opened:
        found = sum(opened.lookup(path).is_file for path in PATHS)
        failures = said(f"{len(PATHS)} paths, {found} of them there", opened.requests, opened.bytes_read, PATHS_LIMIT)
    checked = subprocess.run([GATE, "check", "--json", url], check=True, capture_output=True)
    (result,) = json.loads(checked.stdout)["media"]
    return failures + said("a whole check", result["requests"], result["bytes_read"], CHECK_LIMIT)


def said(what: str, requests: int, size: int, limits: tuple[int, int]) -> bool:
    """Print counts and return whether one is over its limit."""
    missed = requests > limits[0] or size > limits[1]
    print(
        f"http dvd, {what}: {requests} requests, {size / 1024:.0f} KiB, limits {limits[0]} and {limits[1] >> 10} KiB"
        f"{over(missed)}"
    )
    return missed


def extraction(url: str, image: Path) -> int:
    """Compare an extraction with curl's of the same ranges; return how many limits were missed."""
    out = (FOLDER / "out").resolve()
    ranges = [
        word
        for name, (at, size) in pieces(image).items()
        for word in ("-r", f"{at}-{at + size - 1}", "-o", str(out / name), url, "--next", "-s")
    ]
    commands = {
        "curl": ["curl", "-s", *ranges[:-2]],
        "xvmgate": [GATE, "extract", "-q", "-o", str(out), url],
        "xvmgate --resume": [GATE, "extract", "-q", "--resume", "-o", str(out), url],
    }
    measured, wrong = extracted(commands, image, out, ROUNDS)
    curl = measured["curl"].seconds
    return wrong + table(f"{RAMDISK_MB} MiB by http", "of curl", measured, lambda seconds: seconds / curl, CURL_LIMITS)


if __name__ == "__main__":
    sys.exit(main())
