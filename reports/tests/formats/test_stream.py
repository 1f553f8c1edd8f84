"""A run's events: written line by line, read back, and refused where they are no record of a whole run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from xvmgate.reports import stream
from xvmgate.reports.events import SuiteReport
from xvmgate.reports.read import read

START = (
    '{"event": "start", "schema": "xvmgate.events/1", "rule_set": "2009-11-12", "document": "ab", "xvmgate": "1",'
    ' "python": "3", "subjects": [{"name": "xvmgate", "version": null, "kind": "engine"}], "selected": false,'
    ' "started": null}'
)
PASS = (
    '{"event": "check", "rule": "XVM-NET-04", "level": "must", "vector": "v", "subject": "xvmgate", "verdict": "pass",'
    ' "expected": null, "actual": null, "message": ""}'
)
FAIL = PASS.replace('"pass"', '"fail"')
ZERO = {"pass": 0, "fail": 0, "waived": 0, "warn": 0, "not-applicable": 0, "error": 0}


def end(verdict: str = "conformant", *, good: int = 0, fail: int = 0, **more: object) -> str:
    """Return an end event."""
    return json.dumps({"event": "end", "verdict": verdict, "counts": ZERO | {"pass": good, "fail": fail}, **more})


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes lines into a file and returns its path."""

    def write(*lines: str) -> str:
        path = tmp_path / "events"
        path.write_text("".join(line + "\n" for line in lines))
        return str(path)

    return write


def test_a_stream_by_hand(written: Callable[..., str]) -> None:
    report = stream.read(written(START, PASS, FAIL, end("nonconformant", good=1, fail=1)))
    assert report.verdict == "nonconformant"
    assert report.counts == ZERO | {"pass": 1, "fail": 1}
    assert [(check.rule, check.vector, check.verdict) for check in report.checks] == [
        ("XVM-NET-04", "v", "pass"),
        ("XVM-NET-04", "v", "fail"),
    ]
    assert report.header is not None
    assert report.header.subjects[0] == ("xvmgate", None, "engine")


def test_what_is_written_is_read(suite_report: SuiteReport, hostile_suite: SuiteReport, tmp_path: Path) -> None:
    for report in (suite_report, hostile_suite._replace(problems=("no such rule",))):
        assert report.header is not None
        with open(tmp_path / "e", "w") as file:
            stream.write_header(file, report.header)
            for number, check in enumerate(report.checks, 2):
                stream.write_check(file, check)
                assert len((tmp_path / "e").read_text().splitlines()) == number  # flushed as it happens
            stream.write_footer(file, report.verdict, report.counts, report.problems)
        assert stream.read(str(tmp_path / "e")) == report
        assert read(str(tmp_path / "e")) == report


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "no xvmgate.events/1 stream"),
        ([PASS], "no xvmgate.events/1 stream"),
        ([START.replace("events/1", "events/2")], "no xvmgate.events/1 stream"),
        ([START], "no end event: the run did not end"),
        ([START, PASS], "no end event: the run did not end"),
        ([START, PASS, end(good=2)], "counts are not those of its 1 checks"),
        ([START, FAIL, end(good=1)], "counts are not those"),
        ([START, FAIL, end("conformant", fail=1)], "says 'conformant', which is better than 'nonconformant'"),
        ([START, PASS, end("fine", good=1)], "says 'fine'"),
        ([START.replace("false", "true"), PASS, end(good=1)], "better than 'incomplete'"),
        ([START, end()], "better than 'incomplete'"),
        ([START, PASS, end(good=1), PASS], "line 4: something follows the end event of line 3"),
        ([START, "hello", end()], "line 2: no JSON"),
        ([START, "[1]", end()], "line 2: no JSON object"),
        ([START, "[" * 100_000, end()], "line 2: no JSON"),
        ([START, PASS.replace('"pass"', '"good"'), end()], "verdict is to be one of"),
        ([START, PASS.replace('"must"', "7"), end()], "level is to be a text, not int"),
        ([START, PASS.replace('"rule"', '"rules"'), end()], "no check of xvmgate.events/1: 'rule'"),
        ([START.replace('"kind": "engine"', '"kind": 1'), end()], "line 1: no header"),
        ([START.replace("false", '"no"'), PASS, end(good=1)], "a value has the wrong type"),
        (
            [START, end(problems="x")],
            "no list of texts",
        ),
    ],
)
def test_a_stream_that_is_no_record_is_refused(lines: list[str], complaint: str, written: Callable[..., str]) -> None:
    with pytest.raises(stream.StreamError) as refused:
        stream.read(written(*lines))
    assert complaint in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_long_lines_and_long_files_are_refused(written: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(stream.StreamError, match="line 2: longer than 4194304 bytes"):
        stream.read(written(START, PASS.replace('"v"', f'"{"x" * (4 << 20)}"')))
    monkeypatch.setattr(stream, "MAX_LINES", 3)
    with pytest.raises(stream.StreamError, match="more than 3 lines"):
        stream.read(written(START, *[PASS] * 4))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(stream.StreamError, match="none: cannot be read: No such file"):
        read("none")
