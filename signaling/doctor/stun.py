"""One connectivity check as a browser sends it, and whether its answer proves who gave it (RFC 8445 §7.2)."""

import asyncio
from enum import StrEnum
from typing import Final

from aioice import stun

from signaling.doctor.offered import Offered

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


class Asking(asyncio.DatagramProtocol):
    """One check: what is sent, and the outcome once it is known."""

    def __init__(self, offered: Offered) -> None:
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{offered.theirs}:{offered.ours}"
        message.attributes["PRIORITY"] = PRIORITY
        message.attributes["ICE-CONTROLLING"] = int.from_bytes(message.transaction_id[:8], "big")
        self._password = offered.password.encode()
        message.add_message_integrity(self._password)
        self._wanted = message.transaction_id
        self.datagram = bytes(message)
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._strangers = 0

    def datagram_received(self, data: bytes, _from: object) -> None:
        """Something came back."""
        if not self.outcome.done():
            if self._proves(data):
                self.outcome.set_result(Outcome.answered)
            else:
                self._strangers += 1

    def error_received(self, _error: Exception) -> None:
        """The other machine says no."""
        if not self.outcome.done():
            self.outcome.set_result(Outcome.refused)

    async def within(self, seconds: float) -> Outcome:
        """The outcome, at the latest after so long."""
        try:
            async with asyncio.timeout(seconds):
                return await self.outcome
        except TimeoutError:
            return Outcome.impostor if self._strangers else Outcome.silence

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


async def check(where: tuple[str, int], offered: Offered) -> Outcome:
    """Send a check to `where`, an IP address and port, from a socket of its own; judge what comes back."""
    loop, asking = asyncio.get_running_loop(), Asking(offered)
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: asking, remote_addr=where)
    except OSError:
        return Outcome.refused
    later = [loop.call_later(seconds, transport.sendto, asking.datagram) for seconds in TRIES_AT]
    try:
        return await asking.within(WITHIN_SECONDS)
    finally:
        for handle in later:
            handle.cancel()
        transport.close()
