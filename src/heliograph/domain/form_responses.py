"""Responses to forms: the rules, and the content of the message."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from heliograph.domain import cards
from heliograph.errors import BadRequest, Conflict
from heliograph.wire.contents import FormMessage, FormResponseMessage, FormResponseMessageBody
from heliograph.wire.forms import MAX_SIZE, MIN_SIZE, FormMessageField, FormResponseMessageField
from heliograph.wire.forms import FormResponseMessageFieldBody as FieldBody
from heliograph.wire.messages import Message

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_FORMATS = {"integer": re.compile(r"[+-]?[0-9]+\Z"), "decimal": re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?\Z")}


def submitted(message: Message) -> Message:
    """The message of a form after a user has responded to it.

    Raises:
        BadRequest: the message is not a form.
        Conflict: a user has responded to it already.
    """
    form = _form(message)
    if form.submitted:
        raise Conflict("The form has been submitted")
    return msgspec.structs.replace(message, content=msgspec.structs.replace(form, submitted=True))


def to_api(message: Message, response: FormResponseMessageBody, *, masks_cards: bool) -> Raw:
    """The JSON of a response as responses and events show it, with the labels of its form.

    Credit card numbers in it are masked if `masks_cards` is set.

    Raises:
        BadRequest: a field of the form has no value within its limits, or there is no such field.
    """
    form = _form(message)
    given = {field.name: field for field in response.fields}
    if titles := list(_violations(form, given)):
        raise BadRequest(*titles)
    fields = [_filled(field, given[field.name]) for field in form.fields]
    if masks_cards:
        _mask_cards(fields)
    lines = [f"{field.label}: {_text(field)}" for field in fields]
    return Raw(msgspec.json.encode(FormResponseMessage(fields=fields, text_fallback="\n".join(lines))))


def _form(message: Message) -> FormMessage:
    if not isinstance(message.content, FormMessage):
        raise BadRequest("act.quotedMessageId should be the id of a message of type form")
    return message.content


def _violations(form: FormMessage, given: dict[str, FieldBody]) -> Iterator[str]:
    names = {field.name for field in form.fields}
    for name in given.keys() - names:
        yield f"the form has no field with the name {name}"
    for field in form.fields:
        if (answer := given.get(field.name)) is None:
            yield f"the field {field.name} is missing"
        elif answer.type != field.type:
            yield f"the field {field.name} should be of type {field.type}"
        elif (rule := _broken_rule(field, answer)) is not None:
            yield f"the field {field.name} should {rule}"


def _broken_rule(field: FormMessageField, answer: FieldBody) -> str | None:
    """The rule that the value of a field breaks, such as `have an email address as email`, or None."""
    if field.type == "text":
        return _broken_rule_of_text(field, answer.text or "")
    if field.type == "email":
        return None if _EMAIL.match(answer.email or "") else "have an email address as email"
    names = {option.name for option in field.options or []}
    chosen = [option.get("name") for option in answer.select or []]
    if len(chosen) != 1 or chosen[0] not in names:
        return "have one of the options of the form as select"
    return None


def _broken_rule_of_text(field: FormMessageField, text: str) -> str | None:
    least = MIN_SIZE if field.min_size is None else field.min_size
    most = MAX_SIZE if field.max_size is None else field.max_size
    if not least <= len(text) <= most:
        return f"have a text of {least} to {most} characters"
    if field.format is not None and not _FORMATS[field.format].match(text):
        return f"have a text of the format {field.format}"
    return None


def _filled(field: FormMessageField, answer: FieldBody) -> FormResponseMessageField:
    """The field with its value, and with the label of the form."""
    filled = FormResponseMessageField(type=field.type, name=field.name, label=field.label, format=field.format)
    if field.type == "text":
        filled.text = answer.text
    elif field.type == "email":
        filled.email = answer.email
    else:
        names = {option["name"] for option in answer.select or []}
        chosen = [option for option in field.options or [] if option.name in names]
        filled.select = [msgspec.to_builtins(option) for option in chosen]
    return filled


def _mask_cards(fields: list[FormResponseMessageField]) -> None:
    for field in fields:
        if field.text is not None:
            field.text = cards.mask(field.text)
        if field.email is not None:
            field.email = cards.mask(field.email)


def _text(field: FormResponseMessageField) -> str:
    if field.type == "select":
        return ", ".join(option.get("label") or option["name"] for option in field.select or [])
    return field.text or field.email or ""
