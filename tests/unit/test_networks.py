"""The addresses that webhooks may call."""

from __future__ import annotations

import pytest

from heliograph.domain.networks import TargetRefused, check, parse_networks
from heliograph.errors import UsageError

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1",
    "198.18.0.1", "192.0.2.1", "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fec0::1", "::ffff:0:10.0.0.1", "5f00::1",
    "3fff::1", "1::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(TargetRefused, match="is not a public address"):
        check(address, (), encrypted=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_require_https(address: str) -> None:
    check(address, (), encrypted=True)
    with pytest.raises(TargetRefused, match="use https"):
        check(address, (), encrypted=False)


def test_allowed_networks_do_not_require_https() -> None:
    allowed = parse_networks("10.1.0.0/16, fd00::/8,loopback", host="0.0.0.0", embedded=False)
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "127.0.0.1", "::1"):
        check(address, allowed, encrypted=False)
    for address in ("10.2.0.1", "169.254.169.254"):
        with pytest.raises(TargetRefused):
            check(address, allowed, encrypted=True)


@pytest.mark.parametrize(
    ("host", "embedded", "open_"),
    [
        ("127.0.0.1", True, True), ("localhost", True, True), ("::1", True, True), ("127.0.0.1", False, False),
        ("0.0.0.0", True, False), ("192.168.1.1", True, False), ("chat.example.invalid", True, False),
    ],
)  # fmt: skip
def test_the_default_allows_loopback_only_to_a_local_server_on_a_file(host: str, embedded: bool, open_: bool) -> None:
    allowed = parse_networks("auto", host=host, embedded=embedded)
    assert bool(allowed) is open_
    assert parse_networks("none", host=host, embedded=embedded) == ()


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "1.2.3", "auto,none"])
def test_invalid_networks_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--webhook-allowed-networks"):
        parse_networks(text, host="127.0.0.1", embedded=True)
