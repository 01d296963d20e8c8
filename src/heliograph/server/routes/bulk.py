"""Many changes of the membership of a conversation in one request."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

from heliograph.domain import bulk, member_sets
from heliograph.domain.member_sets import Replacement
from heliograph.domain.writes import Write
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.wire.base import Response
from heliograph.wire.bulk import BulkParticipantsBody, BulkParticipantsResponse, MembersSummary
from heliograph.wire.formats import LINES, Lines
from heliograph.wire.participants import ParticipantJoinBody
from heliograph.wire.paths import ConversationPath
from heliograph.wire.table.extensions.bulk import BULK_PARTICIPANTS, REPLACE_PARTICIPANTS

_DRY_RUN = {None: False, "false": False, "true": True}
_VERSION = re.compile(rb'"([^"]*)"')
_VERSIONS = re.compile(rb'(?:W/)?"[^"]*"(?:[ \t]*,[ \t]*(?:W/)?"[^"]*")*')
_ANY = b"*"

MemberRows = AsyncGenerator[list[ParticipantJoinBody], None]


@writes(BULK_PARTICIPANTS)
async def bulk_participants(
    request: Request[ConversationPath, BulkParticipantsBody],
) -> Write[BulkParticipantsResponse]:
    return bulk.change(request.tenant, request.path.conversation_id, request.body, request.settings.participant_limit)


@handles(REPLACE_PARTICIPANTS)
async def replace_participants(request: Request[ConversationPath, MemberRows]) -> Lines:
    accepted = request.headers.get(b"accept", b"")
    return Lines(_replace(request), all=LINES.encode() in accepted)


async def _replace(request: Request[ConversationPath, MemberRows]) -> AsyncGenerator[Response, None]:
    dry_run = _DRY_RUN.get(request.query.plain.get("dryRun"))
    if dry_run is None:
        raise BadRequest("dryRun should be true or false")
    versions = _versions(request.headers.get(b"if-match", _ANY).strip())
    wanted = await member_sets.collect(request.store, request.tenant, request.body)
    # The body may have taken minutes to arrive.
    await request.recheck()
    asked = Replacement(
        request.tenant, request.path.conversation_id, wanted, request.settings.participant_limit, versions, dry_run
    )
    async for one in member_sets.replace(request.store, asked):
        if isinstance(one, MembersSummary):
            request.response_headers["etag"] = f'"{one.version}"'
        yield one
        await request.recheck()


def _versions(condition: bytes) -> list[str]:
    """The versions in an `If-Match`; empty for `*`, which matches any version.

    Raises:
        BadRequest: the header is not valid. Ignoring it could overwrite the changes of other requests.
    """
    if condition == _ANY:
        return []
    if not _VERSIONS.fullmatch(condition):
        raise BadRequest('If-Match should be a version in quotes, such as "2-6ae0a1e5f0040004a7d25e90"')
    return [found.decode("latin-1") for found in _VERSION.findall(condition)]
