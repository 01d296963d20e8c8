"""Several server processes on one PostgreSQL database, two of which are workers of one server, act as one server.

With HELIOGRAPH_TEST_ROUNDS each caller makes more calls.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.databases import POSTGRESQL, transaction
from tests.harness import Caller, error_of
from tests.proofs.crowd import Crowd
from tests.proofs.replay import Membership, replay
from tests.proofs.site import Site
from tests.proofs.site import site as new_site
from tests.waiting import until

LIMIT = 6
CALLERS = 24
CALLS = 40 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 20
# Few objects, so that calls use the same ones.
USERS, GROUPS = 10, 4
REFUSALS = {
    (400, "bad_request", "Too many participants"),
    (404, "conversation_not_found", "Conversation not found"),
    (404, "user_not_found", "User not found"),
    (404, "not_found", "User is not a member of the conversation"),
}
WEIGHTS = {"join": 10, "leave": 5, "leave seat": 2, "personal": 1, "group": 1, "delete user": 2, "delete group": 1}


@pytest.fixture(scope="module", params=[(1, 2)], ids=str)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Servers on one database with a limit of 6 participants."""
    folder = tmp_path_factory.mktemp("processes")
    with new_site(POSTGRESQL, request.param, folder, "--participant-limit", str(LIMIT)) as site:
        yield site
        site.assert_calm()


@pytest.fixture
def api(site: Site) -> Caller:
    """A caller with the key of a new app."""
    return site.new_app()


class Hammer:
    """Callers that create and delete users and groups, join and leave."""

    def __init__(self, crowd: Crowd, users: list[str], groups: list[str]) -> None:
        self.crowd = crowd
        self.users = users
        self.groups = groups
        self.seats: list[str] = []
        self.answers: Counter[int] = Counter()

    async def caller(self, number: int) -> None:
        """Run a caller."""
        dice = random.Random(number)
        for verb in dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=CALLS):
            await self._call(verb, dice)

    async def _call(self, verb: str, dice: random.Random) -> None:
        user, group = dice.randrange(USERS), dice.randrange(GROUPS)
        where = f"/conversations/{self.groups[group]}"
        member = {"userId": self.users[user], "subscribeSDKClient": dice.random() < 0.5}
        others = [{**member, "userId": one} for one in self.users[:3] if one != self.users[user]]
        calls: dict[str, tuple[str, str, object]] = {
            "join": ("POST", f"{where}/join", member),
            "leave": ("POST", f"{where}/leave", {"userId": self.users[user]}),
            "leave seat": ("POST", f"{where}/leave", {"participantId": dice.choice(self.seats or self.groups)}),
            "personal": ("POST", "/conversations", {"type": "personal", "participants": [member]}),
            "group": ("POST", "/conversations", {"type": "sdkGroup", "participants": [member, *others]}),
            "delete user": ("DELETE", f"/users/{self.users[user]}", None),
            "delete group": ("DELETE", where, None),
        }
        answer = await self.crowd(*calls[verb])
        self.answers[answer.status_code] += 1
        if not answer.is_success:
            assert error_of(answer) in REFUSALS, (verb, answer.text)
        elif verb == "join":
            self.seats.append(answer.json()["participant"]["id"])
        elif verb == "delete user":
            self.users[user] = await self.crowd.new_user()
        elif verb in ("delete group", "group"):
            # The new group replaces another one, which may still exist.
            made = answer.json().get("conversation")
            self.groups[group] = made["id"] if made else await self.crowd.new_group()


def test_the_limit_and_the_data_stay_consistent_under_concurrent_changes(site: Site, api: Caller) -> None:
    async def work(crowd: Crowd) -> Hammer:
        users = await crowd.new_users(USERS)
        hammer = Hammer(crowd, users, [await crowd.new_group() for _ in range(GROUPS)])
        async with asyncio.TaskGroup() as tasks:
            for number in range(CALLERS):
                tasks.create_task(hammer.caller(number))
        return hammer

    hammer = site.at_once(api, work, connections=CALLERS)
    ledger = site.ledger(api)
    assert ledger.faults() == []
    assert max(ledger.counts.values()) <= LIMIT
    state: Membership = {}
    for event in ledger.events:  # no group ever exceeded the limit
        assert max(map(len, replay([event], state).values()), default=0) <= LIMIT
    # The test is meaningless unless every kind of event happened.
    assert {"conversation:join", "conversation:leave", "conversation:remove", "user:remove"} <= {
        event.type for event in ledger.events
    }
    assert hammer.answers[201] > CALLERS
    for caller in site.callers(api):
        shown = {group: [one["id"] for one in caller.participants(group)] for group in ledger.counts}
        assert shown == {group: list(members) for group, members in ledger.membership.items()}


def test_participants_are_in_the_order_of_joining_across_servers(site: Site, api: Caller) -> None:
    callers = itertools.cycle(site.callers(api))
    group = api.new_group()
    joined: list[dict[str, str]] = []
    for number in range(40):
        # Some servers are called several times in a row, because ids of one server use its own clock.
        caller = next(callers) if number % 7 < 5 else api
        user = caller.new_user()
        if len(joined) == LIMIT:
            next(callers).leave(group, participantId=joined.pop(number % LIMIT)["id"])
        joined.append(next(callers).join(group, user))
        ids = [one["id"] for one in joined]
        assert ids == sorted(ids)
        assert next(callers).participants(group) == joined
    assert site.ledger(api).faults() == []


def test_a_server_whose_clock_is_ahead_does_not_delay_others(site: Site, api: Caller) -> None:
    group = api.new_group()
    # An id of a server whose clock is a day ahead.
    ahead = f"{int(group, 16) + (86_400 << 64):024x}"
    with transaction(site.database_url) as query:
        query("UPDATE conversation SET newest_id = $1 WHERE id = $2", ahead, group)
    callers = itertools.cycle(site.callers(api))
    joined = [next(callers).join(group, api.new_user()) for _ in range(LIMIT)]
    assert [one["id"] for one in joined] == sorted(one["id"] for one in joined)
    assert joined[0]["id"] > ahead
    for caller in site.callers(api):
        assert caller.participants(group) == joined
    assert site.ledger(api).faults() == []


def test_a_change_is_visible_on_another_server_immediately(site: Site, api: Caller) -> None:
    one, other, *_ = site.callers(api)
    user = one.new_user("ada")
    assert other.ok("GET", "/users/ada")["user"]["id"] == user
    group = other.new_group(user)
    assert [member["userId"] for member in one.participants(group)] == [user]
    one.leave(group, userExternalId="ada")
    assert other.participants(group) == []
    other.ok("DELETE", f"/users/{user}")
    assert error_of(one("GET", "/users/ada")) == (404, "user_not_found", "User not found")


def test_a_changed_setting_reaches_another_server(site: Site, api: Caller) -> None:
    """apps.2: other servers cache the settings of the app for a short time."""
    one, other, *_ = site.callers(api)
    group, card = api.new_group(), "4111111111111111"
    assert other.say(group, card)["content"]["text"] == "************1111"
    one.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"maskCreditCardNumbers": False}})
    assert one.say(group, card)["content"]["text"] == card
    until(lambda: other.say(group, card)["content"]["text"] == card)
