"""Receives webhooks with Flask: WEBHOOK_SECRET=… flask --app examples.webhooks_flask run"""

import os

from flask import Flask, Response, request

from heliograph import webhooks

SECRET = os.environ["WEBHOOK_SECRET"]
joined: dict[str, str] = {}
"""Who joined last, by conversation. Event ids tell what was seen already: the same event may come twice."""

app = Flask(__name__)


@app.post("/webhooks")
def receive() -> Response:
    """Answer quickly: what takes longer than 20 seconds is sent again."""
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
