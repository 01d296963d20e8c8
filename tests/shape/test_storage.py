"""The shape of storage: its functions take the tenant first, and the keys of its tables begin with it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from heliograph.storage import copying
from heliograph.storage.migrations import schema
from tests.cases import each
from tests.shape.test_shape import ROOT, STORAGE

# Modules about a whole database.
WHOLE = {
    "ddl",
    "pool",
    "opening",
    "store",
    "copying",
    "compacting",
    "unlocking",
    "transactions",
    "migrating",
    "distributing",
    "inspecting",
}


def storage_functions() -> Iterator[Any]:
    """Every public function that reads or writes rows of the API."""
    for path in STORAGE:
        if path.stem in WHOLE:
            continue
        module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
        for _, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and not function.__name__.startswith("_"):
                yield function


# Functions about the server itself or about tenants, and functions that look up the tenant.
WITHOUT_TENANT = {
    "meta.get",
    "meta.get_struct",
    "meta.put",
    "meta.put_struct",
    "meta.lock",
    "meta.remove",
    "meta.add",
    "keys.find",
    "keys.every",
    "keys.remove",
    "apps.page",
    "apps.every",
    "apps.deleted",
    "inactivity.page",
    "erasures.abandoned",
}
WITHOUT_TENANT |= {"placement.read_placement"}
WITHOUT_TENANT |= {"schema.version", "schema.migrate", "schema.take", "paging.slice_of", "paging.filtered_slice_of"}
WITHOUT_TENANT |= {"merged_paging.merged_slice_of"}
# A delivery finds its tenant by the webhook, and the stream reads the events of all tenants.
WITHOUT_TENANT |= {"webhooks.find", "stream.start", "stream.newest", "stream.changed_apps", "cursors.prepare"}
WITHOUT_TENANT |= {"repetitions.changed_apps", "activity_stream.changed_apps", "recorded_requests.newest"}
# Snapshots are of the whole database.
WITHOUT_TENANT |= {
    "stream.forget_between",
    "stream.restored_after",
    "cursors.key",
    "cursors.set_key",
    "listeners.forget",
}
WITHOUT_TENANT |= {"seeds.change_secrets", "app_clocks.every"}
# Delivery works for all tenants.
WITHOUT_TENANT |= {f"leases.{name}" for name in ("every", "get", "add", "take", "beat", "release", "forget")}
WITHOUT_TENANT |= {
    f"delivery_queue.{name}" for name in ("due_webhooks", "backlog", "heads", "park", "settle", "drop", "hasten")
}
# A download finds its tenant by the token in its URL, and files are deleted for all tenants.
WITHOUT_TENANT |= {"attachments.find", "attachments.is_any_due", "attachments.claim"}
# Partners belong to no tenant, a code is found by its digest, and calls are made for all tenants.
WITHOUT_TENANT |= {f"oauth_clients.{name}" for name in ("get", "every", "add", "remove", "add_code", "find_code")}
WITHOUT_TENANT |= {"oauth_clients.use_code", "integrations.unlisted_everywhere"}
WITHOUT_TENANT |= {f"removal_calls.{name}" for name in ("add", "is_any_due", "claim", "postpone", "remove")}
# A session is found by its token, a ticket by itself, and both may be for all tenants.
WITHOUT_TENANT |= {f"console.{name}" for name in ("find", "get", "add", "touch", "remove", "add_ticket")}
WITHOUT_TENANT |= {f"console.{name}" for name in ("find_ticket", "use_ticket", "is_any_over", "prune")}
# Retention works for all tenants.
WITHOUT_TENANT |= {f"retention.{name}" for name in ("clock", "advance", "buckets")}
WITHOUT_TENANT |= {f"retention.prune_{name}" for name in ("deliveries", "attempts", "events", "outbound", "requests")}
WITHOUT_TENANT |= {"retention.prune_repetitions", "history.prune", "idempotency_keys.prune"}
# Maintenance adds the search terms of all tenants.
WITHOUT_TENANT |= {f"search_progress.{name}" for name in ("get", "is_complete", "put", "keys_after")}
# Parameters whose rows or keys begin with the tenant.
ROWS = {
    "stored_keys",
    "ended",
    "keys",
    "messages",
    "participants",
    "conversations",
    "clients",
    "events",
    "app",
    "apps",
    "deliveries",
    "key",
    "user",
    "users",
    "before",
    "support_user",
    "moved",
    "conversation",
    "attachment",
    "attachments",
    "uses",
    "upload",
    "removal",
    "erasure",
    "outbound",
    "requests",
    "terms",
    "row",
}
# Tables in the order of events; their keys contain only ids.
LOGS = {"event", "delivery", "attempt", "outbound", "repetition"}


@each(storage_functions(), lambda one: f"{one.__module__}.{one.__name__}")
def test_every_storage_function_takes_the_tenant_first(function: Any) -> None:
    name = f"{function.__module__.split('.')[-1]}.{function.__name__}"
    first, *rest = inspect.signature(function).parameters
    assert first in ("tx", "reader")
    assert name in WITHOUT_TENANT or rest[0] == "app_id" or rest[0] in ROWS


def statements() -> list[str]:
    """The statements of the schema."""
    return [change for step in schema.STEPS for change in step.changes if isinstance(change, str)]


def test_a_copy_leaves_out_no_table_and_no_column() -> None:
    columns: dict[str, list[str]] = {}
    for statement in statements():
        if made := re.match(r"CREATE TABLE (\w+) \((.*)\)", statement, re.DOTALL):
            columns[made[1]] = re.findall(r"(\w+) \{(?:text|integer|blob)\}", made[2])
        elif added := re.match(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", statement):
            columns[added[1]].append(added[2])
        elif renamed := re.match(r"ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+)", statement):
            columns[renamed[1]][columns[renamed[1]].index(renamed[2])] = renamed[3]
    for table in ("event", "outbound"):
        columns[table].remove("tx")  # a column of earlier versions
    assert {
        table.name: sorted([*table.columns, *(["bucket"] if table.spread else [])]) for table in copying.TABLES
    } == {name: sorted(names) for name, names in columns.items() if name not in ("meta", "lease", "listener")}


def test_every_table_about_a_conversation_or_a_user_begins_its_key_with_the_bucket_and_the_app() -> None:
    keys = {}
    for statement in statements():
        if found := re.match(r"CREATE TABLE (\w+).*PRIMARY KEY \(([^)]*)\)", statement, re.DOTALL):
            keys[found[1]] = [column.strip() for column in found[2].split(",")]
    tables = {"app_user", "external_id", "client", "conversation", "participant", "membership", "message", *LOGS}
    more = "device attachment attachment_chunk attachment_use linked_address identifier support_user request listener"
    tables |= {*more.split(), "membership_change", "search_term", "merged_user", "idempotency_key"}
    assert set(keys) == tables
    for table, key in keys.items():
        assert key[0] == "bucket", table
        assert key[1] == "app_id" or table in LOGS, table
