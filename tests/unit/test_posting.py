"""The rules of messages and activities without a database, also for several verbs in a batch."""

from __future__ import annotations

from itertools import product
from typing import Literal

import msgspec
import pytest
from msgspec import Raw

from heliograph import errors, ids
from heliograph.domain.facts import FactBook, Reach, UserReference
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.posting import ActivityPosted, MessagePosted, PostActivity, PostMessage
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.activities import ActivityType
from heliograph.wire.authors import AuthorBody
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION
from tests.unit.batches import Batch

APP, GROUP, ADA, BOB = ids.new(), ids.new(), ids.new(), ids.new()
TENANT = Tenant(APP, "app_key")
NOW, BEFORE = 2_000, 1_000
SEQ, FLOOR = 9, 6
EMPTY = Raw(b"{}")


def a_batch(*members: str, users: tuple[str, ...] = (ADA, BOB), count: int = 3, updated: int = BEFORE) -> Batch:
    """A batch with a group to which 9 messages were posted, the first 6 of which were deleted together."""
    batch = Batch(now=NOW)
    counts = (len(members), SEQ, updated)
    batch.facts.add_conversation(
        StoredConversation(
            APP,
            GROUP,
            "sdkGroup",
            False,
            *counts,
            None,
            None,
            None,
            None,
            None,
            0,
            message_count=count,
            floor_seq=FLOOR,
        )
    )
    for user in users:
        batch.facts.add_user(StoredUser(APP, user, f"x{user}", "7", False, 0, None, EMPTY, EMPTY, None, 0))
        batch.facts.add_external_ids({(APP, f"x{user}", "7"): user})
    for user in members:
        batch.facts.add_participant(StoredParticipant(ids.new(), user, f"x{user}", [], 2, None, APP, GROUP))
    return batch


def author(user: str | None) -> AuthorBody:
    """A user, or the business."""
    return AuthorBody(type="business") if user is None else AuthorBody(type="user", user_id=user)


def post(user: str | None = None, *, destination: str | None = None) -> PostMessage:
    """Post a greeting."""
    content = Raw(b'{"type":"text","text":"Hello"}')
    return PostMessage(TENANT, GROUP, author(user), content, Raw(b'{"a":1}'), None, destination)


def act(user: str | None, type: ActivityType = "conversation:read") -> PostActivity:
    """Post an activity."""
    return PostActivity(TENANT, GROUP, author(user), type)


def unread(batch: Batch, user: str) -> int:
    """The number of messages that a participant has not read."""
    conversation, participant = batch.conversation(APP, GROUP), batch.participant(APP, GROUP, user)
    return conversation.message_seq - max(participant.seen_seq, conversation.floor_seq)


FACTS = list(product((False, True), repeat=4))


@pytest.mark.parametrize(("there", "known", "member", "full"), [one for one in FACTS if one[1] or not one[2]])
@pytest.mark.parametrize("verb", ["post", "act"])
def test_what_a_user_may_post(verb: str, there: bool, known: bool, member: bool, full: bool) -> None:
    count = MESSAGES_PER_CONVERSATION if full else 3
    batch = a_batch(*[ADA] * member, users=(ADA,) * known, count=count)
    if not there:
        batch.facts = FactBook()
    outcome = batch.decide(post(ADA) if verb == "post" else act(ADA))
    refusal = (
        errors.ConversationNotFound
        if not there
        else errors.UserNotFound
        if not known
        else errors.NotAMember
        if not member
        else errors.Locked
        if full and verb == "post"
        else None
    )
    if refusal is not None:
        assert outcome == Refused(refusal)
        assert batch.changes.journal.events == []
    else:
        assert isinstance(outcome, MessagePosted if verb == "post" else ActivityPosted)
        assert unread(batch, ADA) == 0
        assert len(batch.changes.journal.events) == 1


def test_a_message_is_unread_for_all_but_its_author() -> None:
    batch = a_batch(ADA, BOB)
    assert (unread(batch, ADA), unread(batch, BOB)) == (3, 3)
    batch.decide(post())
    batch.decide(post(BOB))
    conversation = batch.conversation(APP, GROUP)
    assert (unread(batch, ADA), unread(batch, BOB)) == (5, 0)
    assert (conversation.message_seq, conversation.message_count) == (SEQ + 2, 5)
    assert conversation.last_updated_at == batch.participant(APP, GROUP, BOB).last_read == NOW
    batch.decide(act(ADA))
    assert unread(batch, ADA) == 0
    assert batch.participant(APP, GROUP, ADA).last_read == NOW
    assert conversation.business_last_read is None
    batch.decide(act(None))
    assert conversation.business_last_read == NOW


def test_the_limit_of_messages() -> None:
    batch = a_batch(count=MESSAGES_PER_CONVERSATION - 1)
    assert isinstance(batch.decide(post()), MessagePosted)
    assert batch.decide(post()) == Refused(errors.Locked)


def test_a_message_is_not_received_before_its_predecessor() -> None:
    """The clock of the process that received the earlier message is ahead, or was set back afterwards."""
    batch = a_batch(ADA, updated=NOW + 5)
    outcome = batch.decide(post(ADA))
    assert isinstance(outcome, MessagePosted)
    assert msgspec.json.decode(outcome.message)["received"] == "1970-01-01T00:00:02.005Z"
    assert batch.participant(APP, GROUP, ADA).last_read == NOW + 5


def test_a_message_shows_the_given_fields() -> None:
    outcome = a_batch(ADA).decide(post(ADA))
    assert isinstance(outcome, MessagePosted)
    shown = msgspec.json.decode(outcome.message)
    assert ids.is_id(shown.pop("id"))
    assert shown == {
        "received": "1970-01-01T00:00:02.000Z",
        "author": {"type": "user", "userId": ADA},
        "content": {"type": "text", "text": "Hello"},
        "source": {"type": "api:conversations"},
        "metadata": {"a": 1},
    }


def test_a_brand_is_looked_up_with_the_external_id() -> None:
    batch = a_batch(ADA)
    for brand, known in ((None, False), ("7", True), ("8", False)):
        who = AuthorBody(type="user", user_external_id=f"x{ADA}", brand_id=brand)
        outcome = batch.decide(PostActivity(TENANT, GROUP, who, "conversation:read"))
        assert outcome == (ActivityPosted() if known else Refused(errors.UserNotFound))


@pytest.mark.parametrize("kind", ["personal", "sdkGroup"])
def test_a_destination(kind: Literal["personal", "sdkGroup"]) -> None:
    batch = a_batch(ADA)
    batch.conversation(APP, GROUP).type = kind
    user = batch.facts.user(batch.conversation(APP, GROUP), UserReference(ADA))
    assert user is not None
    sdk = StoredClient("c", APP, ADA, "sdk", "active")
    batch.facts.set_reach(batch.conversation(APP, GROUP), Reach(user, [sdk]))
    for destination in ("web", "none"):
        outcome = batch.decide(post(destination=destination))
        assert isinstance(outcome, MessagePosted if kind == "personal" else Refused)
    assert isinstance(batch.decide(post(destination="line")), Refused)


def test_a_user_joins_posts_and_leaves_in_one_batch() -> None:
    batch = a_batch(BOB)
    join = Join(TENANT, GROUP, UserReference(ADA), subscribe=False, limit=5)
    assert batch.decide(post(ADA)) == Refused(errors.NotAMember)
    joined = batch.decide(join)
    batch.decide(post(BOB))
    again = batch.decide(join)
    batch.decide(post(ADA))
    assert isinstance(joined, Joined)
    assert isinstance(again, Joined)
    # The outcomes of verbs do not show the changes of later verbs.
    assert (joined.response.unread_count, again.response.unread_count) == (0, 1)
    assert (joined.response.last_read, again.response.last_read) == (None, None)
    assert unread(batch, ADA) == 0
    assert unread(batch, BOB) == 1
    assert isinstance(batch.decide(Leave(TENANT, GROUP, UserReference(ADA))), Left)
    assert batch.decide(post(ADA)) == Refused(errors.NotAMember)
    back = batch.decide(join)
    assert isinstance(back, Joined)
    assert (back.response.unread_count, back.response.last_read) == (0, None)
    assert [event.type for event in batch.changes.journal.events] == [
        "conversation:join", "conversation:message", "conversation:message", "conversation:leave", "conversation:join",
    ]  # fmt: skip
