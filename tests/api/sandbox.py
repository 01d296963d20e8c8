"""The sandbox calls about users."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from tests.harness import Caller


def extension(api: Caller, path: str) -> str:
    """The path of a sandbox call of the caller's app."""
    return f"/heliograph/v1/apps/{api.app_id}{path}"


def try_login(api: Caller, user: str, query: str = "", **body: Any) -> httpx.Response:
    """Try to log a user in."""
    return api("POST", extension(api, f"/users/{quote(user, safe='')}/login{query}"), body)


def login(api: Caller, user: str, **body: Any) -> Any:
    """Log a user in; returns the user."""
    answer = try_login(api, user, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()["user"]


def support_path(api: Caller, zendesk_id: str) -> str:
    """The path of a Support user."""
    return extension(api, f"/supportUsers/{quote(zendesk_id, safe='')}")


def put_support_user(api: Caller, zendesk_id: str, **body: Any) -> Any:
    """Store a Support user; returns it."""
    return api.ok("PUT", support_path(api, zendesk_id), body)["supportUser"]


def sync(api: Caller, zendesk_id: str, surviving: str | None = None) -> Any:
    """Synchronize a user; returns the user."""
    body = None if surviving is None else {"survivingZendeskId": surviving}
    return api.ok("POST", f"/users/{zendesk_id}/sync", body)["user"]


def with_email(api: Caller, email: str, **params: str) -> list[Any]:
    """The users with this email address."""
    users: list[Any] = api.ok("GET", "/users", params={"filter[identities.email]": email, **params})["users"]
    return users
