"""Runs read back from the JSON documents of `check` and of the suite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xvmgate.reports import json as json_report
from xvmgate.reports.events import CheckReport, SuiteReport
from xvmgate.reports.read import read
from xvmgate.reports.stream import StreamError


def test_check_and_suite_come_back(
    check_report: CheckReport, suite_report: SuiteReport, hostile_report: CheckReport, tmp_path: Path
) -> None:
    path = tmp_path / "run.json"
    for report in (check_report, hostile_report, suite_report._replace(header=None)):
        path.write_text(json_report.render(report))
        assert read(str(path)) == report
        path.write_text(json.dumps(report.as_dict()))  # in one line
        assert read(str(path)) == report


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["schema"], "xvmgate.check/2", "its schema is 'xvmgate.check/2'"),
        (["schema"], None, "its schema is 'None'"),
        (["verdict"], "good", "verdict is to be one of"),
        (["media"], 7, "no document of xvmgate.check/1"),
        (["media", 0, "location"], None, "location is to be a str"),
        (["media", 0, "bytes_read"], "7", "bytes_read is to be a int"),
        (["media", 0, "plans"], {}, "no document of xvmgate.check/1: '32'"),
        (["media", 0, "checks", 0, "verdict"], "fine", "a check's verdict is to be one of"),
        (["media", 0, "checks", 0, "rule"], 7, "rule is to be a str"),
        (["problems"], "x", "problems are to be a list of texts"),
    ],
)
def test_a_document_that_is_none(
    path: list[Any], value: object, complaint: str, check_report: CheckReport, tmp_path: Path
) -> None:
    document = check_report.as_dict()
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (tmp_path / "run.json").write_text(json.dumps(document))
    with pytest.raises(StreamError) as refused:
        read(str(tmp_path / "run.json"))
    assert complaint in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "\x00\xff", "[]", "7", '"event"'])
def test_a_file_of_something_else(text: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(text.encode("latin-1"))
    with pytest.raises(StreamError):
        read(str(tmp_path / "x"))


def test_counts_of_a_suite_are_held_to_its_checks(suite_report: SuiteReport, tmp_path: Path) -> None:
    document = suite_report.as_dict()
    document["counts"]["pass"] += 1
    (tmp_path / "x").write_text(json.dumps(document))
    with pytest.raises(StreamError, match="its counts are not those of its 4 checks"):
        read(str(tmp_path / "x"))
