"""Protocol 1 as our engine answers it: a line of JSON in, a line of JSON out, whatever the line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xvmgate.engine.plan import make_plan
from xvmgate.engine.refusal import Refused, RequestError
from xvmgate.engine.view import seen
from xvmgate.media import MediumError, open_medium

from .plan_document import answer
from .wire import facts_of, imagined_medium, request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xvmgate.engine.facts import HostFacts
    from xvmgate.engine.request import InstallRequest
    from xvmgate.media.remote import Remote

    Answer = dict[str, Any]

PROTOCOL = 1
CAPABILITIES = ("pv", "hvm", "netinstall", "jumpstart", "ai", "zfs", "domain")
MAX_LINE = 4 << 20
"""Bytes of a request; the list of a DVD's 60,000 files takes half of it."""
MAX_QUOTED = 400
"""Characters of an error's sentence: it may quote the request."""
TOO_LONG = f"a line of more than {MAX_LINE} bytes; send a shorter one, or the medium by its uri"


class Engine:
    """Our engine behind the protocol; `readings` are the sides that it was started with.

    `remote` is what is allowed for a medium that is given by its uri and is not here.
    """

    def __init__(self, version: str, readings: Mapping[str, str], remote: Remote | None = None) -> None:
        self._version = version
        self._readings = readings
        self._remote = remote

    def answer(self, line: bytes) -> Answer | None:
        """Answer one line; None is the end that was asked for."""
        if len(line) > MAX_LINE:
            return _error(None, TOO_LONG)
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            return _error(None, f"no JSON: {error}")
        if not isinstance(message, dict):
            return _error(None, "a JSON object is expected")
        return self._command(message)

    def _command(self, message: dict[str, Any]) -> Answer | None:
        command, seq = message.get("cmd"), message.get("seq")
        if isinstance(seq, bool) or not isinstance(seq, int):
            seq = None
        if command == "stop":
            return None
        if command == "start":
            return self._start(message.get("protocol"))
        if command != "plan" or seq is None:
            wanted = "seq: a whole number" if command == "plan" else "cmd: start, plan or stop"
            return _error(seq, f"{wanted} is expected")
        return self._planned(seq, message)

    def _planned(self, seq: int, message: dict[str, Any]) -> Answer:
        try:
            return {"seq": seq, "plan": self._plan(message)}
        except Refused as refused:
            return {"seq": seq, "refused": {"rule": refused.rule, "message": refused.message}}
        except RequestError as error:
            return _error(seq, str(error))

    def _start(self, protocol: object) -> Answer:
        if isinstance(protocol, bool) or protocol != PROTOCOL:
            return _error(None, f"protocol: {PROTOCOL} is expected")
        capabilities = list(CAPABILITIES)
        return {"name": "xvmgate", "version": self._version, "protocol": PROTOCOL, "capabilities": capabilities}

    def _plan(self, message: dict[str, Any]) -> Answer:
        request, facts, medium = (
            request_of(message.get("request")),
            facts_of(message.get("facts")),
            message.get("medium"),
        )
        if isinstance(medium, dict) and "uri" in medium:
            return self._on_real_medium(request, facts, medium["uri"])
        view = imagined_medium(medium)
        if view is None and request.mode == "pv" and not request.pxe:
            raise RequestError("medium: an object is expected, for a PV guest boots from one")
        return answer(request, make_plan(request, facts, view, self._readings))

    def _on_real_medium(self, request: InstallRequest, facts: HostFacts, uri: object) -> Answer:
        if not isinstance(uri, str):
            raise RequestError("uri: a text is expected")
        try:
            with open_medium(uri, self._remote) as medium:
                return answer(request, make_plan(request, facts, seen(medium), self._readings))
        except MediumError as error:
            if error.rule is None:
                raise RequestError(str(error)) from error
            raise Refused(error.rule, str(error)) from error


def _error(seq: int | None, message: str) -> Answer:
    text = message if len(message) <= MAX_QUOTED else f"{message[:MAX_QUOTED]}..."
    return {"seq": seq, "error": {"message": text}}
