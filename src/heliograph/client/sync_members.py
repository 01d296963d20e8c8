# Generated from async_members.py by tools/unasync.py. Do not edit.
"""Replaces the members of a conversation: `client.members.replace(…)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from heliograph.client.member_lines import (
    Member,
    MemberLines,
    MembersProgress,
    MembersSummary,
    headers_for,
    prepare,
)
from heliograph.client.sync_calls import Api


class MembersApi(Api):
    """Replaces all members of a conversation."""

    def replace(
        self,
        app_id: str,
        conversation_id: str,
        members: Iterable[Member],
        *,
        dry_run: bool = False,
        version: str | None = None,
        on_progress: Callable[[MembersProgress], object] | None = None,
    ) -> MembersSummary:
        """Make up to 100,000 users the participants of an sdkGroup conversation.

        Missing users join, and all other participants leave. After an error, the changes so far remain, and another
        call completes them.

        `PUT /heliograph/v1/apps/{appId}/conversations/{conversationId}/participants`. Scopes: app, account.

        Args:
            app_id: the app.
            conversation_id: the conversation.
            members: the users, as for `participants.join_conversation`. Without any, everybody leaves.
            dry_run: change nothing, and return what would change.
            version: the version that a dry run or an earlier call returned; the call is refused if another request has
                changed the membership since.
            on_progress: called after each transaction.

        Raises:
            InvalidArgument: an argument breaks a rule of the API; nothing was sent.
            PreconditionFailed: the membership has another version.
            ConversationNotFound, UserNotFound, TooManyParticipants: as for a join.
            ApiError: another error response. Its last title says what was done before.
            TransportError: no complete response arrived.
            DecodeError: the response cannot be decoded.
        """
        prepared = prepare(app_id, conversation_id, members, dry_run=dry_run)
        given = self._client._options
        options = replace(given, headers=headers_for(given.headers, version))
        lines = MemberLines()
        with self._client.open(prepared, options) as chunks:
            for chunk in chunks:
                for progress in lines.read(chunk):
                    if on_progress is not None:
                        on_progress(progress)
        return lines.summary
