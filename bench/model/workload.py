"""The input of the model: a load, and the machines that carry it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from bench.model import costs

_SMALL_GROUP = 10
"""Up to this number of members, a post has the cost of a post to a group of two."""

_RATES = ("joins", "leaves", "lists", "messages", "creates", "gets")


class Workload(Struct, frozen=True, kw_only=True):
    """A load: the number of apps, users and groups, and the operations per second."""

    apps: int = 1
    """Number of apps; each has the same share of the load."""
    users: int = 100_000
    groups: int = 10_000
    members: int = 20
    """Members of each group."""
    joins: float = 0
    leaves: float = 0
    lists: float = 0
    new_lists: float = 0.2
    """Fraction of the lists that are not in the cache of the server, because the group changed or the page was
    evicted."""
    messages: float = 0
    creates: float = 0
    gets: float = 0
    webhooks: float = 0
    """Webhooks of each app, which get all of its events."""
    events: float | None = None
    """Events per second that webhooks receive; by default all joins, leaves and messages."""

    @property
    def rates(self) -> dict[str, float]:
        """The rates of the operations that are called, per second."""
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
        """This load, multiplied by a factor: more apps of the same kind."""
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
    """Maximum fraction of the time for which processors and disks may be busy."""
    cores: int = 16
    """Cores of each machine that runs server processes."""
    database_cores: int = 64
    """Cores of the machine of the database."""
    disk_mb: float = 500
    """Megabytes per second that the disk of the database writes."""
    disk_tb: float = 10
    keep_days: int = 7
    connections: int = 8
    """Maximum number of connections of each process to PostgreSQL: `--database-connections`."""
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
