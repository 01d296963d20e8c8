# Generated from async_api.py by tools/unasync.py. Do not edit.
"""The operations of the API, by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from heliograph.client import paging
from heliograph.client.groups import group
from heliograph.client.model import Model, UnknownKind
from heliograph.client.models import (
    AndroidIntegration,
    App,
    AppKeyListResponse,
    AppKeyResponse,
    AppleIntegration,
    AppListResponse,
    AppResponse,
    AppWithSubdomainResponse,
    AttachmentResponse,
    Client,
    ClientListResponse,
    ClientResponse,
    Conversation,
    ConversationListResponse,
    ConversationResponse,
    ConversionEventsResponse,
    CustomIntegration,
    DeviceListResponse,
    DeviceResponse,
    Empty,
    InstagramIntegration,
    IntegrationApiKeyListResponse,
    IntegrationApiKeyResponse,
    IntegrationListResponse,
    IntegrationResponse,
    IosIntegration,
    LineIntegration,
    MailgunIntegration,
    Message,
    MessagebirdIntegration,
    MessageListResponse,
    MessagePostResponse,
    MessengerIntegration,
    Participant,
    ParticipantListResponse,
    ParticipantResponse,
    SwitchboardIntegrationListResponse,
    SwitchboardIntegrationResponse,
    SwitchboardListResponse,
    SwitchboardResponse,
    TelegramIntegration,
    TokenResponse,
    TwilioIntegration,
    TwitterIntegration,
    UnityIntegration,
    UserListResponse,
    UserResponse,
    ViberIntegration,
    WebhookListResponse,
    WebhookResponse,
    WebIntegration,
    WhatsappIntegration,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Caller, Records
from heliograph.wire.activities import ActivityPost
from heliograph.wire.apps import AppCreateBody, AppKeyCreateBody, AppSettingsBody, AppUpdateBody
from heliograph.wire.attachments import AttachmentDeleteBody, AttachmentUploadBody
from heliograph.wire.authors import AuthorBody
from heliograph.wire.channels import (
    AppleIntegrationBody,
    InstagramIntegrationBody,
    LineIntegrationBody,
    MailgunIntegrationBody,
    MessagebirdIntegrationBody,
    MessengerIntegrationBody,
    TelegramIntegrationBody,
    TwilioIntegrationBody,
    TwitterIntegrationBody,
    ViberIntegrationBody,
    WhatsappIntegrationBody,
)
from heliograph.wire.contents import (
    CarouselMessageBody,
    FileMessageBody,
    FormMessageBody,
    FormResponseMessageBody,
    ImageMessageBody,
    ListMessageBody,
    LocationMessageBody,
    TemplateMessageBody,
    TextMessageBody,
)
from heliograph.wire.conversations import ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.integrations import CustomIntegrationBody, IntegrationUpdateBody
from heliograph.wire.keys import IntegrationApiKeyBody
from heliograph.wire.linking import (
    ClientCreateBody,
    ConfirmationBody,
    MailgunCriteriaBody,
    MessagebirdCriteriaBody,
    TargetBody,
    TwilioCriteriaBody,
    WhatsappCriteriaBody,
)
from heliograph.wire.messages import (
    DestinationBody,
    MessagePost,
    OverrideBody,
)
from heliograph.wire.oauth import TokenBody
from heliograph.wire.paging import Page
from heliograph.wire.participants import ParticipantBody, ParticipantJoinBody, ParticipantLeaveBody
from heliograph.wire.passthrough import (
    AppleMessageRefBody,
    ConversionEventsBody,
    DownloadMessageRefBody,
    MetaConversionEventBody,
)
from heliograph.wire.sdks import (
    AndroidIntegrationBody,
    IosIntegrationBody,
    PrechatCaptureBody,
    UnityIntegrationBody,
    WebIntegrationBody,
)
from heliograph.wire.switchboards import (
    AcceptControlBody,
    OfferControlBody,
    PassControlBody,
    ReleaseControlBody,
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationUpdateBody,
    SwitchboardUpdateBody,
)
from heliograph.wire.users import ProfileBody, SyncUserBody, UserCreateBody, UserUpdateBody
from heliograph.wire.webhooks import WebhookCreateBody, WebhookUpdateBody


class AppsApi(Api):
    """The operations of the tag Apps."""

    def create_app(
        self,
        body: AppCreateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        settings: AppSettingsBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> AppResponse:
        """Creates an app: a tenant with users, conversations and keys of its own.

        `POST /v2/apps`, for keys of scope account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateApp"],
                (),
                body,
                {"display_name": display_name, "settings": settings, "metadata": metadata},
            ),
            AppResponse,
        )

    def list_apps(self, page: Page | Mapping[str, Any] | None = None) -> AppListResponse:
        """Lists the apps of this server, oldest first.

        `GET /v2/apps`, for keys of scope account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListApps"], (), page=page), AppListResponse)

    def iter_apps(
        self, page: Page | Mapping[str, Any] | None = None, *, backwards: bool = False
    ) -> Records[AppListResponse, App]:
        """Goes through every record of `list_apps`, page by page, from the cursor of `page` if it has one, and with its
        size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> AppListResponse:
            return self.list_apps(page=at)

        return Records(fetch, lambda answer: answer.apps, "ListApps", paging.first_page(page, backwards=backwards))

    def get_app(self, app_id: str) -> AppResponse:
        """Fetches an app.

        `GET /v2/apps/{appId}`, for keys of scope app or account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetApp"], (app_id,)), AppResponse)

    def update_app(
        self,
        app_id: str,
        body: AppUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        settings: AppSettingsBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> AppResponse:
        """Changes what the body names: settings and metadata are merged key by key, and a null metadata value removes
        its key. `multiConvoEnabled` cannot be turned off again.

        `PATCH /v2/apps/{appId}`, for keys of scope app or account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateApp"],
                (app_id,),
                body,
                {"display_name": display_name, "settings": settings, "metadata": metadata},
            ),
            AppResponse,
        )

    def delete_app(self, app_id: str) -> Empty:
        """Deletes an app with everything in it. Its keys stop working at once.

        `DELETE /v2/apps/{appId}`, for keys of scope account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteApp"], (app_id,)), Empty)


class AppKeysApi(Api):
    """The operations of the tag App Keys."""

    def create_app_key(
        self, app_id: str, body: AppKeyCreateBody | Mapping[str, Any] | None = None, *, display_name: str | None = None
    ) -> AppKeyResponse:
        """Creates an API key of the app; an app has at most 10.

        `POST /v2/apps/{appId}/keys`, for keys of scope account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["CreateAppKey"], (app_id,), body, {"display_name": display_name}), AppKeyResponse
        )

    def list_app_keys(self, app_id: str) -> AppKeyListResponse:
        """Lists the API keys of the app with their secrets.

        `GET /v2/apps/{appId}/keys`, for keys of scope account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListAppKeys"], (app_id,)), AppKeyListResponse)

    def get_app_key(self, app_id: str, key_id: str) -> AppKeyResponse:
        """Fetches an API key of the app with its secret.

        `GET /v2/apps/{appId}/keys/{keyId}`, for keys of scope account.

        Raises:
            AppNotFound: The app does not exist.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetAppKey"], (app_id, key_id)), AppKeyResponse)

    def delete_app_key(self, app_id: str, key_id: str) -> Empty:
        """Revokes an API key at once.

        `DELETE /v2/apps/{appId}/keys/{keyId}`, for keys of scope account.

        Raises:
            AppNotFound: The app does not exist.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAppKey"], (app_id, key_id)), Empty)


class AttachmentsApi(Api):
    """The operations of the tag Attachments."""

    def upload_attachment(
        self,
        app_id: str,
        body: AttachmentUploadBody | Mapping[str, Any] | None = None,
        *,
        source: bytes | None = None,
        access: str | None = None,
        for_: str | None = None,
        conversation_id: str | None = None,
    ) -> AttachmentResponse:
        """Takes a file for messages to refer to by its URL. With `for=message` and a `conversationId` it goes when the
        message, the conversation or the user goes.

        `POST /v2/apps/{appId}/attachments`, for keys of scope integration or app or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UploadAttachment"],
                (app_id,),
                body,
                {"source": source},
                query={"access": access, "for": for_, "conversationId": conversation_id},
            ),
            AttachmentResponse,
        )

    def delete_attachment(
        self, app_id: str, body: AttachmentDeleteBody | Mapping[str, Any] | None = None, *, media_url: str | None = None
    ) -> Empty:
        """Deletes an attachment, named by its URL.

        `POST /v2/apps/{appId}/attachments/remove`, for keys of scope integration or app or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            AttachmentNotFound: The attachment does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAttachment"], (app_id,), body, {"media_url": media_url}), Empty)


class ConversationsApi(Api):
    """The operations of the tag Conversations."""

    def create_conversation(
        self,
        app_id: str,
        body: ConversationCreateBody | Mapping[str, Any] | None = None,
        *,
        type: Literal["personal", "sdkGroup"] | None = None,
        participants: Sequence[ParticipantBody | Mapping[str, Any]] | None = None,
        display_name: str | None = None,
        description: str | None = None,
        icon_url: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> ConversationResponse:
        """Creates a personal conversation of one user, or a group with up to 10 users in it from the start.

        `POST /v2/apps/{appId}/conversations`, for keys of scope integration or app or account.

        Raises:
            AppNotFound: The app does not exist.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateConversation"],
                (app_id,),
                body,
                {
                    "type": type,
                    "participants": participants,
                    "display_name": display_name,
                    "description": description,
                    "icon_url": icon_url,
                    "metadata": metadata,
                },
            ),
            ConversationResponse,
        )

    def list_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
    ) -> ConversationListResponse:
        """Lists the conversations that a user is in, named by `filter[userId]` or `filter[userExternalId]`.

        `GET /v2/apps/{appId}/conversations`, for keys of scope integration or app or account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["ListConversations"],
                (app_id,),
                filters=filter,
                filter_fields={"user_id": user_id, "user_external_id": user_external_id},
                page=page,
            ),
            ConversationListResponse,
        )

    def iter_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        backwards: bool = False,
    ) -> Records[ConversationListResponse, Conversation]:
        """Goes through every record of `list_conversations`, page by page, from the cursor of `page` if it has one, and
        with its size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> ConversationListResponse:
            return self.list_conversations(
                app_id, filter=filter, page=at, user_id=user_id, user_external_id=user_external_id
            )

        return Records(
            fetch,
            lambda answer: answer.conversations,
            "ListConversations",
            paging.first_page(page, backwards=backwards),
        )

    def get_conversation(self, app_id: str, conversation_id: str) -> ConversationResponse:
        """Fetches a conversation.

        `GET /v2/apps/{appId}/conversations/{conversationId}`, for keys of scope integration or app or account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetConversation"], (app_id, conversation_id)), ConversationResponse)

    def update_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ConversationUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        description: str | None = None,
        icon_url: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> ConversationResponse:
        """Changes what the body names. Null clears; metadata is merged key by key.

        `PATCH /v2/apps/{appId}/conversations/{conversationId}`, for keys of scope integration or app or account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateConversation"],
                (app_id, conversation_id),
                body,
                {"display_name": display_name, "description": description, "icon_url": icon_url, "metadata": metadata},
            ),
            ConversationResponse,
        )

    def delete_conversation(self, app_id: str, conversation_id: str) -> Empty:
        """Deletes a conversation with its participants and messages. A user's default conversation cannot be deleted.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}`, for keys of scope integration or app or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteConversation"], (app_id, conversation_id)), Empty)

    def download_message_ref(
        self,
        app_id: str,
        conversation_id: str,
        body: DownloadMessageRefBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        apple: AppleMessageRefBody | Mapping[str, Any] | None = None,
    ) -> Model:
        """Fetches from Apple what a message of a user only refers to.

        `POST /v2/apps/{appId}/conversations/{conversationId}/download`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["DownloadMessageRef"], (app_id, conversation_id), body, {"user_id": user_id, "apple": apple}
            ),
            Model,
        )

    def post_conversion_events(
        self,
        app_id: str,
        conversation_id: str,
        body: ConversionEventsBody | Mapping[str, Any] | None = None,
        *,
        messenger: MetaConversionEventBody | Mapping[str, Any] | None = None,
        instagram: MetaConversionEventBody | Mapping[str, Any] | None = None,
        whatsapp: MetaConversionEventBody | Mapping[str, Any] | None = None,
    ) -> ConversionEventsResponse:
        """Tells a channel of Meta what a conversation led to.

        `POST /v2/apps/{appId}/conversations/{conversationId}/conversionEvents`, for keys of scope integration or app
        or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["PostConversionEvents"],
                (app_id, conversation_id),
                body,
                {"messenger": messenger, "instagram": instagram, "whatsapp": whatsapp},
            ),
            ConversionEventsResponse,
        )


class ParticipantsApi(Api):
    """The operations of the tag Participants."""

    def join_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ParticipantJoinBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        subscribe_sdk_client: bool | None = None,
    ) -> ParticipantResponse:
        """Adds a user to an sdkGroup conversation. Who is in it already stays the same participant. With
        `subscribeSDKClient` the user's SDK client, made if there is none, is associated with the conversation.

        `POST /v2/apps/{appId}/conversations/{conversationId}/join`, for keys of scope integration or app or account.

        Raises:
            TooManyParticipants: The conversation has the maximum number of participants.
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["JoinConversation"],
                (app_id, conversation_id),
                body,
                {
                    "user_id": user_id,
                    "user_external_id": user_external_id,
                    "subscribe_sdk_client": subscribe_sdk_client,
                },
            ),
            ParticipantResponse,
        )

    def list_participants(
        self, app_id: str, conversation_id: str, page: Page | Mapping[str, Any] | None = None
    ) -> ParticipantListResponse:
        """Lists who is in a conversation, in the order of joining.

        `GET /v2/apps/{appId}/conversations/{conversationId}/participants`, for keys of scope integration or app or
        account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListParticipants"], (app_id, conversation_id), page=page), ParticipantListResponse
        )

    def iter_participants(
        self,
        app_id: str,
        conversation_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Records[ParticipantListResponse, Participant]:
        """Goes through every record of `list_participants`, page by page, from the cursor of `page` if it has one, and
        with its size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> ParticipantListResponse:
            return self.list_participants(app_id, conversation_id, page=at)

        return Records(
            fetch, lambda answer: answer.participants, "ListParticipants", paging.first_page(page, backwards=backwards)
        )

    def leave_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ParticipantLeaveBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        participant_id: str | None = None,
    ) -> Empty:
        """Removes a user from an sdkGroup conversation, named by user id, external id or participant id.

        `POST /v2/apps/{appId}/conversations/{conversationId}/leave`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["LeaveConversation"],
                (app_id, conversation_id),
                body,
                {"user_id": user_id, "user_external_id": user_external_id, "participant_id": participant_id},
            ),
            Empty,
        )


class MessagesApi(Api):
    """The operations of the tag Messages."""

    def post_message(
        self,
        app_id: str,
        conversation_id: str,
        body: MessagePost | Mapping[str, Any] | None = None,
        *,
        author: AuthorBody | Mapping[str, Any] | None = None,
        content: TextMessageBody
        | CarouselMessageBody
        | FileMessageBody
        | FormMessageBody
        | FormResponseMessageBody
        | ImageMessageBody
        | ListMessageBody
        | LocationMessageBody
        | TemplateMessageBody
        | Mapping[str, Any]
        | None = None,
        destination: DestinationBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
        override: OverrideBody | Mapping[str, Any] | None = None,
        schema: str | None = None,
    ) -> MessagePostResponse:
        """Sends a message, of the business or of a user.

        `POST /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            Locked: The conversation accepts no more messages until some are deleted.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["PostMessage"],
                (app_id, conversation_id),
                body,
                {
                    "author": author,
                    "content": content,
                    "destination": destination,
                    "metadata": metadata,
                    "override": override,
                    "schema": schema,
                },
            ),
            MessagePostResponse,
        )

    def list_messages(
        self, app_id: str, conversation_id: str, page: Page | Mapping[str, Any] | None = None
    ) -> MessageListResponse:
        """Lists messages, oldest first, 100 to a page whatever size is asked for. Without a cursor it is the last page.

        `GET /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListMessages"], (app_id, conversation_id), page=page), MessageListResponse
        )

    def iter_messages(
        self,
        app_id: str,
        conversation_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Records[MessageListResponse, Message]:
        """Goes through every record of `list_messages`, page by page, from the cursor of `page` if it has one, and with
        its size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> MessageListResponse:
            return self.list_messages(app_id, conversation_id, page=at)

        return Records(
            fetch,
            lambda answer: answer.messages,
            "ListMessages",
            paging.first_page(page, backwards=backwards, from_the_start=True),
        )

    def delete_all_messages(self, app_id: str, conversation_id: str) -> Empty:
        """Deletes every message of a conversation; nothing is unread then.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAllMessages"], (app_id, conversation_id)), Empty)

    def delete_message(self, app_id: str, conversation_id: str, message_id: str) -> Empty:
        """Deletes a message. What is unread of the others stays so.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages/{messageId}`, for keys of scope integration
        or app or account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            MessageNotFound: The message does not exist in this conversation.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteMessage"], (app_id, conversation_id, message_id)), Empty)


class ActivitiesApi(Api):
    """The operations of the tag Activities."""

    def post_activity(
        self,
        app_id: str,
        conversation_id: str,
        body: ActivityPost | Mapping[str, Any] | None = None,
        *,
        author: AuthorBody | Mapping[str, Any] | None = None,
        type: Literal["conversation:read", "typing:start", "typing:stop"] | None = None,
    ) -> Empty:
        """Tells that the business is typing, or that a user or the business has read the conversation.

        `POST /v2/apps/{appId}/conversations/{conversationId}/activity`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["PostActivity"], (app_id, conversation_id), body, {"author": author, "type": type}), Empty
        )


class SwitchboardActionsApi(Api):
    """The operations of the tag Switchboard Actions."""

    def pass_control(
        self,
        app_id: str,
        conversation_id: str,
        body: PassControlBody | Mapping[str, Any] | None = None,
        *,
        switchboard_integration: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Gives control of a conversation to a switchboard integration.

        `POST /v2/apps/{appId}/conversations/{conversationId}/passControl`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["PassControl"],
                (app_id, conversation_id),
                body,
                {"switchboard_integration": switchboard_integration, "metadata": metadata},
            ),
            Empty,
        )

    def release_control(
        self,
        app_id: str,
        conversation_id: str,
        body: ReleaseControlBody | Mapping[str, Any] | None = None,
        *,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Gives up control of a conversation, so that nobody has it. An integration may do so only while it is active.

        `POST /v2/apps/{appId}/conversations/{conversationId}/releaseControl`, for keys of scope integration or app
        or account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ReleaseControl"], (app_id, conversation_id), body, {"metadata": metadata}), Empty
        )

    def offer_control(
        self,
        app_id: str,
        conversation_id: str,
        body: OfferControlBody | Mapping[str, Any] | None = None,
        *,
        switchboard_integration: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Offers control of a conversation to a switchboard integration, in place of whomever it was offered to before.

        `POST /v2/apps/{appId}/conversations/{conversationId}/offerControl`, for keys of scope integration or app or
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["OfferControl"],
                (app_id, conversation_id),
                body,
                {"switchboard_integration": switchboard_integration, "metadata": metadata},
            ),
            Empty,
        )

    def accept_control(
        self,
        app_id: str,
        conversation_id: str,
        body: AcceptControlBody | Mapping[str, Any] | None = None,
        *,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Takes the control that was offered. An integration may do so only if it is the one to whom it was.

        `POST /v2/apps/{appId}/conversations/{conversationId}/acceptControl`, for keys of scope integration or app or
        account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["AcceptControl"], (app_id, conversation_id), body, {"metadata": metadata}), Empty
        )


class IntegrationsApi(Api):
    """The operations of the tag Integrations."""

    def create_integration(
        self,
        app_id: str,
        body: AndroidIntegrationBody
        | AppleIntegrationBody
        | CustomIntegrationBody
        | InstagramIntegrationBody
        | IosIntegrationBody
        | LineIntegrationBody
        | MailgunIntegrationBody
        | MessagebirdIntegrationBody
        | MessengerIntegrationBody
        | TelegramIntegrationBody
        | TwilioIntegrationBody
        | TwitterIntegrationBody
        | UnityIntegrationBody
        | ViberIntegrationBody
        | WebIntegrationBody
        | WhatsappIntegrationBody
        | Mapping[str, Any]
        | None = None,
    ) -> IntegrationResponse:
        """Creates an integration; a custom one comes with its webhook.

        `POST /v2/apps/{appId}/integrations`, for keys of scope app or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateIntegration"], (app_id,), body), IntegrationResponse)

    def list_integrations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        types: str | None = None,
    ) -> IntegrationListResponse:
        """Lists the integrations of an app, oldest first; with `filter[types]` those of the types in it, which commas
        separate.

        `GET /v2/apps/{appId}/integrations`, for keys of scope app or account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListIntegrations"], (app_id,), filters=filter, filter_fields={"types": types}, page=page),
            IntegrationListResponse,
        )

    def iter_integrations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        types: str | None = None,
        backwards: bool = False,
    ) -> Records[
        IntegrationListResponse,
        AndroidIntegration
        | AppleIntegration
        | CustomIntegration
        | InstagramIntegration
        | IosIntegration
        | LineIntegration
        | MailgunIntegration
        | MessagebirdIntegration
        | MessengerIntegration
        | TelegramIntegration
        | TwilioIntegration
        | TwitterIntegration
        | UnityIntegration
        | ViberIntegration
        | WebIntegration
        | WhatsappIntegration
        | UnknownKind,
    ]:
        """Goes through every record of `list_integrations`, page by page, from the cursor of `page` if it has one, and
        with its size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> IntegrationListResponse:
            return self.list_integrations(app_id, filter=filter, page=at, types=types)

        return Records(
            fetch, lambda answer: answer.integrations, "ListIntegrations", paging.first_page(page, backwards=backwards)
        )

    def get_integration(self, app_id: str, integration_id: str) -> IntegrationResponse:
        """Fetches an integration.

        `GET /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetIntegration"], (app_id, integration_id)), IntegrationResponse)

    def update_integration(
        self,
        app_id: str,
        integration_id: str,
        body: IntegrationUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        default_responder_id: str | None = None,
        show_ai_disclaimer: bool | None = None,
        can_user_see_conversation_list: bool | None = None,
        can_user_create_more_conversations: bool | None = None,
        project_id: str | None = None,
        client_email: str | None = None,
        private_key: str | None = None,
        server_key: str | None = None,
        sender_id: str | None = None,
        certificate: str | None = None,
        password: str | None = None,
        production: bool | None = None,
        auto_update_badge: bool | None = None,
        authentication_message_secret: str | None = None,
        page_access_token: str | None = None,
        story_replies_enabled: bool | None = None,
        story_mentions_enabled: bool | None = None,
        hide_unsubscribe_link: bool | None = None,
        from_address: str | None = None,
        hsm_fallback_language: str | None = None,
        account_id: str | None = None,
        account_management_access_token: str | None = None,
        brand_color: str | None = None,
        fixed_intro_pane: bool | None = None,
        conversation_color: str | None = None,
        action_color: str | None = None,
        display_style: Literal["button", "tab"] | None = None,
        button_icon_url: str | None = None,
        button_width: str | None = None,
        button_height: str | None = None,
        integration_order: Sequence[str] | None = None,
        business_name: str | None = None,
        business_icon_url: str | None = None,
        background_image_url: str | None = None,
        origin_whitelist: Sequence[str] | None = None,
        prechat_capture: PrechatCaptureBody | Mapping[str, Any] | None = None,
    ) -> IntegrationResponse:
        """Changes what the body names. What else an integration has is fixed when it is created.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateIntegration"],
                (app_id, integration_id),
                body,
                {
                    "display_name": display_name,
                    "default_responder_id": default_responder_id,
                    "show_ai_disclaimer": show_ai_disclaimer,
                    "can_user_see_conversation_list": can_user_see_conversation_list,
                    "can_user_create_more_conversations": can_user_create_more_conversations,
                    "project_id": project_id,
                    "client_email": client_email,
                    "private_key": private_key,
                    "server_key": server_key,
                    "sender_id": sender_id,
                    "certificate": certificate,
                    "password": password,
                    "production": production,
                    "auto_update_badge": auto_update_badge,
                    "authentication_message_secret": authentication_message_secret,
                    "page_access_token": page_access_token,
                    "story_replies_enabled": story_replies_enabled,
                    "story_mentions_enabled": story_mentions_enabled,
                    "hide_unsubscribe_link": hide_unsubscribe_link,
                    "from_address": from_address,
                    "hsm_fallback_language": hsm_fallback_language,
                    "account_id": account_id,
                    "account_management_access_token": account_management_access_token,
                    "brand_color": brand_color,
                    "fixed_intro_pane": fixed_intro_pane,
                    "conversation_color": conversation_color,
                    "action_color": action_color,
                    "display_style": display_style,
                    "button_icon_url": button_icon_url,
                    "button_width": button_width,
                    "button_height": button_height,
                    "integration_order": integration_order,
                    "business_name": business_name,
                    "business_icon_url": business_icon_url,
                    "background_image_url": background_image_url,
                    "origin_whitelist": origin_whitelist,
                    "prechat_capture": prechat_capture,
                },
            ),
            IntegrationResponse,
        )

    def delete_integration(self, app_id: str, integration_id: str) -> Empty:
        """Deletes an integration with its keys and webhooks.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteIntegration"], (app_id, integration_id)), Empty)


class CustomIntegrationApiKeysApi(Api):
    """The operations of the tag Custom Integration API Keys."""

    def create_custom_integration_key(
        self,
        app_id: str,
        integration_id: str,
        body: IntegrationApiKeyBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
    ) -> IntegrationApiKeyResponse:
        """Creates an API key of a custom integration, which has at most 10.

        `POST /v2/apps/{appId}/integrations/{integrationId}/keys`, for keys of scope app or account.

        Raises:
            NotACustomIntegration: Only custom integrations have API keys.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateCustomIntegrationKey"], (app_id, integration_id), body, {"display_name": display_name}
            ),
            IntegrationApiKeyResponse,
        )

    def list_custom_integration_keys(self, app_id: str, integration_id: str) -> IntegrationApiKeyListResponse:
        """Lists the API keys of a custom integration with their secrets.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys`, for keys of scope app or account.

        Raises:
            NotACustomIntegration: Only custom integrations have API keys.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListCustomIntegrationKeys"], (app_id, integration_id)), IntegrationApiKeyListResponse
        )

    def get_custom_integration_key(self, app_id: str, integration_id: str, key_id: str) -> IntegrationApiKeyResponse:
        """Fetches an API key of a custom integration with its secret.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`, for keys of scope app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetCustomIntegrationKey"], (app_id, integration_id, key_id)), IntegrationApiKeyResponse
        )

    def delete_custom_integration_key(self, app_id: str, integration_id: str, key_id: str) -> Empty:
        """Revokes an API key at once.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`, for keys of scope app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteCustomIntegrationKey"], (app_id, integration_id, key_id)), Empty
        )


class WebhooksApi(Api):
    """The operations of the tag Webhooks."""

    def create_webhook(
        self,
        app_id: str,
        integration_id: str,
        body: WebhookCreateBody | Mapping[str, Any] | None = None,
        *,
        target: str | None = None,
        triggers: Sequence[
            Literal[
                "*",
                "client:add",
                "client:remove",
                "client:update",
                "conversation:create",
                "conversation:join",
                "conversation:leave",
                "conversation:message",
                "conversation:message:delivery:channel",
                "conversation:message:delivery:failure",
                "conversation:message:delivery:user",
                "conversation:postback",
                "conversation:read",
                "conversation:referral",
                "conversation:remove",
                "conversation:typing",
                "passthrough:messaging",
                "switchboard:acceptControl",
                "switchboard:acceptControl:failure",
                "switchboard:offerControl",
                "switchboard:offerControl:failure",
                "switchboard:passControl",
                "switchboard:passControl:failure",
                "switchboard:releaseControl",
                "user:merge",
                "user:remove",
                "user:update",
            ]
        ]
        | None = None,
        include_full_user: bool | None = None,
        include_full_source: bool | None = None,
    ) -> WebhookResponse:
        """Creates a webhook of an integration; an app has at most 10.

        `POST /v2/apps/{appId}/integrations/{integrationId}/webhooks`, for keys of scope integration or app or
        account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateWebhook"],
                (app_id, integration_id),
                body,
                {
                    "target": target,
                    "triggers": triggers,
                    "include_full_user": include_full_user,
                    "include_full_source": include_full_source,
                },
            ),
            WebhookResponse,
        )

    def list_webhooks(self, app_id: str, integration_id: str) -> WebhookListResponse:
        """Lists the webhooks of an integration with their secrets.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks`, for keys of scope integration or app or
        account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListWebhooks"], (app_id, integration_id)), WebhookListResponse)

    def get_webhook(self, app_id: str, integration_id: str, webhook_id: str) -> WebhookResponse:
        """Fetches a webhook with its secret.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetWebhook"], (app_id, integration_id, webhook_id)), WebhookResponse)

    def update_webhook(
        self,
        app_id: str,
        integration_id: str,
        webhook_id: str,
        body: WebhookUpdateBody | Mapping[str, Any] | None = None,
        *,
        target: str | None = None,
        triggers: Sequence[
            Literal[
                "*",
                "client:add",
                "client:remove",
                "client:update",
                "conversation:create",
                "conversation:join",
                "conversation:leave",
                "conversation:message",
                "conversation:message:delivery:channel",
                "conversation:message:delivery:failure",
                "conversation:message:delivery:user",
                "conversation:postback",
                "conversation:read",
                "conversation:referral",
                "conversation:remove",
                "conversation:typing",
                "passthrough:messaging",
                "switchboard:acceptControl",
                "switchboard:acceptControl:failure",
                "switchboard:offerControl",
                "switchboard:offerControl:failure",
                "switchboard:passControl",
                "switchboard:passControl:failure",
                "switchboard:releaseControl",
                "user:merge",
                "user:remove",
                "user:update",
            ]
        ]
        | None = None,
        include_full_user: bool | None = None,
        include_full_source: bool | None = None,
    ) -> WebhookResponse:
        """Changes what the body names.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateWebhook"],
                (app_id, integration_id, webhook_id),
                body,
                {
                    "target": target,
                    "triggers": triggers,
                    "include_full_user": include_full_user,
                    "include_full_source": include_full_source,
                },
            ),
            WebhookResponse,
        )

    def delete_webhook(self, app_id: str, integration_id: str, webhook_id: str) -> Empty:
        """Deletes a webhook: it is not called again.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteWebhook"], (app_id, integration_id, webhook_id)), Empty)


class SwitchboardsApi(Api):
    """The operations of the tag Switchboards."""

    def create_switchboard(self, app_id: str) -> SwitchboardResponse:
        """Creates the switchboard of an app, not enabled yet.

        `POST /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            OnlyOneSwitchboard: The app already has a switchboard.
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateSwitchboard"], (app_id,)), SwitchboardResponse)

    def list_switchboards(self, app_id: str) -> SwitchboardListResponse:
        """Lists the switchboard of an app, if it has one.

        `GET /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListSwitchboards"], (app_id,)), SwitchboardListResponse)

    def update_switchboard(
        self,
        app_id: str,
        switchboard_id: str,
        body: SwitchboardUpdateBody | Mapping[str, Any] | None = None,
        *,
        enabled: bool | None = None,
        default_switchboard_integration_id: str | None = None,
    ) -> SwitchboardResponse:
        """Enables or disables a switchboard, or names who has control of new conversations.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateSwitchboard"],
                (app_id, switchboard_id),
                body,
                {"enabled": enabled, "default_switchboard_integration_id": default_switchboard_integration_id},
            ),
            SwitchboardResponse,
        )

    def delete_switchboard(self, app_id: str, switchboard_id: str) -> Empty:
        """Deletes a switchboard with its switchboard integrations; the integrations themselves stay.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteSwitchboard"], (app_id, switchboard_id)), Empty)


class SwitchboardIntegrationsApi(Api):
    """The operations of the tag Switchboard Integrations."""

    def create_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        body: SwitchboardIntegrationCreateBody | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        integration_id: str | None = None,
        integration_type: str | None = None,
        deliver_standby_events: bool | None = None,
        next_switchboard_integration_id: str | None = None,
        message_history_count: int | None = None,
    ) -> SwitchboardIntegrationResponse:
        """Adds an integration to a switchboard, which takes at most 10.

        `POST /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`, for keys of scope app or
        account.

        Raises:
            TooManySwitchboardIntegrations: The switchboard has the maximum number of integrations.
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateSwitchboardIntegration"],
                (app_id, switchboard_id),
                body,
                {
                    "name": name,
                    "integration_id": integration_id,
                    "integration_type": integration_type,
                    "deliver_standby_events": deliver_standby_events,
                    "next_switchboard_integration_id": next_switchboard_integration_id,
                    "message_history_count": message_history_count,
                },
            ),
            SwitchboardIntegrationResponse,
        )

    def list_switchboard_integrations(self, app_id: str, switchboard_id: str) -> SwitchboardIntegrationListResponse:
        """Lists the integrations of a switchboard.

        `GET /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`, for keys of scope app or
        account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListSwitchboardIntegrations"], (app_id, switchboard_id)),
            SwitchboardIntegrationListResponse,
        )

    def update_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        switchboard_integration_id: str,
        body: SwitchboardIntegrationUpdateBody | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        integration_id: str | None = None,
        integration_type: str | None = None,
        deliver_standby_events: bool | None = None,
        next_switchboard_integration_id: str | None = None,
        message_history_count: int | None = None,
    ) -> SwitchboardIntegrationResponse:
        """Changes what the body names; null clears.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`, for
        keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            SwitchboardIntegrationNotFound: The integration does not exist in the switchboard.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateSwitchboardIntegration"],
                (app_id, switchboard_id, switchboard_integration_id),
                body,
                {
                    "name": name,
                    "integration_id": integration_id,
                    "integration_type": integration_type,
                    "deliver_standby_events": deliver_standby_events,
                    "next_switchboard_integration_id": next_switchboard_integration_id,
                    "message_history_count": message_history_count,
                },
            ),
            SwitchboardIntegrationResponse,
        )

    def delete_switchboard_integration(
        self, app_id: str, switchboard_id: str, switchboard_integration_id: str
    ) -> Empty:
        """Removes an integration from a switchboard, unless it is the default one or the next one of another.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`,
        for keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            SwitchboardIntegrationNotFound: The integration does not exist in the switchboard.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteSwitchboardIntegration"], (app_id, switchboard_id, switchboard_integration_id)),
            Empty,
        )


class UsersApi(Api):
    """The operations of the tag Users."""

    def create_user(
        self,
        app_id: str,
        body: UserCreateBody | Mapping[str, Any] | None = None,
        *,
        external_id: str | None = None,
        brand_id: str | None = None,
        signed_up_at: datetime | str | None = None,
        to_be_retained: bool | None = None,
        profile: ProfileBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> UserResponse:
        """Creates a user. An external id, if given, is unique in the app (in its brand, if it has one).

        `POST /v2/apps/{appId}/users`, for keys of scope integration or app or account.

        Raises:
            UserAlreadyExists: Another user of the app already has this external id.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateUser"],
                (app_id,),
                body,
                {
                    "external_id": external_id,
                    "brand_id": brand_id,
                    "signed_up_at": signed_up_at,
                    "to_be_retained": to_be_retained,
                    "profile": profile,
                    "metadata": metadata,
                },
            ),
            UserResponse,
        )

    def list_users(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        *,
        identities_email: str | None = None,
        brand_id: str | None = None,
    ) -> UserListResponse:
        """Lists the users with an email address among their identities; the one in the profile is not looked at.

        `GET /v2/apps/{appId}/users`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["ListUsers"],
                (app_id,),
                filters=filter,
                filter_fields={"identities_email": identities_email},
                query={"brandId": brand_id},
            ),
            UserListResponse,
        )

    def get_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> UserResponse:
        """Fetches a user.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetUser"], (app_id, user_id_or_external_id), query={"brandId": brand_id}), UserResponse
        )

    def update_user(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: UserUpdateBody | Mapping[str, Any] | None = None,
        *,
        signed_up_at: datetime | str | None = None,
        to_be_retained: bool | None = None,
        profile: ProfileBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
        brand_id: str | None = None,
    ) -> UserResponse:
        """Changes what the body names: profile and metadata are merged key by key, null clears.

        `PATCH /v2/apps/{appId}/users/{userIdOrExternalId}`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["UpdateUser"],
                (app_id, user_id_or_external_id),
                body,
                {
                    "signed_up_at": signed_up_at,
                    "to_be_retained": to_be_retained,
                    "profile": profile,
                    "metadata": metadata,
                },
                query={"brandId": brand_id},
            ),
            UserResponse,
        )

    def delete_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> Empty:
        """Deletes a user with the user's clients, personal conversations and memberships of groups.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteUser"], (app_id, user_id_or_external_id), query={"brandId": brand_id}), Empty
        )

    def delete_user_personal_information(
        self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None
    ) -> UserResponse:
        """Clears the user's profile and metadata, and what the user's clients tell of the person.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}/personalinformation`, for keys of scope integration or
        app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["DeleteUserPersonalInformation"],
                (app_id, user_id_or_external_id),
                query={"brandId": brand_id},
            ),
            UserResponse,
        )

    def sync_user(
        self,
        app_id: str,
        zendesk_id: str,
        body: SyncUserBody | Mapping[str, Any] | None = None,
        *,
        surviving_zendesk_id: str | None = None,
    ) -> UserResponse:
        """Brings a user into line with the Support user of this id, or with the one that survived a merge.

        `POST /v2/apps/{appId}/users/{zendeskId}/sync`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["SyncUser"], (app_id, zendesk_id), body, {"surviving_zendesk_id": surviving_zendesk_id}),
            UserResponse,
        )


class ClientsApi(Api):
    """The operations of the tag Clients."""

    def create_client(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: ClientCreateBody | Mapping[str, Any] | None = None,
        *,
        match_criteria: MailgunCriteriaBody
        | MessagebirdCriteriaBody
        | TwilioCriteriaBody
        | WhatsappCriteriaBody
        | Mapping[str, Any]
        | None = None,
        confirmation: ConfirmationBody | Mapping[str, Any] | None = None,
        target: TargetBody | Mapping[str, Any] | None = None,
        brand_id: str | None = None,
    ) -> ClientResponse:
        """Links a third-party channel to a user. The client is pending until the channel has found the user.

        `POST /v2/apps/{appId}/users/{userIdOrExternalId}/clients`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["CreateClient"],
                (app_id, user_id_or_external_id),
                body,
                {"match_criteria": match_criteria, "confirmation": confirmation, "target": target},
                query={"brandId": brand_id},
            ),
            ClientResponse,
        )

    def list_clients(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        brand_id: str | None = None,
    ) -> ClientListResponse:
        """Lists the clients of a user, oldest first.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/clients`, for keys of scope integration or app or account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListClients"], (app_id, user_id_or_external_id), page=page, query={"brandId": brand_id}),
            ClientListResponse,
        )

    def iter_clients(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        brand_id: str | None = None,
        backwards: bool = False,
    ) -> Records[ClientListResponse, Client]:
        """Goes through every record of `list_clients`, page by page, from the cursor of `page` if it has one, and with
        its size. `backwards` begins at the end, or before the cursor `before`.

        Raises: what that raises, while it is iterated.
        """

        def fetch(at: Page) -> ClientListResponse:
            return self.list_clients(app_id, user_id_or_external_id, page=at, brand_id=brand_id)

        return Records(
            fetch, lambda answer: answer.clients, "ListClients", paging.first_page(page, backwards=backwards)
        )

    def remove_client(
        self, app_id: str, user_id_or_external_id: str, client_id: str, *, brand_id: str | None = None
    ) -> Empty:
        """Removes a client and ends its associations with conversations. The SDK client cannot be removed.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}/clients/{clientId}`, for keys of scope integration or app
        or account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            UserNotFound: The user does not exist in this app.
            ClientNotFound: The user does not have this client.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["RemoveClient"], (app_id, user_id_or_external_id, client_id), query={"brandId": brand_id}),
            Empty,
        )


class DevicesApi(Api):
    """The operations of the tag Devices."""

    def list_devices(
        self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None
    ) -> DeviceListResponse:
        """Lists the devices of a user, the one that was seen last first.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListDevices"], (app_id, user_id_or_external_id), query={"brandId": brand_id}),
            DeviceListResponse,
        )

    def get_device(
        self, app_id: str, user_id_or_external_id: str, device_id: str, *, brand_id: str | None = None
    ) -> DeviceResponse:
        """Fetches a device of a user.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices/{deviceId}`, for keys of scope integration or app or
        account.

        Raises:
            UserNotFound: The user does not exist in this app.
            DeviceNotFound: The user does not have this device.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetDevice"], (app_id, user_id_or_external_id, device_id), query={"brandId": brand_id}),
            DeviceResponse,
        )


class OAuthApi(Api):
    """The operations of the tag OAuth."""

    def get_token_info(self) -> AppWithSubdomainResponse:
        """Fetches the app that a token is for.

        `GET /v2/tokenInfo`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetTokenInfo"], ()), AppWithSubdomainResponse)

    def authorize(
        self,
        *,
        client_id: str | None = None,
        response_type: str | None = None,
        state: str | None = None,
        redirect_uri: str | None = None,
    ) -> Model:
        """Asks whoever sits at the browser to let the integration in, and sends the browser back with a code.

        `GET /oauth/authorize`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["Authorize"],
                (),
                query={
                    "client_id": client_id,
                    "response_type": response_type,
                    "state": state,
                    "redirect_uri": redirect_uri,
                },
            ),
            Model,
        )

    def get_token(
        self,
        body: TokenBody | Mapping[str, Any] | None = None,
        *,
        code: str | None = None,
        grant_type: Literal["authorization_code"] | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> TokenResponse:
        """Exchanges a code for a token.

        `POST /oauth/token`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["GetToken"],
                (),
                body,
                {"code": code, "grant_type": grant_type, "client_id": client_id, "client_secret": client_secret},
            ),
            TokenResponse,
        )

    def revoke_access(self) -> Empty:
        """Gives up the integration's access to the app, with its webhooks. The token is of no more use.

        `DELETE /oauth/authorization`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["RevokeAccess"], ()), Empty)


class Groups(Caller):
    """A group for each tag of the API's documentation."""

    @group
    def apps(self) -> AppsApi:
        """The operations of the tag Apps."""
        return AppsApi(self)

    @group
    def app_keys(self) -> AppKeysApi:
        """The operations of the tag App Keys."""
        return AppKeysApi(self)

    @group
    def attachments(self) -> AttachmentsApi:
        """The operations of the tag Attachments."""
        return AttachmentsApi(self)

    @group
    def conversations(self) -> ConversationsApi:
        """The operations of the tag Conversations."""
        return ConversationsApi(self)

    @group
    def participants(self) -> ParticipantsApi:
        """The operations of the tag Participants."""
        return ParticipantsApi(self)

    @group
    def messages(self) -> MessagesApi:
        """The operations of the tag Messages."""
        return MessagesApi(self)

    @group
    def activities(self) -> ActivitiesApi:
        """The operations of the tag Activities."""
        return ActivitiesApi(self)

    @group
    def switchboard_actions(self) -> SwitchboardActionsApi:
        """The operations of the tag Switchboard Actions."""
        return SwitchboardActionsApi(self)

    @group
    def integrations(self) -> IntegrationsApi:
        """The operations of the tag Integrations."""
        return IntegrationsApi(self)

    @group
    def custom_integration_api_keys(self) -> CustomIntegrationApiKeysApi:
        """The operations of the tag Custom Integration API Keys."""
        return CustomIntegrationApiKeysApi(self)

    @group
    def webhooks(self) -> WebhooksApi:
        """The operations of the tag Webhooks."""
        return WebhooksApi(self)

    @group
    def switchboards(self) -> SwitchboardsApi:
        """The operations of the tag Switchboards."""
        return SwitchboardsApi(self)

    @group
    def switchboard_integrations(self) -> SwitchboardIntegrationsApi:
        """The operations of the tag Switchboard Integrations."""
        return SwitchboardIntegrationsApi(self)

    @group
    def users(self) -> UsersApi:
        """The operations of the tag Users."""
        return UsersApi(self)

    @group
    def clients(self) -> ClientsApi:
        """The operations of the tag Clients."""
        return ClientsApi(self)

    @group
    def devices(self) -> DevicesApi:
        """The operations of the tag Devices."""
        return DevicesApi(self)

    @group
    def oauth(self) -> OAuthApi:
        """The operations of the tag OAuth."""
        return OAuthApi(self)
