"""Rules about webhooks, deliveries and the event stream."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.end_users import EndUser
from heliograph.conformance.outcomes import Need, NotRun, equal, eventually, holds
from heliograph.conformance.receiver import EVENT_SECONDS, Endpoint
from heliograph.conformance.site import UNREACHABLE, Site
from heliograph.wire.table.extensions.deliveries import (
    GET_DELIVERY,
    LIST_DELIVERIES,
    LIST_EVENT_RECORDS,
    LIST_LISTENERS,
    RETRY_DELIVERY,
)
from heliograph.wire.table.v2.integrations import CREATE_WEBHOOK, DELETE_WEBHOOK, UPDATE_WEBHOOK
from heliograph.wire.table.v2.users import UPDATE_USER

WEBHOOKS_PER_APP = 10
FIRST_RETRY = (7.5, 13.0)
"""Seconds after the first attempt: 10, varied by a fifth, and the duration of a call."""
RETRY_SECONDS = 30.0


class Hook:
    """A webhook of its own for one check, which is deleted at the end."""

    def __init__(self, site: Site, **fields: Any) -> None:
        if site.run.receiver is None:
            raise NotRun(f"needs {Need.WEBHOOK.value}")
        self.site = site
        self.inbox: Endpoint = site.run.receiver.inbox()
        body = {"target": self.inbox.url, "triggers": ["conversation:message"], **fields}
        made = site.ok(CREATE_WEBHOOK, body, integrationId=site.bot)["webhook"]
        self.ids = {"integrationId": site.bot, "webhookId": made["id"]}
        self.secret: str = made["secret"]

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *error: object) -> None:
        self.site.call(DELETE_WEBHOOK, **self.ids)

    def deliveries(self) -> list[Any]:
        """The deliveries to the webhook."""
        # A request examines the newest thousand only.
        params = {"filter[webhookId]": self.ids["webhookId"], "page[before]": "f" * 24}
        found: list[Any] = self.site.ok(LIST_DELIVERIES, params=params)["deliveries"]
        return found

    def settled(self, status: str) -> Any:
        """The only delivery, once it has a status."""
        expected = f"a delivery that is {status}"
        eventually(lambda: [one["status"] for one in self.deliveries()] == [status], expected, EVENT_SECONDS)
        return self.deliveries()[0]


@rule("webhooks.1", "An app has up to 10 webhooks.", Need.ACCOUNT, source=RuleSource("section Webhooks"))
def limit_of_webhooks(site: Site) -> None:
    own = site.new_app()
    hook = {"target": UNREACHABLE, "triggers": ["conversation:join"]}
    ids = {"integrationId": own.integration()["id"]}
    for _ in range(WEBHOOKS_PER_APP - 1):
        own.ok(CREATE_WEBHOOK, hook, **ids)
    own.call(CREATE_WEBHOOK, hook, **ids).refused(400, "bad_request")


@rule("webhooks.1.types", "Webhooks do not belong to SDK integrations.")
def webhooks_of_sdk_integrations(site: Site) -> None:
    hook = {"target": UNREACHABLE, "triggers": ["conversation:join"]}
    site.call(CREATE_WEBHOOK, hook, integrationId=site.web).refused(400, "bad_request")


@rule("webhooks.2", "Triggers are those of the documentation, and * for all.", source=RuleSource(CREATE_WEBHOOK.name))
def triggers(site: Site) -> None:
    own = {"integrationId": site.bot}
    for name in ("conversation:nothing", "Conversation:join"):
        site.call(CREATE_WEBHOOK, {"target": UNREACHABLE, "triggers": [name]}, **own).refused(400, "bad_request")
    made = site.ok(CREATE_WEBHOOK, {"target": UNREACHABLE, "triggers": ["*"]}, **own)["webhook"]
    equal(made["triggers"], ["*"], "triggers")
    site.ok(DELETE_WEBHOOK, **own, webhookId=made["id"])


@rule("webhooks.3", "A failed call is repeated after about 10 seconds.", Need.WEBHOOK, Need.SLOW)
def repetition(site: Site) -> None:
    with Hook(site) as hook:
        hook.inbox.responses = [500]
        site.say(site.crew)
        hook.inbox.until(lambda: len(hook.inbox.calls) > 0)
        started = time.monotonic()
        came = hook.inbox.until(lambda: len(hook.inbox.calls) > 1, RETRY_SECONDS)
        seconds = time.monotonic() - started
        holds(came and FIRST_RETRY[0] < seconds < FIRST_RETRY[1], f"another call after {FIRST_RETRY} s", seconds)
        equal(hook.inbox.calls[1].content, hook.inbox.calls[0].content, "the body of the second call")


@rule("webhooks.4", "A response of 404 to a call is final.", Need.WEBHOOK, Need.EXTENSIONS,
      source=RuleSource("section Webhooks"))  # fmt: skip
def final_responses(site: Site) -> None:
    with Hook(site) as hook:
        hook.inbox.responses = [404]
        site.say(site.crew)
        equal(hook.settled("failed")["attemptCount"], 1, "attemptCount")


@rule("webhooks.5", "A webhook receives the events of a conversation in their order.", Need.WEBHOOK)
def order_of_events(site: Site) -> None:
    inbox, group = site.inbox(), site.group()
    texts = [site.name() for _ in range(5)]
    for text in texts:
        site.say(group, text)
    site.settled(inbox, group)
    events = [one for one in inbox.events(group) if one["type"] == "conversation:message"]
    shown = [one["payload"]["message"]["content"]["text"] for one in events]
    equal(shown[: len(texts)], texts, "the texts in the order of arrival")


@rule("webhooks.5.failure", "A failing event holds back the later events of its conversation.", Need.WEBHOOK,
      Need.SLOW)  # fmt: skip
def held_back_events(site: Site) -> None:
    group, texts = site.group(), [site.name() for _ in range(2)]
    with Hook(site) as hook:
        hook.inbox.responses = [500]
        for text in texts:
            site.say(group, text)
        hook.inbox.until(lambda: len(hook.inbox.calls) >= 3, RETRY_SECONDS)
        events = hook.inbox.events(group)
        shown = [one["payload"]["message"]["content"]["text"] for one in events]
        equal(shown, [texts[0], *texts], "the texts of the calls")


@rule("webhooks.6", "A call has the id of the event, and the secret as X-API-Key.", Need.WEBHOOK,
      source=RuleSource("section Webhooks"))  # fmt: skip
def headers_of_calls(site: Site) -> None:
    with Hook(site) as hook:
        site.say(site.crew)
        holds(hook.inbox.until(lambda: bool(hook.inbox.calls)), "a call", "none")
        call = hook.inbox.calls[0]
        holds(call.headers.get("x-api-key") == hook.secret, "the secret as X-API-Key", "another value")
        if site.has_extensions:
            holds("x-heliograph-delivery" in call.headers, "X-Heliograph-Delivery", sorted(call.headers))
            equal(call.headers.get("x-heliograph-attempt"), "1", "X-Heliograph-Attempt")


@rule("webhooks.7", "includeFullUser completes the user in the events for which it is documented.", Need.WEBHOOK,
      source=RuleSource("schema Webhook"))  # fmt: skip
def full_users(site: Site) -> None:
    short, full = site.inbox(), site.inbox(full_user=True)
    user = site.user(profile={"givenName": "Grace"})
    group = site.group()
    site.join(group, user)
    message = site.say(group, user=user)["id"]
    author = full.wait("conversation:message", message)["message"]["author"]
    equal(author.get("user", {}).get("profile"), {"givenName": "Grace"}, "the profile of the author")
    shown = short.wait("conversation:message", message)["message"]["author"].get("user", {})
    holds("profile" not in shown, "the short form without the option", shown)
    holds("profile" not in full.wait("conversation:join", group, user)["user"], "the short form in a join", "a profile")


@rule("webhooks.8", "includeFullSource adds the client and the device to the source.", Need.WEBHOOK, Need.EXTENSIONS)
def full_sources(site: Site) -> None:
    full, person = site.inbox(full_source=True), EndUser(site)
    conversation = person.begin()
    message = person.say(conversation)
    source = full.wait("conversation:message", message["id"])["message"]["source"]
    equal(source.get("device", {}).get("id"), person.device, "the device of the source")
    holds("device" not in message["source"], "no device in the response", message["source"])


@rule("webhooks.9", "A target that can never be called is 400.")
def impossible_targets(site: Site) -> None:
    hook = {"triggers": ["conversation:join"]}
    for target in ("https://example.invalid:99999/", "https://:80/"):
        site.call(CREATE_WEBHOOK, {**hook, "target": target}, integrationId=site.bot).refused(400, "bad_request")


@rule("webhooks.10", "A deleted webhook is not called, and a changed one at its new target.", Need.WEBHOOK)
def changed_webhooks(site: Site) -> None:
    with Hook(site) as deleted, Hook(site) as changed, Hook(site, triggers=["conversation:read"]) as new:
        site.ok(DELETE_WEBHOOK, **deleted.ids)
        site.ok(UPDATE_WEBHOOK, {"target": new.inbox.url}, **changed.ids)
        message = site.say(site.crew)["id"]
        new.inbox.wait("conversation:message", message)
        equal((deleted.inbox.calls, changed.inbox.calls), ([], []), "the calls at the old targets")


@rule("deliveries.1", "A failed delivery can be sent again.", Need.WEBHOOK, Need.EXTENSIONS)
def sent_again(site: Site) -> None:
    with Hook(site) as hook:
        hook.inbox.responses = [404]
        site.say(site.crew)
        failed = hook.settled("failed")
        site.ok(RETRY_DELIVERY, deliveryId=failed["id"])
        equal(hook.settled("delivered")["id"], failed["id"], "the delivery")


@rule("deliveries.2", "Deliveries can be listed, and show their attempts.", Need.WEBHOOK, Need.EXTENSIONS)
def listed_deliveries(site: Site) -> None:
    with Hook(site) as hook:
        group = site.group()
        site.say(group)
        delivered = hook.settled("delivered")
        shown = site.ok(GET_DELIVERY, deliveryId=delivered["id"])["delivery"]
        equal([one["status"] for one in shown["attempts"]], [200], "the statuses of the attempts")
        equal(shown["conversationId"], group, "conversationId")
        site.call(LIST_DELIVERIES, params={"filter[status]": "x"}).refused(400, "bad_request")


def calls_of(lines: Iterator[str]) -> Iterator[Any]:
    """The data of the events of a stream."""
    for line in lines:
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))


def events_of(lines: Iterator[str]) -> Iterator[Any]:
    """The events of a stream."""
    for call in calls_of(lines):
        yield from call.get("events", ())


def stream_path(site: Site, query: str = "") -> str:
    """The path of the event stream."""
    return f"/heliograph/v1/apps/{site.app_id}/events{query}"


@rule("deliveries.4", "The stream completes users with includeFullUser.", Need.EXTENSIONS)
def full_users_of_streams(site: Site) -> None:
    user = site.user(profile={"givenName": "Grace"})
    query = "?trigger=user:update&includeFullUser=true"
    with site.run.caller.stream(stream_path(site, query), site.authorization) as lines:
        next(lines)
        site.ok(UPDATE_USER, {"profile": {"surname": "Hopper"}}, userIdOrExternalId=user)
        event = next(one for one in events_of(lines) if one["payload"]["user"]["id"] == user)
    equal(event["payload"]["user"].get("profile", {}).get("givenName"), "Grace", "givenName")


@rule("deliveries.5", "The stream begins now, in the order of events.", Need.EXTENSIONS)
def streams(site: Site) -> None:
    group = site.group()
    query = f"?conversationId={group}"
    with site.run.caller.stream(stream_path(site, query), site.authorization) as lines:
        next(lines)
        texts = [site.name() for _ in range(3)]
        for text in texts:
            site.say(group, text)
        messages = (one for one in events_of(lines) if one["type"] == "conversation:message")
        shown = [one["payload"]["message"]["content"]["text"] for one in itertools.islice(messages, 3)]
    equal(shown, texts, "the texts of the events")


@rule("deliveries.6", "Last-Event-ID resumes after its event, without gaps and repetitions.", Need.EXTENSIONS)
def resumed_streams(site: Site) -> None:
    group = site.group()
    path = stream_path(site, f"?conversationId={group}")
    with site.run.caller.stream(path, site.authorization) as lines:
        start = next(line for line in lines if line.startswith("id:")).removeprefix("id:").strip()
    texts = [site.name() for _ in range(2)]
    for text in texts:
        site.say(group, text)
    with site.run.caller.stream(path, site.authorization, **{"Last-Event-ID": start}) as lines:
        messages = (one for one in events_of(lines) if one["type"] == "conversation:message")
        shown = [one["payload"]["message"]["content"]["text"] for one in itertools.islice(messages, 2)]
    equal(shown, texts, "the texts of the events")
    with site.run.caller.stream(path, site.authorization, **{"Last-Event-ID": "0"}) as lines:
        equal(next(events_of(lines))["type"], "conversation:create", "the first event with Last-Event-ID: 0")


@rule("recording.6", "The activity stream begins with hello, shows events, and resumes.", Need.EXTENSIONS)
def activity(site: Site) -> None:
    path = f"/heliograph/v1/apps/{site.app_id}/activity"
    with site.run.caller.stream(path, site.authorization) as lines:
        start = next(line for line in lines if line.startswith("id:")).removeprefix("id:").strip()
        equal(next(lines), "event: hello", "the first event")
    group = site.group()
    with site.run.caller.stream(path, site.authorization, **{"Last-Event-ID": start}) as lines:
        shown = (line for line in lines if line.startswith("data:") and group in line)
        holds("conversation:create" in next(shown), "the event of the new group", group)


@rule("deliveries.7", "Event records name the request and the key that caused them.", Need.EXTENSIONS)
def event_records(site: Site) -> None:
    group = site.group()
    site.say(group, site.name())
    params = {"filter[conversationId]": group, "filter[type]": "conversation:message"}
    (found,) = site.ok(LIST_EVENT_RECORDS, params=params)["events"]
    holds("requestId" in found and "keyId" in found, "requestId and keyId", found)
    listed = site.ok(LIST_EVENT_RECORDS, params={"filter[requestId]": found["requestId"]})["events"]
    equal([one["id"] for one in listed], [found["id"]], "the events of the request")


@rule("deliveries.8", "Deliveries with given ids are shown in the order of the ids.", Need.EXTENSIONS)
def deliveries_with_ids(site: Site) -> None:
    site.integration(triggers=("conversation:create",))
    site.group()
    site.group()
    ids = [one["id"] for one in site.ok(LIST_DELIVERIES, params={"page[size]": "2"})["deliveries"]][::-1]
    shown = site.ok(LIST_DELIVERIES, params={"filter[ids]": ",".join(ids)})["deliveries"]
    equal([one["id"] for one in shown], ids, "the ids of the deliveries")
    both = {"filter[ids]": ids[0], "filter[status]": "pending"}
    site.call(LIST_DELIVERIES, params=both).refused(400, "bad_request")


@rule("deliveries.9", "A stream with a name is listed, with the target that it states.", Need.EXTENSIONS)
def listed_streams(site: Site) -> None:
    name = site.name()
    path = stream_path(site, f"?{urlencode({'listener': name, 'forwardTo': 'http://localhost:3000/hook?key=1'})}")
    with site.run.caller.stream(path, site.authorization) as lines:
        next(lines)
        found = [one for one in site.ok(LIST_LISTENERS)["listeners"] if one["name"] == name]
    equal([one["forwardTo"] for one in found], ["http://localhost:3000/hook"], "the targets of the listener")


@rule("deliveries.10", "A delivery that is sent again repeats its event in the stream.", Need.WEBHOOK, Need.EXTENSIONS)
def repeated_events(site: Site) -> None:
    group = site.group()
    path = stream_path(site, f"?conversationId={group}&trigger=conversation:message&repeated=true")
    with Hook(site) as hook, site.run.caller.stream(path, site.authorization) as lines:
        next(lines)
        site.say(group)
        site.ok(RETRY_DELIVERY, deliveryId=hook.settled("delivered")["id"])
        first, again = itertools.islice(calls_of(lines), 2)
    equal(again, {**first, "repeated": True}, "the second event of the stream")
