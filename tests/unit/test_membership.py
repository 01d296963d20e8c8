"""The rules of membership without a database, for every combination of facts and for several verbs in a batch."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from heliograph import errors, ids
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.conversations import ConversationType
from tests.unit.batches import Batch

APP, GROUP, ADA, EXTERNAL = ids.new(), ids.new(), ids.new(), "ada/é"
TENANT = Tenant(APP, "app_key")
LIMIT = 3
SDK_CLIENT = ids.new()
MISSING, PERSONAL, OPEN, FULL = "missing", "personal", "open", "full"
OTHER_APP = Tenant(ids.new(), "app_other")


def a_user(id: str, external_id: str | None = None, app_id: str = APP) -> StoredUser:
    """A user of an app."""
    return StoredUser(app_id, id, external_id, None, False, 0, None, Raw(b"{}"), Raw(b"{}"), None, 0)


def a_batch(
    conversation: str, *, user: bool, member: bool = False, subscribed: bool = False, sdk: bool = False
) -> Batch:
    """A batch with one conversation and one user."""
    batch = Batch(now=1)
    if conversation != MISSING:
        kind: ConversationType = "personal" if conversation == PERSONAL else "sdkGroup"
        count = LIMIT if conversation == FULL else 1
        batch.facts.add_conversation(
            StoredConversation(APP, GROUP, kind, False, count, 7, 0, None, None, None, None, None, 0)
        )
    if user:
        batch.facts.add_user(a_user(ADA, EXTERNAL))
        batch.facts.add_external_ids({(APP, EXTERNAL, None): ADA})
    if member:
        associations = [ClientAssociation(type="sdk", client_id=SDK_CLIENT)] if subscribed else []
        batch.facts.add_participant(StoredParticipant(ids.new(), ADA, EXTERNAL, associations, 5, None, APP, GROUP))
    if sdk:
        batch.facts.add_sdk_clients({(APP, ADA): SDK_CLIENT})
    return batch


def join(by: str = "id", *, subscribe: bool = False, limit: int = LIMIT, tenant: Tenant = TENANT) -> Join:
    """A join of Ada."""
    user = UserReference(ADA) if by == "id" else UserReference(external_id=EXTERNAL)
    return Join(tenant, GROUP, user, subscribe, limit)


def leave(by: str = "id", participant_id: str | None = None) -> Leave:
    """A leave of Ada."""
    references = {
        "id": UserReference(ADA),
        "external": UserReference(external_id=EXTERNAL),
        "participant": UserReference(participant_id=participant_id),
    }
    return Leave(TENANT, GROUP, references[by])


FACTS = list(product((MISSING, PERSONAL, OPEN, FULL), (False, True), (False, True), ("id", "external")))


@pytest.mark.parametrize(("conversation", "user", "subscribe", "by"), FACTS)
def test_join_of_a_user_who_is_not_a_participant(conversation: str, user: bool, subscribe: bool, by: str) -> None:
    batch = a_batch(conversation, user=user)
    outcome = batch.decide(join(by, subscribe=subscribe))
    refusals = {
        MISSING: errors.ConversationNotFound,
        PERSONAL: errors.NotAGroup,
        OPEN: None if user else errors.UserNotFound,
        FULL: errors.TooManyParticipants if user else errors.UserNotFound,
    }
    if (refusal := refusals[conversation]) is not None:
        assert outcome == Refused(refusal)
        assert batch.types == []
        return
    assert isinstance(outcome, Joined)
    assert outcome.added
    assert outcome.participant.user_id == ADA
    assert outcome.participant.user_external_id == EXTERNAL
    assert outcome.response.unread_count == 0
    assert batch.conversation(APP, GROUP).participant_count == 2
    assert batch.types == (["client:add"] if subscribe else []) + ["conversation:join"]
    assert (outcome.participant.client_associations != []) is subscribe


# Without a client, a user has no association.
SUBSCRIPTIONS = [facts for facts in product((False, True), repeat=4) if facts[2] or not facts[1]]


@pytest.mark.parametrize(("subscribe", "subscribed", "sdk", "full"), SUBSCRIPTIONS)
def test_join_of_a_participant(subscribe: bool, subscribed: bool, sdk: bool, full: bool) -> None:
    batch = a_batch(FULL if full else OPEN, user=True, member=True, subscribed=subscribed, sdk=sdk)
    before = batch.participant(APP, GROUP, ADA)
    outcome = batch.decide(join(subscribe=subscribe))
    assert isinstance(outcome, Joined)
    assert not outcome.added
    assert outcome.participant is before
    assert outcome.participant.seen_seq == 5, "unread messages stay unread"
    assert outcome.response.unread_count == 2
    assert batch.conversation(APP, GROUP).participant_count == (LIMIT if full else 1)
    assert (outcome.participant.client_associations != []) is (subscribe or subscribed)
    assert batch.types == (["client:add"] if subscribe and not sdk else [])


# A member implies a conversation and a user.
MEMBERS = [facts for facts in FACTS if not facts[2] or (facts[1] and facts[0] != MISSING)]


@pytest.mark.parametrize(("conversation", "user", "member", "by"), MEMBERS)
def test_leave(conversation: str, user: bool, member: bool, by: str) -> None:
    batch = a_batch(conversation, user=user, member=member)
    before = batch.conversation(APP, GROUP).participant_count if conversation != MISSING else 0
    outcome = batch.decide(leave(by))
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
        assert batch.types == ["conversation:leave"]
        assert batch.conversation(APP, GROUP).participant_count == before - 1
        assert batch.decide(leave(by)) == Refused(errors.NotAMember)
        return
    assert batch.types == []


def test_leave_by_participant_id() -> None:
    batch = a_batch(OPEN, user=True, member=True)
    participant_id = batch.participant(APP, GROUP, ADA).id
    assert batch.decide(leave("participant", ids.new())) == Refused(errors.NotAMember)
    assert isinstance(batch.decide(leave("participant", participant_id)), Left)
    assert batch.decide(leave("participant", participant_id)) == Refused(errors.NotAMember)


def test_an_old_participant_id_does_not_remove_a_user_who_joined_again() -> None:
    batch = a_batch(OPEN, user=True, member=True)
    old = batch.participant(APP, GROUP, ADA).id
    assert isinstance(batch.decide(leave()), Left)
    back = batch.decide(join())
    assert isinstance(back, Joined)
    assert back.participant.id > old
    assert back.participant.seen_seq == 7
    assert batch.decide(leave("participant", old)) == Refused(errors.NotAMember)
    assert batch.types == ["conversation:leave", "conversation:join"]


def test_two_joins_of_one_user_in_a_batch_are_one() -> None:
    batch = a_batch(OPEN, user=True)
    first, second = batch.decide(join(subscribe=True)), batch.decide(join("external", subscribe=True))
    assert isinstance(first, Joined)
    assert isinstance(second, Joined)
    assert first.participant is second.participant
    assert (first.added, second.added) == (True, False)
    assert batch.types == ["client:add", "conversation:join"]


def test_the_limit_holds_within_a_batch() -> None:
    batch = a_batch(OPEN, user=True)
    people = [ids.new() for _ in range(LIMIT + 2)]
    for one in people:
        batch.facts.add_user(a_user(one))
    outcomes = [batch.decide(Join(TENANT, GROUP, UserReference(one), False, LIMIT)) for one in people]
    assert [isinstance(outcome, Joined) for outcome in outcomes] == [True, True, False, False, False]
    assert set(outcomes[2:]) == {Refused(errors.TooManyParticipants)}
    assert isinstance(batch.decide(Leave(TENANT, GROUP, UserReference(people[0]))), Left)
    assert isinstance(batch.decide(Join(TENANT, GROUP, UserReference(people[4]), False, LIMIT)), Joined)


def test_another_tenant_sees_nothing() -> None:
    batch = a_batch(OPEN, user=True, member=True)
    assert batch.decide(join(tenant=OTHER_APP)) == Refused(errors.ConversationNotFound)
    other = batch.conversation(APP, GROUP)
    batch.facts.add_conversation(replace(other, app_id=OTHER_APP.app_id))
    assert batch.decide(join(tenant=OTHER_APP)) == Refused(errors.UserNotFound)
    assert batch.decide(join("external", tenant=OTHER_APP)) == Refused(errors.UserNotFound)


def test_the_event_of_a_join_has_the_user_and_the_key() -> None:
    batch = a_batch(OPEN, user=True)
    outcome = batch.decide(join())
    assert isinstance(outcome, Joined)
    (event,) = batch.changes.journal.events
    assert (event.app_id, event.conversation_id, event.user_id, event.caller_key_id) == (APP, GROUP, ADA, "app_key")
    assert event.members == ((outcome.participant.id, ADA),)
    assert msgspec.json.decode(event.payload) == {
        "conversation": {"id": GROUP, "type": "sdkGroup"},
        "user": {"id": ADA, "authenticated": False, "externalId": EXTERNAL},
    }
