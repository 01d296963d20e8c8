"""Every table is cleaned by an erasure, or has no personal data."""

from __future__ import annotations

from heliograph.storage.migrations import schema

DELETED = "with the user"
ERASED = {
    **dict.fromkeys(
        ("app_user", "external_id", "identifier", "client", "linked_address", "device", "search_term"), DELETED
    ),
    **dict.fromkeys(("participant", "membership", "merged_user"), DELETED),
    "conversation": "personal ones are deleted; names and metadata of groups are data of others",
    "membership_change": "erasure_steps: the user is replaced by the pseudonym",
    "message": "erasure_steps: messages of the person and their copies are emptied",
    "event": "erasure_steps: deleted or rewritten",
    "delivery": "erasure_steps: deliveries of deleted events are deleted",
    "attempt": "erasure_steps: responses are deleted",
    "repetition": "erasure_steps: repetitions of deleted events are deleted",
    "request": "erasure_steps: deleted",
    "idempotency_key": "erasure_steps: deleted",
    "outbound": "erasure_steps: deleted",
    "support_user": "erasure_steps: deleted",
    "attachment": "deleted with the messages that show it",
    "attachment_chunk": "deleted with its attachment",
    "attachment_use": "deleted with the messages",
    "erasure": "loses its state at the end",
}
"""What an erasure does to each of these tables."""

NOTHING = {
    "meta": "the seed of a sandbox can have personal data, as the report says; otherwise settings of the database",
    "app": "the settings of a tenant",
    "api_key": "keys of programs",
    "integration": "settings of a tenant",
    "webhook": "settings of a tenant",
    "switchboard": "settings of a tenant",
    "oauth_client": "partners",
    "oauth_code": "digests and ids of partners",
    "removal_call": "ids of partners",
    "console_session": "names of operators",
    "console_ticket": "digests",
    "listener": "names of programs",
    "inactivity_limit": "a limit and a clock for each app",
    "attachment_removal": "ids of files",
    "lease": "processes",
}
"""Tables that an erasure does not read, each with the reason."""


def test_every_table_is_erased_or_has_no_personal_data() -> None:
    assert {*ERASED, *NOTHING} == set(schema.tables())
    assert not ERASED.keys() & NOTHING.keys()
