"""The log of unreachable webhooks: one warning for each webhook and cause, repeated every ten minutes."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from heliograph.domain.networks import SETTING
from heliograph.storage.rows.delivery_queue import AttemptOutcome

REPEAT_SECONDS = 600.0
MAX_WEBHOOKS = 1000
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
    """Whether no log line says yet that the webhook responds again."""


class UnreachableLog:
    """Logs why webhooks cannot be called, and when they respond again. `clock` is monotonic, in seconds.

    Any response counts as reachable, whatever its status.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, dict[str, _Failure]] = OrderedDict()

    def add(self, outcome: AttemptOutcome) -> None:
        """Log an attempt if the webhook became unreachable or responds again."""
        delivery = outcome.delivery
        if outcome.cause is not None:
            self._add_failure(delivery.app_id, delivery.webhook_id, outcome.cause, outcome.attempt.error or "")
        elif delivery.webhook_id in self._failures:
            self._add_response(delivery.app_id, delivery.webhook_id)

    def _add_failure(self, app_id: str, webhook_id: str, cause: str, error: str) -> None:
        now = self._clock()
        causes = self._failures.setdefault(webhook_id, {})
        self._failures.move_to_end(webhook_id)
        if len(self._failures) > MAX_WEBHOOKS:
            self._failures.popitem(last=False)
        failure = causes.get(cause)
        if failure is not None and now - failure.logged_at < REPEAT_SECONDS:
            failure.suppressed += 1
            return
        since = f"; {failure.suppressed} calls failed since this was last logged" if failure else ""
        log.warning(
            "webhook %s of app %s cannot be called: %s%s%s", webhook_id, app_id, error, _HINTS.get(cause, ""), since
        )
        causes[cause] = _Failure(now)

    def _add_response(self, app_id: str, webhook_id: str) -> None:
        """Log that the webhook responds. Failures of the last ten minutes are kept, so a flapping endpoint does not
        fill the log."""
        now = self._clock()
        causes = self._failures[webhook_id]
        opened = [failure for failure in causes.values() if failure.is_open]
        if opened:
            suppressed = sum(failure.suppressed for failure in opened)
            log.info("webhook %s of app %s responds again; %s more calls had failed", webhook_id, app_id, suppressed)
        for cause, failure in list(causes.items()):
            failure.is_open = False
            if now - failure.logged_at >= REPEAT_SECONDS:
                del causes[cause]
        if not causes:
            del self._failures[webhook_id]
