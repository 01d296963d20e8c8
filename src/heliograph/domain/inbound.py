"""Acts of end users in conversations, as SDKs and channels would report them.

The acts are carried out by the same verbs as the calls of the API, with the origin of the act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from heliograph.domain import attachments, cards, contents, form_responses, media, metadata
from heliograph.domain.batch import gather
from heliograph.domain.changes import Changes
from heliograph.domain.facts import FactBook, Needs, UserReference
from heliograph.domain.last_seen import see
from heliograph.domain.loading import load_app, load_message
from heliograph.domain.media import MediaFetching
from heliograph.domain.origins import Origin, load_origin
from heliograph.domain.posting import MessagePosted, PostActivity, PostInteraction, PostMessage
from heliograph.domain.stored_json import decode_message
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused, Verb
from heliograph.errors import BadRequest, ConversationNotFound, NotAMember, UserNotFound
from heliograph.storage.engine import Tx
from heliograph.storage.rows import messages
from heliograph.storage.rows.attachments import StoredAttachment
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.actions import Action, Postback
from heliograph.wire.authors import USER, AuthorBody
from heliograph.wire.contents import (
    CarouselMessage,
    Content,
    FormResponseMessageBody,
    ImageMessage,
    ListMessage,
    TextMessage,
)
from heliograph.wire.events import PostbackWebhook, Referral
from heliograph.wire.inbound import InboundBody, MessageAct, PostbackAct, ReferralAct
from heliograph.wire.messages import Message, QuotedMessage, QuotedMessageMessage

_Attachments = Mapping[str, StoredAttachment]


class Act(Struct, frozen=True):
    """An act of a participant. For a message, `content` is its JSON, and `shown` has the attachments that it shows."""

    tenant: Tenant
    conversation_id: str
    body: InboundBody
    content: Raw | None
    shown: _Attachments


async def prepare(
    store: Store, tenant: Tenant, conversation_id: str, body: InboundBody, fetching: MediaFetching | None = None
) -> Act:
    """Prepare an act of a participant for `act`.

    With `fetching`, reads the beginning of each file of another server that a message shows.

    Raises:
        BadRequest: the message breaks a rule, or a file cannot be read.
    """
    shown: _Attachments = {}
    content: Raw | None = None
    if isinstance(body.act, MessageAct) and not isinstance(body.act.content, FormResponseMessageBody):
        shown = await attachments.in_content(store, tenant.app_id, body.act.content)
        files = await media.in_content(fetching, tenant.app_id, body.act.content, shown)
        content = contents.to_api(body.act.content, files, masks_cards=tenant.masks_cards)
    return Act(tenant, conversation_id, body, content, shown)


async def act(tx: Tx, act: Act) -> list[Raw]:
    """Perform an act of a participant; returns the messages that it posts, as JSON.

    Raises:
        BadRequest: the act breaks a rule.
        ConversationNotFound, UserNotFound, NotAMember, DeviceNotFound, ClientNotFound, MessageNotFound: it does not
            exist in this app.
        Conflict: the form has been submitted.
        Locked: the conversation has reached the limit of messages.
    """
    tenant, conversation_id, body = act.tenant, act.conversation_id, act.body
    ids = tuple(sorted({one.id for one in act.shown.values()}))
    needs = Needs(tenant.app_id, conversation_id, UserReference(body.user_id), attachments=ids)
    facts = await gather(tx, [needs])
    conversation, user, participant = _found(facts, needs)
    # After the conversation was locked, the client and the device cannot be removed.
    origin = await load_origin(tx, user, body.device_id, body.client_id)
    changes = Changes(tx.now, facts)
    origin = await see(tx, tenant, origin, conversation, participant, changes)
    prepared = _Acting(tx, tenant, conversation, origin, AuthorBody(type=USER, user_id=user.id))
    outcomes = [verb.decide(facts, changes) for verb in await prepared.verbs(body, act.content, ids)]
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            raise outcome.error
    await changes.save(tx)
    return [outcome.message for outcome in outcomes if isinstance(outcome, MessagePosted)]


def _found(facts: FactBook, needs: Needs) -> tuple[StoredConversation, StoredUser, StoredParticipant]:
    assert needs.user is not None
    if (conversation := facts.conversation(needs.app_id, needs.conversation_id)) is None:
        raise ConversationNotFound
    if (user := facts.user(conversation, needs.user)) is None:
        raise UserNotFound
    if (participant := facts.participant(conversation, user)) is None:
        raise NotAMember
    return conversation, user, participant


class _Acting:
    """Finds the verbs of an act, in a transaction that has locked the conversation."""

    def __init__(
        self, tx: Tx, tenant: Tenant, conversation: StoredConversation, origin: Origin, author: AuthorBody
    ) -> None:
        self._tx = tx
        self._tenant = tenant
        self._conversation = conversation
        self._origin = origin
        self._author = author

    async def verbs(
        self, body: InboundBody, content: Raw | None, attachments: tuple[str, ...]
    ) -> Sequence[Verb[object]]:
        """The verbs of an act. `content` is the content of a message, unless the message is a response to a form."""
        match body.act:
            case MessageAct() as message:
                return [await self._message(message, content, attachments)]
            case PostbackAct() as postback:
                return await self._postback(postback)
            case ReferralAct(code=code, details=details):
                return [PostInteraction(*self._where, self._author, Referral(code=code, details=details), self._origin)]
            case activity:
                return [PostActivity(*self._where, self._author, activity.activity, self._origin)]

    @property
    def _where(self) -> tuple[Tenant, str]:
        return self._tenant, self._conversation.id

    async def _message(self, act: MessageAct, content: Raw | None, attachments: tuple[str, ...]) -> PostMessage:
        quoted: QuotedMessage | None = None
        if isinstance(act.content, FormResponseMessageBody):
            form = form_responses.submitted(await self._referenced(_form_id(act, act.content)))
            content = form_responses.to_api(form, act.content, masks_cards=self._tenant.masks_cards)
            quoted = QuotedMessageMessage(message=form)
            await messages.set_json(self._tx, self._tenant.app_id, self._conversation.id, form.id, _encoded(form))
        assert content is not None
        given = metadata.encoded(act.metadata, "Message")
        return self._post(content, given, attachments, quoted)

    def _post(
        self, content: Raw, metadata: Raw | None, attachments: tuple[str, ...] = (), quoted: QuotedMessage | None = None
    ) -> PostMessage:
        return PostMessage(
            tenant=self._tenant,
            conversation_id=self._conversation.id,
            author=self._author,
            content=content,
            metadata=metadata,
            routing=None,
            destination=None,
            attachments=attachments,
            origin=self._origin,
            quoted=quoted,
        )

    async def _postback(self, act: PostbackAct) -> Sequence[Verb[object]]:
        given = metadata.without_nulls(act.metadata, "Postback")
        verbs: list[Verb[object]] = []
        if act.message_id is not None:
            action = _pressed(await self._referenced(act.message_id), act.payload)
            given = action.metadata
            if (await load_app(self._tx, self._tenant.app_id)).settings.echo_postback:
                text = cards.mask(action.text) if self._tenant.masks_cards else action.text
                verbs.append(self._post(Raw(msgspec.json.encode(TextMessage(text=text))), None))
        shown = PostbackWebhook(payload=act.payload, metadata=given)
        return [PostInteraction(*self._where, self._author, shown, self._origin), *verbs]

    async def _referenced(self, message_id: str) -> Message:
        return decode_message(await load_message(self._tx, self._tenant.app_id, self._conversation.id, message_id))


def _form_id(act: MessageAct, content: FormResponseMessageBody) -> str:
    """The id of the form, from the act or, as in the API document, from a field."""
    given = [act.quoted_message_id, *(field.quoted_message_id for field in content.fields)]
    ids = {id for id in given if id is not None}
    if len(ids) != 1:
        raise BadRequest("act.quotedMessageId should be the id of a message of type form")
    return ids.pop()


def _pressed(message: Message, payload: str) -> Postback:
    """The postback button of the message that has this payload.

    Raises:
        BadRequest: the message has no such button.
    """
    for action in _actions(message.content):
        if isinstance(action, Postback) and action.payload == payload:
            return action
    raise BadRequest("act.payload should be the payload of a postback action of the message")


def _actions(content: Content) -> Iterator[Action]:
    if isinstance(content, TextMessage | ImageMessage | ListMessage):
        yield from content.actions or []
    if isinstance(content, CarouselMessage | ListMessage):
        for item in content.items:
            yield from item.actions


def _encoded(message: Message) -> Raw:
    return Raw(msgspec.json.encode(message))
