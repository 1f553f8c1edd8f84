"""SARIF: valid by the published schema, whatever a medium says; which results there are, and their identity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from xvmgate.reports import sarif
from xvmgate.reports.events import CheckReport, SuiteReport

SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0-rtm.4.json"
"""The schema as its authors published it; its notice lies beside it."""


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    """Return the published schema."""
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def _run(report: CheckReport | SuiteReport, validator: Draft4Validator) -> dict[str, Any]:
    document = json.loads(sarif.render(report))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["version"] == "2.1.0"
    run: dict[str, Any] = document["runs"][0]
    return run


def test_the_schema_refuses_what_is_no_sarif(validator: Draft4Validator) -> None:
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_results_of_a_check(check_report: CheckReport, validator: Draft4Validator) -> None:
    run = _run(check_report, validator)
    found = [(result["ruleId"], result["level"], "suppressions" in result) for result in run["results"]]
    assert found == [("XVM-PATH-16", "error", False), ("XVM-EV-02", "warning", False), ("XVM-PATH-05", "error", True)]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "XVM-PATH-16"
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///m/x.iso"
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == [
        "waiver of XVM-PATH-99: there is no such rule",
        "y.iso: y.iso: cannot be read",
        "/m/x.iso: XVM-PV-01: could not look",
    ]


def test_results_of_a_suite(suite_report: SuiteReport, validator: Draft4Validator) -> None:
    (result,) = _run(suite_report, validator)["results"]
    logical = result["locations"][0]["logicalLocations"][0]
    assert logical["fullyQualifiedName"] == "exec:./other/XVM-NET-04/net-guest-resolves"
    assert "physicalLocation" not in result["locations"][0]


def test_hostile_texts(hostile_report: CheckReport, hostile_suite: SuiteReport, validator: Draft4Validator) -> None:
    uri = _run(hostile_report, validator)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert not set(uri) & set(' <>"`\n\\{}|^')
    _run(hostile_suite, validator)


@pytest.mark.parametrize(
    ("location", "uri"),
    [
        ("a b.iso", "a%20b.iso"),
        ("/x/ä.iso", "file:///x/%C3%A4.iso"),
        ("a:b", "a%3Ab"),
        ("http://h/x.iso?a=b", "http://h/x.iso?a=b"),
        ("x\udcff", "x%FF"),
    ],
)
def test_a_location_as_uri(location: str, uri: str) -> None:
    assert sarif.as_uri(location) == uri


def test_a_fingerprint_names_no_directory(check_report: CheckReport) -> None:
    medium = check_report.media[0]

    def prints(location: str) -> list[str]:
        report = check_report._replace(media=(medium._replace(location=location),))
        run = json.loads(sarif.render(report))["runs"][0]
        return [result["partialFingerprints"][sarif.FINGERPRINT] for result in run["results"]]

    assert prints("/m/x.iso") == prints("elsewhere/x.iso")
    assert prints("/m/x.iso") != prints("/m/y.iso")
    assert len(set(prints("/m/x.iso"))) == 3
