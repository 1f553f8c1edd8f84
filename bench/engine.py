"""`make bench`: 10,000 requests of protocol 1 answered by one process, against the same process with none, interleaved.

The requests are the vectors, over and over. Prints medians and the throughput, and exits 1 when it is over its limit.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

sys.path.insert(0, os.path.dirname(__file__))

from side_by_side import GATE, over

from xvmgate.fixtures.vector import Vector, every_vector

ROUNDS = 9
REQUESTS = 10_000
LIMIT = 1.0
"""Greatest time in seconds of 10,000 requests beyond that of an empty run."""


def main() -> int:
    """Run the benchmark and return its exit status."""
    full = b"".join(itertools.islice(itertools.cycle([line(vector) for vector in every_vector()]), REQUESTS))
    times: dict[bytes, list[float]] = {full: [], b"": []}
    for _ in range(ROUNDS):
        for requests, taken in times.items():
            taken.append(run(requests))
    busy, idle = (statistics.median(taken) for taken in times.values())
    beyond = busy - idle
    print(
        f"{REQUESTS} plans: {busy:.2f} s, an empty run {idle:.2f} s, {REQUESTS / beyond:.0f} a second, "
        f"{beyond:.2f} s more, limit {LIMIT}{over(beyond > LIMIT)}"
    )
    return int(beyond > LIMIT)


def line(vector: Vector) -> bytes:
    """Return a vector as a request's line."""
    medium = vector.medium
    body: dict[str, Any] = {"cmd": "plan", "seq": 1, "request": vector.request, "facts": vector.facts}
    if medium.kind:
        zfs = medium.zfs._asdict() if medium.zfs else None
        body["medium"] = {"kind": medium.kind, "files": medium.files, "zfs": zfs}
    return json.dumps(body).encode() + b"\n"


def run(requests: bytes) -> float:
    """Answer requests in a new process; return its seconds."""
    start = time.perf_counter()
    ran = subprocess.run([GATE, "engine"], input=requests, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    answered = ran.stdout.count(b"\n")
    asked = requests.count(b"\n")
    if answered != asked:
        raise SystemExit(f"{answered} answers to {asked} requests")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
