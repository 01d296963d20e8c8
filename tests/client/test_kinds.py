"""Bodies and responses of several kinds, files, redirects, and required query parameters."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph import (
    AuthorBody,
    Client,
    CustomIntegrationBody,
    InvalidArgument,
    MessagePost,
    QuotedMessageMessage,
    TextMessage,
    TextMessageBody,
    UnknownKind,
)
from heliograph.client.files import FileSource

WHERE = ("a" * 24, "c" * 24)


class Recorder:
    """Responds to every request with `reply`, and records the requests."""

    def __init__(self) -> None:
        self.reply: tuple[int, Any, dict[str, str]] = (200, {}, {})
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, body, headers = self.reply
        return httpx.Response(status, json=body, headers=headers)


@pytest.fixture
def recorder() -> Recorder:
    """The recorder of the requests."""
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> Iterator[Client]:
    """A client whose requests go to the recorder."""
    with Client(transport=httpx.MockTransport(recorder)) as client:
        yield client


def test_a_message_by_type_dict_and_keywords_is_the_same(client: Client, recorder: Recorder) -> None:
    author, content = {"type": "user", "userId": "u"}, {"type": "text", "text": "hello"}
    typed = MessagePost(author=AuthorBody(type="user", user_id="u"), content=TextMessageBody(text="hello"))
    client.messages.post_message(*WHERE, typed)
    client.messages.post_message(*WHERE, {"author": author, "content": content})
    client.messages.post_message(*WHERE, author={"type": "user", "user_id": "u"}, content=TextMessageBody(text="hello"))
    sent = [httpx.Response(200, content=request.content).json() for request in recorder.requests]
    assert sent == [{"author": author, "content": content}] * 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"type": "hologram"}, "content"),
        ({"type": "text", "txt": "hello"}, "has no field 'txt'"),
        ({"text": "hello"}, "content"),
        ({"type": "text", "text": 7}, "content.text should be string"),
    ],
)
def test_invalid_content_is_refused(client: Client, content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        client.messages.post_message(*WHERE, author={"type": "business"}, content=content)


def test_messages_are_read_by_the_kind_of_their_content(client: Client, recorder: Recorder) -> None:
    message = {"id": "1", "content": {"type": "text", "text": "hi"}}
    quoting = {
        "id": "2",
        "content": {"type": "hologram", "depth": 3},
        "quotedMessage": {"type": "message", "message": message},
    }
    recorder.reply = (200, {"messages": [message, quoting]}, {})
    first, second = client.messages.list_messages(*WHERE).messages
    assert isinstance(first.content, TextMessage)
    assert first.content.text == "hi"
    assert (first.content.type, second.content.type) == ("text", "hologram")
    assert type(second.content) is UnknownKind
    assert second.content["depth"] == 3
    assert isinstance(second.quoted_message, QuotedMessageMessage)
    assert second.quoted_message.message == first


def test_the_type_determines_the_kind_of_a_body(client: Client, recorder: Recorder) -> None:
    webhooks: list[Any] = [{"target": "https://example.org", "triggers": ["conversation:join"]}]
    given = {"type": "custom", "displayName": "Mine", "webhooks": webhooks}
    client.integrations.create_integration("a", given)
    (sent,) = recorder.requests
    assert httpx.Response(200, content=sent.content).json() == given
    with pytest.raises(InvalidArgument, match="has no field 'webhoks'"):
        client.integrations.create_integration("a", {"type": "custom", "webhoks": webhooks})
    with pytest.raises(InvalidArgument):
        client.integrations.create_integration("a", {"type": "pigeon"})
    with pytest.raises(InvalidArgument, match="CustomIntegrationBody"):
        client.integrations.create_integration("a", 7)  # type: ignore[arg-type]
    assert CustomIntegrationBody.__struct_config__.tag == "custom"


def test_a_file_is_sent_as_multipart(client: Client, recorder: Recorder) -> None:
    recorder.reply = (201, {"attachment": {"mediaUrl": "https://x", "mediaType": "image/png"}}, {})
    made = client.attachments.upload_attachment("a", source=b"\x00\xff--", access="public", for_="message")
    assert made.attachment.media_type == "image/png"
    (sent,) = recorder.requests
    assert str(sent.url).endswith("/v2/apps/a/attachments?access=public&for=message")
    kind, _, boundary = sent.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert sent.content.startswith(f'--{boundary}\r\nContent-Disposition: form-data; name="source"'.encode())
    assert sent.content.endswith("\r\n\r\n\x00".encode("latin-1") + b"\xff--\r\n" + f"--{boundary}--\r\n".encode())
    for wrong in ({"source": "text"}, {"file": b""}):
        with pytest.raises(InvalidArgument):
            client.attachments.upload_attachment("a", wrong, access="public")
    with pytest.raises(InvalidArgument, match="requires access"):
        client.attachments.upload_attachment("a", source=b"")


def test_files_are_sent_with_their_names(client: Client, recorder: Recorder, tmp_path: Path) -> None:
    recorder.reply = (201, {"attachment": {"mediaUrl": "https://x", "mediaType": "text/plain"}}, {})
    path = tmp_path / 'ä "note".txt'
    path.write_bytes(b"text")
    with path.open("rb") as file:
        named: list[FileSource] = [str(path), path, file, (path.name, b"text"), (path.name, io.BytesIO(b"text"))]
        for source in named:
            client.attachments.upload_attachment("a", source=source, access="public")
        for unnamed in (b"text", bytearray(b"text"), io.BytesIO(b"text")):
            client.attachments.upload_attachment("a", source=unnamed, access="public")
    names = [re.search(b'; filename="(.*)"\r\n', sent.content) for sent in recorder.requests]
    assert [found and found[1].decode() for found in names] == ["ä %22note%22.txt"] * 5 + ["source"] * 3
    assert all(b"\r\n\r\ntext\r\n--" in sent.content for sent in recorder.requests)
    wrong: tuple[Any, ...] = (tmp_path, tmp_path / "missing", "\0", 7, io.StringIO("text"), file, ("a", "text"), ("a",))
    for source in wrong:
        with pytest.raises(InvalidArgument, match="source"):
            client.attachments.upload_attachment("a", source=source, access="public")


def test_a_redirect_as_the_response_is_no_error(client: Client, recorder: Recorder) -> None:
    recorder.reply = (302, {}, {"location": "https://example.org/?code=x"})
    answer = client.oauth.authorize(client_id="a", response_type="code", redirect_uri="https://example.org", state="s")
    assert answer.raw_response is not None
    assert answer.raw_response.headers["location"] == "https://example.org/?code=x"
