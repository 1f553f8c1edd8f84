"""What a subject must be able to do to be asked a vector; and the vector as a message of protocol 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xvmgate.engine.layout import family_of

if TYPE_CHECKING:
    from xvmgate.fixtures.vector import Vector


def needs(vector: Vector) -> frozenset[str]:
    """Return the capabilities that a vector's request calls for."""
    request = vector.request
    mode, location = request["mode"], (request.get("location") or "").lower()
    found = {mode}
    if vector.medium.kind == "zfs":
        found.add("zfs")
    if location.startswith("nfs:"):
        found.add("netinstall")
    if location.startswith(("http:", "https:")):
        found.add("ai")
    if request.get("autocf") is not None:
        opensolaris = mode == "pv" and family_of(vector.medium.files.__contains__) == "opensolaris"
        found.add("ai" if opensolaris else "jumpstart")
    return frozenset(found)


def message(vector: Vector, seq: int) -> dict[str, Any]:
    """Return a vector as a request; what is expected is not in it."""
    medium = vector.medium
    body: dict[str, Any] | None = None
    if medium.kind:
        body = {"kind": medium.kind, "files": list(medium.files)}
        if medium.zfs:
            body["zfs"] = medium.zfs._asdict()
    return {"cmd": "plan", "seq": seq, "request": vector.request, "facts": vector.facts, "medium": body}
