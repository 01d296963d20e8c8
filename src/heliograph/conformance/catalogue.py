"""All checks, and the rules that cannot be observed from outside."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache

from heliograph.conformance.check import RULES, Check
from heliograph.conformance.checks import (  # noqa: F401 - registers checks
    apps,
    attachments,
    bulk,
    clients,
    contents,
    control,
    conversations,
    credentials,
    end_users,
    history,
    idempotency,
    identities,
    imports,
    integrations,
    listings,
    memberships,
    messages,
    oauth,
    participants,
    people,
    requests,
    switchboards,
    users,
    webhooks,
)
from heliograph.conformance.operations import operation_checks
from heliograph.wire.table.v2.apps import CREATE_APP, LIST_APPS
from heliograph.wire.table.v2.conversations import POST_MESSAGE

_TOPICS = """participants bulk messages users identities merging devices endusers clients conversations metadata
    apps integrations switchboards control attachments oauth webhooks deliveries listings memberships history imports
    people finding recording pages credentials requests idempotency responses"""
"""In the order of docs/behaviour.md."""

NOT_OBSERVABLE = {
    f"operation.{CREATE_APP.name}.402": "depends on the plan of the account",
    f"operation.{LIST_APPS.name}.403": "takes a second service account",
    f"operation.{POST_MESSAGE.name}.423": "takes a conversation with 30,000 messages",
    "messages.11": "takes a conversation with 30,000 messages",
    "users.2": "takes a user with 30,000 messages",
    "merging.7": "is about what a crash or a race could leave behind; tests/proofs has such races",
    "apps.7": "the limit is set by a command of the server",
    "apps.8": "messages are deleted after minutes at the earliest",
    "integrations.4": "takes an app with more than 1,000 integrations",
    "attachments.12": "takes an hour, and the storage of the server",
    "deliveries.3": "takes an app with more than 1,000 deliveries",
    "history.6": "takes days",
    "listings.9": "takes an upgrade of the server",
    "finding.4": "takes a server with --record-requests",
    "recording.1": "takes a server with --record-requests",
    "recording.2": "takes a server with --record-requests",
    "recording.3": "takes a server with --record-requests",
    "recording.4": "takes a server with --record-requests",
    "recording.5": "takes a server with --record-requests",
    "idempotency.4": "is about races; tests/proofs has them",
    "idempotency.8": "takes a day",
    "responses.3": "takes a failure of the database",
    "responses.4": "takes a failure of the machine",
    "responses.5": "takes access to the files of the database",
    "connections.1": "takes connections that stay idle for more than a minute",
    "connections.2": "takes connections whose client does not read for 30 seconds",
    "connections.3": "takes 64 MB of responses that are not read",
    "connections.4": "takes as many connections as the server has descriptors",
    "connections.5": "shows only in the processor time of the server",
}
"""The rules and the documented refusals without a check, and why."""


@cache
def catalogue() -> tuple[Check, ...]:
    """All checks: first the checks of operations in the order of the table, then the checks of rules by topic."""
    topics = _TOPICS.split()
    return (*operation_checks(), *sorted(RULES, key=lambda check: topics.index(check.topic)))


def selected(patterns: Sequence[str]) -> list[Check]:
    """The checks whose numbers match one of the patterns, such as `participants.*`; all without a pattern."""
    return [one for one in catalogue() if not patterns or any(fnmatchcase(one.number, each) for each in patterns)]
