"""The boot plan: a request, the host's facts and a medium in; kernel, ramdisk, command line and devices out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import automated, console, hvm, iso, jumpstart, netinstall, zfsroot
from .assembly import Assembly
from .bootargs import BootArgs, render
from .case import Case
from .extra_args import Read, read_extra_args
from .guest import GuestView, known_of, read_line
from .part import Message, Part, acts
from .proplist import Unreadable
from .readings import Readings, check_sides
from .refusal import Refused
from .request import InstallRequest, PlaceError, Source, source_of, validate
from .selection import Selection, select
from .variants import mismatches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .facts import HostFacts
    from .view import MediumView


class Devices(NamedTuple):
    """What the guest's machine has beside disks and network; drives are paths on the host.

    `boot` is kernel, cdrom or network.
    """

    boot: str
    cdrom: str | None
    floppy: str | None
    graphics: tuple[str, ...]
    serial: bool


class BootPlan(NamedTuple):
    """What would be started: a PV guest by kernel, ramdisk and command line, an HVM guest by its devices alone.

    `kernel` and `ramdisk` are paths on the medium. `trace` pairs each rule that had a part with what it added.
    `readings` are those that decided something, with the side that did; `guest_notes` is what guests are known to make
    of the properties.
    """

    mode: str
    devices: Devices
    messages: tuple[Message, ...]
    trace: tuple[tuple[str, str], ...]
    readings: dict[str, str]
    bits: int | None = None
    family: str | None = None
    kernel: str | None = None
    ramdisk: str | None = None
    cmdline: str | None = None
    args: BootArgs = BootArgs()
    guest_notes: tuple[str, ...] = ()

    @property
    def guest_view(self) -> GuestView | None:
        """What the guest's kernel sees of the command line; None for HVM."""
        return None if self.cmdline is None else read_line(self.cmdline)


def make_plan(
    request: InstallRequest, facts: HostFacts, view: MediumView | None, chosen: Mapping[str, str] | None = None
) -> BootPlan:
    """Plan an install by the rules; `chosen` switches readings to a side, `view` may be None where none is looked at.

    Raises Refused where a rule refuses, RequestError where the request is none.
    """
    validate(request)
    check_sides(chosen or {})
    if request.mode == "hvm":
        return _hvm_plan(request, facts)
    if request.pxe:
        raise Refused("XVM-PXE-01", "--pxe: a PV guest has no boot ROM; give --location, or install as HVM")
    read = _extra_args(request.extra_args)
    try:
        source = source_of(request)
    except PlaceError as error:
        raise Refused("XVM-NET-03", f"-l {error}") from error
    if view is None:
        raise TypeError("a PV plan needs a view of its medium")
    return _pv_plan(request, facts, view, Readings(chosen), read, source)


def _hvm_plan(request: InstallRequest, facts: HostFacts) -> BootPlan:
    source = source_of(request)
    assembly = Assembly()
    assembly.take(hvm.parts(request, source, facts))
    boot = "network" if source.scheme == "pxe" else "cdrom"
    devices = Devices(
        boot, assembly.drives.get("cdrom"), assembly.drives.get("floppy"), console.hvm_graphics(request), serial=True
    )
    return BootPlan("hvm", devices, tuple(assembly.messages), tuple(assembly.trace), {})


def _extra_args(text: str | None) -> Read:
    try:
        return read_extra_args(text or "")
    except Unreadable as error:
        raise Refused("XVM-ARGS-04", f"-x holds {error}; write it again") from error


def _pv_plan(
    request: InstallRequest, facts: HostFacts, view: MediumView, readings: Readings, read: Read, source: Source
) -> BootPlan:
    if view.zfs:
        zfsroot.require_bootfs(view.zfs)
    as_iso = iso.is_iso_install(view.kind, source, readings)
    selection = select(request, facts, view, readings)
    pairs, lost, config = _autocf(request.autocf, selection.family)
    case = Case(
        request=request,
        facts=facts,
        readings=readings,
        source=source,
        family=selection.family,
        kind=view.kind,
        as_iso=as_iso,
        web=source.scheme == "http" or (source.scheme == "https" and readings.alternative("https")),
        user=read.args,
        pairs=pairs,
        config=config,
        taken=frozenset(dict(read.args.properties)) | frozenset(dict(pairs)),
    )
    user, network = _network(case)
    assembly = Assembly()
    assembly.take(selection.parts)
    token = _kernel_token(selection, readings)
    assembly.take([acts("XVM-PV-01", token)])
    assembly.say_all("XVM-ARGS-04", read.messages)
    assembly.user(user)
    assembly.pairs(pairs)
    assembly.say_all("XVM-AI-04", lost)
    assembly.take(_tool(case, view, network))
    assembly.say_all(None, mismatches(request, selection.family))
    return _finished(assembly, selection, readings, token)


def _autocf(text: str | None, family: str) -> tuple[automated.Pairs, list[str], Source | None]:
    """Read `--autocf` as its family has it: settings, with what was lost of them, or a place on NFS."""
    if text is None:
        return (), [], None
    if family == "opensolaris":
        return *automated.read_pairs(text), None
    return (), [], jumpstart.config_place(text)


def _network(case: Case) -> tuple[BootArgs, list[Part]]:
    if netinstall.applies(case.family, case.source.scheme, as_iso=case.as_iso):
        return netinstall.settle(case)
    return case.user, list(netinstall.elsewhere(case))


def _tool(case: Case, view: MediumView, network: list[Part]) -> Iterator[Part]:
    """Yield the tool's own parts in the order of the document; the word `dhcp` comes behind all other words."""
    if case.as_iso:
        yield from iso.parts(case)
    yield from zfsroot.parts(case, view.zfs) if view.zfs else zfsroot.no_root(case)
    if case.family == "nevada":
        yield from automated.nevada(case)
    yield from (part for part in network if not part.word)
    if case.family == "nevada":
        yield from jumpstart.parts(case)
    else:
        yield from automated.location(case)
        yield from automated.defaults(case)
        yield from iso.bootable_ai(case)
    yield from automated.secure(case)
    yield from console.parts(case)
    yield from (part for part in network if part.word)


def _kernel_token(selection: Selection, readings: Readings) -> str:
    """Return the line's first word: for Nevada the kernel's path inside its ramdisk (reading `kernel-token`)."""
    if selection.family == "nevada" and not readings.alternative("kernel-token"):
        return selection.kernel.removeprefix("/boot")
    return selection.kernel


def _finished(assembly: Assembly, selection: Selection, readings: Readings, token: str) -> BootPlan:
    args = assembly.args()
    try:
        behind = render(args)
    except Unreadable as error:
        raise Refused("XVM-ARGS-04", f"the command line would hold {error}") from error
    cmdline = f"{token} {behind}" if behind else token
    notes = known_of(args.properties, selection.family)
    if notes:
        assembly.take([acts("XVM-EV-04")])
    return BootPlan(
        mode="pv",
        devices=Devices("kernel", assembly.drives.get("cdrom"), None, (), serial=False),
        messages=tuple(assembly.messages),
        trace=tuple(assembly.trace),
        readings=dict(readings.decided),
        bits=selection.bits,
        family=selection.family,
        kernel=selection.kernel,
        ramdisk=selection.ramdisk,
        cmdline=cmdline,
        args=args,
        guest_notes=notes,
    )
