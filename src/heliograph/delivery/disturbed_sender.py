"""A sender whose webhook calls obey the chaos rules of their app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from heliograph.delivery.sender import CallResult, WebhookSender
from heliograph.domain.networks import Network
from heliograph.sandbox.chaos import HEADER, Chaos, Disturbance
from heliograph.wire.chaos import CallEffect, CallMatch
from heliograph.wire.envelope import ATTEMPT_HEADER, SECRET_HEADER

_WRONG_SECRET = "not-the-secret-of-this-webhook"


class DisturbedSender(WebhookSender):
    """Makes the POST requests of a sandbox."""

    def __init__(self, allowed: Sequence[Network], chaos: Chaos) -> None:
        super().__init__(allowed)
        self._chaos = chaos

    async def post(self, app_id: str, url: str, headers: Mapping[str, str], body: bytes) -> CallResult:
        """Make a POST request for an app, disturbed by the rules of the app."""
        rules = self._chaos.of(app_id)
        if rules is None or (facts := _facts(headers, body)) is None:
            return await super().post(app_id, url, headers, body)
        found = rules.of_call(facts)
        if not found.rules:
            return await super().post(app_id, url, headers, body)
        await self._chaos.pause(found.delay_ms / 1000)
        effect = found.effect or CallEffect()
        if effect.status is not None:
            return CallResult(effect.status, body=f"{HEADER}: {found.label}. The endpoint was not called")
        if effect.drop == "before":
            return _lost(found, "the endpoint was not called")
        sent = {**headers, HEADER: found.label}
        if effect.wrong_secret:
            sent[SECRET_HEADER] = _WRONG_SECRET
        result = await super().post(app_id, url, sent, body)
        for _ in range(effect.duplicate or 0):
            await super().post(app_id, url, sent, body)
        return _lost(found, "the response was lost") if effect.drop == "after" else result


def _lost(found: Disturbance[CallEffect], what: str) -> CallResult:
    return CallResult(None, f"{HEADER}: {found.label}. The connection was closed: {what}", cause="connection")


def _facts(headers: Mapping[str, str], body: bytes) -> CallMatch | None:
    """The facts that rules may match; None for a call that does not belong to a webhook."""
    call: dict[str, Any] = msgspec.json.decode(body)
    if "webhook" not in call:
        return None
    (event,) = call["events"]
    return CallMatch(
        webhook_id=call["webhook"]["id"],
        trigger=event["type"],
        conversation_id=(event["payload"].get("conversation") or {}).get("id"),
        attempt=int(headers[ATTEMPT_HEADER]),
    )
