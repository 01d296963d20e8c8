"""The documented refusals of single operations, beyond those that all operations have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from heliograph.conformance.check import Check, CheckFunction, RuleSource
from heliograph.conformance.links import new_number
from heliograph.conformance.outcomes import Need
from heliograph.conformance.site import MISSING, UNREACHABLE, Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.v2.apps import (
    CREATE_APP,
    DELETE_APP,
    DELETE_APP_KEY,
    DELETE_ATTACHMENT,
    GET_APP,
    GET_APP_KEY,
    LIST_APPS,
    UPDATE_APP,
    UPLOAD_ATTACHMENT,
)
from heliograph.wire.table.v2.conversations import (
    ACCEPT_CONTROL,
    CREATE_CONVERSATION,
    DELETE_ALL_MESSAGES,
    DELETE_CONVERSATION,
    DELETE_MESSAGE,
    GET_CONVERSATION,
    JOIN_CONVERSATION,
    LEAVE_CONVERSATION,
    LIST_CONVERSATIONS,
    LIST_MESSAGES,
    LIST_PARTICIPANTS,
    OFFER_CONTROL,
    PASS_CONTROL,
    POST_MESSAGE,
    RELEASE_CONTROL,
    UPDATE_CONVERSATION,
)
from heliograph.wire.table.v2.integrations import (
    CREATE_INTEGRATION,
    CREATE_SWITCHBOARD,
    CREATE_SWITCHBOARD_INTEGRATION,
    CREATE_WEBHOOK,
    DELETE_INTEGRATION,
    DELETE_SWITCHBOARD,
    DELETE_SWITCHBOARD_INTEGRATION,
    DELETE_WEBHOOK,
    GET_INTEGRATION,
    GET_WEBHOOK,
    LIST_CUSTOM_INTEGRATION_KEYS,
    LIST_INTEGRATIONS,
    LIST_SWITCHBOARD_INTEGRATIONS,
    LIST_SWITCHBOARDS,
    LIST_WEBHOOKS,
    UPDATE_INTEGRATION,
    UPDATE_SWITCHBOARD,
    UPDATE_SWITCHBOARD_INTEGRATION,
    UPDATE_WEBHOOK,
)
from heliograph.wire.table.v2.users import (
    CREATE_CLIENT,
    CREATE_USER,
    DELETE_USER,
    DELETE_USER_PERSONAL_INFORMATION,
    GET_DEVICE,
    GET_USER,
    LIST_CLIENTS,
    REMOVE_CLIENT,
    UPDATE_USER,
)

# fmt: off
NOT_FOUND: dict[str, tuple[AnyOperation, ...]] = {
    "app_not_found": (
        GET_APP, UPDATE_APP, DELETE_APP, DELETE_APP_KEY, CREATE_CONVERSATION, CREATE_SWITCHBOARD, LIST_SWITCHBOARDS,
    ),
    "client_not_found": (REMOVE_CLIENT,),
    "conversation_not_found": (
        GET_CONVERSATION, UPDATE_CONVERSATION, DELETE_CONVERSATION, JOIN_CONVERSATION, LIST_PARTICIPANTS,
        DELETE_ALL_MESSAGES, DELETE_MESSAGE, PASS_CONTROL, RELEASE_CONTROL, OFFER_CONTROL, ACCEPT_CONTROL,
    ),
    "device_not_found": (GET_DEVICE,),
    "integration_not_found": (
        GET_INTEGRATION, UPDATE_INTEGRATION, DELETE_INTEGRATION, CREATE_WEBHOOK, LIST_WEBHOOKS,
    ),
    "not_found": (
        GET_APP_KEY, DELETE_ATTACHMENT, LEAVE_CONVERSATION, LIST_MESSAGES, GET_WEBHOOK, UPDATE_WEBHOOK, DELETE_WEBHOOK,
    ),
    "switchboard_integration_not_found": (UPDATE_SWITCHBOARD_INTEGRATION, DELETE_SWITCHBOARD_INTEGRATION),
    "switchboard_not_found": (
        UPDATE_SWITCHBOARD, DELETE_SWITCHBOARD, CREATE_SWITCHBOARD_INTEGRATION, LIST_SWITCHBOARD_INTEGRATIONS,
    ),
    "user_not_found": (LIST_CONVERSATIONS, GET_USER, UPDATE_USER, DELETE_USER, DELETE_USER_PERSONAL_INFORMATION),
}
"""The operations for which the API document has a response with status 404, by its code."""

DOCUMENTED: dict[int, tuple[AnyOperation, ...]] = {
    400: (
        CREATE_APP, LIST_APPS, UPDATE_APP, UPLOAD_ATTACHMENT, DELETE_ATTACHMENT, LIST_CONVERSATIONS,
        DELETE_CONVERSATION, JOIN_CONVERSATION, LIST_PARTICIPANTS, CREATE_INTEGRATION, LIST_INTEGRATIONS,
        DELETE_INTEGRATION, LIST_CUSTOM_INTEGRATION_KEYS, CREATE_WEBHOOK, UPDATE_WEBHOOK, CREATE_SWITCHBOARD,
        CREATE_SWITCHBOARD_INTEGRATION, LIST_CLIENTS, REMOVE_CLIENT,
    ),
    402: (CREATE_APP,),
    403: (LIST_APPS, RELEASE_CONTROL, ACCEPT_CONTROL, CREATE_WEBHOOK, LIST_WEBHOOKS),
    404: tuple(chain.from_iterable(NOT_FOUND.values())),
    409: (CREATE_USER,),
    423: (POST_MESSAGE,),
}
"""The operations for which the API document has a response with a status."""

# fmt: on

REFUSALS: dict[AnyOperation, list[Check]] = {}


def refusal(operation: AnyOperation, end: str, sentence: str, *needs: Need) -> Callable[[CheckFunction], CheckFunction]:
    """Register the decorated function as the check of a refusal of an operation."""

    def register(run: CheckFunction) -> CheckFunction:
        name = operation.name
        check = Check(f"operation.{name}.{end}", f"{name}: {sentence}", RuleSource(name), needs, run)
        REFUSALS.setdefault(operation, []).append(check)
        return run

    return register


@refusal(DELETE_ATTACHMENT, "400.url", "a URL that is no attachment is 400 bad_request.")
def foreign_url(site: Site) -> None:
    """The URL of a file on another server."""
    site.call(DELETE_ATTACHMENT, {"mediaUrl": "https://example.org/lamp.png"}).refused(400, "bad_request")


@refusal(LIST_CONVERSATIONS, "400.filter", "a request without a user is 400 bad_request.")
def conversations_of_nobody(site: Site) -> None:
    """Neither of the two filters, or both."""
    both = {"filter[userId]": site.ada, "filter[userExternalId]": f"{site.run.id}-ada"}
    for params in ({}, both):
        site.call(LIST_CONVERSATIONS, params=params).refused(400, "bad_request")


@refusal(LIST_CONVERSATIONS, "404.user", "an unknown user is 404 user_not_found.")
def conversations_of_an_unknown_user(site: Site) -> None:
    """By either filter."""
    for params in ({"filter[userId]": MISSING}, {"filter[userExternalId]": site.name()}):
        site.call(LIST_CONVERSATIONS, params=params).refused(404, "user_not_found")


@refusal(DELETE_CONVERSATION, "400", "the default conversation of a user is 400 bad_request.")
def default_conversation(site: Site) -> None:
    """The only personal conversation of a user."""
    personal = site.personal(site.user())
    site.call(DELETE_CONVERSATION, conversationId=personal).refused(400, "bad_request")


@refusal(LEAVE_CONVERSATION, "404.member", "a user who is not a member is 404 not_found.")
def leaving_as_no_member(site: Site) -> None:
    """A user of the app."""
    site.call(LEAVE_CONVERSATION, {"userId": site.ada}, conversationId=site.group()).refused(404, "not_found")


@refusal(RELEASE_CONTROL, "403", "an integration without control is 403 forbidden.", Need.SWITCHBOARD)
def releasing_without_control(site: Site) -> None:
    """The default integration has control."""
    board = Board(site.apart)
    other = board.site.integration_key(board.site.human)
    board.act(board.site.group(), RELEASE_CONTROL, auth=other).refused(403, "forbidden")


@refusal(ACCEPT_CONTROL, "403", "an integration without an offer is 403 forbidden.", Need.SWITCHBOARD)
def accepting_without_an_offer(site: Site) -> None:
    """No offer is pending."""
    board = Board(site.apart)
    other = board.site.integration_key(board.site.human)
    board.act(board.site.group(), ACCEPT_CONTROL, auth=other).refused(403, "forbidden")


@refusal(DELETE_INTEGRATION, "400", "the default of a switchboard is 400 bad_request.", Need.SWITCHBOARD)
def needed_integration(site: Site) -> None:
    """Its switchboard integration could not be deleted either."""
    board = Board(site.apart)
    board.site.call(DELETE_INTEGRATION, integrationId=board.site.bot).refused(400, "bad_request")


@refusal(LIST_CUSTOM_INTEGRATION_KEYS, "400", "an integration that is not custom is 400 bad_request.")
def keys_of_a_web_integration(site: Site) -> None:
    """SDK integrations have no keys."""
    site.call(LIST_CUSTOM_INTEGRATION_KEYS, integrationId=site.web).refused(400, "bad_request")


@refusal(CREATE_WEBHOOK, "403", "the key of another integration is 403 forbidden.")
def webhook_of_another_integration(site: Site) -> None:
    """A key gives access to its own integration only."""
    hook = {"target": UNREACHABLE, "triggers": ["conversation:join"]}
    site.call(CREATE_WEBHOOK, hook, integrationId=site.human, auth=site.bot_key).refused(403, "forbidden")


@refusal(LIST_WEBHOOKS, "403", "the key of another integration is 403 forbidden.")
def webhooks_of_another_integration(site: Site) -> None:
    """A key gives access to its own integration only."""
    site.call(LIST_WEBHOOKS, integrationId=site.human, auth=site.bot_key).refused(403, "forbidden")


@refusal(CREATE_SWITCHBOARD, "400", "a second switchboard is 400 bad_request.", Need.SWITCHBOARD)
def second_switchboard(site: Site) -> None:
    """An app has one."""
    Board(site.apart).site.call(CREATE_SWITCHBOARD).refused(400, "bad_request")


@refusal(CREATE_USER, "409", "an external id that another user has is 409 conflict.")
def taken_external_id(site: Site) -> None:
    """Without a brand."""
    name = site.name()
    site.user(name)
    site.call(CREATE_USER, {"externalId": name}).refused(409, "conflict")


@refusal(REMOVE_CLIENT, "400", "the SDK client of a user is 400 bad_request.")
def sdk_client(site: Site) -> None:
    """A join creates one."""
    user = site.user()
    (client,) = site.join(site.group(), user, subscribe=True)["clientAssociations"]
    answer = site.call(REMOVE_CLIENT, userIdOrExternalId=user, clientId=client["clientId"])
    answer.refused(400, "bad_request")


@refusal(CREATE_CLIENT, "404.integration", "an unknown integration is 404 integration_not_found.")
def client_of_an_unknown_integration(site: Site) -> None:
    """The other parts of the request are valid."""
    user = site.user()
    body = {
        "matchCriteria": {"type": "twilio", "integrationId": MISSING, "phoneNumber": new_number()},
        "confirmation": {"type": "immediate"},
        "target": {"conversationId": site.personal(user)},
    }
    site.call(CREATE_CLIENT, body, userIdOrExternalId=user).refused(404, "integration_not_found")
