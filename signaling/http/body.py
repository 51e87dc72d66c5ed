"""Request bodies: JSON of a known shape and a bounded size, or a coded refusal."""

import asyncio
from typing import Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from signaling.http.errors import CodedError

MAX_BODY_BYTES: Final = 32 * 1024
"""The largest honest body is a booking of about 1 kB."""


class Body(BaseModel):
    """A body the outside may send: nothing unknown in it, and an error never repeats what was sent."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive. Longer lets strangers hold connections; shorter fails bad networks."""

B = TypeVar("B", bound=Body)


async def read(request: web.Request, model: type[B]) -> tuple[B, bytes]:
    """The body as `model`, and its bytes.

    Raises:
        CodedError: not JSON, too large, too slow, not readable, or not of this shape; fields are named,
            their values are not repeated.
    """
    if request.content_type != "application/json":
        raise CodedError("not_json")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise CodedError("too_large")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            raw = await request.read()
    except TimeoutError:
        raise CodedError("too_slow") from None
    except web.RequestPayloadError:  # compressed otherwise than it says, or cut off
        raise CodedError("malformed") from None
    try:
        return model.model_validate_json(raw), raw
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        if any(item["type"] == "json_invalid" for item in found):
            raise CodedError("malformed") from None
        fields = [
            {"at": ".".join(str(part) for part in item["loc"])[:80], "problem": item["type"]}
            for item in found[:20]
        ]
        raise CodedError("invalid", detail={"fields": fields}) from None
