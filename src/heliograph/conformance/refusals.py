"""The documented refusals of single operations, beyond those that all operations have."""

from __future__ import annotations

from collections.abc import Callable

from heliograph.conformance.check import Check, Run, Source
from heliograph.conformance.links import new_number
from heliograph.conformance.outcomes import Need
from heliograph.conformance.site import MISSING, UNREACHABLE, Site
from heliograph.conformance.switchboards import Board

NOT_FOUND: dict[str, frozenset[str]] = {
    code: frozenset(names.split())
    for code, names in {
        "app_not_found": """GetApp UpdateApp DeleteApp DeleteAppKey CreateConversation CreateSwitchboard
            ListSwitchboards""",
        "client_not_found": "RemoveClient",
        "conversation_not_found": """GetConversation UpdateConversation DeleteConversation JoinConversation
            ListParticipants DeleteAllMessages DeleteMessage PassControl ReleaseControl OfferControl AcceptControl""",
        "device_not_found": "GetDevice",
        "integration_not_found": "GetIntegration UpdateIntegration DeleteIntegration CreateWebhook ListWebhooks",
        "not_found": """GetAppKey DeleteAttachment LeaveConversation ListMessages GetWebhook UpdateWebhook
            DeleteWebhook""",
        "switchboard_integration_not_found": "UpdateSwitchboardIntegration DeleteSwitchboardIntegration",
        "switchboard_not_found": """UpdateSwitchboard DeleteSwitchboard CreateSwitchboardIntegration
            ListSwitchboardIntegrations""",
        "user_not_found": "ListConversations GetUser UpdateUser DeleteUser DeleteUserPersonalInformation",
    }.items()
}
"""The operations for which the API document has a response with status 404, by its code."""

DOCUMENTED: dict[int, frozenset[str]] = {
    400: frozenset(
        """CreateApp ListApps UpdateApp UploadAttachment DeleteAttachment ListConversations DeleteConversation
        JoinConversation ListParticipants CreateIntegration ListIntegrations DeleteIntegration
        ListCustomIntegrationKeys CreateWebhook UpdateWebhook CreateSwitchboard CreateSwitchboardIntegration
        ListClients RemoveClient""".split()
    ),
    402: frozenset({"CreateApp"}),
    403: frozenset({"ListApps", "ReleaseControl", "AcceptControl", "CreateWebhook", "ListWebhooks"}),
    404: frozenset[str]().union(*NOT_FOUND.values()),
    409: frozenset({"CreateUser"}),
    423: frozenset({"PostMessage"}),
}
"""The operations for which the API document has a response with a status."""

REFUSALS: dict[str, list[Check]] = {}
"""By the names of the operations."""


def refusal(name: str, end: str, sentence: str, *needs: Need) -> Callable[[Run], Run]:
    """Register the decorated function as the check of a refusal of an operation."""

    def register(run: Run) -> Run:
        check = Check(f"operation.{name}.{end}", f"{name}: {sentence}", Source(name), needs, run)
        REFUSALS.setdefault(name, []).append(check)
        return run

    return register


@refusal("DeleteAttachment", "400.url", "a URL that is no attachment is 400 bad_request.")
def foreign_url(site: Site) -> None:
    """The URL of a file on another server."""
    site.call("DeleteAttachment", {"mediaUrl": "https://example.org/lamp.png"}).refused(400, "bad_request")


@refusal("ListConversations", "400.filter", "a request without a user is 400 bad_request.")
def conversations_of_nobody(site: Site) -> None:
    """Neither of the two filters, or both."""
    both = {"filter[userId]": site.ada, "filter[userExternalId]": f"{site.run.id}-ada"}
    for params in ({}, both):
        site.call("ListConversations", params=params).refused(400, "bad_request")


@refusal("ListConversations", "404.user", "an unknown user is 404 user_not_found.")
def conversations_of_an_unknown_user(site: Site) -> None:
    """By either filter."""
    for params in ({"filter[userId]": MISSING}, {"filter[userExternalId]": site.name()}):
        site.call("ListConversations", params=params).refused(404, "user_not_found")


@refusal("DeleteConversation", "400", "the default conversation of a user is 400 bad_request.")
def default_conversation(site: Site) -> None:
    """The only personal conversation of a user."""
    personal = site.personal(site.user())
    site.call("DeleteConversation", conversationId=personal).refused(400, "bad_request")


@refusal("LeaveConversation", "404.member", "a user who is not a member is 404 not_found.")
def leaving_as_no_member(site: Site) -> None:
    """A user of the app."""
    site.call("LeaveConversation", {"userId": site.ada}, conversationId=site.group()).refused(404, "not_found")


@refusal("ReleaseControl", "403", "an integration without control is 403 forbidden.", Need.SWITCHBOARD)
def releasing_without_control(site: Site) -> None:
    """The default integration has control."""
    board = Board(site.apart)
    other = board.site.integration_key(board.site.human)
    board.act(board.site.group(), "ReleaseControl", auth=other).refused(403, "forbidden")


@refusal("AcceptControl", "403", "an integration without an offer is 403 forbidden.", Need.SWITCHBOARD)
def accepting_without_an_offer(site: Site) -> None:
    """No offer is pending."""
    board = Board(site.apart)
    other = board.site.integration_key(board.site.human)
    board.act(board.site.group(), "AcceptControl", auth=other).refused(403, "forbidden")


@refusal("DeleteIntegration", "400", "the default of a switchboard is 400 bad_request.", Need.SWITCHBOARD)
def needed_integration(site: Site) -> None:
    """Its switchboard integration could not be deleted either."""
    board = Board(site.apart)
    board.site.call("DeleteIntegration", integrationId=board.site.bot).refused(400, "bad_request")


@refusal("ListCustomIntegrationKeys", "400", "an integration that is not custom is 400 bad_request.")
def keys_of_a_web_integration(site: Site) -> None:
    """SDK integrations have no keys."""
    site.call("ListCustomIntegrationKeys", integrationId=site.web).refused(400, "bad_request")


@refusal("CreateWebhook", "403", "the key of another integration is 403 forbidden.")
def webhook_of_another_integration(site: Site) -> None:
    """A key gives access to its own integration only."""
    hook = {"target": UNREACHABLE, "triggers": ["conversation:join"]}
    site.call("CreateWebhook", hook, integrationId=site.human, auth=site.bot_key).refused(403, "forbidden")


@refusal("ListWebhooks", "403", "the key of another integration is 403 forbidden.")
def webhooks_of_another_integration(site: Site) -> None:
    """A key gives access to its own integration only."""
    site.call("ListWebhooks", integrationId=site.human, auth=site.bot_key).refused(403, "forbidden")


@refusal("CreateSwitchboard", "400", "a second switchboard is 400 bad_request.", Need.SWITCHBOARD)
def second_switchboard(site: Site) -> None:
    """An app has one."""
    Board(site.apart).site.call("CreateSwitchboard").refused(400, "bad_request")


@refusal("CreateUser", "409", "an external id that another user has is 409 conflict.")
def taken_external_id(site: Site) -> None:
    """Without a brand."""
    name = site.name()
    site.user(name)
    site.call("CreateUser", {"externalId": name}).refused(409, "conflict")


@refusal("RemoveClient", "400", "the SDK client of a user is 400 bad_request.")
def sdk_client(site: Site) -> None:
    """A join creates one."""
    user = site.user()
    (client,) = site.join(site.group(), user, subscribe=True)["clientAssociations"]
    answer = site.call("RemoveClient", userIdOrExternalId=user, clientId=client["clientId"])
    answer.refused(400, "bad_request")


@refusal("CreateClient", "404.integration", "an unknown integration is 404 integration_not_found.")
def client_of_an_unknown_integration(site: Site) -> None:
    """The other parts of the request are valid."""
    user = site.user()
    body = {
        "matchCriteria": {"type": "twilio", "integrationId": MISSING, "phoneNumber": new_number()},
        "confirmation": {"type": "immediate"},
        "target": {"conversationId": site.personal(user)},
    }
    site.call("CreateClient", body, userIdOrExternalId=user).refused(404, "integration_not_found")
