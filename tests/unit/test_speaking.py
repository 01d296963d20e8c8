"""The rules of messages and activities, without a database; and what one batch of all hot verbs sees."""

from __future__ import annotations

from itertools import product
from typing import Literal

import msgspec
import pytest

from heliograph import errors, ids
from heliograph.domain.hot import decide
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.roster import Refused, Roster
from heliograph.domain.speaking import Act, Acted, Post, Posted
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.activities import ActivityType
from heliograph.wire.authors import AuthorBody
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION

APP, GROUP, ADA, BOB = ids.new(), ids.new(), ids.new(), ids.new()
TENANT = Tenant(APP, "app_key")
NOW, BEFORE = 2_000, 1_000
SEQ, FLOOR = 9, 6


def a_roster(*members: str, users: tuple[str, ...] = (ADA, BOB), count: int = 3, updated: int = BEFORE) -> Roster:
    """A group in which there were 9 messages, 6 of them before all were deleted."""
    roster = Roster(now=NOW)
    roster.conversations[APP, GROUP] = StoredConversation(
        APP, GROUP, "sdkGroup", 0, len(members), SEQ, updated, None, None, None, None, None, 0, None, count, FLOOR
    )
    for user in users:
        roster.users[APP, user] = StoredUser(APP, user, f"x{user}", "7", 0, 0, None, "{}", "{}", None, 0)
        roster.ids_of_external[APP, f"x{user}", "7"] = user
    for user in members:
        roster.holds(StoredParticipant(ids.new(), user, f"x{user}", "[]", 2, None, APP, GROUP))
    return roster


def author(user: str | None) -> AuthorBody:
    """A user, or the business."""
    return AuthorBody(type="business") if user is None else AuthorBody(type="user", user_id=user)


def post(user: str | None = None, *, destination: str | None = None) -> Post:
    """Say hello."""
    content = b'{"type":"text","text":"Hello"}'
    return Post(TENANT, GROUP, user, None, author(user), content, '{"a":1}', None, destination)


def act(user: str | None, type: ActivityType = "conversation:read") -> Act:
    """Do something."""
    return Act(TENANT, GROUP, user, None, author(user), type)


def unread(roster: Roster, user: str) -> int:
    """What a participant has not read."""
    conversation, participant = roster.conversations[APP, GROUP], roster.participants[APP, GROUP, user]
    return conversation.message_seq - max(participant.seen_seq, conversation.floor_seq)


FACTS = list(product((False, True), repeat=4))


@pytest.mark.parametrize(("there", "known", "member", "full"), [one for one in FACTS if one[1] or not one[2]])
@pytest.mark.parametrize("verb", ["post", "act"])
def test_what_a_user_may(verb: str, there: bool, known: bool, member: bool, full: bool) -> None:
    count = MESSAGES_PER_CONVERSATION if full else 3
    roster = a_roster(*[ADA] * member, users=(ADA,) * known, count=count)
    if not there:
        roster.conversations.clear()
    outcome = decide(post(ADA) if verb == "post" else act(ADA), roster)
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
        assert roster.journal.events == []
    else:
        assert isinstance(outcome, Posted if verb == "post" else Acted)
        assert unread(roster, ADA) == 0
        assert len(roster.journal.events) == 1


def test_a_message_counts_for_everybody_but_its_author() -> None:
    roster = a_roster(ADA, BOB)
    assert (unread(roster, ADA), unread(roster, BOB)) == (3, 3)
    decide(post(), roster)
    decide(post(BOB), roster)
    conversation = roster.conversations[APP, GROUP]
    assert (unread(roster, ADA), unread(roster, BOB)) == (5, 0)
    assert (conversation.message_seq, conversation.message_count) == (SEQ + 2, 5)
    assert conversation.last_updated_at == roster.participants[APP, GROUP, BOB].last_read == NOW
    decide(act(ADA), roster)
    assert unread(roster, ADA) == 0
    assert roster.participants[APP, GROUP, ADA].last_read == NOW
    assert conversation.business_last_read is None
    decide(act(None), roster)
    assert conversation.business_last_read == NOW


def test_the_last_message_that_there_may_be() -> None:
    roster = a_roster(count=MESSAGES_PER_CONVERSATION - 1)
    assert isinstance(decide(post(), roster), Posted)
    assert decide(post(), roster) == Refused(errors.Locked)


def test_a_message_is_not_received_before_the_one_before_it() -> None:
    """The clock of the process that received that one is ahead, or was set back since."""
    roster = a_roster(ADA, updated=NOW + 5)
    outcome = decide(post(ADA), roster)
    assert isinstance(outcome, Posted)
    assert msgspec.json.decode(outcome.shown)["received"] == "1970-01-01T00:00:02.005Z"
    assert roster.participants[APP, GROUP, ADA].last_read == NOW + 5


def test_a_message_is_shown_with_what_was_given() -> None:
    outcome = decide(post(ADA), a_roster(ADA))
    assert isinstance(outcome, Posted)
    shown = msgspec.json.decode(outcome.shown)
    assert ids.is_id(shown.pop("id"))
    assert shown == {
        "received": "1970-01-01T00:00:02.000Z",
        "author": {"type": "user", "userId": ADA},
        "content": {"type": "text", "text": "Hello"},
        "source": {"type": "api:conversations"},
        "metadata": {"a": 1},
    }


def test_a_brand_is_looked_up_with_the_external_id() -> None:
    roster = a_roster(ADA)
    for brand, known in ((None, False), ("7", True), ("8", False)):
        who = AuthorBody(type="user", user_external_id=f"x{ADA}", brand_id=brand)
        outcome = decide(Act(TENANT, GROUP, None, who.user_external_id, who, "conversation:read"), roster)
        assert outcome == (Acted() if known else Refused(errors.UserNotFound))


@pytest.mark.parametrize("kind", ["personal", "sdkGroup"])
def test_a_destination(kind: Literal["personal", "sdkGroup"]) -> None:
    roster = a_roster(ADA)
    roster.conversations[APP, GROUP].type = kind
    roster.channels[APP, GROUP] = {"none", "web"}
    for destination in ("web", "none"):
        outcome = decide(post(destination=destination), roster)
        assert isinstance(outcome, Posted if kind == "personal" else Refused)
    assert isinstance(decide(post(destination="line"), roster), Refused)


def test_who_joins_speaks_and_leaves_in_one_batch() -> None:
    roster = a_roster(BOB)
    join = Join(TENANT, GROUP, ADA, None, subscribe=False, limit=5)
    assert decide(post(ADA), roster) == Refused(errors.NotAMember)
    joined = decide(join, roster)
    decide(post(BOB), roster)
    again = decide(join, roster)
    decide(post(ADA), roster)
    assert isinstance(joined, Joined)
    assert isinstance(again, Joined)
    # What later calls of the batch did is not in the answers of earlier ones.
    assert (joined.shown.unread_count, again.shown.unread_count) == (0, 1)
    assert (joined.shown.last_read, again.shown.last_read) == (None, None)
    assert unread(roster, ADA) == 0
    assert unread(roster, BOB) == 1
    assert isinstance(decide(Leave(TENANT, GROUP, ADA, None, None), roster), Left)
    assert decide(post(ADA), roster) == Refused(errors.NotAMember)
    back = decide(join, roster)
    assert isinstance(back, Joined)
    assert (back.shown.unread_count, back.shown.last_read) == (0, None)
    assert [event.type for event in roster.journal.events] == [
        "conversation:join", "conversation:message", "conversation:message", "conversation:leave", "conversation:join",
    ]  # fmt: skip
