"""The flow of OAuth, from the code to the end of the access, by every official client.

None of them can make the first step: all follow the redirect of Authorize, to the site of the partner.
"""

from __future__ import annotations

from tests.api.oauth import Partner
from tests.compat.official import JAVASCRIPT, PYTHON_14, Official
from tests.harness import Caller

WITHOUT_TOKEN_INFO = (JAVASCRIPT, PYTHON_14)
"""Releases from before GetTokenInfo was documented."""


def test_a_code_becomes_a_token(client: Official, account: Caller, api: Caller) -> None:
    partner = Partner(account)
    body = partner.request(partner.code(api))
    made = client.but(basic=None).ok("get_token", **body)
    assert made["token_type"] == "Bearer"
    reply = client.reply("get_token", **body)
    assert reply.error["status"] == 400
    assert reply.error["body"]["error"] == "invalid_grant"
    connected = client.but(basic=None, bearer=made["access_token"])
    assert connected.error("get_user", user="ada")[:2] == (404, "user_not_found")
    if client.name not in WITHOUT_TOKEN_INFO:
        assert connected.ok("get_token_info")["app"]["id"] == api.app_id
    connected.ok("revoke_access")
    assert connected.error("get_user", user="ada")[:2] == (401, "unauthorized")
