"""The site of a partner: a person connects an app to the partner's integration, which gets a token for the app.

python examples/oauth_partner.py http://127.0.0.1:8080 CLIENT_ID CLIENT_SECRET
"""

from __future__ import annotations

import hmac
import secrets
import sys
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from heliograph import ApiError, BearerAuth, Client

HELIOGRAPH, CLIENT_ID, CLIENT_SECRET = sys.argv[1:4]
PORT = int(sys.argv[4]) if len(sys.argv) > 4 else 3000


class Site(BaseHTTPRequestHandler):
    """`/` begins the flow, and `/callback` ends it."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/callback":
            self.finish_flow({name: values[0] for name, values in parse_qs(url.query).items()})
        else:
            self.begin_flow()

    def begin_flow(self) -> None:
        """Send the browser to Heliograph, with a state that belongs to this browser."""
        state = secrets.token_urlsafe(16)
        query = urlencode({"response_type": "code", "client_id": CLIENT_ID, "state": state})
        self.send_response(302)
        self.send_header("location", f"{HELIOGRAPH}/oauth/authorize?{query}")
        self.send_header("set-cookie", f"state={state}; HttpOnly; SameSite=Lax; Path=/callback")
        self.end_headers()

    def finish_flow(self, given: dict[str, str]) -> None:
        """Exchange the code for a token, and use the token."""
        cookie = SimpleCookie(self.headers.get("cookie", "")).get("state")
        if cookie is None or not hmac.compare_digest(cookie.value, given.get("state", "")):
            return self.show(400, "This browser did not begin the flow.")
        if "code" not in given:
            return self.show(403, given.get("error_description", "No access."))
        try:
            with Client(HELIOGRAPH) as client:
                token = client.oauth.get_token(
                    grant_type="authorization_code",
                    code=given["code"],
                    client_id=CLIENT_ID,
                    client_secret=CLIENT_SECRET,
                )
            with Client(HELIOGRAPH, auth=BearerAuth(token.access_token)) as client:
                app = client.oauth.get_token_info().app
        except ApiError as error:
            return self.show(502, str(error))
        # A real partner stores the token: it does not expire.
        return self.show(200, f"Connected to the app {app.display_name}.")

    def show(self, status: int, text: str) -> None:
        """Send a page of text."""
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", PORT), Site).serve_forever()
