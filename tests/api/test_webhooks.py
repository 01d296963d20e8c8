"""Webhooks of integrations, and their limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest

from heliograph.wire.event_types import Trigger
from tests.api.test_integrations import CUSTOM, HOOK, create
from tests.harness import Caller, error_of

FULL = (400, "bad_request", "App has reached the max number of webhooks (10)")


@pytest.fixture
def path(api: Caller) -> str:
    """The path of the webhooks of a custom integration, which has one webhook."""
    return f"/integrations/{create(api)['id']}/webhooks"


def test_every_trigger_is_accepted(api: Caller, path: str) -> None:
    triggers = [*get_args(Trigger), "*"]
    webhook = api.ok("POST", path, {"target": "https://bot.example/hook", "triggers": triggers})["webhook"]
    assert webhook["triggers"] == triggers
    assert (webhook["includeFullUser"], webhook["includeFullSource"]) == (False, False)
    assert api.ok("GET", f"{path}/{webhook['id']}") == {"webhook": webhook}
    for wrong in (["Conversation:join"], ["conversation"], "*", None, [""]):
        assert api("POST", path, {"target": HOOK["target"], "triggers": wrong}).status_code == 400


@pytest.mark.one_engine
@pytest.mark.parametrize("target", ["", "ftp://example.invalid", "example.invalid", "https://", "https://a b", None, 1])
def test_targets_are_http_urls(api: Caller, path: str, target: object) -> None:
    assert api("POST", path, {"target": target, "triggers": ["*"]}).status_code == 400


def test_list_update_delete(api: Caller, path: str) -> None:
    first = api.ok("GET", path)["webhooks"]
    webhook = api.ok("POST", path, {**HOOK, "includeFullUser": True, "includeFullSource": True})["webhook"]
    assert webhook["secret"] != first[0]["secret"]
    assert api.ok("GET", path)["webhooks"] == [*first, webhook]
    changed = {"target": "https://example.invalid/other", "triggers": [], "includeFullUser": False}
    assert api.ok("PATCH", f"{path}/{webhook['id']}", changed)["webhook"] == {**webhook, **changed}
    assert api.ok("PATCH", f"{path}/{webhook['id']}", {})["webhook"] == {**webhook, **changed}
    assert api.ok("DELETE", f"{path}/{webhook['id']}") == {}
    for method in ("GET", "DELETE"):
        assert error_of(api(method, f"{path}/{webhook['id']}")) == (404, "not_found", "Resource not found")
    assert api.ok("GET", path)["webhooks"] == first


def test_concurrent_creations_respect_the_limit_of_ten(api: Caller, path: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api("POST", path, HOOK).status_code, range(14)))
    assert sorted(answers) == [201] * 9 + [400] * 5
    assert error_of(api("POST", path, HOOK)) == FULL
    assert error_of(api("POST", "/integrations", CUSTOM)) == FULL
    # Refused requests leave nothing behind.
    assert len(api.ok("GET", "/integrations")["integrations"]) == 1
    web = create(api, type="web")["id"]
    assert api.ok("GET", f"/integrations/{web}/webhooks") == {"webhooks": []}
    refused = api("POST", f"/integrations/{web}/webhooks", HOOK)
    assert error_of(refused) == (400, "bad_request", "Webhooks are available only for custom integrations")
    assert api("POST", "/integrations/nothing/webhooks", HOOK).status_code == 404
