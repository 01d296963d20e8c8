"""Prints the events of webhooks, with the standard library only: python3 examples/webhooks_plain.py 3000"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Hook(BaseHTTPRequestHandler):
    """Responds to every POST with 200."""

    def do_POST(self) -> None:
        """Print the events of one call."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        for event in body["events"]:
            print(event["type"], json.dumps(event["payload"]), flush=True)
        self.send_response(200)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
