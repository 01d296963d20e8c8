"""Tests of the API go through the public surface: those that use SQL are listed, each with its reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1] / "api"
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|WITH \w+ AS)\b")

# The reasons that count, each with the functions that it applies to.
ALLOWED = {
    "rows that must be absent": {
        "files.stored",
        "test_apps.test_deleted_apps_are_purged",
        "test_channels.test_outbound",
        "test_delete_user.test_nothing_stays_in_the_database",
        "test_linking.test_deleting_the_integration",
        "test_listeners.test_a_pending_delivery_is_not_repeated",
        "test_merging.test_the_discarded_user_is_gone",
        "test_oauth_access.test_revoke_access",
        "test_oauth_clients.test_a_deleted_client_loses_its_access_to_all_apps",
        "test_unread.test_deletions_leave_no_messages",
    },
    "secrets that must not be stored in plain": {
        "test_idempotency.test_secrets_are_repeated_and_stored_sealed",
        "test_integrations.test_all_fields_but_secrets_are_returned",
        "test_oauth_clients.test_secrets_and_codes_are_not_stored_in_plain",
    },
    "columns that no response shows": {
        "test_attachments.test_sizes",
        "test_merging.test_memberships",
        "test_messages.test_override_and_destination_are_stored_and_not_returned",
    },
    "ages that would take minutes to reach": {
        "test_attachment_lifetimes.backdate_deletion",
        "test_attachment_lifetimes.test_an_upload_that_takes_too_long",
        "test_finding.test_messages_are_found_while_their_events_are_kept",
        "test_listeners.test_a_listener_whose_server_was_killed_expires",
        "test_oauth_access.test_removals_are_reported",
        "test_oauth_tokens.test_a_code_is_valid_once_and_for_ten_minutes",
    },
    "states that no call can produce": {
        "test_event_records.test_events_of_earlier_versions_have_no_request",
        "test_moved_identifiers.while_moving",
        "test_pages.test_a_server_that_cannot_use_the_schema_any_more_is_not_ready",
        "test_streams.test_a_metric_shows_how_long_the_streams_wait_for_a_process",
        "test_unread.test_a_user_with_many_messages_is_deleted_in_steps",
        "test_unread.test_the_limit_of_messages",
    },
}


def with_sql(path: Path) -> set[str]:
    """The functions and classes of a module that contain SQL, each after the name of the module."""
    return {
        f"{path.stem}.{getattr(statement, 'name', '')}"
        for statement in ast.parse(path.read_text()).body
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    }


def test_sql_is_used_only_where_no_call_can_do_it() -> None:
    found = set().union(*map(with_sql, TESTS.rglob("*.py")))
    assert found == set().union(*ALLOWED.values())


def test_sql_is_found_in_every_form(tmp_path: Path) -> None:
    module = tmp_path / "sample.py"
    module.write_text(
        'QUERY = f"SELECT {1}"\ndef one():\n    def two():\n        return "DELETE FROM event"\n"DELETE /x"\n'
    )
    assert with_sql(module) == {"sample.", "sample.one"}
