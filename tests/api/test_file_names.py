"""Names, extensions and types of uploaded files."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from heliograph.domain.attachments import clean_name
from heliograph.domain.media_types import BY_EXTENSION
from tests.api.files import GIF, PNG, name_of, part, upload, upload_body, uploaded, whole
from tests.harness import Caller, error_of

EXTENSION = (415, "unsupported_media_type", "File rejected. File extension not allowed")
TYPE = (415, "unsupported_media_type", "File rejected. File type not allowed")
EXTENSIONS = (
    "3g2 3gp 7z aac amr avi bmp csv doc docx eml gif heic heif ics jfif jpeg jpg key log m4a m4v mov mp3 mp4 mp4a mpeg "
    "mpg mpga neon numbers odt oga ogg ogv opus pages pdf png pps ppsx ppt pptx qt svg tif tiff txt vcf wav webm webp "
    "wmv xls xlsx xml yaml yml zip"
).split()
pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("disposition", "content_type", "name"),
    [
        ('form-data; name="source"; filename="lamp.png"', None, "lamp.png"),
        ("form-data; name=source; filename=lamp.png", "text/html", "lamp.png"),
        ('form-data; name="source"; filename="source"', None, "file.png"),
        ('form-data; name="source"', None, "file.png"),
        ('form-data; name="source"; filename=""', "image/gif", "file.png"),
        ("form-data; name=\"source\"; filename*=UTF-8''l%C3%A4mp%22.png", None, 'lämp".png'),
        ("form-data; name=\"source\"; filename*=iso-8859-1'en'l%E4mp.png", None, "lämp.png"),
        ('form-data; name="source"; filename="lamp.png"; filename*=UTF-8\'\'l%C3%A4mp.png', None, "lämp.png"),
        ('form-data; name="source"; filename="lämp.png"', None, "lämp.png"),
        ('form-data; name="source"; filename="a \\"lamp\\".png"', None, 'a "lamp".png'),
        ('FORM-DATA; NAME="source"; FILENAME="lamp.png"', None, "lamp.png"),
        ('form-data; filename="a;b.png"; name="source"', None, "a;b.png"),
    ],
)
def test_how_clients_name_files(api: Caller, disposition: str, content_type: str | None, name: str) -> None:
    answer = upload_body(api, whole(part(PNG, disposition, content_type)))
    assert answer.status_code == 201, answer.text
    assert answer.json()["attachment"]["mediaType"] == "image/png"
    url = answer.json()["attachment"]["mediaUrl"]
    assert name_of(url) == name
    assert api.http.get(url).content == PNG


@pytest.mark.parametrize(
    "disposition",
    [
        "form-data; name=\"source\"; filename*=nonsense'x'%ff.png",
        "form-data; name=\"source\"; filename*=UTF-8''%ff%fe.png",
        'form-data; name="source"; filename*=\'.png',
        'form-data; name="source"; filename*0="la"; filename*1="mp.png"',
        "form-data; name=\"source\"; filename*0*=UTF-8''l%; filename*2=x.png",
        'form-data; name="source"; filename*=lamp.png; filename*',
        'form-data; name="source"; filename="lamp.png',
        "form-data; name=\"source\"; filename*=idna''xn--a.png",
        "form-data; name=\"source\"; filename*=punycode''%80.png",
        "form-data; name=\"source\"; filename*=utf-16''a.png",
        "form-data; name=\"source\"; filename*=base64''a.png",
        "form-data; name=\"source\"; filename*=undefined''a.png",
    ],
)
def test_unusual_file_names_do_not_cause_server_errors(api: Caller, disposition: str) -> None:
    answer = upload_body(api, whole(part(PNG, disposition)))
    assert answer.status_code in (201, 400, 415), answer.text


def test_extensions(api: Caller) -> None:
    """attachments.4"""
    assert sorted(BY_EXTENSION) == EXTENSIONS
    for extension in EXTENSIONS:
        answer = upload(api, f"a.b.{extension.upper()}", b"some text", content_type="text/html")
        assert answer.status_code == 201, extension
        assert answer.json()["attachment"]["mediaType"] == BY_EXTENSION[extension]
    for name in ("a.exe", "a.html", "a.js", "a.png.exe", "a.png.", "a.p ng", "a.sh", "a.PhP", "a.pn\u0261", "a.svgz"):
        expected = 201 if name == "a.png." else 415  # a name without an extension
        assert upload(api, name).status_code == expected, name
    assert error_of(upload(api, "a.html", b"<p>")) == EXTENSION
    assert error_of(upload(api, "a", b"some text")) == EXTENSION
    assert error_of(upload(api, None, b"some text", content_type="text/html")) == EXTENSION
    assert error_of(upload(api, "a.png", b"MZ" + bytes(100))) == TYPE
    assert error_of(upload(api, "a.txt", b"\x7fELF\x02\x01\x01" + bytes(100))) == TYPE


@pytest.mark.parametrize(
    ("name", "content", "declared", "media_type", "stored_as"),
    [
        ("a.txt", PNG, None, "image/png", "a.txt"),
        ("a.png", b"<script>alert(1)</script>", "text/html", "image/png", "a.png"),
        ("a.png", GIF, "image/png", "image/gif", "a.png"),
        (None, b"some text", "text/plain", "text/plain", None),
        (None, b"some text", "Text/Plain; charset=utf-8", "text/plain", None),
        ("notes", b"a,b", "text/csv", "text/csv", "notes"),
        (None, GIF, "text/plain", "image/gif", "file.gif"),
        ("a.pdf", b"%PDF-1.7", "text/html", "application/pdf", "a.pdf"),
    ],
)
def test_types(
    api: Caller, name: str | None, content: bytes, declared: str | None, media_type: str, stored_as: str | None
) -> None:
    """attachments.5: the declared content type never becomes the media type"""
    answer = upload(api, name, content, content_type=declared)
    assert answer.status_code == 201, answer.text
    attachment = answer.json()["attachment"]
    assert attachment["mediaType"] == media_type
    assert stored_as is None or name_of(attachment["mediaUrl"]) == stored_as
    assert api.http.get(attachment["mediaUrl"]).headers["content-type"].split(";")[0] == media_type


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.png", "a.png"),
        ("..", ""),
        (".", ""),
        ("/", ""),
        ("source", ""),
        ("a\x00b\x1f\x7f.png", "ab.png"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("a\u2028b.png", "ab.png"),
        ("  a.png \t", "a.png"),
        ("é" * 300 + ".png", "é" * 125 + ".png"),
        ("x" * 300, "x" * 255),
        ("x" * 300 + "." + "y" * 100, "x" * 255),
        ("𝄞" * 100 + ".tiff", "𝄞" * 62 + ".tiff"),
        ("\ud800.png", "?.png"),
        ("a%2Fb.png", "a%2Fb.png"),
        ("a\u200bb.png", "a\u200bb.png"),
        (".png", ".png"),
        ("\x00..\x00", ""),
        ("\x00source", ""),
    ],
)
def test_names(given: str, kept: str) -> None:
    """attachments.6"""
    name = clean_name(given)
    assert name == kept
    assert len(name.encode()) <= 255


@pytest.mark.parametrize("name", ["a?b#c.png", "a%2e%2e%2fb.png", "ä ö.png", "a&b=c;d'e(1).png", "%.png", "..a.png"])
def test_names_in_urls(api: Caller, name: str) -> None:
    url = uploaded(api, name)
    assert name_of(url) == name
    assert url.endswith(f"/{quote(name, safe='')}")
    assert api.http.get(url).content == PNG
