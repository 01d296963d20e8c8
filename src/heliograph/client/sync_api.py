# Generated from async_api.py by tools/unasync.py. Do not edit.
"""The operations of the API, by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from heliograph.client import paging
from heliograph.client.model import Model
from heliograph.client.models import (
    App,
    AppKeyListResponse,
    AppKeyResponse,
    AppListResponse,
    AppResponse,
    Client,
    ClientListResponse,
    Conversation,
    ConversationListResponse,
    ConversationResponse,
    Empty,
    Participant,
    ParticipantListResponse,
    ParticipantResponse,
    UserResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Caller, Records
from heliograph.wire.apps import AppCreateBody, AppKeyCreateBody, AppSettingsBody, AppUpdateBody
from heliograph.wire.conversations import ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.paging import Page
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody
from heliograph.wire.users import ProfileBody, UserCreateBody, UserUpdateBody


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
            InvalidPage: The `page` parameters break a rule of cursor pagination.
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
            AppNotFound: There is no such app.
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
            AppNotFound: There is no such app.
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
            AppNotFound: There is no such app.
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
            AppNotFound: There is no such app.
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
            AppNotFound: There is no such app.
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
            AppNotFound: There is no such app.
            NotFound: There is no such thing, or no such path.
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
            AppNotFound: There is no such app.
            NotFound: There is no such thing, or no such path.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAppKey"], (app_id, key_id)), Empty)


class AttachmentsApi(Api):
    """The operations of the tag Attachments."""

    def upload_attachment(
        self, app_id: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls UploadAttachment. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/attachments`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["UploadAttachment"], (app_id,), body, query=query), Model)

    def delete_attachment(
        self, app_id: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls DeleteAttachment. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/attachments/remove`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAttachment"], (app_id,), body, query=query), Model)


class ConversationsApi(Api):
    """The operations of the tag Conversations."""

    def create_conversation(
        self,
        app_id: str,
        body: ConversationCreateBody | Mapping[str, Any] | None = None,
        *,
        type: Literal["personal", "sdkGroup"] | None = None,
        participants: Sequence[ParticipantJoinBody | Mapping[str, Any]] | None = None,
        display_name: str | None = None,
        description: str | None = None,
        icon_url: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> ConversationResponse:
        """Creates a personal conversation of one user, or a group with up to 10 users in it from the start.

        `POST /v2/apps/{appId}/conversations`, for keys of scope integration or app or account.

        Raises:
            AppNotFound: There is no such app.
            UserNotFound: There is no such user in this app.
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
            InvalidPage: The `page` parameters break a rule of cursor pagination.
            UserNotFound: There is no such user in this app.
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
            ConversationNotFound: There is no such conversation in this app.
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
            ConversationNotFound: There is no such conversation in this app.
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
        """Deletes a conversation with its participants. A user's default conversation cannot be deleted.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}`, for keys of scope integration or app or account.

        Raises:
            BadRequest: The request breaks a rule; one title per violation.
            ConversationNotFound: There is no such conversation in this app.
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
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls DownloadMessageRef. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/download`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DownloadMessageRef"], (app_id, conversation_id), body, query=query), Model
        )

    def post_conversion_events(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls PostConversionEvents. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/conversionEvents`, for keys of scope integration or app
        or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["PostConversionEvents"], (app_id, conversation_id), body, query=query), Model
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
            TooManyParticipants: The conversation has reached its limit of participants.
            ConversationNotFound: There is no such conversation in this app.
            UserNotFound: There is no such user in this app.
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
            InvalidPage: The `page` parameters break a rule of cursor pagination.
            ConversationNotFound: There is no such conversation in this app.
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
            ConversationNotFound: There is no such conversation in this app.
            UserNotFound: There is no such user in this app.
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
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls PostMessage. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["PostMessage"], (app_id, conversation_id), body, query=query), Model)

    def list_messages(self, app_id: str, conversation_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls ListMessages. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListMessages"], (app_id, conversation_id), query=query), Model)

    def delete_all_messages(
        self, app_id: str, conversation_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls DeleteAllMessages. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteAllMessages"], (app_id, conversation_id), query=query), Model)

    def delete_message(
        self, app_id: str, conversation_id: str, message_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls DeleteMessage. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages/{messageId}`, for keys of scope integration
        or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteMessage"], (app_id, conversation_id, message_id), query=query), Model
        )


class ActivitiesApi(Api):
    """The operations of the tag Activities."""

    def post_activity(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls PostActivity. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/activity`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["PostActivity"], (app_id, conversation_id), body, query=query), Model)


class SwitchboardActionsApi(Api):
    """The operations of the tag Switchboard Actions."""

    def pass_control(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls PassControl. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/passControl`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["PassControl"], (app_id, conversation_id), body, query=query), Model)

    def release_control(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls ReleaseControl. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/releaseControl`, for keys of scope integration or app
        or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ReleaseControl"], (app_id, conversation_id), body, query=query), Model
        )

    def offer_control(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls OfferControl. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/offerControl`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["OfferControl"], (app_id, conversation_id), body, query=query), Model)

    def accept_control(
        self,
        app_id: str,
        conversation_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls AcceptControl. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/conversations/{conversationId}/acceptControl`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["AcceptControl"], (app_id, conversation_id), body, query=query), Model)


class IntegrationsApi(Api):
    """The operations of the tag Integrations."""

    def create_integration(
        self, app_id: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls CreateIntegration. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/integrations`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateIntegration"], (app_id,), body, query=query), Model)

    def list_integrations(self, app_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls ListIntegrations. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListIntegrations"], (app_id,), query=query), Model)

    def get_integration(self, app_id: str, integration_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls GetIntegration. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetIntegration"], (app_id, integration_id), query=query), Model)

    def update_integration(
        self,
        app_id: str,
        integration_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls UpdateIntegration. Its body and its answer are plain JSON objects.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["UpdateIntegration"], (app_id, integration_id), body, query=query), Model
        )

    def delete_integration(self, app_id: str, integration_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls DeleteIntegration. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteIntegration"], (app_id, integration_id), query=query), Model)


class CustomIntegrationApiKeysApi(Api):
    """The operations of the tag Custom Integration API Keys."""

    def create_custom_integration_key(
        self,
        app_id: str,
        integration_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls CreateCustomIntegrationKey. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/integrations/{integrationId}/keys`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["CreateCustomIntegrationKey"], (app_id, integration_id), body, query=query), Model
        )

    def list_custom_integration_keys(
        self, app_id: str, integration_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls ListCustomIntegrationKeys. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListCustomIntegrationKeys"], (app_id, integration_id), query=query), Model
        )

    def get_custom_integration_key(
        self, app_id: str, integration_id: str, key_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls GetCustomIntegrationKey. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetCustomIntegrationKey"], (app_id, integration_id, key_id), query=query), Model
        )

    def delete_custom_integration_key(
        self, app_id: str, integration_id: str, key_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls DeleteCustomIntegrationKey. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteCustomIntegrationKey"], (app_id, integration_id, key_id), query=query), Model
        )


class WebhooksApi(Api):
    """The operations of the tag Webhooks."""

    def create_webhook(
        self,
        app_id: str,
        integration_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls CreateWebhook. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/integrations/{integrationId}/webhooks`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateWebhook"], (app_id, integration_id), body, query=query), Model)

    def list_webhooks(self, app_id: str, integration_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls ListWebhooks. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListWebhooks"], (app_id, integration_id), query=query), Model)

    def get_webhook(
        self, app_id: str, integration_id: str, webhook_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls GetWebhook. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetWebhook"], (app_id, integration_id, webhook_id), query=query), Model
        )

    def update_webhook(
        self,
        app_id: str,
        integration_id: str,
        webhook_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls UpdateWebhook. Its body and its answer are plain JSON objects.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["UpdateWebhook"], (app_id, integration_id, webhook_id), body, query=query), Model
        )

    def delete_webhook(
        self, app_id: str, integration_id: str, webhook_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls DeleteWebhook. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`, for keys of scope integration or
        app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["DeleteWebhook"], (app_id, integration_id, webhook_id), query=query), Model
        )


class SwitchboardsApi(Api):
    """The operations of the tag Switchboards."""

    def create_switchboard(
        self, app_id: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls CreateSwitchboard. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateSwitchboard"], (app_id,), body, query=query), Model)

    def list_switchboards(self, app_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls ListSwitchboards. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListSwitchboards"], (app_id,), query=query), Model)

    def update_switchboard(
        self,
        app_id: str,
        switchboard_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls UpdateSwitchboard. Its body and its answer are plain JSON objects.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["UpdateSwitchboard"], (app_id, switchboard_id), body, query=query), Model
        )

    def delete_switchboard(self, app_id: str, switchboard_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls DeleteSwitchboard. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteSwitchboard"], (app_id, switchboard_id), query=query), Model)


class SwitchboardIntegrationsApi(Api):
    """The operations of the tag Switchboard Integrations."""

    def create_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls CreateSwitchboardIntegration. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`, for keys of scope app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["CreateSwitchboardIntegration"], (app_id, switchboard_id), body, query=query), Model
        )

    def list_switchboard_integrations(
        self, app_id: str, switchboard_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls ListSwitchboardIntegrations. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`, for keys of scope app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["ListSwitchboardIntegrations"], (app_id, switchboard_id), query=query), Model
        )

    def update_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        switchboard_integration_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls UpdateSwitchboardIntegration. Its body and its answer are plain JSON objects.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`, for
        keys of scope app or account.

        Raises:
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
                query=query,
            ),
            Model,
        )

    def delete_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        switchboard_integration_id: str,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls DeleteSwitchboardIntegration. Its body and its answer are plain JSON objects.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`,
        for keys of scope app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(
                OPERATION["DeleteSwitchboardIntegration"],
                (app_id, switchboard_id, switchboard_integration_id),
                query=query,
            ),
            Model,
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
            UserAlreadyExists: Another user of the app has this external id.
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

    def list_users(self, app_id: str, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls ListUsers. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/users`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListUsers"], (app_id,), query=query), Model)

    def get_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> UserResponse:
        """Fetches a user.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}`, for keys of scope integration or app or account.

        Raises:
            UserNotFound: There is no such user in this app.
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
            UserNotFound: There is no such user in this app.
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
            UserNotFound: There is no such user in this app.
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
            UserNotFound: There is no such user in this app.
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
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls SyncUser. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/users/{zendeskId}/sync`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["SyncUser"], (app_id, zendesk_id), body, query=query), Model)


class ClientsApi(Api):
    """The operations of the tag Clients."""

    def create_client(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
    ) -> Model:
        """Calls CreateClient. Its body and its answer are plain JSON objects.

        `POST /v2/apps/{appId}/users/{userIdOrExternalId}/clients`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["CreateClient"], (app_id, user_id_or_external_id), body, query=query), Model
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
            InvalidPage: The `page` parameters break a rule of cursor pagination.
            UserNotFound: There is no such user in this app.
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
            BadRequest: The request breaks a rule; one title per violation.
            UserNotFound: There is no such user in this app.
            ClientNotFound: The user has no such client.
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
        self, app_id: str, user_id_or_external_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls ListDevices. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["ListDevices"], (app_id, user_id_or_external_id), query=query), Model)

    def get_device(
        self, app_id: str, user_id_or_external_id: str, device_id: str, *, query: Mapping[str, Any] | None = None
    ) -> Model:
        """Calls GetDevice. Its body and its answer are plain JSON objects.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices/{deviceId}`, for keys of scope integration or app or
        account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(
            build(OPERATION["GetDevice"], (app_id, user_id_or_external_id, device_id), query=query), Model
        )


class OAuthApi(Api):
    """The operations of the tag OAuth."""

    def get_token_info(self, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls GetTokenInfo. Its body and its answer are plain JSON objects.

        `GET /v2/tokenInfo`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetTokenInfo"], (), query=query), Model)

    def authorize(self, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls Authorize. Its body and its answer are plain JSON objects.

        `GET /oauth/authorize`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["Authorize"], (), query=query), Model)

    def get_token(self, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls GetToken. Its body and its answer are plain JSON objects.

        `POST /oauth/token`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["GetToken"], (), body, query=query), Model)

    def revoke_access(self, *, query: Mapping[str, Any] | None = None) -> Model:
        """Calls RevokeAccess. Its body and its answer are plain JSON objects.

        `DELETE /oauth/authorization`, for keys of scope integration or app or account.

        Raises:
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["RevokeAccess"], (), query=query), Model)


class Groups(Caller):
    """A group for each tag of the API's documentation."""

    @cached_property
    def apps(self) -> AppsApi:
        """The operations of the tag Apps."""
        return AppsApi(self)

    @cached_property
    def app_keys(self) -> AppKeysApi:
        """The operations of the tag App Keys."""
        return AppKeysApi(self)

    @cached_property
    def attachments(self) -> AttachmentsApi:
        """The operations of the tag Attachments."""
        return AttachmentsApi(self)

    @cached_property
    def conversations(self) -> ConversationsApi:
        """The operations of the tag Conversations."""
        return ConversationsApi(self)

    @cached_property
    def participants(self) -> ParticipantsApi:
        """The operations of the tag Participants."""
        return ParticipantsApi(self)

    @cached_property
    def messages(self) -> MessagesApi:
        """The operations of the tag Messages."""
        return MessagesApi(self)

    @cached_property
    def activities(self) -> ActivitiesApi:
        """The operations of the tag Activities."""
        return ActivitiesApi(self)

    @cached_property
    def switchboard_actions(self) -> SwitchboardActionsApi:
        """The operations of the tag Switchboard Actions."""
        return SwitchboardActionsApi(self)

    @cached_property
    def integrations(self) -> IntegrationsApi:
        """The operations of the tag Integrations."""
        return IntegrationsApi(self)

    @cached_property
    def custom_integration_api_keys(self) -> CustomIntegrationApiKeysApi:
        """The operations of the tag Custom Integration API Keys."""
        return CustomIntegrationApiKeysApi(self)

    @cached_property
    def webhooks(self) -> WebhooksApi:
        """The operations of the tag Webhooks."""
        return WebhooksApi(self)

    @cached_property
    def switchboards(self) -> SwitchboardsApi:
        """The operations of the tag Switchboards."""
        return SwitchboardsApi(self)

    @cached_property
    def switchboard_integrations(self) -> SwitchboardIntegrationsApi:
        """The operations of the tag Switchboard Integrations."""
        return SwitchboardIntegrationsApi(self)

    @cached_property
    def users(self) -> UsersApi:
        """The operations of the tag Users."""
        return UsersApi(self)

    @cached_property
    def clients(self) -> ClientsApi:
        """The operations of the tag Clients."""
        return ClientsApi(self)

    @cached_property
    def devices(self) -> DevicesApi:
        """The operations of the tag Devices."""
        return DevicesApi(self)

    @cached_property
    def oauth(self) -> OAuthApi:
        """The operations of the tag OAuth."""
        return OAuthApi(self)
