"""Query parameters that an operation does not have: 400 below /heliograph/v1, ignored below /v2."""

from __future__ import annotations

import json
from typing import Any

from tests.api.sandbox import extension
from tests.cases import each
from tests.harness import Caller, error_of

UNKNOWN: list[tuple[str, str, dict[str, str]]] = [
    ("/users", "filter[email]", {"filter[email]": "ada@example.org"}),
    ("/users", "filter[email]", {"filter": json.dumps({"email": "ada@example.org", "name": "Ada"})}),
    ("/users", "filter[identities.email]", {"filter[identities][email]": "ada@example.org"}),
    ("/users", "filter[identities.email]", {"filter": json.dumps({"identities": {"email": "ada@example.org"}})}),
    # Another list has this filter.
    ("/users", "filter[status]", {"filter[status]": "pending"}),
    ("/users", "page[limit]", {"page[limit]": "10"}),
    ("/conversations", "Sort", {"Sort": "activity"}),
    ("/conversations/{group}/participants", "filter[userid]", {"filter[userid]": "1"}),
    ("/conversations/{group}/participants", "filter[metadata.seats]", {"filter[metadata.seats]": "3"}),
    ("/conversations/{group}/history", "at", {"at": "2026-11-22T12:00:00Z"}),
    ("/conversations/{group}", "page[size]", {"page[size]": "10"}),
    ("/deliveries", "filter[webhookid]", {"filter[webhookid]": "1"}),
    ("/listeners", "x" * 100, {"x" * 7000: "1"}),
    ("/listeners", "\N{REPLACEMENT CHARACTER}x", {"\0x": "1"}),
    ("/users", "filter[\N{REPLACEMENT CHARACTER}]", {"filter[\0]": "1"}),
    ("/events", "triggers", {"triggers": "conversation:message"}),
]


@each(UNKNOWN)
def test_unknown_parameter(case: tuple[str, str, dict[str, str]], api: Caller) -> None:
    """requests.15: 400 whose title names the parameter."""
    path, name, params = case
    answer = api("GET", extension(api, path.format(group=api.new_group())), params=params)
    status, code, title = error_of(answer)
    assert (status, code, title.partition(":")[0]) == (400, "bad_request", f"Unknown query parameter {name}")


def test_known_parameters_are_listed(api: Caller) -> None:
    """requests.15: the title lists the parameters of the operation."""
    answer = api("GET", extension(api, "/users"), params={"filter[email]": "ada@example.org"})
    known = (
        "page[after], page[before], page[size], filter[ids], filter[name], filter[externalId], filter[conversationId], "
        "filter[metadata.KEY], sort"
    )
    assert error_of(answer)[2] == f"Unknown query parameter filter[email]: this operation has {known}"
    answer = api("GET", extension(api, "/listeners"), params={"name": "laptop"})
    assert error_of(answer)[2] == "Unknown query parameter name: this operation has none"


def test_a_misspelt_dry_run_changes_nothing(api: Caller) -> None:
    """requests.15: without the 400, the members would be replaced."""
    group = api.new_group(api.new_user())
    path = extension(api, f"/conversations/{group}/participants")
    answer = api("PUT", path, [], params={"dryrun": "true"})
    assert error_of(answer)[2] == "Unknown query parameter dryrun: this operation has dryRun"
    assert len(api.ok("GET", path)["participants"]) == 1


def test_operations_of_the_official_api_ignore_them(api: Caller) -> None:
    """requests.15: unknown parameters are ignored below /v2."""
    params: dict[str, Any] = {"filter[email]": "1", "page[limit]": "1", "page": "{}", "include": "total"}
    group = api.new_group(api.new_user())
    for path in (f"/conversations/{group}/participants", f"/conversations/{group}"):
        assert api("GET", path, params=params).status_code == 200
