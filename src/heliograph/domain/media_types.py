"""The types of uploaded files: by their first bytes, or else by the extension of their names."""

from __future__ import annotations

import filetype

from heliograph.errors import UnsupportedMediaType

BY_EXTENSION = {
    "3g2": "video/3gpp2",
    "3gp": "video/3gpp",
    "7z": "application/x-7z-compressed",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "avi": "video/x-msvideo",
    "bmp": "image/bmp",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "ics": "text/calendar",
    "jfif": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "key": "application/vnd.apple.keynote",
    "log": "text/plain",
    "m4a": "audio/mp4",
    "m4v": "video/x-m4v",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mp4a": "audio/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "mpga": "audio/mpeg",
    "neon": "text/plain",
    "numbers": "application/vnd.apple.numbers",
    "odt": "application/vnd.oasis.opendocument.text",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/opus",
    "pages": "application/vnd.apple.pages",
    "pdf": "application/pdf",
    "png": "image/png",
    "pps": "application/vnd.ms-powerpoint",
    "ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "qt": "video/quicktime",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "wav": "audio/x-wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "wmv": "video/x-ms-wmv",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}
"""The allowed extensions and their types, unless the setting `attachment_extensions` names others."""
_DEFAULT = "default"
_ANY = "*"
UNKNOWN = "application/octet-stream"
_EXTENSION_NOT_ALLOWED = "File rejected. File extension not allowed"
_TYPE_NOT_ALLOWED = "File rejected. File type not allowed"
_EXTENSIONS = {type: extension for extension, type in reversed(BY_EXTENSION.items())}
_SHOWN_IN_BROWSERS = ("image/", "audio/", "video/")
_SHOWN = {"application/pdf", "text/plain", "text/csv"}
_SVG = "image/svg+xml"


def media_type(name: str, first_bytes: bytes, declared: str | None, allowed: str) -> tuple[str, str]:
    """The media type of a file, and its extension without a dot.

    `declared` is the media type that the sender names. It counts only if the name has no extension and the first bytes
    are of no known type. `allowed` is the setting `attachment_extensions`.

    Raises:
        UnsupportedMediaType: the extension, or the type of the first bytes, is not allowed.
    """
    found = filetype.guess(first_bytes)
    extension = extension_of(name) or (found.extension if found else _EXTENSIONS.get(declared or "", ""))
    accepted = _accepted(allowed)
    if accepted is not None and extension not in accepted:
        raise UnsupportedMediaType(_EXTENSION_NOT_ALLOWED)
    if accepted is not None and found is not None and found.extension not in accepted:
        raise UnsupportedMediaType(_TYPE_NOT_ALLOWED)
    return (found.mime if found else BY_EXTENSION.get(extension, UNKNOWN)), extension or "bin"


def type_at_url(name: str, first_bytes: bytes, declared: str | None, allowed: str) -> str:
    """The media type of a file of another server, whose URL ends with `name`.

    Unlike the name of an upload, that of a URL need not belong to the file: `/image.php` may be a picture. So it
    counts only if the first bytes are of no known type. The other arguments are those of `media_type`.

    Raises:
        UnsupportedMediaType: the type is not allowed.
    """
    found = filetype.guess(first_bytes)
    if found is None:
        return media_type(name, first_bytes, declared, allowed)[0]
    accepted = _accepted(allowed)
    if accepted is not None and found.extension not in accepted:
        raise UnsupportedMediaType(_TYPE_NOT_ALLOWED)
    return str(found.mime)


def _accepted(allowed: str) -> set[str] | None:
    """The extensions that the setting names, or None for all."""
    if allowed == _ANY:
        return None
    return set(BY_EXTENSION) if allowed == _DEFAULT else set(allowed.lower().split())


def extension_of(name: str) -> str:
    """The extension of a file name in lower case without the dot, or an empty text."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def is_shown_by_browsers(media_type: str) -> bool:
    """Whether browsers may show a file of this type. Those that can contain scripts are only downloaded."""
    return media_type in _SHOWN or (media_type.startswith(_SHOWN_IN_BROWSERS) and media_type != _SVG)
