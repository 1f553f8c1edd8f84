"""Rule checks, subjects, drift, and `check`: what `xvmgate check` says, from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xvmgate.reports.events import MediumResult

__all__ = ["check"]


def check(
    location: str,
    *,
    mode: str = "pv",
    release: str | None = None,
    bits: str | int | None = None,
    rules: Sequence[str] = (),
    strict: bool = False,
    sha256: bool = False,
    timeout: float | None = None,
    download: bool = False,
) -> MediumResult:
    """Judge one medium as `xvmgate check` does; the result's fields are those of the command's JSON.

    `mode` is pv or hvm, `release` a layout's ID, `bits` 32, 64 or "both", `rules` a selection of rule IDs; `sha256`
    adds the medium's hash. `timeout`, in seconds, bounds a remote medium; `download` lets its image be fetched whole
    where that must be. A medium that cannot be read is a result with an error, not an exception.

    Raises ValueError for a mode, width, release or rule that does not exist.
    """
    from .asking import ask  # noqa: PLC0415  # importing the package stays cheap
    from .judge import judge  # noqa: PLC0415

    remote = None
    if timeout is not None or download:
        from xvmgate.media.remote import Remote  # noqa: PLC0415  # not for local media

        remote = Remote(timeout=timeout, download=download)

    question = ask(mode=mode, release=release, bits=None if bits is None else str(bits), rules=rules, strict=strict)
    result = judge(location, question, remote)
    if sha256 and result.kind is not None:
        from .hashing import hash_medium  # noqa: PLC0415

        result = result._replace(sha256=hash_medium(location, remote=remote))
    return result
