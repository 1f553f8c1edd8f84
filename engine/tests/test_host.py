"""The host's facts: the same out of every system's own way of saying them (XVM-GEN-01)."""

from __future__ import annotations

import platform
import shutil
import socket
import subprocess
import time

import pytest

from xvmgate.engine import host

LINUX = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth1\t00000000\t010200C0\t0003\t0\t0\t200\t00000000\t0\t0\t0
eth0\t00000000\tFE0200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""
SOLARIS = """
Routing Table: IPv4
  Destination           Gateway           Flags  Ref     Use     Interface
-------------------- -------------------- ----- ----- ---------- ---------
default              192.0.2.1            UG        1     163429
192.0.2.0            192.0.2.33           U         1      44261 e1000g0
127.0.0.1            127.0.0.1            UH        6       1420 lo0
"""
BSD = """   route to: default
destination: default
       mask: default
    gateway: 192.0.2.7
  interface: en0
"""


@pytest.mark.parametrize(
    ("table", "gateway"),
    [
        (LINUX, "192.0.2.254"),
        (LINUX.replace("FE0200C0\t0003", "FE0200C0\t0001"), "192.0.2.1"),
        (LINUX.replace("FE0200C0\t0003", "FE0200C0\t0002"), "192.0.2.1"),
        (LINUX.replace("\t0003\t", "\t0001\t"), None),
        (LINUX.replace("100\t00000000", "100\t000000FF"), "192.0.2.1"),
        (LINUX.splitlines()[0], None),
        ("head\nshort line\n", None),
        (LINUX.replace("\t00000000\t0\t0\t0", "\t00000000"), "192.0.2.254"),
        (LINUX.replace("\t00000000\t0\t0\t0", ""), None),
        (LINUX.replace("eth0\t00000000", "eth0\tC0000200"), "192.0.2.1"),
        (LINUX.replace("0003", "1003").replace("FE0200C0\t1003", "FE0200C0\t0010"), "192.0.2.1"),
        ("", None),
    ],
)
def test_linux_s_table(table: str, gateway: str | None) -> None:
    assert host.linux_gateway(table) == gateway


@pytest.mark.parametrize(
    ("text", "gateway"),
    [
        (SOLARIS, "192.0.2.1"),
        (BSD, "192.0.2.7"),
        (SOLARIS.replace("192.0.2.1  ", "e1000g0    "), None),
        ("default link#4 UCS en0\ndefault 192.0.2.9 UGSc en0\n", "192.0.2.9"),
        ("", None),
        ("default\n\n", None),
    ],
)
def test_what_other_systems_print(text: str, gateway: str | None) -> None:
    assert host.printed_gateway(text) == gateway


def test_the_gateway_s_way_by_system(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    table = f"{tmp_path}/route"
    monkeypatch.setattr(host, "LINUX_ROUTES", table)
    asked: list[tuple[str, ...]] = []

    def ask(*command: str) -> str:
        asked.append(command)
        return BSD if command[0] == "route" else ""

    monkeypatch.setattr(host, "_ask", ask)
    assert host.default_route() == "192.0.2.7"
    assert asked == [("netstat", "-rn", "-f", "inet"), ("route", "-n", "get", "default")]
    with open(table, "w", encoding="ascii") as file:
        file.write(LINUX)
    assert host.default_route() == "192.0.2.254"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("machine", "isainfo", "cpu", "bits"),
    [
        ("x86_64", "", "", 64),
        ("AMD64", "", "", 64),
        ("i86pc", "64\n", "", 64),
        ("i86pc", "32\n", "flags : lm", 32),
        ("i86pc", "amd64\n", "", 32),
        ("i87", "64\n", "", 32),
        ("i386", "64\n", "", 32),
        ("i686", "64", "x\nflags\t\t: fpu lm nx\n", 64),
        ("i686", "", "flags\t\t: fpu lmx nx\n", 32),
        ("i686", "", "", 32),
    ],
)
def test_the_width(machine: str, isainfo: str, cpu: str, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(host, "_ask", lambda *command: isainfo if command == ("isainfo", "-b") else "")
    monkeypatch.setattr(host, "_read", lambda path: cpu if path == "/proc/cpuinfo" else "")
    assert host.host_bits() == bits


def test_a_name_that_the_system_knows() -> None:
    assert host.resolve("localhost") == "127.0.0.1"
    assert host.resolve("no-such-host.invalid") is None
    assert host.resolve("a" * 64) is None
    assert host.resolve("x..y") is None


def test_of_several_addresses_the_first_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(0, 0, 0, "", ("192.0.2.1", 0)), (0, 0, 0, "", ("192.0.2.2", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answers)
    assert host.resolve("many") == "192.0.2.1"


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> list[object]:
        time.sleep(0.4)
        return []

    monkeypatch.setattr(host, "PATIENCE", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    start = time.monotonic()
    assert host.resolve("slow") is None
    assert time.monotonic() - start < 0.3


def test_programs_that_are_missing_or_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host._ask("xvmgate-has-no-such-program") == ""
    assert host._ask("echo", "x") == "x\n"
    assert host._ask("sh", "-c", "echo x; exit 3") == "x\n"
    monkeypatch.setattr(host, "PATIENCE", 0.05)
    assert host._ask("sleep", "5") == ""
    assert host._read("/nowhere") == ""


def test_all_facts_come_from_one_place() -> None:
    facts = host.host_facts()
    assert facts.bits() in (32, 64)
    assert facts.has_file(__file__) is True
    assert facts.has_file("/") is False
    assert facts.resolve("localhost") == "127.0.0.1"
    if shutil.which("ip"):
        command = ["ip", "-4", "route", "show", "default"]
        route = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    else:
        route = ""
    if route:
        assert facts.default_route() == route.split()[2]
