"""Renders results as text, JSON, JUnit XML, and records without ids and secrets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import msgspec

from heliograph._version import __version__
from heliograph.conformance.check import Check
from heliograph.conformance.checking import FAILED, NOT_RUN, PASSED, CheckResult
from heliograph.conformance.redaction import Redactor

_MARKS = {PASSED: "✓", FAILED: "✗", NOT_RUN: "–"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def line_of(check: Check) -> str:
    """The line of a check in the list of all checks."""
    return f"{check.number:44} {check.sentence} [{check.source}]"


def text_of(result: CheckResult, redactor: Redactor) -> Iterator[str]:
    """The lines of a result. A failure shows the last request, the expectation and the observation."""
    yield f"{_MARKS[result.outcome]} {result.check.number}  {result.check.sentence}"
    if result.outcome == NOT_RUN:
        yield f"    not run: {redactor.text(result.reason)}"
    if result.outcome == FAILED:
        if result.answers:
            last = result.answers[-1]
            yield redactor.text(f"    request:  {last.method} {last.path}")
        yield redactor.text(f"    expected: {result.expected}")
        yield redactor.text(f"    observed: {result.observed}")
        yield f"    source:   {result.check.source}"


def summary_of(results: Sequence[CheckResult]) -> str:
    """One line with the number of each outcome."""
    counts = Counter(result.outcome for result in results)
    return f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[NOT_RUN]} not run"


def json_of(results: Sequence[CheckResult], remaining: Sequence[str], redactor: Redactor) -> bytes:
    """A JSON object with all results, and the objects that could not be deleted."""
    counts = Counter(result.outcome for result in results)
    return msgspec.json.encode(
        {
            "heliograph": __version__,
            "summary": {"passed": counts[PASSED], "failed": counts[FAILED], "notRun": counts[NOT_RUN]},
            "checks": [_entry(result, redactor) for result in results],
            "notDeleted": [redactor.text(one) for one in remaining],
        }
    )


def _entry(result: CheckResult, redactor: Redactor) -> dict[str, Any]:
    check = result.check
    entry = {
        "number": check.number,
        "sentence": check.sentence,
        "source": check.source.kind,
        "place": check.source.place,
        "outcome": result.outcome,
        "reason": redactor.text(result.reason),
        "expected": redactor.text(result.expected),
        "observed": redactor.text(result.observed),
        "seconds": round(result.seconds, 3),
    }
    return {name: value for name, value in entry.items() if value != ""}


def junit_of(results: Sequence[CheckResult], redactor: Redactor) -> bytes:
    """A JUnit report with a test case for each check."""
    counts = Counter(result.outcome for result in results)
    numbers = {"tests": len(results), "failures": counts[FAILED], "skipped": counts[NOT_RUN], "errors": 0}
    seconds = sum(result.seconds for result in results)
    attributes = {name: str(number) for name, number in numbers.items()}
    suite = ElementTree.Element("testsuite", {"name": "heliograph conformance", "time": f"{seconds:.3f}", **attributes})
    for result in results:
        suite.append(_case(result, redactor))
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


def _case(result: CheckResult, redactor: Redactor) -> ElementTree.Element:
    check = result.check
    name, seconds = f"{check.number} {check.sentence}", f"{result.seconds:.3f}"
    case = ElementTree.Element("testcase", {"classname": f"conformance.{check.topic}", "name": name, "time": seconds})
    if result.outcome == NOT_RUN:
        ElementTree.SubElement(case, "skipped", {"message": _xml(redactor.text(result.reason))})
    if result.outcome == FAILED:
        message = _xml(redactor.text(f"expected {result.expected}"))
        failure = ElementTree.SubElement(case, "failure", {"message": message})
        failure.text = _xml("\n".join(text_of(result, redactor)))
    return case


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def record_of(result: CheckResult, redactor: Redactor) -> bytes:
    """A line of JSON with all observations of a check, for the maintainers of the rules."""
    entry = _entry(result, redactor)
    for name in ("reason", "expected", "observed"):
        if name in entry:
            entry[name] = redactor.result(entry[name], result.answers)
    entry["exchanges"] = [redactor.answer(one) for one in result.answers]
    entry["events"] = [redactor.value(one) for one in result.events]
    return msgspec.json.encode(entry) + b"\n"
