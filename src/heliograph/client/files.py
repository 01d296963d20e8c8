"""Files to upload, given as their content, as a path, or as an open file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TypeAlias

from heliograph.errors import InvalidArgument

Content: TypeAlias = bytes | bytearray | memoryview | IO[bytes]
FileSource: TypeAlias = Content | str | os.PathLike[str] | tuple[str, Content]
"""A file: its bytes, its path, an open binary file, or a pair of its name and one of these except a path."""

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def read_file(source: object, field: str) -> tuple[str, bytes]:
    """The name and the content of a file. Without a name of its own, it is named after the field.

    Raises:
        InvalidArgument: it is not a file, or cannot be read.
    """
    match source:
        case (str(name), content):
            return name, _content_of(content, field)
        case str() | os.PathLike():
            path = Path(source)
            try:
                return path.name, path.read_bytes()
            except (OSError, ValueError) as error:
                raise InvalidArgument(f"{field} cannot be read: {error}") from None
    opened_as: object = getattr(source, "name", None)
    return Path(opened_as).name if isinstance(opened_as, str) else field, _content_of(source, field)


def _content_of(content: object, field: str) -> bytes:
    read = getattr(content, "read", None)
    if callable(read):
        try:
            content = read()
        except (OSError, ValueError) as error:
            raise InvalidArgument(f"{field} cannot be read: {error}") from None
    if not isinstance(content, bytes | bytearray | memoryview):
        raise InvalidArgument(f"{field} should be bytes, a path, or a file opened in binary mode")
    return bytes(content)


def escaped(name: str) -> str:
    """A file name inside the quotes of a `Content-Disposition` header, escaped as browsers do."""
    return name.translate(_ESCAPES)
