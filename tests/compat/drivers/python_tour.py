"""Makes every call that the server offers, as the library's documentation shows it; writes what each returned.

Run as `python -m tests.compat.drivers.python_tour HOST USERNAME PASSWORD`, with the library to import chosen as for
`python_client`. Where releases differ in form, PYDANTIC says which form the library requires.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.compat.drivers.python_library import PYDANTIC, official, plain

Record = Callable[[str, Callable[[], Any]], Any]


def one_of(wrapper: Any, value: Any) -> Any:
    """A choice between schemas, in the form that the release requires."""
    return wrapper(value) if PYDANTIC else value


def action(value: Any) -> Any:
    """An action of a message."""
    return one_of(official.Action, value)


def text(words: str, **more: Any) -> Any:
    """The content of a text."""
    return official.TextMessage(type="text", text=words, **more)


def apps_and_keys(client: Any, record: Record) -> str:
    """Create an app and a key; returns the id of the app."""
    apps, keys = official.AppsApi(client), official.AppKeysApi(client)
    body = official.AppCreateBody(display_name="Tour", metadata={"level": 1})
    app_id: str = record("create_app", lambda: apps.create_app(body)).app.id
    settings = official.AppSettings(mask_credit_card_numbers=False, conversation_retention_seconds=3600)
    changes = official.AppUpdateBody(display_name="Le Tour", settings=settings)
    record("update_app", lambda: apps.update_app(app_id, changes))
    record("get_app", lambda: apps.get_app(app_id))
    record("list_apps", lambda: len(apps.list_apps(page=official.Page(size=1)).apps))
    key = record("create_app_key", lambda: keys.create_app_key(app_id, official.AppKeyCreateBody(display_name="CI")))
    record("get_app_key", lambda: keys.get_app_key(app_id, key.key.id))
    record("list_app_keys", lambda: keys.list_app_keys(app_id))
    record("delete_app_key", lambda: keys.delete_app_key(app_id, key.key.id))
    record("get_app_key that is gone", lambda: keys.get_app_key(app_id, key.key.id))
    return app_id


def integrations(client: Any, app_id: str, record: Record) -> None:
    """Create, use and delete a custom integration, its webhooks and its keys."""
    api = official.IntegrationsApi(client)
    target, trigger = "https://example.org/hook", "conversation:message"
    custom = official.Custom(type="custom", webhooks=[official.Webhook(target=target, triggers=[trigger])])
    made = record("create_integration", lambda: api.create_integration(app_id, custom)).integration
    update = one_of(official.IntegrationUpdate, official.CustomUpdate(display_name="Bot"))
    record("update_integration", lambda: api.update_integration(app_id, made.id, update))
    record("get_integration", lambda: api.get_integration(app_id, made.id))
    chosen = official.IntegrationListFilter(types="custom")
    record("list_integrations", lambda: api.list_integrations(app_id, page=official.Page(), filter=chosen))

    hooks = official.WebhooksApi(client)
    body = official.WebhookCreateBody(target=target, triggers=["*"], include_full_user=True)
    hook = record("create_webhook", lambda: hooks.create_webhook(app_id, made.id, body)).webhook
    # The library sends false for fields that are not given here.
    change = official.WebhookBody(triggers=[trigger], include_full_user=True, include_full_source=False)
    record("update_webhook", lambda: hooks.update_webhook(app_id, made.id, hook.id, change))
    record("get_webhook", lambda: hooks.get_webhook(app_id, made.id, hook.id))
    record("list_webhooks", lambda: hooks.list_webhooks(app_id, made.id))
    record("delete_webhook", lambda: hooks.delete_webhook(app_id, made.id, hook.id))

    keys = official.CustomIntegrationApiKeysApi(client)
    name = official.IntegrationApiKey(display_name="Key")
    key = record("create_key", lambda: keys.create_custom_integration_key(app_id, made.id, name)).key
    record("get_key", lambda: keys.get_custom_integration_key(app_id, made.id, key.id))
    record("list_keys", lambda: keys.list_custom_integration_keys(app_id, made.id))
    record("delete_key", lambda: keys.delete_custom_integration_key(app_id, made.id, key.id))
    record("delete_integration", lambda: api.delete_integration(app_id, made.id))


def users(client: Any, app_id: str, record: Record) -> None:
    """Create, use and delete a user."""
    api, clients = official.UsersApi(client), official.ClientsApi(client)
    profile = official.Profile(given_name="Éva", email="eva@example.invalid")
    body = official.UserCreateBody(external_id="eva 1/é", profile=profile, metadata={"level": 1, "vip": True})
    user = record("create_user", lambda: api.create_user(app_id, body)).user
    record("create_user again", lambda: api.create_user(app_id, body))
    body.external_id, body.profile = "ada", None
    record("create another", lambda: api.create_user(app_id, body))
    changes = official.UserUpdateBody(to_be_retained=True, metadata={"vip": None})
    record("update_user", lambda: api.update_user(app_id, user.id, changes))
    record("get_user", lambda: api.get_user(app_id, "eva 1/é"))
    record("list_clients", lambda: clients.list_clients(app_id, user.id, page=official.Page(size=5)))
    record("remove_client", lambda: clients.remove_client(app_id, user.id, "0" * 24))
    record("forget", lambda: api.delete_user_personal_information(app_id, user.id))
    record("list_devices", lambda: official.DevicesApi(client).list_devices(app_id, user.id))
    record("delete_user", lambda: api.delete_user(app_id, user.id))


def conversations(client: Any, app_id: str, record: Record) -> str:
    """Create a group and change its participants; returns its id."""
    api, participants = official.ConversationsApi(client), official.ParticipantsApi(client)
    official.UsersApi(client).create_user(app_id, official.UserCreateBody(external_id="bob"))
    ada = official.ParticipantWithUserExternalId(user_external_id="ada", subscribe_sdk_client=False)
    members = [one_of(official.ParticipantSubSchema, ada)]
    body = official.ConversationCreateBody(type="sdkGroup", display_name="Crew", participants=members)
    group: str = record("create_conversation", lambda: api.create_conversation(app_id, body)).conversation.id
    changes = official.ConversationUpdateBody(description="All hands", metadata={"ship": "Argo"})
    record("update_conversation", lambda: api.update_conversation(app_id, group, changes))
    record("get_conversation", lambda: api.get_conversation(app_id, group))
    chosen = official.ConversationListFilter(user_external_id="ada")
    record("list_conversations", lambda: api.list_conversations(app_id, chosen, page=official.Page(size=1)))

    joining = official.ParticipantJoinBody(user_external_id="bob", subscribe_sdk_client=True)
    bob = record("join_conversation", lambda: participants.join_conversation(app_id, group, joining)).participant
    record("list_participants", lambda: participants.list_participants(app_id, group, page=official.Page(size=1)))
    leaving = one_of(official.ParticipantLeaveBody, official.ParticipantLeaveBodyParticipantId(participant_id=bob.id))
    record("leave_conversation", lambda: participants.leave_conversation(app_id, group, leaving))
    record("leave again", lambda: participants.leave_conversation(app_id, group, leaving))
    return group


def contents() -> list[Any]:
    """Messages of several kinds."""
    reply = action(official.Reply(type="reply", text="Yes", payload="yes"))
    link = official.Link(type="link", text="Read", uri="https://example.org")
    item = official.Item(title="One", actions=[one_of(official.ActionSubset, link)])
    coordinates = official.LocationMessageCoordinates(lat=48.5, long=9.25)
    name = official.FormMessageField(type="text", name="name", label="Name", min_size=1, max_size=9)
    return [
        text("Hello", actions=[reply, action(link)]),
        text("Été", payload="p"),
        official.ImageMessage(type="image", media_url="https://example.org/a.png", alt_text="A"),
        official.FileMessage(type="file", media_url="https://example.org/a.pdf"),
        official.CarouselMessage(type="carousel", items=[item]),
        official.ListMessage(type="list", items=[item], actions=[one_of(official.ActionSubset, link)]),
        official.LocationMessage(type="location", coordinates=coordinates),
        official.FormMessage(type="form", fields=[name]),
    ]


def messages(client: Any, app_id: str, group: str, record: Record) -> None:
    """Post messages and activities to a group, and delete them."""
    api = official.MessagesApi(client)
    business = official.Author(type="business", display_name="Grace")
    posted = []
    for content in contents():
        body = official.MessagePost(author=business, content=one_of(official.Content, content), metadata={"n": 1})
        posted += record("post_message", partial(api.post_message, app_id, group, body)).messages
    listed = record("list_messages", lambda: api.list_messages(app_id, group))
    first = listed.messages[0].content
    assert (first.actual_instance if PYDANTIC else first).text == "Hello"
    record("a page", lambda: api.list_messages(app_id, group, page=official.Page(after=posted[0].id, size=25)))
    typing = official.ActivityPost(author=business, type="typing:start")
    record("post_activity", lambda: official.ActivitiesApi(client).post_activity(app_id, group, typing))
    record("delete_message", lambda: api.delete_message(app_id, group, posted[0].id))
    record("delete_all_messages", lambda: api.delete_all_messages(app_id, group))
    variants(api, app_id, group, record)
    record("delete_conversation", lambda: official.ConversationsApi(client).delete_conversation(app_id, group))
    record("forbidden", lambda: official.OAuthEndpointsApi(client).revoke_access())
    record("delete_app", lambda: official.AppsApi(client).delete_app(app_id))


def variants(api: Any, app_id: str, group: str, record: Record) -> None:
    """The same call in the other forms that the release has."""
    where = (app_id, group)
    if PYDANTIC:
        full = api.list_messages_with_http_info(*where, _request_timeout=(5.0, 5.0), _headers={"x-y": "z"})
        data, status, headers, body = full.data, full.status_code, full.headers, full.raw_data
        raw = api.list_messages_without_preload_content(*where)
        missing = api.list_messages_without_preload_content(app_id, "0" * 24)
        record("raw refusal", lambda: [missing.status, json.loads(missing.data)])
    else:
        data, status, headers = api.list_messages_with_http_info(*where, _request_timeout=5)
        raw = api.list_messages(*where, _preload_content=False)
        body = raw.data
        thread = api.list_messages(*where, async_req=True)
        record("in a thread", lambda: thread.get(10))
        record("in a thread, all", lambda: api.list_messages_with_http_info(*where, async_req=True).get(10)[1])
        record("data alone", lambda: api.list_messages_with_http_info(*where, _return_http_data_only=True))
    record("data", lambda: data)
    # Release 17 returns the headers as a plain dict, with their names as the server sent them.
    record("headers", lambda: [status, headers["content-type"], raw.status, raw.headers["Content-Type"]])
    record("bodies", lambda: [json.loads(body), json.loads(raw.data)])


def main() -> None:
    """Make all calls, and write their results."""
    host, username, password = sys.argv[1:]
    results: list[Any] = []

    def record(name: str, call: Callable[[], Any]) -> Any:
        try:
            value = call()
        except official.ApiException as error:
            what = [error.status, error.reason, json.loads(error.body), error.headers["Content-Type"]]
            results.append({"call": name, "error": what})
            return None
        results.append({"call": name, "value": plain(value)})
        return value

    configuration = official.Configuration(host=host, username=username, password=password)
    with official.ApiClient(configuration) as client:
        app_id = apps_and_keys(client, record)
        integrations(client, app_id, record)
        users(client, app_id, record)
        messages(client, app_id, conversations(client, app_id, record), record)
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
