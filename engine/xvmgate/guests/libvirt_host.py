"""A host that libvirt runs: the actions of a guest's life done there, and what happens there told as events.

The one place that knows libvirt. It is an extra (`xvmgate[libvirt]`), imported when a host is opened.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .lifecycle import Action, Done, Event, Failed, Sign, Stop, Stopped

if TYPE_CHECKING:
    from queue import SimpleQueue
    from types import ModuleType, TracebackType
    from typing import Self

KEEPALIVE = (5, 3)
"""Seconds between two questions to a host whether it is there, and how many may stay without an answer."""
MAX_TEXT = 400
"""Characters of libvirt's words that are passed on."""
HERE = (None, "", "localhost", "127.0.0.1", "::1")
"""How a URI calls this machine."""


class HostError(Exception):
    """A host that cannot be had, or does not take the guest; the text is one sentence."""


class Domains(NamedTuple):
    """A guest as its host is told of it: its uuid, its install form and its installed form as XML."""

    uuid: str
    install: str
    installed: str


class LibvirtHost:
    """A connection to a host, for one guest; used as a context."""

    def __init__(self, uri: str | None, events: SimpleQueue[Event]) -> None:
        """Connect; `uri` None leaves the choice to libvirt's own environment. Raises HostError."""
        self._libvirt = load()
        self._libvirt.registerErrorHandler(lambda *_: None, None)  # it would print them
        _run_loop(self._libvirt)
        self._wanted, self._events = uri, events
        self._domains: Domains | None = None
        self._connection = self._open()
        self.uri = str(self._connection.getURI())
        try:
            self._watch()
        except self._libvirt.libvirtError as error:
            raise HostError(f"{self.uri}: it does not say what happens to its guests: {said(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(self._libvirt.libvirtError):  # a lost connection has nothing to end
            self._connection.domainEventDeregisterAny(self._watching)
            self._connection.unregisterCloseCallback()
        with suppress(self._libvirt.libvirtError):
            self._connection.close()

    @property
    def remote(self) -> str | None:
        """The name of the machine that the host is, None where it is this one."""
        name = urlsplit(self.uri).hostname
        return None if name in HERE else name

    def has(self, name: str) -> bool:
        """Say whether a domain of that name is there. Raises HostError."""
        try:
            self._connection.lookupByName(name)
        except self._libvirt.libvirtError as error:
            if error.get_error_code() == self._libvirt.VIR_ERR_NO_DOMAIN:
                return False
            raise HostError(f"{self.uri}: {said(error)}") from error
        return True

    def take_on(self, domains: Domains) -> None:
        """Say which guest the actions are about, and the events."""
        self._domains = domains

    def perform(self, action: Action) -> Event:
        """Do an action; the answer says how it went."""
        doing = {
            Action.CREATE: self._create,
            Action.DEFINE: self._define,
            Action.START: self._start,
            Action.DESTROY: self._destroy,
            Action.UNDEFINE: self._undefine,
        }[action]
        try:
            if action in (Action.DESTROY, Action.UNDEFINE) and not self._connection.isAlive():
                self._connection = self._open()  # what was made is taken back, whatever became of the connection
            doing(self._guest)
        except HostError as error:
            return Failed(action, str(error))
        except self._libvirt.libvirtError as error:
            return Failed(action, said(error)) if self._connection.isAlive() else Sign.LOST
        return Done(action)

    @property
    def _guest(self) -> Domains:
        if self._domains is None:
            raise HostError("no guest was taken on")
        return self._domains

    def _open(self) -> Any:
        try:
            connection = self._libvirt.open(self._wanted)
        except self._libvirt.libvirtError as error:
            place = self._wanted or "libvirt's default host"
            raise HostError(f"{place}: cannot be connected to: {said(error)}") from error
        with suppress(self._libvirt.libvirtError):  # a driver inside this process has nothing to ask
            connection.setKeepAlive(*KEEPALIVE)
        return connection

    def _watch(self) -> None:
        lifecycle = self._libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE
        self._watching = self._connection.domainEventRegisterAny(None, lifecycle, self._happened, None)
        with suppress(self._libvirt.libvirtError):  # as above
            self._connection.registerCloseCallback(self._closed, None)

    def _happened(self, connection: Any, domain: Any, event: int, detail: int, opaque: Any) -> None:  # noqa: ARG002
        """Pass on what concerns the guest; called by libvirt's loop."""
        if self._domains is None or domain.UUIDString() != self._domains.uuid:
            return
        told = translate(self._libvirt, event, detail)
        if told is not None:
            self._events.put(told)

    def _closed(self, connection: Any, reason: int, opaque: Any) -> None:  # noqa: ARG002
        if reason != self._libvirt.VIR_CONNECT_CLOSE_REASON_CLIENT:
            self._events.put(Sign.LOST)

    def _create(self, guest: Domains) -> None:
        self._connection.createXML(guest.install, self._libvirt.VIR_DOMAIN_START_VALIDATE)

    def _define(self, guest: Domains) -> None:
        self._connection.defineXMLFlags(guest.installed, self._libvirt.VIR_DOMAIN_DEFINE_VALIDATE)

    def _start(self, guest: Domains) -> None:
        domain = self._connection.lookupByUUIDString(guest.uuid)
        if not domain.isActive():  # someone may have been faster
            domain.create()

    def _destroy(self, guest: Domains) -> None:
        domain = self._find(guest)
        if domain is not None and domain.isActive():
            domain.destroy()

    def _undefine(self, guest: Domains) -> None:
        self._destroy(guest)  # a crashed guest may still be kept
        domain = self._find(guest)
        if domain is not None and domain.isPersistent():
            domain.undefine()

    def _find(self, guest: Domains) -> Any:
        """Return the domain, None where it is gone: it is found by what only this one has, its uuid."""
        try:
            return self._connection.lookupByUUIDString(guest.uuid)
        except self._libvirt.libvirtError as error:
            if error.get_error_code() == self._libvirt.VIR_ERR_NO_DOMAIN:
                return None
            raise


def translate(libvirt: ModuleType, event: int, detail: int) -> Event | None:
    """Say what a life cycle event of libvirt means to an installation; None where nothing."""
    if event == libvirt.VIR_DOMAIN_EVENT_UNDEFINED:
        return Sign.UNDEFINED
    if event == libvirt.VIR_DOMAIN_EVENT_CRASHED:
        return Stopped(Stop.CRASHED)
    if event != libvirt.VIR_DOMAIN_EVENT_STOPPED:
        return None
    stops = {
        libvirt.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN: Stop.SHUTDOWN,
        libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED: Stop.DESTROYED,
        libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED: Stop.CRASHED,
        libvirt.VIR_DOMAIN_EVENT_STOPPED_FAILED: Stop.CRASHED,
    }
    return Stopped(stops.get(detail, Stop.GONE))


def said(error: Any) -> str:
    """Return libvirt's own words, in one line."""
    return " ".join(str(error.get_error_message() or error).split())[:MAX_TEXT].rstrip(".")


def load() -> ModuleType:
    """Import libvirt. Raises HostError saying how to get it."""
    try:
        import libvirt  # noqa: PLC0415  # an extra: it may be missing
    except ImportError as error:
        raise HostError(
            f"installing needs libvirt-python, which cannot be loaded ({error}); say pip install 'xvmgate[libvirt]', "
            "which takes a C compiler, pkg-config and libvirt's headers (libvirt-dev)"
        ) from error
    module: ModuleType = libvirt
    return module


@cache
def _run_loop(libvirt: ModuleType) -> None:
    """Run libvirt's event loop, once a process and to its end: without it no event arrives."""
    libvirt.virEventRegisterDefaultImpl()

    def run() -> None:
        while True:
            libvirt.virEventRunDefaultImpl()

    threading.Thread(target=run, name="libvirt", daemon=True).start()
