"""Rules about attachments."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.v2.apps import DELETE_ATTACHMENT, UPLOAD_ATTACHMENT
from heliograph.wire.table.v2.conversations import DELETE_MESSAGE

PUBLIC = {"access": "public"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TOO_LARGE = 60 * 1_048_576
"""The size in bytes of a file that is larger than any server accepts."""
UPLOAD = RuleSource(UPLOAD_ATTACHMENT.name)


def upload(site: Site, name: str = "lamp.png", content: bytes = PNG, kind: str = "image/png", **params: str) -> Answer:
    """Upload a file. `for_` is the parameter `for`."""
    given = {one.rstrip("_"): value for one, value in {**PUBLIC, **params}.items()}
    return site.call(UPLOAD_ATTACHMENT, params=given, files={"source": (name, content, kind)})


def uploaded(site: Site, name: str = "lamp.png", content: bytes = PNG, **params: str) -> str:
    """Upload a file successfully; returns its URL."""
    url: str = upload(site, name, content, **params).expect(201).json["attachment"]["mediaUrl"]
    return url


def download(site: Site, url: str, **headers: str) -> Answer:
    """Fetch a file of the server under test without a credential."""
    base = urlsplit(site.run.caller.url)
    parts = urlsplit(url)
    holds(parts.netloc == base.netloc, f"a mediaUrl on {base.netloc}", url)
    return site.send("GET", parts.path.removeprefix(base.path), auth=None, headers=headers)


def post_file(site: Site, conversation: str, url: str) -> Any:
    """Post a message of the business that shows a file."""
    return site.say(conversation, {"type": "file", "mediaUrl": url})


@rule("attachments.1", "access must be public, and for is message or absent.", source=UPLOAD)
def parameters(site: Site) -> None:
    upload(site, access="private").refused(400, "bad_request")
    upload(site, for_="other").refused(400, "bad_request")
    upload(site, for_="message", conversationId=MISSING).refused(404, "conversation_not_found")


@rule("attachments.2", "The file is the one part source of a multipart body, and is not empty.")
def one_file(site: Site) -> None:
    two = [("source", ("a.txt", b"a", "text/plain")), ("source", ("b.txt", b"b", "text/plain"))]
    site.call(UPLOAD_ATTACHMENT, params=PUBLIC, files=two).refused(400, "bad_request")
    upload(site, content=b"").refused(400, "bad_request")
    answer = site.call(UPLOAD_ATTACHMENT, params=PUBLIC, content=b"{}")
    answer.refused(415, "unsupported_media_type")


@rule("attachments.3", "A file that is too large is 413.", source=RuleSource("section Request limits"))
def too_large(site: Site) -> None:
    head = (
        f"POST {urlsplit(site.run.caller.url).path}/v2/apps/{site.app_id}/attachments?access=public HTTP/1.1\r\n"
        f"Host: {site.run.caller.host}\r\nAuthorization: {site.authorization}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {TOO_LARGE}\r\n\r\n"
    )
    equal(site.run.caller.raw(head.encode()), 413, "the status of an upload with a large Content-Length")


@rule("attachments.4", "Extensions and types that are not documented are 415.")
def rejected_types(site: Site) -> None:
    upload(site, "tool.exe").refused(415, "unsupported_media_type", "extension")
    upload(site, "lamp.png", b"MZ" + bytes(200)).refused(415, "unsupported_media_type", "type")


@rule("attachments.5", "mediaType is the type of the first bytes, not what the caller sends.")
def media_type(site: Site) -> None:
    shown = upload(site, "lamp.jpg", PNG, "text/html").expect(201).json["attachment"]["mediaType"]
    equal(shown, "image/png", "mediaType")


@rule("attachments.6", "The file name in mediaUrl is the last segment of the given name.")
def file_names(site: Site) -> None:
    name = unquote(uploaded(site, "folder/A lamp.png").rpartition("/")[2])
    equal(name, "A lamp.png", "the file name")


@rule("attachments.7", "Each upload is a new attachment.")
def new_attachments(site: Site) -> None:
    first, second = uploaded(site), uploaded(site)
    holds(first != second, "another URL", [first, second])
    equal(download(site, first).expect(200).content, PNG, "the content")


@rule("attachments.8", "A download supports ranges and If-None-Match.")
def downloads(site: Site) -> None:
    url = uploaded(site)
    part = download(site, url, Range="bytes=1-3").expect(206)
    equal(part.content, PNG[1:4], "the content of a range")
    tag = part.headers.get("etag", "")
    download(site, url, **{"If-None-Match": tag}).expect(304)


@rule(
    "attachments.9",
    "Deleting an unknown URL is 400, and an attachment twice 404.",
    source=RuleSource(DELETE_ATTACHMENT.name),
)
def deletions(site: Site) -> None:
    foreign = {"mediaUrl": "https://example.org/lamp.png"}
    site.call(DELETE_ATTACHMENT, foreign).refused(400, "bad_request", "Unsupported media URL")
    body = {"mediaUrl": uploaded(site)}
    site.ok(DELETE_ATTACHMENT, body)
    site.call(DELETE_ATTACHMENT, body).refused(404, "not_found")
    download(site, body["mediaUrl"]).expect(404)


@rule("attachments.9.other", "An attachment of another app is 404.", Need.ACCOUNT)
def attachments_of_other_apps(site: Site) -> None:
    site.call(DELETE_ATTACHMENT, {"mediaUrl": uploaded(site.apart)}).refused(404, "not_found")


@rule("attachments.10", "An item that shows an attachment has its mediaType.")
def items(site: Site) -> None:
    link = {"type": "link", "text": "Read", "uri": "https://example.org/read"}
    item = {"title": "Lamp", "mediaUrl": uploaded(site), "actions": [link]}
    shown = site.say(site.crew, {"type": "carousel", "items": [item]})["content"]["items"][0]
    equal(shown.get("mediaType"), "image/png", "mediaType")


@rule("attachments.11", "An attachment for a message is deleted with the last message that shows it.")
def attachments_of_messages(site: Site) -> None:
    group = site.group()
    url, kept = uploaded(site, for_="message", conversationId=group), uploaded(site)
    messages = [post_file(site, group, url), post_file(site, group, url), post_file(site, group, kept)]
    for message, status in zip(messages, (200, 404, 404), strict=True):
        site.ok(DELETE_MESSAGE, conversationId=group, messageId=message["id"])
        download(site, url).expect(status)
    download(site, kept).expect(200)
