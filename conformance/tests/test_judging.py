"""Verdicts on answers: what makes no difference, what does, both sides of readings, the rule at fault."""

from __future__ import annotations

from typing import Any

import pytest

from xvmgate.conformance.case import engine_cases
from xvmgate.conformance.engine_judge import EngineJudge, vectors
from xvmgate.conformance.judging.machine import XmlError, read_domain
from xvmgate.conformance.judging.rules_of import rules_of
from xvmgate.conformance.judging.verdict import judge_answer
from xvmgate.conformance.subjects.answer import Answer, Identity
from xvmgate.conformance.subjects.needs import message, needs
from xvmgate.conformance.subjects.own import OwnEngine
from xvmgate.conformance.wrong.engine import GOOD
from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.rule import every_rule
from xvmgate.fixtures.vector import Vector

NFS = "net-guest-resolves"
KERNEL = "/platform/i86xpv/kernel/amd64/unix"
MEDIA, HOST, ROUTER = "install_media=192.0.2.5:/export/snv", "host-ip=192.0.2.220", "router-ip=192.0.2.1"
MAC = "boot-mac=00:16:3e:0a:00:01"
LINE = f"{KERNEL} -B {MEDIA},{HOST},{ROUTER},{MAC}"
"""The vector's line, out of lines 113-116 of the document."""
OTHER_SIDE = {reading.name: reading.alternative for reading in every_reading()}


def plan(cmdline: str | None, mode: str = "pv", **keys: Any) -> Answer:
    """Return a plan of an engine that says no more than its line."""
    empty = dict.fromkeys(("bits", "family", "kernel", "ramdisk", "domain_xml"))
    return Answer("plan", {"mode": mode, "cmdline": cmdline, **empty, **keys})


def planned(cmdline: str | None) -> Answer:
    """Return a plan of the 64-bit Nevada DVD."""
    kernel, ramdisk = f"/boot{KERNEL}", "/boot/amd64/x86.miniroot"
    return plan(cmdline, bits=64, family="nevada", kernel=kernel, ramdisk=ramdisk)


def verdicts(vector: str, answer: Answer) -> dict[str, str]:
    """Return what each rule of a vector says of an answer."""
    asked = vectors()[vector]
    return {rule: judge_answer(rule, asked, answer).verdict for rule in rules_of(asked)}


def failing(vector: str, answer: Answer) -> list[str]:
    """Return the rules that fail."""
    return [rule for rule, verdict in verdicts(vector, answer).items() if verdict == "fail"]


SAME = [
    LINE,
    f"{KERNEL}  -B  {MEDIA},{HOST},{ROUTER},{MAC} ",
    f"{KERNEL} -B {MEDIA},{HOST} -B {ROUTER} -B {MAC}",
    f"{KERNEL} - -B {MEDIA},{HOST},{ROUTER},{MAC}",
    LINE.replace("00:16:3e:0a:00:01", "0:16:3E:A:0:1"),
    LINE.replace("00:16:3e:0a:00:01", "0:16:3e:0a:0:1"),
    LINE.replace("host-ip=192.0.2.220", "host-ip='192.0.2.220'"),
    f"/boot{LINE}",
]
OTHER = [
    (LINE.replace("host-ip=192.0.2.220,", ""), ["XVM-NET-04"]),
    (LINE.replace("192.0.2.220", "192.0.2.22"), ["XVM-NET-04"]),
    (LINE.replace("00:16:3e:0a:00:01", "00:16:3e:0a:00:10"), ["XVM-NET-07"]),
    (LINE.replace("192.0.2.5:", "imgsrv:"), ["XVM-NET-03"]),
    (LINE.replace("router-ip=192.0.2.1", "router-ip=xnf0"), ["XVM-NET-06"]),
    (LINE.replace("router-ip=", "router="), ["XVM-NET-06"]),
    (LINE.replace("-B install", "- dhcp -B install"), []),  # XVM-NET-02 is no rule of this vector: ARGS-02 has it
    (LINE.replace("amd64/", ""), ["XVM-MODE-01"]),
    (LINE.replace("amd64/unix", "amd64/genunix"), ["XVM-PATH-15"]),
    (f"/boot{LINE}".replace("host-ip=192.0.2.220,", ""), ["XVM-NET-04"]),
    (f"{KERNEL} -B {HOST},{MEDIA},{ROUTER},{MAC}", ["XVM-NET-04"]),
    (None, ["XVM-NET-03", "XVM-NET-04", "XVM-NET-06", "XVM-NET-07", "XVM-PATH-15"]),
]  # fmt: skip


@pytest.mark.parametrize("line", SAME)
def test_what_the_guest_sees_alike_is_alike(line: str) -> None:
    found = verdicts(NFS, planned(line))
    assert found.pop("XVM-CON-02") == "not-applicable"  # no domain is shown
    assert set(found.values()) == {"pass"}


@pytest.mark.parametrize(("line", "rules"), OTHER)
def test_a_difference_fails_by_the_rule_that_it_comes_from(line: str | None, rules: list[str]) -> None:
    assert sorted({*failing(NFS, planned(line))} - {"XVM-ARGS-02"}) == rules  # which demands all of it


def test_an_alternative_is_acceptable_and_named() -> None:
    found = judge_answer("XVM-NET-04", vectors()[NFS], planned(f"/boot{LINE}"))
    assert (found.verdict, found.message) == ("pass", "acceptable: reading kernel-token=medium-path")
    short = planned(LINE.replace("00:16:3e:0a:00:01", "0:16:3e:a:0:1"))
    assert judge_answer("XVM-NET-07", vectors()[NFS], short).message == "acceptable: reading boot-mac-form=short-octets"


def test_two_alternatives_at_once_are_acceptable() -> None:
    both = f"/boot{LINE}".replace("00:16:3e:0a:00:01", "0:16:3e:a:0:1")
    found = judge_answer("XVM-NET-04", vectors()[NFS], planned(both))
    assert found.verdict == "pass"
    assert "kernel-token=medium-path" in found.message


def test_half_an_alternative_fails() -> None:
    vector = vectors()["con-nowin-nfs"]
    assert vector.expect.cmdline is not None
    words, _, properties = vector.expect.cmdline.partition(" -B ")
    user, medium, router = properties.split(",")
    whole = [f"{words} -B {user},{medium},{router}", f"{words} -B {user}"]
    for line in whole:
        assert failing(vector.id, plan(line)) == []
    assert failing(vector.id, plan(f"{words} -B {user},{router}")) != []
    assert failing(vector.id, plan(f"{words} -B {user},{medium}")) != []


@pytest.mark.parametrize("name", OTHER_SIDE)
def test_our_engine_on_the_other_side_of_a_reading_is_acceptable(name: str) -> None:
    _assert_acceptable({name: OTHER_SIDE[name]})


SEVERAL = [
    ("kernel-token", "dhcp-set"),
    ("early-64", "width-fallback"),
    ("remote-iso", "nevada-http", "https"),
    ("family-order", "ramdisk-order", "js-iso", "iso-scope"),
    tuple(OTHER_SIDE),
]


@pytest.mark.parametrize("names", SEVERAL, ids=" ".join)
def test_our_engine_on_several_other_sides_is_acceptable(names: tuple[str, ...]) -> None:
    _assert_acceptable({name: OTHER_SIDE[name] for name in names})


def _assert_acceptable(readings: dict[str, str]) -> None:
    judge = EngineJudge(OwnEngine("0", readings), like=GOOD)
    for case in engine_cases("xvmgate"):
        found = judge.judge(case)
        assert found.verdict in ("pass", "not-applicable"), (case.id, found)
        reading = (case.vector or "").removeprefix("reading-")
        if case.vector == f"reading-{reading}" and reading != "boot-mac-form":  # octets are compared as numbers
            assert (found.message == f"acceptable: {reading}={OTHER_SIDE[reading]}") == (reading in readings)


class TwoMinds(OwnEngine):
    """On the other side of a reading for 32-bit guests only."""

    def ask(self, vector: Vector) -> Answer:
        side = {"kernel-token": "medium-path"} if vector.request["ram"] < 1024 else {}
        return OwnEngine("0", side).ask(vector)


def test_a_reading_is_taken_whole_over_all_vectors() -> None:
    judge = EngineJudge(TwoMinds("0"))
    found = {case.id: judge.judge(case) for case in engine_cases("x")}
    bad = {name: finding for name, finding in found.items() if finding.verdict == "fail"}
    assert list(bad) == ["XVM-PV-01/reading-kernel-token[x]"]
    (finding,) = bad.values()
    assert finding.actual is not None
    assert "ramdisk-path in " in finding.actual
    assert "medium-path in " in finding.actual


def test_refusals_are_compared_by_rule() -> None:
    assert failing("pxe-pv", Answer("refused", rule="XVM-PXE-01", text="no")) == []
    assert failing("pxe-pv", Answer("refused", rule="XVM-PV-01", text="no")) == ["XVM-PXE-01"]
    assert failing("pxe-pv", plan(KERNEL)) == ["XVM-PXE-01"]
    assert verdicts(NFS, Answer("refused", rule="XVM-NET-03", text="no"))["XVM-NET-03"] == "fail"


def test_what_a_subject_does_not_show_is_not_judged() -> None:
    assert verdicts("pxe-hvm", plan(None, "hvm")) == {
        "XVM-PXE-02": "not-applicable", "XVM-AI-01": "pass", "XVM-CON-01": "not-applicable", "XVM-HVM-01": "pass",
    }  # fmt: skip
    vector = vectors()["reb-no-word-nevada"]
    assert judge_answer("XVM-REB-01", vector, plan(vector.expect.cmdline)).verdict == "not-applicable"
    unsupported = verdicts(NFS, Answer("unsupported", text="netinstall"))
    assert set(unsupported.values()) == {"not-applicable"}
    broken = judge_answer("XVM-NET-04", vectors()[NFS], Answer("error", text="it hangs", stderr="oops"))
    assert (broken.verdict, broken.message) == ("error", "no answer: it hangs; stderr: oops")


DOMAIN = "<domain type='xen'><os>{os}</os><devices>{devices}</devices></domain>"


def test_a_domain_is_read_as_far_as_rules_look() -> None:
    devices = "<disk device='cdrom'><source file='/x.iso'/></disk><disk device='floppy'><source dev='/dev/fd0'/></disk>"
    devices += "<graphics type='vnc'/><serial type='pty'/>"
    found = read_domain(DOMAIN.format(os="<boot dev='network'/><boot dev='hd'/>", devices=devices))
    assert found == {
        "boot": "network", "cdrom": "/x.iso", "floppy": "/dev/fd0", "graphics": ["vnc"], "serial": True,
    }  # fmt: skip
    empty = read_domain(DOMAIN.format(os="<kernel>/k</kernel>", devices=""))
    assert empty == {"boot": "kernel", "cdrom": "", "floppy": "", "graphics": [], "serial": False}


HOSTILE = ["", "<domain>", "<other/>", "<!DOCTYPE d [<!ENTITY a 'b'>]><domain>&a;</domain>", "<domain>" + " " * 70_000]


@pytest.mark.parametrize("text", HOSTILE, ids=["empty", "open", "other", "entity", "long"])
def test_a_text_that_is_no_domain_is_a_failure_and_no_crash(text: str) -> None:
    with pytest.raises(XmlError):
        read_domain(text)
    assert failing("pxe-hvm", plan(None, "hvm", domain_xml=text)) != []


def test_the_machine_fails_by_its_rule() -> None:
    good = DOMAIN.format(os="<boot dev='network'/>", devices="<graphics type='vnc'/><serial type='pty'/>")
    assert failing("pxe-hvm", plan(None, "hvm", domain_xml=good)) == []
    disk = good.replace("network", "hd")
    assert failing("pxe-hvm", plan(None, "hvm", domain_xml=disk)) == ["XVM-PXE-02", "XVM-AI-01"]
    silent = good.replace("<serial type='pty'/>", "")
    assert failing("pxe-hvm", plan(None, "hvm", domain_xml=silent)) == ["XVM-CON-01"]


def test_every_rule_about_engines_has_cases() -> None:
    cases = list(engine_cases("x"))
    assert len(cases) >= 1000
    assert {case.rule for case in cases} == {rule.id for rule in every_rule() if "engine" in rule.subject}
    assert len({case.id for case in cases}) == len(cases)
    assert f"XVM-NET-04/{NFS}[x]" in {case.id for case in cases}


NEVER_RIGHT = [
    plan("/unix"),
    plan(None, "xen"),
    plan(f"{KERNEL} -kdvrx -i /sbin/other - some words -B odd=1,names=2"),
    Answer("refused", rule="XVM-ODD-99", text="no"),
]


@pytest.mark.parametrize("answer", NEVER_RIGHT, ids=["unix", "empty", "long", "refused"])
def test_whatever_differs_fails_some_rule_of_the_vector(answer: Answer) -> None:
    passing = [name for name in vectors() if not failing(name, answer)]
    assert passing == []


def test_what_a_vector_needs() -> None:
    assert needs(vectors()[NFS]) == {"pv", "netinstall"}
    assert needs(vectors()["zfs-document-line"]) == {"pv", "zfs"}
    assert needs(vectors()["js-nfs"]) == {"pv", "netinstall", "jumpstart"}
    assert needs(vectors()["ai-http"]) == {"pv", "ai"}
    assert needs(vectors()["hvm-solaris10"]) == {"hvm"}


def test_what_is_expected_is_never_sent() -> None:
    sent = message(vectors()[NFS], 7)
    assert set(sent) == {"cmd", "seq", "request", "facts", "medium"}
    assert LINE not in str(sent)


def test_our_engine_says_who_it_is() -> None:
    assert OwnEngine("1.2").identity() == Identity(
        "xvmgate", "1.2", frozenset(("pv", "hvm", "netinstall", "jumpstart", "ai", "zfs", "domain", "notes"))
    )
