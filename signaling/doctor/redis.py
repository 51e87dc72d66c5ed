"""Redis, where one is configured: whether it lets us in and answers PING."""

import asyncio
from typing import Final

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured

WITHIN_SECONDS: Final = 3.0
WHO_WE_ARE: Final = "Give user and password in VIDEOVISIT_REDIS_URL: redis://user:password@host:port/0."
OTHER: Final = Finding(
    "redis",
    "something else than Redis answers there",
    "See what runs at that address; VIDEOVISIT_REDIS_URL must name a Redis server.",
)


async def check(settings: Configured, _clock: Clock) -> list[Finding]:
    """The server of VIDEOVISIT_REDIS_URL."""
    url = settings.web.redis_url
    if url is None:
        return [Finding("redis", "none: one web process needs none")]
    return [await look(url.get_secret_value())]


async def look(url: str) -> Finding:
    """Say PING to the server at `url`, by the client that the processes use."""
    # Loaded here: an installation of one process has no use for it.
    from redis import asyncio as redis  # noqa: PLC0415
    from redis import exceptions  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    try:
        client = redis.Redis.from_url(
            # Nothing but the login before PING: an old server knows no more, and once is enough.
            url,
            protocol=2,
            driver_info=None,
            retry=redis.retry.Retry(NoBackoff(), 0),
        )
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                if not await client.ping():
                    return OTHER
        finally:
            await client.aclose()
    except exceptions.AuthenticationError:
        named = "password" in client.connection_pool.connection_kwargs
        sentence = "does not take this user and password" if named else "lets nobody in without a password"
        return Finding("redis", sentence, WHO_WE_ARE)
    except exceptions.NoPermissionError:
        return Finding("redis", "does not let this user in", WHO_WE_ARE)
    except (exceptions.InvalidResponse, exceptions.ResponseError):
        return OTHER
    except (exceptions.RedisError, OSError, ValueError) as error:
        remedy = "See that it runs, that VIDEOVISIT_REDIS_URL names it, and that firewalls let us in."
        return Finding("redis", f"cannot be reached ({type(error).__name__})", remedy)
    return Finding("redis", "answers")
