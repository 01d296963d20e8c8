"""Runs checks one after the other, and keeps their results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from heliograph.conformance.caller import Answer, NoResponse
from heliograph.conformance.check import Check
from heliograph.conformance.outcomes import Failure, NotRun
from heliograph.conformance.site import Site

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
_GIVE_UP_AFTER = 5
"""Consecutive checks without a response, after which the remaining checks are not run."""


@dataclass
class CheckResult:
    """The outcome of one check, with its requests."""

    check: Check
    outcome: str
    reason: str = ""
    """Why it was not run."""
    expected: str = ""
    observed: str = ""
    answers: list[Answer] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    """The events for which it has waited."""
    seconds: float = 0.0


def run(checks: Iterable[Check], site: Site, report: Callable[[CheckResult], None]) -> list[CheckResult]:
    """Run the checks, and report each result. The last ones are not run if the server stops responding."""
    results: list[CheckResult] = []
    silent = 0
    for check in checks:
        if silent < _GIVE_UP_AFTER:
            result, responded = _run_one(check, site)
            if result.outcome != NOT_RUN:
                silent = 0 if responded else silent + 1
        else:
            result = CheckResult(check, NOT_RUN, "the server has stopped responding")
        results.append(result)
        report(result)
    return results


def _run_one(check: Check, site: Site) -> tuple[CheckResult, bool]:
    """The result of a check, and whether the server responded."""
    caller, receiver = site.run.caller, site.run.receiver
    caller.answers = []
    started = time.monotonic()
    result, responded = CheckResult(check, PASSED), True
    try:
        if reason := site.lacks(check.needs):
            result.outcome, result.reason = NOT_RUN, reason
        else:
            check.run(site)
    except NotRun as error:
        result.outcome, result.reason = NOT_RUN, str(error)
    except Failure as error:
        result.outcome, result.expected, result.observed = FAILED, error.expected, error.observed
    except NoResponse as error:
        result.outcome, result.expected, result.observed = FAILED, "a response", str(error)
        responded = False
    except Exception as error:  # a body that lacks what a check reads, for example
        observed = f"{type(error).__name__}: {error}"
        result.outcome, result.expected, result.observed = FAILED, "a response that the check can read", observed
    result.answers, result.seconds = caller.answers, time.monotonic() - started
    if receiver:
        result.events = list(receiver.observed)
        receiver.observed.clear()
    return result, responded
