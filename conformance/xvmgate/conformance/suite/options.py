"""What the plugin's options ask for: subjects, media, waivers; refused in one sentence before anything runs."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from xvmgate.conformance.asking import ask
from xvmgate.conformance.medium_judge import Target
from xvmgate.conformance.subjects.own import OwnEngine
from xvmgate.conformance.subjects.program import PREFIX, Program
from xvmgate.conformance.waivers import Waivers, load
from xvmgate.engine.readings import check_sides
from xvmgate.engine.refusal import RequestError
from xvmgate.fixtures.table import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xvmgate.conformance.drift.capture import Capture
    from xvmgate.conformance.subjects.answer import Subject

OWN = "xvmgate"
MAX_PATIENCE = 3600
"""Seconds that an answer may be given at most."""
LIST = "list:"
"""How a file begins that lists media; @FILE is pytest's own, and would be options."""
MAX_LIST = 1 << 20
"""Bytes of a file that lists media."""
ASKS = {"--release": "release", "--mode": "mode", "--bits": "bits"}
"""What a line of a list may say behind a medium: options of `xvmgate check`."""


def subjects(config: pytest.Config) -> list[Subject]:
    """Return the engines that are to be judged: those asked for; ours, where no medium is asked for either.

    Raises UsageError for a subject that is none.
    """
    names = config.getoption("xvm_subject") or ([] if config.getoption("xvm_medium") else [OWN])
    return [_subject(name, config) for name in dict.fromkeys(names)]


def _subject(name: str, config: pytest.Config) -> Subject:
    if name == OWN:
        return OwnEngine(version(), _readings(config))
    seconds = config.getoption("xvm_timeout")
    try:
        if not 0 < seconds <= MAX_PATIENCE:
            raise ValueError(f"{seconds:g} s for an answer: more than 0 and at most {MAX_PATIENCE} are expected")
        if not name.startswith(PREFIX):
            raise ValueError(f"{name!r} is no subject; give xvmgate or exec:COMMAND")
        return Program(name, seconds)
    except ValueError as error:
        raise pytest.UsageError(f"--xvm-subject: {error}") from error


def _readings(config: pytest.Config) -> dict[str, str]:
    sides = {}
    for text in config.getoption("xvm_reading"):
        name, equals, side = text.partition("=")
        if not equals:
            raise pytest.UsageError(f"--xvm-reading {text!r}: NAME=VALUE is expected")
        sides[name] = side
    try:
        check_sides(sides)
    except RequestError as error:
        raise pytest.UsageError(f"--xvm-reading: {error}") from error
    return sides


def version() -> str:
    """Return xvmgate's version."""
    from importlib.metadata import version as find  # noqa: PLC0415  # slow to import

    return find("xvmgate")


def targets(config: pytest.Config) -> list[Target]:
    """Return the media that are asked for; raises UsageError for a list that cannot be used."""
    found: list[Target] = []
    for text in config.getoption("xvm_medium"):
        if text.startswith(LIST):
            found += _listed(text.removeprefix(LIST), config)
        else:
            found.append(_target([text], config, "--xvm-medium"))
    return list({target.location: target for target in found}.values())


def _listed(path: str, config: pytest.Config) -> Iterator[Target]:
    """Yield the media of a list: one a line, with options of `xvmgate check`; paths are relative to the list."""
    for number, line in enumerate(_lines(path), 1):
        where = f"{path}, line {number}"
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise pytest.UsageError(f"{where}: {error}") from error
        if words:
            place = words[0] if ":" in words[0] else os.path.join(os.path.dirname(path), words[0])
            yield _target([place, *words[1:]], config, where)


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(MAX_LIST + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise pytest.UsageError(f"--xvm-medium {LIST}{path}: cannot be read: {reason}") from error
    if len(text) > MAX_LIST:
        raise pytest.UsageError(f"--xvm-medium {LIST}{path}: longer than {MAX_LIST} characters, which no list is")
    return text.splitlines()


def _target(words: Sequence[str], config: pytest.Config, where: str) -> Target:
    asked: dict[str, str] = {}
    given = list(words[1:])
    while given:
        option, value = given.pop(0), given.pop(0) if given else None
        if option not in ASKS or value is None:
            raise pytest.UsageError(f"{where}: MEDIUM [{' X] ['.join(ASKS)} X] is expected, not {' '.join(words)!r}")
        asked[ASKS[option]] = value
    release = asked.pop("release", None) or config.getoption("xvm_release")
    try:
        return Target(words[0], ask(release=release, mode=asked.get("mode", "pv"), bits=asked.get("bits")))
    except ValueError as error:
        raise pytest.UsageError(f"{where}: {error}") from error


def baseline(config: pytest.Config) -> Capture | None:
    """Return the capture that media are not to drift from; raises UsageError for a file that cannot be used."""
    path = config.getoption("xvm_baseline")
    if path is None:
        return None
    if not config.getoption("xvm_medium"):
        raise pytest.UsageError("--xvm-baseline is compared with media: give --xvm-medium too")
    from xvmgate.conformance.drift.reading import CaptureError  # noqa: PLC0415  # rarely wanted
    from xvmgate.conformance.drift.reading import load as load_capture  # noqa: PLC0415  # as above

    try:
        return load_capture(path)
    except CaptureError as error:
        raise pytest.UsageError(f"--xvm-baseline: {error}") from error


def waivers(config: pytest.Config) -> Waivers:
    """Return the waivers; raises UsageError for a file that cannot be used."""
    path = config.getoption("xvm_waivers")
    if path is None:
        return Waivers()
    try:
        return load(path)
    except CatalogueError as error:
        raise pytest.UsageError(f"--xvm-waivers: {error}") from error
