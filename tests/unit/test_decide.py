"""The rules of membership, without a database: every combination of facts, and what later calls of a batch see."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from heliograph import errors, ids
from heliograph.domain.hot import decide
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.roster import NONE, Refused, Roster
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.conversations import ConversationType

APP, GROUP, ADA, EXTERNAL = ids.new(), ids.new(), ids.new(), "ada/é"
TENANT = Tenant(APP, "app_key")
LIMIT = 3
SDK_CLIENT = ids.new()
MISSING, PERSONAL, OPEN, FULL = "missing", "personal", "open", "full"
OTHER_APP = Tenant(ids.new(), "app_other")


def a_roster(
    conversation: str, *, user: bool, member: bool = False, subscribed: bool = False, sdk: bool = False
) -> Roster:
    """Facts about one conversation and one user."""
    roster = Roster(now=1)
    if conversation != MISSING:
        kind: ConversationType = "personal" if conversation == PERSONAL else "sdkGroup"
        count = LIMIT if conversation == FULL else 1
        roster.conversations[APP, GROUP] = StoredConversation(
            APP, GROUP, kind, 0, count, 7, 0, None, None, None, None, None, 0
        )
    if user:
        roster.users[APP, ADA] = StoredUser(APP, ADA, EXTERNAL, None, 0, 0, None, "{}", "{}", None, 0)
        roster.ids_of_external[APP, EXTERNAL, None] = ADA
    if member:
        association = f'[{{"type":"sdk","clientId":"{SDK_CLIENT}"}}]' if subscribed else NONE
        roster.holds(StoredParticipant(ids.new(), ADA, EXTERNAL, association, 5, None, APP, GROUP))
    if sdk:
        roster.sdk_clients[APP, ADA] = SDK_CLIENT
    return roster


def join(by: str = "id", *, subscribe: bool = False, limit: int = LIMIT, tenant: Tenant = TENANT) -> Join:
    """A join of Ada."""
    user_id, external_id = (ADA, None) if by == "id" else (None, EXTERNAL)
    return Join(tenant, GROUP, user_id, external_id, subscribe, limit)


def leave(by: str = "id", participant_id: str | None = None) -> Leave:
    """A leave of Ada."""
    named = {"id": (ADA, None, None), "external": (None, EXTERNAL, None), "participant": (None, None, participant_id)}
    return Leave(TENANT, GROUP, *named[by])


def types(roster: Roster) -> list[str]:
    """The types of the events so far."""
    return [event.type for event in roster.journal.events]


FACTS = list(product((MISSING, PERSONAL, OPEN, FULL), (False, True), (False, True), ("id", "external")))


@pytest.mark.parametrize(("conversation", "user", "subscribe", "by"), FACTS)
def test_join_by_somebody_who_is_not_in_it(conversation: str, user: bool, subscribe: bool, by: str) -> None:
    roster = a_roster(conversation, user=user)
    outcome = decide(join(by, subscribe=subscribe), roster)
    refusals = {
        MISSING: errors.ConversationNotFound,
        PERSONAL: errors.NotAGroup,
        OPEN: None if user else errors.UserNotFound,
        FULL: errors.TooManyParticipants if user else errors.UserNotFound,
    }
    if (refusal := refusals[conversation]) is not None:
        assert outcome == Refused(refusal)
        assert types(roster) == []
        return
    assert isinstance(outcome, Joined)
    assert outcome.added
    assert outcome.participant.user_id == ADA
    assert outcome.participant.user_external_id == EXTERNAL
    assert outcome.shown.unread_count == 0
    assert roster.conversations[APP, GROUP].participant_count == 2
    assert types(roster) == (["client:add"] if subscribe else []) + ["conversation:join"]
    assert (outcome.participant.client_associations != NONE) is subscribe


# Nobody is associated with a client that does not exist.
SUBSCRIPTIONS = [facts for facts in product((False, True), repeat=4) if facts[2] or not facts[1]]


@pytest.mark.parametrize(("subscribe", "subscribed", "sdk", "full"), SUBSCRIPTIONS)
def test_join_by_somebody_who_is_in_it(subscribe: bool, subscribed: bool, sdk: bool, full: bool) -> None:
    roster = a_roster(FULL if full else OPEN, user=True, member=True, subscribed=subscribed, sdk=sdk)
    before = roster.participants[APP, GROUP, ADA]
    outcome = decide(join(subscribe=subscribe), roster)
    assert isinstance(outcome, Joined)
    assert not outcome.added
    assert outcome.participant is before
    assert outcome.participant.seen_seq == 5, "what is unread stays unread"
    assert outcome.shown.unread_count == 2
    assert roster.conversations[APP, GROUP].participant_count == (LIMIT if full else 1)
    assert (outcome.participant.client_associations != NONE) is (subscribe or subscribed)
    assert types(roster) == (["client:add"] if subscribe and not sdk else [])


# There is no such thing as a member of nothing, or a member who is nobody.
MEMBERS = [facts for facts in FACTS if not facts[2] or (facts[1] and facts[0] != MISSING)]


@pytest.mark.parametrize(("conversation", "user", "member", "by"), MEMBERS)
def test_leave(conversation: str, user: bool, member: bool, by: str) -> None:
    roster = a_roster(conversation, user=user, member=member)
    before = roster.conversations[APP, GROUP].participant_count if conversation != MISSING else 0
    outcome = decide(leave(by), roster)
    if conversation == MISSING:
        assert outcome == Refused(errors.ConversationNotFound)
    elif conversation == PERSONAL:
        assert outcome == Refused(errors.NotAGroup)
    elif not user:
        assert outcome == Refused(errors.UserNotFound)
    elif not member:
        assert outcome == Refused(errors.NotAMember)
    else:
        assert isinstance(outcome, Left)
        assert types(roster) == ["conversation:leave"]
        assert roster.conversations[APP, GROUP].participant_count == before - 1
        assert decide(leave(by), roster) == Refused(errors.NotAMember)
        return
    assert types(roster) == []


def test_leave_by_participant_id() -> None:
    roster = a_roster(OPEN, user=True, member=True)
    participant_id = roster.participants[APP, GROUP, ADA].id
    assert decide(leave("participant", ids.new()), roster) == Refused(errors.NotAMember)
    assert isinstance(decide(leave("participant", participant_id), roster), Left)
    assert decide(leave("participant", participant_id), roster) == Refused(errors.NotAMember)


def test_an_old_participant_id_does_not_remove_somebody_who_came_back() -> None:
    roster = a_roster(OPEN, user=True, member=True)
    old = roster.participants[APP, GROUP, ADA].id
    assert isinstance(decide(leave(), roster), Left)
    back = decide(join(), roster)
    assert isinstance(back, Joined)
    assert back.participant.id > old
    assert back.participant.seen_seq == 7
    assert decide(leave("participant", old), roster) == Refused(errors.NotAMember)
    assert types(roster) == ["conversation:leave", "conversation:join"]


def test_two_joins_of_one_user_in_a_batch_are_one() -> None:
    roster = a_roster(OPEN, user=True)
    first, second = decide(join(subscribe=True), roster), decide(join("external", subscribe=True), roster)
    assert isinstance(first, Joined)
    assert isinstance(second, Joined)
    assert first.participant is second.participant
    assert (first.added, second.added) == (True, False)
    assert types(roster) == ["client:add", "conversation:join"]


def test_the_limit_holds_within_a_batch() -> None:
    roster = a_roster(OPEN, user=True)
    people = [ids.new() for _ in range(LIMIT + 2)]
    for one in people:
        roster.users[APP, one] = StoredUser(APP, one, None, None, 0, 0, None, "{}", "{}", None, 0)
    outcomes = [decide(Join(TENANT, GROUP, one, None, False, LIMIT), roster) for one in people]
    assert [isinstance(outcome, Joined) for outcome in outcomes] == [True, True, False, False, False]
    assert set(outcomes[2:]) == {Refused(errors.TooManyParticipants)}
    assert isinstance(decide(Leave(TENANT, GROUP, people[0], None, None), roster), Left)
    assert isinstance(decide(Join(TENANT, GROUP, people[4], None, False, LIMIT), roster), Joined)


def test_another_tenant_sees_nothing() -> None:
    roster = a_roster(OPEN, user=True, member=True)
    assert decide(join(tenant=OTHER_APP), roster) == Refused(errors.ConversationNotFound)
    roster.conversations[OTHER_APP.app_id, GROUP] = roster.conversations[APP, GROUP]
    assert decide(join(tenant=OTHER_APP), roster) == Refused(errors.UserNotFound)
    assert decide(join("external", tenant=OTHER_APP), roster) == Refused(errors.UserNotFound)


def test_the_event_of_a_join_tells_who_and_by_which_key() -> None:
    roster = a_roster(OPEN, user=True)
    outcome = decide(join(), roster)
    assert isinstance(outcome, Joined)
    (event,) = roster.journal.events
    assert (event.app_id, event.conversation_id, event.user_id, event.key_id) == (APP, GROUP, ADA, "app_key")
    assert msgspec.json.decode(event.members or "") == [[outcome.participant.id, ADA]]
    assert msgspec.json.decode(event.payload) == {
        "conversation": {"id": GROUP, "type": "sdkGroup"},
        "user": {"id": ADA, "authenticated": False, "externalId": EXTERNAL},
    }
