"""Many concurrent callers, each on its own connection."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from tests.harness import Caller
from tests.proofs import identities
from tests.proofs.connections import Connections

CONNECTIONS = 32

T = TypeVar("T")


class Crowd:
    """Sends concurrent requests with the credential of `api`. The requests go to the servers in turn."""

    def __init__(self, api: Caller, http: Connections, urls: Iterable[str] = ()) -> None:
        self.api = api
        self.http = http
        self._urls = itertools.cycle(urls or [api.url])

    async def __call__(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Call `path`, which is below the app unless it begins with /v2 or /heliograph."""
        answer = await self.send(method, path, body, **(headers or {}))
        identities.note(self.api.app_id, self._where(path), answer)
        return answer

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Call `path` without recording ids, because another response may contain the same ids.

        Underscores in the names of headers become hyphens.
        """
        return await self.http.request(method, next(self._urls) + self._where(path), body, self.api.auth, **headers)

    def _where(self, path: str) -> str:
        return path if path.startswith(("/v2", "/heliograph")) else f"/v2/apps/{self.api.app_id}{path}"

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a successful response."""
        answer = await self(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def new_user(self, external_id: str | None = None) -> str:
        """Create a user; returns the id."""
        user_id: str = (await self.ok("POST", "/users", {"externalId": external_id}))["user"]["id"]
        return user_id

    async def login(self, user: str, **values: str) -> httpx.Response:
        """Log a user in."""
        return await self("POST", f"/heliograph/v1/apps/{self.api.app_id}/users/{user}/login", values)

    async def new_users(self, count: int) -> list[str]:
        """Create `count` users concurrently."""
        return await asyncio.gather(*[self.new_user() for _ in range(count)])

    async def new_group(self, *user_ids: str) -> str:
        """Create a group of these users."""
        members = [{"userId": one, "subscribeSDKClient": False} for one in user_ids]
        made = await self.ok("POST", "/conversations", {"type": "sdkGroup", "participants": members})
        group: str = made["conversation"]["id"]
        return group

    async def join(self, group: str, user: str, *, subscribe: bool = False) -> httpx.Response:
        """Join a user to a group."""
        return await self("POST", f"/conversations/{group}/join", {"userId": user, "subscribeSDKClient": subscribe})

    async def bulk(self, group: str, items: Sequence[Any], *, atomic: bool = False) -> httpx.Response:
        """Join and leave with many users in one request."""
        return await self("POST", f"{self.path_of(group)}/bulk", {"items": items, "atomic": atomic})

    async def put(self, group: str, *user_ids: str, version: str | None = None) -> httpx.Response:
        """Replace the members of a group with these users, if the group has the given version."""
        condition = {} if version is None else {"if-match": f'"{version}"'}
        members = [{"userId": one, "subscribeSDKClient": False} for one in user_ids]
        return await self("PUT", self.path_of(group), members, condition)

    def path_of(self, group: str) -> str:
        """The path of the members of a group."""
        return f"/heliograph/v1/apps/{self.api.app_id}/conversations/{group}/participants"


def at_once(
    api: Caller, work: Callable[[Crowd], Awaitable[T]], connections: int = CONNECTIONS, urls: Sequence[str] = ()
) -> T:
    """Run `work` with a crowd whose connections are already open, so that concurrent calls arrive together."""

    async def run() -> T:
        async with Connections() as http:
            live = [http.get(f"{url}/health/live") for url in urls or [api.url] for _ in range(connections)]
            assert {answer.status_code for answer in await asyncio.gather(*live)} == {200}
            return await work(Crowd(api, http, urls))

    return asyncio.run(run())
