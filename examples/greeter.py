"""A bot that greets each user who joins a group. It listens on a port, and calls the API when its webhook is called.

python examples/greeter.py 3000
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from heliograph import BasicAuth, Client

APP = os.environ["HELIOGRAPH_APP_ID"]
KEY = BasicAuth(os.environ["HELIOGRAPH_KEY_ID"], os.environ["HELIOGRAPH_KEY_SECRET"])


class Bot(BaseHTTPRequestHandler):
    """The endpoint of the webhook."""

    client = Client(os.environ["HELIOGRAPH_URL"], auth=KEY)

    def do_POST(self) -> None:
        """Handle a call of the webhook."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        for event in body["events"]:
            if event["type"] == "conversation:join":
                self.greet(event["payload"])
        self.send_response(200)
        self.end_headers()

    def greet(self, payload: dict[str, Any]) -> None:
        """Greet the user who joined."""
        name = payload["user"].get("externalId", "stranger")
        message = {"author": {"type": "business"}, "content": {"type": "text", "text": f"Welcome, {name}"}}
        self.client.messages.post_message(APP, payload["conversation"]["id"], message)

    def log_message(self, *args: object) -> None:
        """Print nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Bot)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
