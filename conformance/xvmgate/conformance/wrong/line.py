"""Wrong engines that write the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xvmgate.conformance.judging.owner import given_by
from xvmgate.engine.layout import family_of

from .engine import Wrong, adds, loses, loses_word, machine, on_line, passes_over, planned, writes

if TYPE_CHECKING:
    from typing import Any

    from xvmgate.engine.bootargs import BootArgs
    from xvmgate.fixtures.vector import Vector

SECOND_LIST = re.compile(r"(-B ?\S+.*?)\s-B ?\S+")
NETWORK = ("host-ip", "subnet-mask", "router-ip", "boot-mac")
BAI = {"media_boot": "true", "auto-shutdown": "enable", "aimanifest": "default"}


def _location(vector: Vector) -> str:
    return str(vector.request.get("location") or "")


def _family(vector: Vector) -> str | None:
    return family_of(vector.medium.files.__contains__)


def _keeps_smf(vector: Vector, args: BootArgs) -> BootArgs:
    found = re.search(r"(?:^|\s)-m ?(\S+)", vector.request.get("extra_args") or "")
    return args._replace(words=(*args.words, found[1])) if found else args


def _silent(vector: Vector, plan: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # whatever was asked
    return {"messages": [text for text in plan["messages"] if "XVM-ARGS-05" not in text]}


def _first_word_only(vector: Vector, args: BootArgs) -> BootArgs:
    words = [text for text in args.words if text in (vector.request.get("extra_args") or "").split()]
    return args._replace(words=tuple(text for text in args.words if text not in words[1:]))


def _one_list(vector: Vector) -> Vector:
    text = vector.request.get("extra_args") or ""
    return vector._replace(request=vector.request | {"extra_args": SECOND_LIST.sub(r"\1", text)}) if text else vector


def _without_with_x(*names: str) -> Any:
    lost = loses(*names, value=lambda text: text != "cdrom" and not text.lower().startswith("http"))
    return lambda vector, answer: lost(vector, answer) if vector.request.get("extra_args") else answer


def _bare_mask(vector: Vector) -> Vector:
    text = vector.request.get("extra_args")
    if text is None or "-B" in text or _family(vector) != "nevada" or "nfs" not in _location(vector):
        return vector
    return vector._replace(request=vector.request | {"extra_args": text.replace("subnet-mask=", "netmask=")})


def _net_everywhere(vector: Vector) -> str | None:
    return vector.facts["default_route"] if _family(vector) == "opensolaris" and "nfs" in _location(vector) else None


def _sorted_pairs(vector: Vector, args: BootArgs) -> BootArgs:
    pairs = iter(sorted(each for each in args.properties if given_by(each[0], vector) == "autocf"))
    return args._replace(
        properties=tuple(next(pairs) if given_by(each[0], vector) == "autocf" else each for each in args.properties)
    )


def _plain_names(vector: Vector, args: BootArgs) -> BootArgs:
    return args._replace(
        properties=tuple(
            (name.replace("~", "") if given_by(name, vector) == "autocf" else name, value)
            for name, value in args.properties
        )
    )


def _location_wins(vector: Vector, args: BootArgs) -> BootArgs:
    if given_by("install_media", vector) != "autocf" or not _location(vector).startswith("http:"):
        return args
    return args._replace(properties=tuple(
        (name, _location(vector) if name == "install_media" else value) for name, value in args.properties
    ))  # fmt: skip


def _tool_wins(vector: Vector, args: BootArgs) -> BootArgs:  # noqa: ARG001  # whatever was asked
    return args._replace(properties=tuple((name, BAI.get(name, value)) for name, value in args.properties))


def _passing_lost(name: str) -> Any:
    return on_line(
        lambda vector, args: args._replace(properties=tuple(each for each in args.properties if each[0] != name))  # noqa: ARG005
    )


def _nowin_for_all(vector: Vector, args: BootArgs) -> BootArgs:
    wanted = vector.request.get("nographics") and "nowin" not in args.words
    return args._replace(words=(*args.words, "nowin")) if wanted else args


def _linux_device(vector: Vector) -> bool:
    return _location(vector).startswith("/dev/") and not _location(vector).startswith(("/dev/zvol", "/dev/dsk"))


def _no_device_on_linux(vector: Vector, args: BootArgs) -> BootArgs:
    lost = "bootpath" if _linux_device(vector) else ""
    return args._replace(properties=tuple(each for each in args.properties if each[0] != lost))


def _elsewhere(vector: Vector) -> str | None:
    if _family(vector) != "opensolaris" or vector.medium.kind != "tree" or vector.request["mode"] != "pv":
        return None
    return None if _location(vector).lower().startswith("http") else _location(vector)


def _on_own_host(text: str) -> str:
    return re.sub(r"^(\d+\.){3}\d+:", "imgsrv:", text)


def _unquoted(vector: Vector, plan: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # whatever was asked
    return {"cmdline": plan["cmdline"] and re.sub(r"bootpath='([^' ,]*)'", r"bootpath=\1", plan["cmdline"])}


LINE = (
    Wrong("XVM-GEN-01", "on Linux a guest's root on a volume has no device", after=on_line(_no_device_on_linux)),
    Wrong("XVM-ARGS-01", "only the first of the user's words is kept", after=on_line(_first_word_only)),
    Wrong("XVM-ARGS-01", "-i is lost", after=on_line(lambda vector, args: args._replace(options=()))),  # noqa: ARG005
    Wrong("XVM-ARGS-02", "with -x the network settings are lost", after=_without_with_x(*NETWORK, "install_media")),
    Wrong("XVM-ARGS-03", "with -x the ZFS root is lost", after=_without_with_x("zfs-bootfs", "bootpath")),
    Wrong("XVM-ARGS-04", "of two property lists the second is lost", before=_one_list),
    Wrong("XVM-ARGS-01", "flags are lost", after=on_line(lambda vector, args: args._replace(flags=""))),  # noqa: ARG005
    Wrong("XVM-ARGS-04", "an -x that cannot be read is passed over", after=passes_over("XVM-ARGS-04")),
    Wrong("XVM-ARGS-05", "the value of -m is kept as a word", after=on_line(_keeps_smf)),
    Wrong("XVM-ARGS-05", "-m is dropped without a word", after=planned(_silent)),
    Wrong("XVM-ISO-01", "install_media=cdrom is not passed", after=loses("install_media", value="cdrom".__eq__)),
    Wrong(
        "XVM-ISO-01",
        "a PV guest gets no CD",
        after=machine('device="cdrom"', 'device="disk"', lambda vector: vector.request["mode"] == "pv"),
    ),
    Wrong(
        "XVM-ZFS-01",
        "the dataset goes by its name",
        after=writes("zfs-bootfs", lambda text: text.split("/")[0] + "/ROOT/opensolaris"),
    ),
    Wrong("XVM-ZFS-01", "a pool without bootfs boots", after=passes_over("XVM-ZFS-01")),
    Wrong("XVM-ZFS-02", "bootpath is not passed", after=loses("bootpath")),
    Wrong(
        "XVM-ZFS-02",
        "bootpath is not quoted",
        after=planned(_unquoted),
    ),
    Wrong("XVM-NET-01", "a bare subnet-mask is not known", before=_bare_mask),
    Wrong("XVM-NET-02", "dhcp is not said", after=loses_word("dhcp")),
    Wrong("XVM-NET-03", "the server goes by its name", after=writes("install_media", _on_own_host)),
    Wrong("XVM-NET-04", "host-ip is not passed", after=loses("host-ip")),
    Wrong("XVM-NET-05", "subnet-mask is not passed", after=_passing_lost("subnet-mask")),
    Wrong("XVM-NET-06", "router-ip is an interface", after=writes("router-ip", lambda text: "xnf0")),  # noqa: ARG005
    Wrong("XVM-NET-07", "boot-mac is not passed", after=loses("boot-mac")),
    Wrong("XVM-NET-08", "OpenSolaris on NFS gets network settings", after=adds("router-ip", _net_everywhere)),
    Wrong("XVM-JS-01", "install is not said", after=loses_word("install")),
    Wrong("XVM-JS-02", "a config anywhere is taken", after=passes_over("XVM-JS-02")),
    Wrong("XVM-JS-03", "sysid_config is not passed", after=loses("sysid_config")),
    Wrong(
        "XVM-JS-04", "install_config names the file", after=writes("install_config", lambda text: f"{text}/rules.ok")
    ),
    Wrong(
        "XVM-AI-03",
        "the port 5555 is guessed",
        after=writes("install_media", lambda text: re.sub(r"^(http://[^/:]+)(?=/|$)", r"\1:5555", text)),
    ),
    Wrong("XVM-AI-04", "settings are sorted by name", after=on_line(_sorted_pairs)),
    Wrong("XVM-AI-04", "the names of settings are cleaned", after=on_line(_plain_names)),
    Wrong("XVM-AI-04", "an --autocf that is no list is taken", after=passes_over("XVM-AI-04")),
    Wrong(
        "XVM-AI-05",
        "an http location is not passed",
        after=loses("install_media", value=lambda text: text.lower().startswith("http:")),
    ),
    Wrong("XVM-AI-06", "the location wins over --autocf", after=on_line(_location_wins)),
    Wrong("XVM-AI-07", "any location is passed", after=adds("install_media", _elsewhere)),
    Wrong("XVM-AI-08", "livemode is not passed", after=loses("livemode")),
    Wrong(
        "XVM-AI-08",
        "xpv-hcp is spelt as it should have been",
        after=on_line(
            lambda vector, args: args._replace(
                properties=tuple(
                    ("xpv-dhcp" if name == "xpv-hcp" and not given_by(name, vector) else name, value)
                    for name, value in args.properties
                )
            )
        ),
    ),
    Wrong("XVM-AI-09", "install_debug does not pass", after=_passing_lost("install_debug")),
    Wrong("XVM-AI-10", "livessh does not pass", after=_passing_lost("livessh")),
    Wrong("XVM-BAI-01", "media_boot is not passed", after=loses("media_boot")),
    Wrong("XVM-BAI-02", "auto-shutdown is not passed", after=loses("auto-shutdown")),
    Wrong("XVM-BAI-03", "aimanifest is not passed", after=loses("aimanifest")),
    Wrong("XVM-BAI-04", "the user cannot override the bootable AI's defaults", after=on_line(_tool_wins)),
    Wrong("XVM-CON-03", "nowin is not said", after=loses_word("nowin")),
    Wrong("XVM-CON-03", "nowin is said for OpenSolaris too", after=on_line(_nowin_for_all)),
    Wrong("XVM-EV-04", "nothing is told of what guests make of it", after=planned(lambda vector, plan: {"notes": []})),  # noqa: ARG005
)
"""Mistakes on the line."""
