"""Clients of the server of the run, each in an app of its own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from heliograph import BasicAuth, Client
from tests.harness import Caller


@dataclass
class Place:
    """An app with a group in it, and a client with the app's key."""

    client: Client
    app_id: str
    group: str
    auth: BasicAuth
    url: str

    def new_user(self, external_id: str | None = None) -> str:
        """Create a user; returns the id."""
        return self.client.users.create_user(self.app_id, external_id=external_id).user.id

    def members(self) -> list[str]:
        """The ids of the users in the group."""
        return [one.user_id for one in self.client.participants.iter_participants(self.app_id, self.group)]


@pytest.fixture
def place(api: Caller) -> Iterator[Place]:
    """A fresh app."""
    assert api.auth is not None
    auth = BasicAuth(*api.auth)
    with Client(api.url, auth=auth) as client:
        group = client.conversations.create_conversation(api.app_id, type="sdkGroup").conversation.id
        yield Place(client, api.app_id, group, auth, api.url)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    secret = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(secret + made.public_bytes(form))
    return path
