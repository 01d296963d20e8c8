"""The log of webhooks that cannot be called: one warning for each webhook and cause, repeated every ten minutes."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from heliograph.domain.networks import SETTING
from heliograph.storage.rows.deliveries import Settled

REPEAT_SECONDS = 600.0
MOST_WEBHOOKS = 1000
_HINTS = {
    "address": f" (see {SETTING})",
    "tls": " (SSL_CERT_FILE names other certificate authorities)",
}

log = logging.getLogger("heliograph.delivery")


@dataclass
class _Failure:
    logged_at: float
    suppressed: int = 0
    is_open: bool = True
    """Whether the last thing that the log says of it is that it fails."""


class UnreachableLog:
    """Logs why webhooks cannot be called, and when they answer again. `clock` is monotonic, in seconds.

    An endpoint that answers is not a failure here, whatever its status.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, dict[str, _Failure]] = OrderedDict()

    def attempt(self, settled: Settled) -> None:
        """Take note of an attempt."""
        it = settled.delivery
        if settled.cause is not None:
            self._failed(it.app_id, it.webhook_id, settled.cause, settled.attempt.error or "")
        elif it.webhook_id in self._known:
            self._answered(it.app_id, it.webhook_id)

    def _failed(self, app_id: str, webhook_id: str, cause: str, error: str) -> None:
        now = self._clock()
        causes = self._known.setdefault(webhook_id, {})
        self._known.move_to_end(webhook_id)
        if len(self._known) > MOST_WEBHOOKS:
            self._known.popitem(last=False)
        failure = causes.get(cause)
        if failure is not None and now - failure.logged_at < REPEAT_SECONDS:
            failure.suppressed += 1
            return
        since = f"; {failure.suppressed} calls failed since this was last logged" if failure else ""
        log.warning(
            "webhook %s of app %s cannot be called: %s%s%s", webhook_id, app_id, error, _HINTS.get(cause, ""), since
        )
        causes[cause] = _Failure(now)

    def _answered(self, app_id: str, webhook_id: str) -> None:
        """What failed within the last ten minutes stays known, so that an unsteady endpoint does not fill the log."""
        now = self._clock()
        causes = self._known[webhook_id]
        opened = [failure for failure in causes.values() if failure.is_open]
        if opened:
            suppressed = sum(failure.suppressed for failure in opened)
            log.info("webhook %s of app %s answers again; %s more calls had failed", webhook_id, app_id, suppressed)
        for cause, failure in list(causes.items()):
            failure.is_open = False
            if now - failure.logged_at >= REPEAT_SECONDS:
                del causes[cause]
        if not causes:
            del self._known[webhook_id]
