"""Receives webhooks with Starlette: WEBHOOK_SECRET=… uvicorn examples.webhooks_starlette:app"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heliograph import webhooks

SECRET = os.environ["WEBHOOK_SECRET"]
joined: dict[str, str] = {}
"""The latest participant of each conversation. An event may be delivered twice; `event.id` identifies it."""


async def receive(request: Request) -> Response:
    """Respond within 20 seconds, or the call is repeated."""
    try:
        delivery = webhooks.receive(request.headers, await request.body(), SECRET)
    except webhooks.WrongSecret:
        return Response(status_code=401)
    for event in delivery.events:
        match event:
            case webhooks.ConversationJoinEvent():
                joined[event.payload.conversation.id] = event.payload.user.id
            case _:
                print(event.type, event.created_at)
    return Response(status_code=200)


app = Starlette(routes=[Route("/webhooks", receive, methods=["POST"])])
