"""The retry policy of webhooks: pure arithmetic, without a clock or randomness."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The schedule of the API document: 5 attempts within 15 minutes, whatever the jitter."""

    delays: tuple[float, ...] = (10, 50, 190, 500)
    final: frozenset[int] = frozenset({400, 401, 403, 404, 406})
    jitter: float = 0.2

    def next_delay(self, attempt: int, status: int | None, roll: float) -> float | None:
        """Seconds from the failed attempt number `attempt` (the first is 1) to the next one; None to give up.

        `roll` is a random number from 0 to 1.
        """
        if status in self.final or attempt > len(self.delays):
            return None
        return self.delays[attempt - 1] * (1 + self.jitter * (2 * roll - 1))

    def longest_delays(self) -> list[int]:
        """The longest delay in milliseconds after the first failed attempt, the second, and so on."""
        return [int(delay * (1 + self.jitter) * 1000) for delay in self.delays]


def is_success(status: int | None) -> bool:
    """Whether the endpoint accepted the event."""
    return status is not None and 200 <= status < 300
