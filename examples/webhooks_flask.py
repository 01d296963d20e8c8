"""Receives webhooks with Flask: WEBHOOK_SECRET=… flask --app examples.webhooks_flask run"""

import os

from flask import Flask, Response, request

from heliograph import webhooks

SECRET = os.environ["WEBHOOK_SECRET"]
joined: dict[str, str] = {}
"""The latest participant of each conversation. An event may be delivered twice; `event.id` identifies it."""

app = Flask(__name__)


@app.post("/webhooks")
def receive() -> Response:
    """Respond within 20 seconds, or the call is repeated."""
    try:
        delivery = webhooks.receive(dict(request.headers), request.get_data(), SECRET)
    except webhooks.WrongSecret:
        return Response(status=401)
    for event in delivery.events:
        match event:
            case webhooks.ConversationJoinEvent():
                joined[event.payload.conversation.id] = event.payload.user.id
            case _:
                print(event.type, event.created_at)
    return Response(status=200)
