"""Programs as subjects, with every bad habit: each is an error in seconds, the rest is judged, and nothing is left."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xvmgate.conformance.engine_judge import vectors
from xvmgate.conformance.smoke import smoke
from xvmgate.conformance.subjects.answer import Answer, Nonsense, read_answer, read_identity
from xvmgate.conformance.subjects.program import MAX_FAILURES, MAX_HANGS, MAX_IN_A_ROW, Program

SCRIPT = """
import json, os, sys, time
habit = sys.argv[1]
def say(data): print(json.dumps(data), flush=True)
if habit == "banner": print("engine 1.0 ready", flush=True)
if habit == "never": time.sleep(600)
if habit == "dies at start": sys.exit("cannot find my configuration")
for line in sys.stdin:
    asked = json.loads(line)
    if asked["cmd"] == "stop":
        if habit == "stays": time.sleep(600)
        break
    if asked["cmd"] == "start":
        protocol = 2 if habit == "protocol 2" else 1
        say({"name": "odd", "version": "0", "protocol": protocol, "capabilities": ["pv", "hvm", "netinstall", "magic"]})
        continue
    seq, name = asked["seq"], asked["request"]["name"]
    refused = {"rule": "XVM-PXE-01", "message": "no"}
    if habit == "hangs": time.sleep(600)
    if habit == "crashes": print("boom\\n" * 9999, file=sys.stderr, flush=True); os.abort()
    if habit == "crashes on HVM" and asked["request"]["mode"] == "hvm": sys.exit(3)
    if habit == "no JSON": print("thinking about", name, flush=True); continue
    if habit == "wrong seq": seq += 1
    if habit == "endless line":
        while True: sys.stdout.write("x" * 65536)
    if habit == "endless lines":
        while True: print("[]")
    if habit == "closes stdout": os.close(1); time.sleep(600)
    if habit == "nothing": say({"seq": seq}); continue
    if habit == "bad plan": say({"seq": seq, "plan": {"mode": "pv", "cmdline": 7}}); continue
    if habit == "child":
        pid = os.fork()
        if pid == 0:
            time.sleep(600)
        open("child.pid", "w").write(str(pid))
    say({"seq": seq, "refused": refused})
    if habit == "twice": say({"seq": seq, "refused": refused})
    if habit == "fills stderr": print("note\\n" * 30000, file=sys.stderr, flush=True)
"""
PV, HVM = "net-guest-resolves", "hvm-solaris10"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Program]]:
    """`program("hangs", 0.5)`: a subject with a habit, and a time limit in seconds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(SCRIPT)
    made: list[Program] = []

    def make(habit: str, patience: float = 5.0) -> Program:
        made.append(Program(f"exec:{sys.executable} odd.py '{habit}'", patience))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ask(subject: Program, vector: str = PV) -> Answer:
    """Return the answer to a vector."""
    return subject.ask(vectors()[vector])


def test_a_program_is_asked(program: Callable[..., Program]) -> None:
    subject = program("good")
    assert subject.identity().capabilities == {"pv", "hvm", "netinstall", "magic"}
    for _ in range(3):
        assert ask(subject) == Answer("refused", rule="XVM-PXE-01", text="no")
    assert subject.ends()


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        ("crashes", "was killed by signal 6"),
        ("no JSON", "no JSON: 'thinking about domu-220'"),
        ("wrong seq", "seq 2 answers request 1"),
        ("endless line", "it said more than 4194304 bytes without an end of line"),
        ("endless lines", "no JSON object: []"),
        ("closes stdout", "it closed its stdout"),
        ("nothing", "one of plan, refused, unsupported and error is expected, not none"),
        ("bad plan", "cmdline is no text: 7"),
    ],
)
def test_a_bad_habit_is_an_error(habit: str, said: str, program: Callable[..., Program]) -> None:
    started = time.monotonic()
    answer = ask(program(habit))
    assert answer.kind == "error"
    assert said in answer.text
    assert time.monotonic() - started < 10


def test_stderr_is_shown_by_its_end(program: Callable[..., Program]) -> None:
    answer = ask(program("crashes"))
    assert answer.stderr.endswith("boom")
    assert len(answer.stderr) <= 2000


def test_a_hanging_program_costs_two_time_limits(program: Callable[..., Program]) -> None:
    subject = program("hangs", 0.6)
    started = time.monotonic()
    answers = [ask(subject) for _ in range(500)]
    assert time.monotonic() - started < 10
    assert answers[0].text == "no answer within 0.6 s"
    assert answers[MAX_HANGS].text.startswith(f"it is asked no more after {MAX_HANGS} failures, the last: no answer")
    assert {answer.kind for answer in answers} == {"error"}


def test_a_silent_program_costs_one_time_limit(program: Callable[..., Program]) -> None:
    subject = program("never", 0.6)
    started = time.monotonic()
    assert all(ask(subject).text == "it does not start: no answer within 0.6 s" for _ in range(500))
    assert time.monotonic() - started < 5


def test_a_program_that_crashes_is_started_again(program: Callable[..., Program]) -> None:
    subject = program("crashes on HVM")
    found = [ask(subject, vector).kind for vector in (PV, HVM, PV, HVM, HVM, PV)]
    assert found == ["refused", "error", "refused", "error", "error", "refused"]


def test_a_program_that_always_crashes_is_given_up(program: Callable[..., Program]) -> None:
    subject = program("crashes")
    for _ in range(MAX_IN_A_ROW):
        assert "was killed by signal 6" in ask(subject).text
    assert ask(subject).text.startswith(f"it is asked no more after {MAX_IN_A_ROW} failures")
    assert MAX_IN_A_ROW < MAX_FAILURES


def test_a_second_answer_is_not_taken_for_the_next_one(program: Callable[..., Program]) -> None:
    subject = program("twice")
    assert ask(subject).kind == "refused"
    time.sleep(0.2)
    second = ask(subject)
    assert second.kind == "error"
    assert "seq 1 answers request 2" in second.text or "unasked" in second.text


def test_a_full_stderr_does_not_stop_the_program(program: Callable[..., Program]) -> None:
    subject = program("fills stderr")
    assert [ask(subject).kind for _ in range(3)] == ["refused"] * 3


def test_what_a_program_started_is_ended_with_it(program: Callable[..., Program], tmp_path: Path) -> None:
    subject = program("child")
    assert ask(subject).kind == "refused"
    pid = int((tmp_path / "child.pid").read_text())
    os.kill(pid, 0)
    subject.close()
    for _ in range(50):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the program's child runs on")


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        ("dies at start", "it does not start: it ended with status 1; stderr: cannot find my configuration"),
        ("banner", "it does not start: no JSON: 'engine 1.0 ready'"),
        ("protocol 2", "it does not start: start is answered with protocol 2, not 1"),
    ],
)
def test_a_program_that_does_not_start_says_why(habit: str, said: str, program: Callable[..., Program]) -> None:
    with pytest.raises(Nonsense) as caught:
        program(habit).identity()
    assert str(caught.value) == said


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(Nonsense) as caught:
        Program("exec:/nowhere/engine").identity()
    assert str(caught.value) == "it does not start: No such file or directory"
    for label in ("exec:", "exec:   ", "exec:'unclosed"):
        with pytest.raises(ValueError, match="."):
            Program(label)


def test_smoke_says_what_is_wrong(program: Callable[..., Program]) -> None:
    good = smoke(program("good"))
    assert good.usable
    text = "\n".join(good.sentences)
    assert "starts, and is odd 0" in text
    assert "it declares magic, which protocol 1 does not know" in text
    assert "netinstall: answers net-guest-resolves with a refusal by XVM-PXE-01" in text
    for habit, said in (
        ("dies at start", "cannot find my configuration; it has to answer a line of JSON to start"),
        ("no JSON", "pv: no answer to pv-nevada-iso: no JSON"),
        ("stays", "it does not end when it is told to stop: it is killed"),
    ):
        found = smoke(program(habit))
        assert said in "\n".join(found.sentences)
        assert found.usable == (habit == "stays")


HELLO = {"name": "x", "version": None, "protocol": 1, "capabilities": ["pv"]}


@pytest.mark.parametrize(
    "data",
    [None, [], {}, HELLO | {"protocol": True}, HELLO | {"name": ""}, HELLO | {"version": 1},
     HELLO | {"capabilities": "pv"}, HELLO | {"capabilities": [1]}, HELLO | {"capabilities": ["x"] * 1001}],
)  # fmt: skip
def test_an_identity_that_is_none(data: object) -> None:
    assert read_identity(HELLO).name == "x"
    with pytest.raises(Nonsense):
        read_identity(data)


@pytest.mark.parametrize(
    "body",
    [{}, {"plan": None}, {"plan": {}, "refused": {}}, {"plan": {"bits": "64"}}, {"plan": {"bits": True}},
     {"plan": {"mode": 1}}, {"plan": {"cmdline": "x" * 70_000}}, {"plan": {"messages": "no"}},
     {"plan": {"messages": ["x"] * 1001}}, {"refused": "no"}, {"refused": {"message": "no"}}, {"refused": {"rule": ""}},
     {"error": 1}],
)  # fmt: skip
def test_an_answer_that_is_none(body: dict[str, object]) -> None:
    with pytest.raises(Nonsense):
        read_answer({"seq": 1, **body}, 1)


def test_answers_of_other_requests() -> None:
    for seq in (2, None, "1", True, 1.5):
        with pytest.raises(Nonsense):
            read_answer({"seq": seq, "unsupported": "pv"}, 1)
    assert read_answer({"seq": 1, "unsupported": "pv"}, 1).text == "pv"
    assert read_answer({"seq": 1, "error": {"message": "x"}}, 1) == Answer("error", text="x")
