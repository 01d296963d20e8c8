"""Every rule of docs/behaviour.md and every operation has a check, or a reason for a missing check."""

from __future__ import annotations

from heliograph.conformance.catalogue import NOT_OBSERVABLE, catalogue
from heliograph.conformance.recipes.recipe import RECIPES
from heliograph.conformance.refusals import DOCUMENTED
from heliograph.wire.formats import Json, Multipart
from heliograph.wire.operations import AnyOperation, Credential, Scope
from heliograph.wire.table import OPERATIONS
from tests.shape.test_behaviour import RULES

NUMBERS = [check.number for check in catalogue()]


def test_numbers_are_unique() -> None:
    assert len(set(NUMBERS)) == len(NUMBERS)


def test_every_rule_has_a_check_or_a_reason() -> None:
    checked = {tuple(number.split(".")[:2]) for number in NUMBERS if not number.startswith("operation.")}
    reasons = {tuple(number.split(".")) for number in NOT_OBSERVABLE if not number.startswith("operation.")}
    assert checked & reasons == set()
    assert checked | reasons == set(RULES)


def expected_of(operation: AnyOperation) -> set[str]:
    """The suffixes of the check numbers that an operation must have."""
    ends = {str(operation.status)}
    if operation.credential is not Credential.IGNORED:
        ends.add("401")
    if operation.scope > Scope.INTEGRATION:
        ends.add("403")
    if isinstance(operation.body, Json | Multipart):
        ends.add("400")
    return ends | {f"404.{name}" for name in operation.template.names}


def test_every_operation_has_checks_of_its_success_and_its_refusals() -> None:
    assert set(RECIPES) == set(OPERATIONS)
    for operation in OPERATIONS:
        expected = {f"operation.{operation.name}.{end}" for end in expected_of(operation)}
        assert expected - set(NUMBERS) == set()


def test_every_documented_refusal_has_a_check_or_a_reason() -> None:
    known = {".".join(number.split(".")[:3]) for number in (*NUMBERS, *NOT_OBSERVABLE)}
    documented = {f"operation.{one.name}.{status}" for status, operations in DOCUMENTED.items() for one in operations}
    assert documented - known == set()


def test_sentences_are_sentences() -> None:
    for check in catalogue():
        assert check.sentence.endswith("."), check.number
        assert "\n" not in check.sentence
