"""One connectivity check as a browser sends it, and whether its answer proves who gave it (RFC 8445 §7.2)."""

import asyncio
from enum import StrEnum
from typing import Final

from aioice import stun

TRIES_AT: Final = (0.0, 0.3, 0.9)
"""Seconds after the first at which a check is sent: one lost datagram is no finding."""
WITHIN_SECONDS: Final = 2.0
PRIORITY: Final = 1_853_824_767
"""Of a peer-reflexive candidate; nobody compares it here."""


class Outcome(StrEnum):
    """What came back."""

    answered = "answered"
    refused = "refused"
    """The machine at that address says that nobody has the port (ICMP)."""
    silence = "silence"
    impostor = "impostor"
    """Something answered that does not know the secret."""


class _Asking(asyncio.DatagramProtocol):
    def __init__(self, wanted: bytes, password: bytes) -> None:
        self._wanted = wanted
        self._password = password
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.strangers = 0

    def datagram_received(self, data: bytes, _from: object) -> None:
        if not self.outcome.done():
            if self._proves(data):
                self.outcome.set_result(Outcome.answered)
            else:
                self.strangers += 1

    def error_received(self, _error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_result(Outcome.refused)

    def _proves(self, data: bytes) -> bool:
        try:
            message = stun.parse_message(data)
        except Exception:  # noqa: BLE001 - whoever sent it, it is no answer to us
            return False
        return (
            message.message_class is stun.Class.RESPONSE
            and message.transaction_id == self._wanted
            and message.check_message_integrity(self._password)
        )


async def check(where: tuple[str, int], *, ours: str, theirs: str, password: str) -> Outcome:
    """Send a check to `where` from a socket of its own, and judge what comes back.

    Args:
        where: IP address and port.
        ours: our ICE user fragment.
        theirs: the user fragment of the answer that was given to our offer.
        password: that answer's password.
    """
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{theirs}:{ours}"
    message.attributes["PRIORITY"] = PRIORITY
    message.attributes["ICE-CONTROLLING"] = int.from_bytes(message.transaction_id[:8], "big")
    message.add_message_integrity(password.encode())
    datagram = bytes(message)
    loop = asyncio.get_running_loop()
    try:
        transport, asking = await loop.create_datagram_endpoint(
            lambda: _Asking(message.transaction_id, password.encode()), remote_addr=where
        )
    except OSError:
        return Outcome.refused
    later = [loop.call_later(seconds, transport.sendto, datagram) for seconds in TRIES_AT]
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await asking.outcome
    except TimeoutError:
        return Outcome.impostor if asking.strangers else Outcome.silence
    finally:
        for handle in later:
            handle.cancel()
        transport.close()
