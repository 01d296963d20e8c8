"""A person who does everything that the API offers, with a mark in every field."""

from __future__ import annotations

from typing import Any

from heliograph.wire.activities import ActivityPost
from heliograph.wire.contents import ContentBody, FormResponseMessageBody
from heliograph.wire.conversations import ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.devices import DeviceBody
from heliograph.wire.inbound import Act, BeginConversationBody, InboundBody, MessageOutcomeBody
from heliograph.wire.linking import ClientCreateBody, ClientOutcomeBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody
from heliograph.wire.support_users import SupportUserBody
from heliograph.wire.users import LoginBody, SyncUserBody, UserCreateBody, UserUpdateBody
from tests.api.files import PNG, uploaded
from tests.api.linking import new_integration
from tests.harness import Caller
from tests.people.marks import OMIT, Fixed, Marks

SWEPT = {
    "CreateUser": UserCreateBody,
    "UpdateUser": UserUpdateBody,
    "LoginUser": LoginBody,
    "SyncUser": SyncUserBody,
    "PutSupportUser": SupportUserBody,
    "RegisterDevice": DeviceBody,
    "CreateClient": ClientCreateBody,
    "SetClientOutcome": ClientOutcomeBody,
    "CreateConversation": ConversationCreateBody,
    "UpdateConversation": ConversationUpdateBody,
    "JoinConversation": ParticipantJoinBody,
    "LeaveConversation": ParticipantLeaveBody,
    "PostMessage": MessagePost,
    "PostActivity": ActivityPost,
    "PostInbound": InboundBody,
    "BeginConversation": BeginConversationBody,
    "ReportMessageOutcome": MessageOutcomeBody,
}
"""The bodies with marks, by operation."""

CONTENT: Fixed = {"currency": "gbp", "markdownText": OMIT, "quotedMessageId": OMIT, "size": "compact"}
FORM: dict[str, Any] = {
    "type": "form",
    "fields": [
        {"type": "text", "name": "street", "label": "Street"},
        {"type": "email", "name": "address", "label": "Address"},
    ],
}


class Story:
    """Calls the API as and about one person."""

    def __init__(self, api: Caller, marks: Marks) -> None:
        self.api = api
        self.marks = marks
        self.base = f"/heliograph/v1/apps/{api.app_id}"
        web = api.ok("POST", "/integrations", {"type": "web", "displayName": "Site"})["integration"]
        self.web_id: str = web["id"]
        self.channel_id = new_integration(api)
        self.other_id = api.new_user("colleague")
        self.group_id = api.new_group(self.other_id)
        self.left_id = api.new_group(self.other_id)
        self.id: str = self.create("CreateUser", "/users", {"brandId": OMIT, "signedUpAt": OMIT})["user"]["id"]
        self.user = f"{self.base}/users/{self.id}"

    def create(self, operation: str, path: str, fixed: Fixed, method: str = "POST") -> Any:
        """Call an operation with a body full of marks."""
        return self.api.ok(method, path, self.marks.body(SWEPT[operation], fixed))

    def tell(self) -> None:
        """Make all calls of the story."""
        self.identify()
        self.write_in_groups()
        self.talk_personally()
        self.create("UpdateUser", f"/users/{self.id}", {}, "PATCH")
        self.attach()
        self.merge()

    def identify(self) -> None:
        """Log in, be a Support user, use a device, and link a channel."""
        zendesk_id = self.marks.new("zendeskId")
        self.create("PutSupportUser", f"{self.base}/supportUsers/{zendesk_id}", {"brandId": OMIT}, "PUT")
        login = {"externalId": OMIT, "zendeskId": zendesk_id, "integrationId": self.web_id}
        self.create("LoginUser", f"{self.user}/login", login)
        self.create("SyncUser", f"/users/{zendesk_id}/sync", {"survivingZendeskId": OMIT})
        guid = f"{self.user}/devices/{self.marks.new('guid')}"
        device = self.create("RegisterDevice", guid, {"type": "web", "integrationId": self.web_id}, "PUT")
        self.device_id: str = device["device"]["id"]

    def write_in_groups(self) -> None:
        """Join, write every kind of content, read, act on a device, and leave one of the groups."""
        who = {"userId": self.id, "userExternalId": OMIT, "brandId": OMIT, "subscribeSDKClient": True}
        for group in (self.group_id, self.left_id):
            self.create("JoinConversation", f"/conversations/{group}/join", who)
            self.post(group, who)
        read = {**who, "type": "conversation:read", "author": self.author(who)}
        self.create("PostActivity", f"/conversations/{self.group_id}/activity", read)
        self.act(self.group_id)
        left = {"userExternalId": OMIT, "participantId": OMIT, "userId": self.id}
        self.create("LeaveConversation", f"/conversations/{self.left_id}/leave", left)
        self.api.say(self.group_id, user_id=self.other_id)

    def author(self, fixed: Fixed) -> Any:
        """The person as an author, or with an empty `fixed` the business."""
        about = {"type": "user", **fixed} if fixed else {"type": "business", "userId": OMIT, "userExternalId": OMIT}
        names = {"displayName": self.marks.new("author.displayName"), "avatarUrl": self.picture()}
        return {key: one for key, one in {**about, **names}.items() if one is not OMIT and key != "subscribeSDKClient"}

    def picture(self) -> str:
        """The URL of a picture on another server."""
        return f"https://example.org/{self.marks.new('picture')}.png"

    def post(self, conversation: str, who: Fixed) -> str:
        """Post every kind of content; returns the id of the last message."""
        id = ""
        for content in self.marks.bodies(ContentBody, CONTENT, without=FormResponseMessageBody):
            fixed = {"content": content, "author": self.author(who), "destination": OMIT, "schema": "whatsapp"}
            made = self.create("PostMessage", f"/conversations/{conversation}/messages", fixed)
            id = made["messages"][-1]["id"]
        return id

    def act(self, conversation: str) -> None:
        """Send every kind of act from the device, and the response to a form."""
        body = {"author": {"type": "business"}, "content": FORM}
        (form,) = self.api.ok("POST", f"/conversations/{conversation}/messages", body)["messages"]
        answers = ({"text": self.marks.new("answer")}, {"email": f"{self.marks.new('answer')}@example.org"})
        fields = [{**field, **answer} for field, answer in zip(FORM["fields"], answers, strict=True)]
        content = {"type": "formResponse", "fields": fields}
        acts = [{"type": "message", "quotedMessageId": form["id"], "content": content}]
        text = {"type": "text", "text": self.marks.new("inbound text")}
        acts += self.marks.bodies(Act, {"content": text, "quotedMessageId": OMIT, "messageId": OMIT})
        for act in acts:
            where = {"userId": self.id, "act": act, "deviceId": self.device_id, "clientId": OMIT}
            self.create("PostInbound", f"{self.base}/conversations/{conversation}/inbound", where)

    def talk_personally(self) -> None:
        """Use personal conversations, in which the business posts too, and link a channel."""
        member = [{"userId": self.id}]
        fixed = {"type": "personal", "participants": member}
        made = self.create("CreateConversation", "/conversations", fixed)["conversation"]
        self.personal_id: str = made["id"]
        self.create("UpdateConversation", f"/conversations/{self.personal_id}", {}, "PATCH")
        begun = {"reason": "startConversation", "deviceId": self.device_id, "clientId": OMIT}
        self.create("BeginConversation", f"{self.user}/conversations", begun)
        self.link()
        message_id = self.post(self.personal_id, {})
        self.post(self.personal_id, {"userId": self.id})
        self.act(self.personal_id)
        failed = {"outcome": "failure", "isFinalEvent": True, "integrationId": OMIT}
        path = f"{self.base}/conversations/{self.personal_id}/messages/{message_id}/outcome"
        self.create("ReportMessageOutcome", path, failed)

    def link(self) -> None:
        """Link one phone number, which is confirmed, and another, whose link fails."""
        for outcome in ("confirmed", "failed"):
            number = f"+1212555{len(self.marks.made):04d}"
            self.marks.made[number] = "phoneNumber"
            criteria = {"type": "twilio", "integrationId": self.channel_id, "phoneNumber": number}
            content = {"type": "text", "text": self.marks.new("confirmation")}
            message = {"author": {"type": "business"}, "content": content}
            fixed = {
                "matchCriteria": criteria,
                "confirmation": {"type": "prompt", "message": message},
                "target": {"conversationId": self.personal_id},
            }
            client = self.create("CreateClient", f"/users/{self.id}/clients", fixed)["client"]
            given = {"outcome": outcome, **({"error": OMIT} if outcome == "confirmed" else {})}
            self.create("SetClientOutcome", f"{self.user}/clients/{client['id']}/outcome", given)

    def attach(self) -> None:
        """Upload files, which messages and the profile show."""
        for conversation in (self.group_id, self.personal_id):
            content = PNG + self.marks.new("file").encode()
            url = uploaded(self.api, f"{self.marks.new('file name')}.png", content, for_="message")
            body = {
                "author": {"type": "user", "userId": self.id},
                "content": {"type": "image", "mediaUrl": url, "altText": self.marks.new("altText")},
            }
            self.api.ok("POST", f"/conversations/{conversation}/messages", body)
        avatar = uploaded(self.api, f"{self.marks.new('avatar')}.png", PNG + self.marks.new("avatar file").encode())
        self.api.ok("PATCH", f"/users/{self.id}", {"profile": {"avatarUrl": avatar}})

    def merge(self) -> None:
        """Merge another user, who has written before, into the person by a login."""
        fixed = {"externalId": OMIT, "brandId": OMIT, "signedUpAt": OMIT}
        second = self.create("CreateUser", "/users", fixed)["user"]["id"]
        self.api.join(self.group_id, second)
        self.api.say(self.group_id, self.marks.new("of the second"), user_id=second)
        # The Support user has given the person another external id.
        external_id = self.api.ok("GET", f"/users/{self.id}")["user"]["externalId"]
        body = {"externalId": external_id, "integrationId": self.web_id}
        self.api.ok("POST", f"{self.base}/users/{second}/login", body)
        assert self.api("GET", f"/users/{second}").status_code == 404
