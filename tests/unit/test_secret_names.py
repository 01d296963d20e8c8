"""Names of credentials are recognized, and no others."""

from __future__ import annotations

from typing import get_args

from heliograph.conformance.redaction import SECRET, Redactor
from heliograph.server.recording import masking
from heliograph.wire.integrations import Integration, IntegrationCreateBody, IntegrationUpdateBody
from heliograph.wire.secret_names import KEYS, is_secret_name
from tests.unit.integrations import CREDENTIALS

BODIES = (*get_args(IntegrationCreateBody), *get_args(Integration), IntegrationUpdateBody)


def test_credentials_of_integrations() -> None:
    """In the bodies and responses of all channels and SDKs, exactly the credentials are recognized."""
    names = {name for body in BODIES for name in body.__struct_encode_fields__}
    assert {name for name in names if is_secret_name(name)} == CREDENTIALS


def test_spellings() -> None:
    secret = ("X-Api-Key", "api_key", "APIKEY", "authKey", "client_secret", "Set-Cookie", "code_verifier")
    harmless = ("keyId", "key", "metadata", "grant_type", "code", "displayName", "externalId", "X-Request-Id")
    assert [name for name in secret if not is_secret_name(name)] == []
    assert [name for name in harmless if is_secret_name(name)] == []


def test_all_users_of_the_rule_hide_the_same_fields() -> None:
    """Recorded requests, and the records of `heliograph conformance`."""
    redactor = Redactor({}, set())
    for name in CREDENTIALS | {*KEYS, "code_verifier"}:
        assert masking.masked({name: "x", "id": "i"}) == {name: masking.MASK, "id": "i"}
        assert bytes(masking.response_body(b'{"%s":"x"}' % name.encode())).find(b'"x"') < 0, name
        assert redactor.value({name: "x", "id": "i"}) == {name: SECRET, "id": "i"}
