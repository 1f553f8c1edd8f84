"""`--os-type` and `--os-variant`: they never choose anything; where they say other than the medium does, a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.fixtures.variant import variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .request import InstallRequest


def mismatches(request: InstallRequest, family: str) -> Iterator[str]:
    """Yield a sentence for each of the two that does not fit the family of a PV medium."""
    known = variants()
    if request.os_type is not None and request.os_type != known.os_type:
        yield f"--os-type {request.os_type}: the medium is one of {known.os_type}"
    variant = request.os_variant
    if variant in known.families and known.families[variant] != family:
        yield f"--os-variant {variant}: the medium is one of {family}"
