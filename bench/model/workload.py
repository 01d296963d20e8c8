"""What is asked of the model: a load, and the machines that have to carry it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from bench.model import costs

_SMALL_GROUP = 10
"""Members up to which a post costs what it costs in a group of two."""

_RATES = ("joins", "leaves", "lists", "messages", "creates", "gets")


class Workload(Struct, frozen=True, kw_only=True):
    """A load: what exists, and how many operations are called per second."""

    apps: int = 1
    """Apps that have equal parts of the load."""
    users: int = 100_000
    groups: int = 10_000
    members: int = 20
    """Of each group."""
    joins: float = 0
    leaves: float = 0
    lists: float = 0
    new_lists: float = 0.2
    """Part of the lists that a server does not remember, because the group changed or others were listed."""
    messages: float = 0
    creates: float = 0
    gets: float = 0
    webhooks: float = 0
    """Webhooks of an app that get each of its events."""
    events: float | None = None
    """Events per second that the webhooks listen to; by default all joins, leaves and messages."""

    @property
    def rates(self) -> dict[str, float]:
        """Operations per second, without those that are not called."""
        post = costs.POST_2 if self.members <= _SMALL_GROUP else costs.POST_100
        rates = {
            costs.JOIN: self.joins,
            costs.LEAVE: self.leaves,
            costs.LIST: self.lists * (1 - self.new_lists),
            costs.LIST_NEW: self.lists * self.new_lists,
            post: self.messages,
            costs.CREATE_USER: self.creates,
            costs.GET_USER: self.gets,
        }
        return {name: rate for name, rate in rates.items() if rate}

    def times(self, factor: float) -> Workload:
        """This load, grown by a factor: more apps of the same kind."""
        sizes = {name: max(1, round(getattr(self, name) * factor)) for name in ("apps", "users", "groups")}
        rates = {name: getattr(self, name) * factor for name in _RATES}
        events = None if self.events is None else self.events * factor
        return replace(self, **sizes, **rates, events=events)

    @property
    def calls(self) -> float:
        """Calls of webhooks per second."""
        events = self.joins + self.leaves + self.messages if self.events is None else self.events
        return events * self.webhooks


class Target(Struct, frozen=True, kw_only=True):
    """The machines. All defaults but the speed are assumptions."""

    speed: float
    """Requests of the bare handler per second of processor time."""
    utilisation: float = 0.6
    """Of a processor or a disk, at most."""
    cores: int = 16
    """Of each machine that runs server processes."""
    database_cores: int = 64
    """Of the machine of the database."""
    disk_mb: float = 500
    """Megabytes per second that the disk of the database writes."""
    disk_tb: float = 10
    keep_days: int = 7
    connections: int = 8
    """Connections of each process to PostgreSQL, at most: `--database-connections`."""
    max_connections: int = 500
    """Connections that PostgreSQL allows."""


PRESETS = {
    "small": Workload(apps=10, joins=100, lists=100, messages=20, webhooks=1),
    "large": Workload(
        apps=1000, users=10_000_000, groups=1_000_000, joins=10_000, lists=10_000, messages=2_000, webhooks=1
    ),
    "huge": Workload(
        apps=10_000, users=100_000_000, groups=10_000_000, joins=100_000, lists=100_000, messages=20_000, webhooks=1
    ),
    "chat": Workload(lists=700, messages=200, joins=100, webhooks=2),
}
