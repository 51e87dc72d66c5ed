"""What the web process asks of the recorder: a lease, in strict JSON."""

import base64
from typing import Annotated, Final

import pydantic

from media.recordings.sealing import KEY_BYTES

LEASE_MAX: Final = 5.0
ENDPOINTS_MAX: Final = 8
WRAPPED_MAX: Final = 1024

_NAME: Final = r"^[A-Za-z0-9_.\-]{1,64}$"
_RECORDING: Final = r"^[A-Za-z0-9_-]{1,64}$"


def _from_base64(value: object) -> bytes:
    """Plain RFC 4648 §4 with its padding, and nothing around it."""
    try:
        return base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except ValueError:
        raise ValueError("it is base64") from None


Base64 = Annotated[bytes, pydantic.BeforeValidator(_from_base64)]


class LeaseBody(pydantic.BaseModel):
    """Who may be recorded, for how long, into which recording."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    recording: Annotated[str, pydantic.Field(pattern=_RECORDING)]
    key: Annotated[Base64, pydantic.Field(min_length=KEY_BYTES, max_length=KEY_BYTES, repr=False)]
    wrapped: Annotated[Base64, pydantic.Field(max_length=WRAPPED_MAX, repr=False)]
    endpoints: Annotated[
        list[Annotated[str, pydantic.Field(pattern=_NAME)]], pydantic.Field(max_length=ENDPOINTS_MAX)
    ]
    seconds: Annotated[float, pydantic.Field(gt=0, le=LEASE_MAX, allow_inf_nan=False)]
