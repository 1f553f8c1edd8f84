"""Running a machine: what is heard of it, how it ends, and that it ends with us. Shells stand for the emulator."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xvmgate.guests import emulator
from xvmgate.guests.emulator import EmulatorError, Watch, find_qemu, run
from xvmgate.guests.serial_line import SerialLine


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS", "SeaBIOS"),
        ("menu\x1b[04;02Hentry\x1b[5;3Hnext", "menu\nentry\nnext"),
        ("install\x1b[07;08H_media", "install_media"),  # where the cursor is anyway
        ("ke\x1b[03;02H\x1b[03;03Hrnel", "kernel"),  # a step back and forth
        ("a X86\x1b[05;06H\x1b[05;07H  b", "a X86   b"),  # a blank on a blank is left out
        ("\n\x1b[Hhome\x1b[Hagain", "\nhome\nagain"),
        ("\x1b[1;1Hx\x1bMy", "xy"),
        ("caf\u00e9 \u2502", "caf\u00e9 \u2502"),
    ],
)
@given(data=st.data())
def test_a_terminal_s_sequences_go_however_they_come(raw: str, text: str, data: st.DataObject) -> None:
    left, line, heard = raw.encode(), SerialLine(), ""
    while left:
        count = data.draw(st.integers(1, len(left)))
        heard += line.text(left[:count])
        left = left[count:]
    assert heard == text


def test_bytes_that_are_no_text_are_kept() -> None:
    assert SerialLine().text(b"a\xffb").encode("utf-8", "surrogateescape") == b"a\xffb"


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


def test_lines_are_told_as_they_end(tmp_path: Path) -> None:
    told: list[str] = []
    log = run(shell("printf 'a\\r\\nb\\nc'"), str(tmp_path), Watch(20, lambda _: False, told.append))
    assert log == "a\nb\nc"
    assert told == ["a", "b", "c"]


def test_a_line_without_end_is_told_in_pieces(tmp_path: Path) -> None:
    told: list[str] = []
    run(shell("head -c 10000 /dev/zero | tr '\\0' x"), str(tmp_path), Watch(20, lambda _: False, told.append))
    assert [len(piece) for piece in told] == [4096, 4096, 1808]


@pytest.mark.parametrize(
    ("script", "limit", "marker"),
    [
        ("echo here; exec sleep 600", 20, "here"),
        ("exec sleep 600", 0.2, "here"),
        ("yes", 20, "never"),
    ],
)
def test_it_is_ended(script: str, limit: float, marker: str, tmp_path: Path) -> None:
    """By what was waited for, by the time, by too much."""
    began = time.monotonic()
    log = run(shell(f"echo $$ > pid; {script}"), str(tmp_path), Watch(limit, lambda log: marker in log))
    assert time.monotonic() - began < 15
    assert len(log) <= emulator.MAX_LOG + emulator.READ
    assert not alive(int((tmp_path / "pid").read_text()))


def test_it_is_ended_when_nobody_can_hear_it(tmp_path: Path) -> None:
    def told(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt):
        run(shell("echo $$ > pid; echo x; exec sleep 600"), str(tmp_path), Watch(20, lambda _: False, told))
    assert not alive(int((tmp_path / "pid").read_text()))


def test_it_ends_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom xvmgate.guests.emulator import Watch, run\n"
        "machine = ['sh', '-c', 'echo $$ > pid.new; mv pid.new pid; exec sleep 600']\n"
        "run(machine, sys.argv[1], Watch(600, lambda _: False))"
    )
    ours = subprocess.Popen([sys.executable, "-c", script, tmp_path])
    wait((tmp_path / "pid").exists)
    machine = int((tmp_path / "pid").read_text())
    assert alive(machine)
    ours.send_signal(signal.SIGKILL)
    ours.wait()
    wait(lambda: not alive(machine))


def test_what_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match=r"^sh does not run: no such machine$"):
        run(shell("echo 'no such machine' >&2; exit 1"), str(tmp_path), Watch(20, lambda _: False))
    with pytest.raises(EmulatorError, match=r"^no-such-qemu is not there, or is no program$"):
        find_qemu("no-such-qemu")


def test_qemu_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmulatorError, match=r"install it \(Debian: qemu-system-x86\) or say where it is with --qemu$"):
        find_qemu()


def alive(pid: int) -> bool:
    """Say whether a process runs; one that is dead and not yet fetched does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
