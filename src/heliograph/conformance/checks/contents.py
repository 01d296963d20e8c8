"""Rules about the contents and the destinations of messages."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.links import associations, linked
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.end_users import LIST_OUTBOUND
from heliograph.wire.table.v2.apps import UPLOAD_ATTACHMENT
from heliograph.wire.table.v2.conversations import POST_MESSAGE

LINK = {"type": "link", "text": "Read", "uri": "https://example.org/read"}
ITEM = {"title": "Lamp", "description": "Bright", "actions": [LINK]}


@rule("messages.15", "formResponse cannot be sent, and a form is not submitted at first.")
def forms(site: Site) -> None:
    field = {"type": "text", "name": "town", "label": "Town"}
    site.post(site.crew, {"type": "formResponse", "fields": [{**field, "text": "Bonn"}]}).refused(400, "bad_request")
    form = site.say(site.crew, {"type": "form", "fields": [field]})
    equal(form["content"].get("submitted"), False, "submitted")


@rule("messages.16", "destination is for messages of the business in personal conversations.")
def destinations(site: Site) -> None:
    silent = {"integrationType": "none"}
    user = site.user()
    personal = site.personal(user)
    site.say(personal, destination=silent)
    site.post(personal, user=user, destination=silent).refused(400, "bad_request")
    site.post(site.crew, destination=silent).refused(400, "bad_request")
    site.post(personal, destination={"integrationType": "web"}).expect(400)
    site.post(personal, destination={"integrationId": MISSING}).expect(400)


@rule("messages.17", "No response shows destination, override and schema.")
def hidden_fields(site: Site) -> None:
    user = site.user()
    personal = site.personal(user)
    override = {"whatsapp": {"payload": {"type": "sticker"}}}
    message = site.say(personal, destination={"integrationType": "none"}, override=override, schema="whatsapp")
    hidden = {"destination", "override", "schema"}
    holds(not hidden & set(message), "none of destination, override and schema", message)
    equal(site.participants(personal)[0]["unreadCount"], 1, "unreadCount after a silent message")


@rule("messages.18", "markdownText is shown as htmlText, without the HTML of the sender.")
def markdown(site: Site) -> None:
    content = {"type": "text", "markdownText": "**Hi** <script>x</script> [a](javascript:x)"}
    html = site.say(site.crew, content)["content"].get("htmlText", "")
    holds("<strong>Hi</strong>" in html, "<strong>Hi</strong>", html)
    holds("<script>" not in html and "javascript:" not in html, "neither the script nor its link", html)


@rule("messages.19", "htmlText is shown as it was sent, and text is derived from it.")
def html(site: Site) -> None:
    sent = "<p>Good <b>morning</b></p>"
    content = site.say(site.crew, {"type": "text", "htmlText": sent})["content"]
    equal(content.get("htmlText"), sent, "htmlText")
    holds("Good morning" in content.get("text", ""), "a text with Good morning", content)


@rule("messages.20", "A carousel and a list get a text, a location a link, and a file an altText.")
def texts_for_other_channels(site: Site) -> None:
    for kind in ("carousel", "list"):
        text = _content(site, {"type": kind, "items": [ITEM]}).get("text", "")
        holds("Lamp" in text and "Bright" in text, f"the text of the items of a {kind}", text)
    place = _content(site, {"type": "location", "coordinates": {"lat": 50.7, "long": 7.1}}).get("text", "")
    holds("http" in place, "a link to a map", place)
    file = _content(site, {"type": "file", "mediaUrl": "https://example.org/lamp.pdf"})
    holds("lamp.pdf" in file.get("altText", ""), "the name of the file in altText", file)


def _content(site: Site, content: dict[str, Any]) -> Any:
    return site.say(site.crew, content)["content"]


@rule("messages.21", "mediaType and mediaSize are those of the attachment that a message shows.")
def media_of_attachments(site: Site) -> None:
    file = ("lamp.txt", b"light", "text/plain")
    made = site.ok(UPLOAD_ATTACHMENT, params={"access": "public"}, files={"source": file})["attachment"]
    shown = _content(site, {"type": "file", "mediaUrl": made["mediaUrl"]})
    equal((shown.get("mediaType"), shown.get("mediaSize")), (made["mediaType"], 5), "mediaType and mediaSize")


@rule("messages.22", "At most one action of a message has openOnReceive.")
def open_on_receive(site: Site) -> None:
    view = {"type": "webview", "text": "Open", "uri": "https://example.org", "fallback": "https://example.org"}
    actions = [{**view, "openOnReceive": True}]
    site.say(site.crew, {"type": "text", "text": "One", "actions": actions})
    site.post(site.crew, {"type": "text", "text": "Two", "actions": actions * 2}).refused(400, "bad_request")


@rule("messages.23", "A message to a client of a channel is reported as delivered.", Need.CHANNEL, Need.WEBHOOK)
def delivered_to_a_channel(site: Site) -> None:
    inbox, link = site.inbox(), linked(site)
    equal(associations(site, link.conversation)[:1], [link.client], "the first client association")
    message = site.say(link.conversation)
    payload = inbox.wait("conversation:message:delivery:channel", link.conversation, message["id"])
    equal(payload["destination"]["type"], "twilio", "the type of the destination")


@rule("messages.26", "A message of an AI has a disclaimer for the channel.", Need.CHANNEL, Need.EXTENSIONS)
def disclaimer(site: Site) -> None:
    link = linked(site)
    author = {"type": "business", "subtypes": ["AI"]}
    body = {"author": author, "content": {"type": "text", "text": "Hello"}}
    (message,) = site.ok(POST_MESSAGE, body, conversationId=link.conversation)["messages"]
    equal(message["content"]["text"], "Hello", "the text of the response")
    outbound = site.ok(LIST_OUTBOUND, params={"filter[conversationId]": link.conversation})["outbound"]
    holds("Generated by AI" in str(outbound), "Generated by AI in the text for the channel", outbound)
