"""The whole trace of a plan: every argument by the rule that put it there, in the order of the line's making."""

from __future__ import annotations

import pytest

from xvmgate.engine.facts import given
from xvmgate.engine.plan import BootPlan, make_plan
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.media.zfsroot import ZfsRoot

NEVADA = ["/boot/platform/i86xpv/kernel/amd64/unix", "/boot/amd64/x86.miniroot"]
OSOL = ["/platform/i86xpv/kernel/amd64/unix", "/platform/i86pc/amd64/boot_archive"]
NEVADA_HEAD = [
    ("XVM-MODE-01", "64-bit"),
    ("XVM-PATH-15", "/boot/platform/i86xpv/kernel/amd64/unix"),
    ("XVM-PATH-16", "/boot/amd64/x86.miniroot"),
    ("XVM-PV-01", "/platform/i86xpv/kernel/amd64/unix"),
]
OSOL_HEAD = [
    ("XVM-MODE-01", "64-bit"),
    ("XVM-PATH-11", "/platform/i86xpv/kernel/amd64/unix"),
    ("XVM-PATH-14", "/platform/i86pc/amd64/boot_archive"),
    ("XVM-PV-01", "/platform/i86xpv/kernel/amd64/unix"),
]
BAI = ["BAI-04", "BAI-01", "BAI-02", "BAI-03"]
PLAIN = InstallRequest("g", 1024, "pv", "00:16:3e:0a:00:01")


def plan(
    request: InstallRequest, kind: str = "tree", files: list[str] | None = None, *, resolves: bool = True
) -> BootPlan:
    """Plan an install of a guest g, from a server srv."""
    names = {"srv": "192.0.2.5"} | ({"g": "192.0.2.9"} if resolves else {})
    zfs = ZfsRoot("rpool", 57, None, 22) if kind == "zfs" else None
    return make_plan(request, given(64, names, "192.0.2.1"), imagined(kind, files or OSOL, zfs))


def test_nevada_with_everything() -> None:
    request = PLAIN._replace(
        location="nfs:srv:/snv", nographics=True, autocf="nfs:srv:/js",
        extra_args="-kd -i /x w subnet-mask=255.0.0.0 -B a='x y',b -m q -v",
    )  # fmt: skip
    assert list(plan(request, files=NEVADA, resolves=False).trace) == [
        *NEVADA_HEAD,
        ("XVM-ARGS-04", "-kdv"),
        ("XVM-ARGS-04", "-B"),
        ("XVM-ARGS-01", "-kdv"),
        ("XVM-ARGS-01", "-i /x"),
        ("XVM-ARGS-01", "w"),
        ("XVM-ARGS-01", "a='x y'"),
        ("XVM-ARGS-01", "b"),
        ("XVM-ARGS-05", ""),
        ("XVM-NET-03", "install_media=192.0.2.5:/snv"),
        ("XVM-NET-01", "subnet-mask=255.0.0.0"),
        ("XVM-NET-05", "subnet-mask=255.0.0.0"),
        ("XVM-NET-06", "router-ip=192.0.2.1"),
        ("XVM-NET-07", "boot-mac=00:16:3e:0a:00:01"),
        ("XVM-JS-02", ""),
        ("XVM-JS-01", "install"),
        ("XVM-JS-03", "sysid_config=192.0.2.5:/js"),
        ("XVM-JS-04", "install_config=192.0.2.5:/js"),
        ("XVM-CON-02", ""),
        ("XVM-CON-03", "nowin"),
        ("XVM-NET-02", "dhcp"),
        (
            "XVM-ARGS-02",
            "install_media=192.0.2.5:/snv,subnet-mask=255.0.0.0,router-ip=192.0.2.1,boot-mac=00:16:3e:0a:00:01,dhcp",
        ),
    ]


def test_what_the_user_gave_is_not_the_tool_s() -> None:
    request = PLAIN._replace(
        location="nfs:srv:/snv",
        extra_args="dhcp -B install_media=x,router-ip=x,boot-mac=x,subnet-mask=x",
    )
    assert list(plan(request, files=NEVADA, resolves=False).trace) == [
        *NEVADA_HEAD,
        ("XVM-ARGS-04", "-B"),
        ("XVM-ARGS-01", "dhcp"),
        ("XVM-ARGS-01", "install_media=x"),
        ("XVM-ARGS-01", "router-ip=x"),
        ("XVM-ARGS-01", "boot-mac=x"),
        ("XVM-ARGS-01", "subnet-mask=x"),
        ("XVM-NET-01", ""),
        ("XVM-NET-05", ""),
        ("XVM-CON-02", ""),
        ("XVM-NET-02", ""),
    ]


def test_an_automated_install() -> None:
    request = PLAIN._replace(
        location="http://srv:5555/x",
        autocf="install_media=http://other/x,livemode=gui,livessh=enable,same=1",
        extra_args="-B livemode=text,install_debug=enable,same=1",
    )
    made = plan(request)
    assert list(made.trace) == [
        *OSOL_HEAD,
        ("XVM-ARGS-04", "-B"),
        ("XVM-ARGS-01", "livemode=text"),
        ("XVM-ARGS-01", "install_debug=enable"),
        ("XVM-ARGS-01", "same=1"),
        ("XVM-AI-04", "install_media=http://other/x"),
        ("XVM-AI-04", ""),
        ("XVM-AI-04", "livessh=enable"),
        ("XVM-AI-04", ""),
        ("XVM-AI-02", ""),
        ("XVM-AI-03", ""),
        ("XVM-AI-06", ""),
        ("XVM-AI-09", ""),
        ("XVM-AI-10", ""),
        ("XVM-AI-08", "network-interface=xnf0"),
        ("XVM-AI-08", "xpv-hcp=dhcp"),
        ("XVM-CON-02", ""),
        ("XVM-EV-04", ""),
    ]
    assert [str(message) for message in made.messages] == [
        "--autocf: livemode=gui is not passed on, for -x has another livemode (XVM-AI-04)"
    ]


@pytest.mark.parametrize(
    ("request_", "kind", "tail"),
    [
        (PLAIN._replace(location="http://srv/x"), "tree", ["AI-02", "AI-03", "AI-05", "AI-08", "AI-08", "AI-08"]),
        (PLAIN._replace(location="http://srv/x", extra_args="-B install_media=y"), "tree",
         ["ARGS-04", "ARGS-01", "AI-02", "AI-03", "AI-08", "AI-08", "AI-08"]),
        (PLAIN._replace(location="http://srv/x", extra_args="-B install_media=y", autocf="install_media=y"), "tree",
         ["ARGS-04", "ARGS-01", "AI-04", "AI-02", "AI-03", "AI-08", "AI-08", "AI-08"]),
        (PLAIN._replace(location="https://srv/x"), "tree", ["AI-02", "AI-03", "AI-07"]),
        (PLAIN._replace(location="/x"), "tree", ["AI-07"]),
        (PLAIN._replace(location="nfs:srv:/x"), "tree", ["NET-08", "AI-07"]),
        (PLAIN._replace(location="/x.iso"), "iso", ["ISO-01", "ISO-01", "AI-07", *BAI]),
        (PLAIN._replace(cdrom="/x.iso"), "iso", ["ISO-01", "ISO-01", *BAI]),
        (PLAIN._replace(location="http://srv/x.iso"), "iso",
         ["ISO-01", "AI-02", "AI-03", "AI-08", "AI-08", "AI-08", *BAI]),
        (PLAIN._replace(location="/pool", bootpath="/d@1:a"), "zfs", ["ZFS-01", "ZFS-02", "ARGS-03", "AI-07"]),
        (PLAIN._replace(location="/pool"), "zfs", ["ZFS-01", "ARGS-03", "AI-07"]),
    ],
)  # fmt: skip
def test_opensolaris_by_source(request_: InstallRequest, kind: str, tail: list[str]) -> None:
    rules = [rule.removeprefix("XVM-") for rule, _ in plan(request_, kind).trace][len(OSOL_HEAD) :]
    rules = [rule for rule in rules if rule != "EV-04"]
    assert sorted(rules) == sorted([*tail, "CON-02"])


@pytest.mark.parametrize(
    ("words", "mask", "message"),
    [
        ("subnet-mask=1.0.0.0 subnet-mask=2.0.0.0 subnet-mask=3.0.0.0", "3.0.0.0", None),
        ("subnet-mask=1.0.0.0 -B subnet-mask=2.0.0.0", "2.0.0.0", "the word subnet-mask=1.0.0.0 is not passed on"),
        ("subnet-mask=3.0.0.0 -B subnet-mask=2.0.0.0", "2.0.0.0", "the word subnet-mask=3.0.0.0 is not passed on"),
        ("subnet-mask=2.0.0.0 -B subnet-mask=2.0.0.0", "2.0.0.0", None),
        ("subnet-mask='2.0.0.0'", "2.0.0.0", None),
    ],
)
def test_masks(words: str, mask: str, message: str | None) -> None:
    made = plan(PLAIN._replace(location="nfs:srv:/snv", extra_args=words), files=NEVADA)
    assert dict(made.args.properties)["subnet-mask"] == mask
    assert made.args.words == ()
    assert [message in str(said) for said in made.messages] == [True] if message else made.messages == ()


def test_short_octets_are_those_of_two_digits() -> None:
    request = PLAIN._replace(location="nfs:srv:/snv", mac="0:16:3e:0a:00:01")
    facts = given(64, {"srv": "192.0.2.5", "g": "192.0.2.9"}, None)
    made = make_plan(request, facts, imagined("tree", NEVADA), {"boot-mac-form": "short-octets"})
    assert dict(made.args.properties)["boot-mac"] == "0:16:3e:a:0:1"


def test_hvm() -> None:
    def trace(**changes: object) -> list[tuple[str, str]]:
        request = InstallRequest("g", 512, "hvm")._replace(**changes)  # type: ignore[arg-type]
        return list(make_plan(request, given(None, {}, None), None).trace)

    assert trace(cdrom="/x.iso", autocf="/js.img") == [
        ("XVM-HVM-01", "boot from CD /x.iso"),
        ("XVM-JS-05", "floppy /js.img"),
        ("XVM-CON-01", "serial port and VNC"),
    ]
    assert trace(pxe=True, nographics=True) == [
        ("XVM-PXE-02", "boot from the network"),
        ("XVM-AI-01", ""),
        ("XVM-CON-01", "serial port"),
    ]


@pytest.mark.parametrize(
    ("request_", "kind", "messages"),
    [
        (PLAIN._replace(location="/x", bootpath="/d", extra_args="-B bootpath=/e"), "zfs",
         ["--bootpath /d is not passed on, for -x or --autocf has another (XVM-ZFS-02)"]),
        (PLAIN._replace(location="/x"), "zfs",
         ["the label of rpool names no device, so bootpath is left out; give --bootpath (XVM-ZFS-02)"]),
        (PLAIN._replace(location="/x", extra_args="-B bootpath=/e"), "zfs", []),
        (PLAIN._replace(location="/x", bootpath="/d"), "tree",
         ["--bootpath /d is not passed on, for the medium is no ZFS root; give it with -x (XVM-ZFS-02)"]),
        (PLAIN._replace(location="/x", os_type="linux", os_variant="nevada"), "tree",
         ["--os-type linux: the medium is one of solaris", "--os-variant nevada: the medium is one of opensolaris"]),
        (PLAIN._replace(location="/x", os_type="solaris", os_variant="opensolaris"), "tree", []),
        (PLAIN._replace(location="/x", os_variant="solaris10"), "tree",
         ["--os-variant solaris10: the medium is one of opensolaris"]),
        (PLAIN._replace(location="/x", os_variant="plan9"), "tree", []),
        (PLAIN._replace(location="/x", autocf="a=1,a=2,b"), "tree", None),
        (PLAIN._replace(location="/x", autocf="a=1,a=2"), "tree",
         ["--autocf: a=1 is not passed on, for the same name is given again (XVM-AI-04)"]),
    ],
)  # fmt: skip
def test_messages(request_: InstallRequest, kind: str, messages: list[str] | None) -> None:
    if messages is None:
        with pytest.raises(Exception, match="'b' is no name=value"):
            plan(request_, kind)
    else:
        assert [str(message) for message in plan(request_, kind).messages] == messages
