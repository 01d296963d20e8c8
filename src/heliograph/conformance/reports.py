"""Renders findings as text, JSON, JUnit XML, and records without ids and secrets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import msgspec

from heliograph._version import __version__
from heliograph.conformance.check import Check
from heliograph.conformance.redaction import Redactor
from heliograph.conformance.running import FAILED, NOT_RUN, PASSED, Finding

_MARKS = {PASSED: "✓", FAILED: "✗", NOT_RUN: "–"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def line_of(check: Check) -> str:
    """The line of a check in the list of all checks."""
    return f"{check.number:44} {check.sentence} [{check.source}]"


def text_of(finding: Finding, redactor: Redactor) -> Iterator[str]:
    """The lines of a finding. A failure shows the last request, the expectation and the observation."""
    yield f"{_MARKS[finding.outcome]} {finding.check.number}  {finding.check.sentence}"
    if finding.outcome == NOT_RUN:
        yield f"    not run: {redactor.text(finding.reason)}"
    if finding.outcome == FAILED:
        if finding.answers:
            last = finding.answers[-1]
            yield redactor.text(f"    request:  {last.method} {last.path}")
        yield redactor.text(f"    expected: {finding.expected}")
        yield redactor.text(f"    observed: {finding.observed}")
        yield f"    source:   {finding.check.source}"


def summary_of(findings: Sequence[Finding]) -> str:
    """One line with the number of each outcome."""
    counts = Counter(finding.outcome for finding in findings)
    return f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[NOT_RUN]} not run"


def json_of(findings: Sequence[Finding], remaining: Sequence[str], redactor: Redactor) -> bytes:
    """A JSON object with all findings, and the objects that could not be deleted."""
    counts = Counter(finding.outcome for finding in findings)
    return msgspec.json.encode(
        {
            "heliograph": __version__,
            "summary": {"passed": counts[PASSED], "failed": counts[FAILED], "notRun": counts[NOT_RUN]},
            "checks": [_entry(finding, redactor) for finding in findings],
            "notDeleted": [redactor.text(one) for one in remaining],
        }
    )


def _entry(finding: Finding, redactor: Redactor) -> dict[str, Any]:
    check = finding.check
    entry = {
        "number": check.number,
        "sentence": check.sentence,
        "source": check.source.kind,
        "place": check.source.place,
        "outcome": finding.outcome,
        "reason": redactor.text(finding.reason),
        "expected": redactor.text(finding.expected),
        "observed": redactor.text(finding.observed),
        "seconds": round(finding.seconds, 3),
    }
    return {name: value for name, value in entry.items() if value != ""}


def junit_of(findings: Sequence[Finding], redactor: Redactor) -> bytes:
    """A JUnit report with a test case for each check."""
    counts = Counter(finding.outcome for finding in findings)
    numbers = {"tests": len(findings), "failures": counts[FAILED], "skipped": counts[NOT_RUN], "errors": 0}
    seconds = sum(finding.seconds for finding in findings)
    attributes = {name: str(number) for name, number in numbers.items()}
    suite = ElementTree.Element("testsuite", {"name": "heliograph conformance", "time": f"{seconds:.3f}", **attributes})
    for finding in findings:
        suite.append(_case(finding, redactor))
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


def _case(finding: Finding, redactor: Redactor) -> ElementTree.Element:
    check = finding.check
    name, seconds = f"{check.number} {check.sentence}", f"{finding.seconds:.3f}"
    case = ElementTree.Element("testcase", {"classname": f"conformance.{check.topic}", "name": name, "time": seconds})
    if finding.outcome == NOT_RUN:
        ElementTree.SubElement(case, "skipped", {"message": _xml(redactor.text(finding.reason))})
    if finding.outcome == FAILED:
        message = _xml(redactor.text(f"expected {finding.expected}"))
        failure = ElementTree.SubElement(case, "failure", {"message": message})
        failure.text = _xml("\n".join(text_of(finding, redactor)))
    return case


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def record_of(finding: Finding, redactor: Redactor) -> bytes:
    """A line of JSON with all observations of a check, for the maintainers of the rules."""
    entry = _entry(finding, redactor)
    for name in ("reason", "expected", "observed"):
        if name in entry:
            entry[name] = redactor.finding(entry[name], finding.answers)
    entry["exchanges"] = [redactor.answer(one) for one in finding.answers]
    entry["events"] = [redactor.value(one) for one in finding.events]
    return msgspec.json.encode(entry) + b"\n"
