"""What receivers of webhooks are sent, as the OpenAPI document says it under ``webhooks``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocreate.exchange.cloudevents import BATCHED, STRUCTURED, CloudEvent, PingEvent

_HEADERS: list[Mapping[str, Any]] = [
    {
        "name": "webhook-id",
        "in": "header",
        "required": True,
        "description": "The id of the message: the same whenever the same is sent again.",
        "schema": {"type": "string"},
        "example": "msg_GM0503_zaaksysteem_121",
    },
    {
        "name": "webhook-timestamp",
        "in": "header",
        "required": True,
        "description": "When it was sent, in seconds since 1970. Refuse what is minutes old.",
        "schema": {"type": "integer"},
    },
    {
        "name": "webhook-signature",
        "in": "header",
        "required": True,
        "description": (
            "Signatures of id, timestamp and body by Standard Webhooks, one for each secret, "
            "separated by spaces. One by a secret that is known is enough."
        ),
        "schema": {"type": "string"},
        "example": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    },
]
_RESPONSES = {
    "2XX": {"description": "It was taken."},
    "400": {
        "description": "It is no good, and passed over after five attempts. 413, 415, 422 too."
    },
    "410": {"description": "Nothing is to be sent here any more: the subscription ends."},
    "429": {"description": "Not now: it is sent again later, and no sooner than Retry-After says."},
    "default": {"description": "It is sent again later, for three days at most."},
}


def sent(refs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give what is sent, by name; ``refs`` are the schemas by the type in Python."""
    event, ping = refs[repr(CloudEvent)], refs[repr(PingEvent)]
    batch = {"type": "array", "minItems": 1, "maxItems": 100, "items": event}
    return {
        "event": _operation(
            "receiveEvents",
            "An event, or a batch of them in the order of the log",
            {STRUCTURED: {"schema": event}, BATCHED: {"schema": batch}},
        ),
        "ping": _operation(
            "receivePing",
            "An event that is about nothing, by which an address is tried",
            {STRUCTURED: {"schema": ping}},
        ),
    }


def _operation(name: str, summary: str, content: Mapping[str, object]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": name,
            "tags": ["webhooks"],
            "summary": summary,
            "parameters": _HEADERS,
            "requestBody": {"required": True, "content": content},
            "responses": _RESPONSES,
        }
    }
