"""Calls of the client over a network that loses responses: each is executed once, and none reports a wrong error.

HELIOGRAPH_TEST_ROUNDS is the number of calls, such as 10000.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from heliograph import BasicAuth, Client
from tests.api.database import Database
from tests.api.event_records import event_types
from tests.client.faults import Fault, proxy_to
from tests.harness import Caller, Server

CALLS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "300"))
LOST = 0.05
TEXT = {"type": "text", "text": "Hello"}
BUSINESS = {"type": "business"}

log = logging.getLogger(__name__)

pytestmark = pytest.mark.timeout(120 + CALLS // 20)


class Losing(list[Fault]):
    """An endless script that loses one of 20 responses after the server has executed the request."""

    def __init__(self, seed: int) -> None:
        super().__init__([Fault()])
        self._random = random.Random(seed)
        self.lost = 0

    def pop(self, index: object = -1) -> Fault:
        """The next fault."""
        if self._random.random() >= LOST:
            return Fault()
        self.lost += 1
        return Fault(keep=0, end="reset")


def talking(client: Client, app_id: str) -> Iterator[str]:
    """Make calls for users who join, talk and leave, one by one; yields the effect of each call."""
    group = client.conversations.create_conversation(app_id, type="sdkGroup").conversation.id
    yield "conversation:create"
    while True:
        user = client.users.create_user(app_id).user.id
        yield "users"
        client.participants.join_conversation(app_id, group, user_id=user, subscribe_sdk_client=False)
        yield "conversation:join"
        author = {"type": "user", "userId": user}
        sent = client.messages.post_message(app_id, group, {"author": author, "content": TEXT})
        yield "conversation:message"
        client.messages.post_message(app_id, group, {"author": BUSINESS, "content": TEXT})
        yield "conversation:message"
        client.messages.delete_message(app_id, group, sent.messages[0].id)
        yield "deleted messages"
        client.users.update_user(app_id, user, profile={"givenName": "Ada"})
        yield "user:update"
        client.participants.leave_conversation(app_id, group, user_id=user)
        yield "conversation:leave"
        client.users.delete_user(app_id, user)
        yield "user:remove"


def test_each_call_is_executed_once_and_none_fails(server: Server, api: Caller) -> None:
    assert api.auth is not None
    with proxy_to(api.url) as proxy:
        proxy.script = script = Losing(seed=1)
        with Client(proxy.url, auth=BasicAuth(*api.auth), backoff=0.001, max_retries=6) as client:
            calls = Counter(itertools.islice(talking(client, api.app_id), CALLS))
    assert len(proxy.forwarded) == CALLS + script.lost
    assert script.lost > CALLS * LOST / 2
    log.info("%d calls, %d lost responses, %s", CALLS, script.lost, dict(calls))
    assert stored(Database(server.database_url), api) == expected(calls)


def stored(database: Database, api: Caller) -> Counter[str]:
    """The numbers of events by type, and of remaining users and messages."""
    found = Counter(event_types(api))
    for table in ("app_user", "message"):
        ((found[table],),) = database.rows(f"SELECT count(*) FROM {table} WHERE app_id = $1", api.app_id)
    return found


def expected(calls: Counter[str]) -> Counter[str]:
    """The numbers that must be stored if each call was executed once."""
    found = Counter({name: count for name, count in calls.items() if ":" in name})
    found["app_user"] = calls["users"] - calls["user:remove"]
    found["message"] = calls["conversation:message"] - calls["deleted messages"]
    return found
