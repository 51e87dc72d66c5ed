"""A room: endpoints, the gate between them, and the packets that pass it.

Contract of the door (all of it synchronous, none of it raises on any bytes):

* `now` is monotonic seconds, the same clock everywhere, never smaller than before. For a packet: when it came.
* Input packets are plaintext (unprotected once, authenticated) `bytes`, `bytearray` or `memoryview`; the room
  keeps no reference to them after the call, so the buffer may be reused at once.
* Output goes to the caller's list `out` as `(endpoint, packet, is_rtcp)`, in sending order. `packet` is an
  immutable `bytes` of plaintext; the room may keep it for retransmission. The caller copies it into its own
  send buffer, which needs 16 bytes of tail room for SRTP (20 for SRTCP), and protects it there. Nothing may be
  sent twice or reordered per endpoint: a sequence number is used for exactly one plaintext.
* Events wait in `events`; the caller takes them with `take_events` after a call.
* `tick` is wanted every 50 ms while it answers True, and again after any later call of another method. It
  writes feedback and reports, and re-asks for keyframes. A room without news needs no tick.
"""

from media.core.events import Event
from media.core.negotiated import Negotiated

Packet = bytes | bytearray | memoryview
Send = tuple[str, bytes, bool]
"""(endpoint, plaintext packet, whether it is RTCP)."""

TICK = 0.05
"""Seconds between ticks of a room that has news."""


class Room:
    """Two to eight endpoints of one visit. Its gate starts closed unless `open_by_default`."""

    events: list[Event]
    is_open: bool

    def __init__(self, *, open_by_default: bool = False) -> None:
        raise NotImplementedError

    def join(self, endpoint: str, negotiated: Negotiated, now: float, out: list[Send]) -> None:
        """Add an endpoint with new SRTP keys; one of the same name is replaced and keeps its seats."""
        raise NotImplementedError

    def amend(self, endpoint: str, negotiated: Negotiated, now: float, out: list[Send]) -> None:
        """Take what a re-offer on the *same* DTLS session settled: m-lines that stay keep their state.

        An unknown endpoint is ignored. (An ICE restart alone needs no call.)
        """
        raise NotImplementedError

    def leave(self, endpoint: str, now: float) -> None:
        """Forget an endpoint; its seats become free. An unknown one is ignored."""
        raise NotImplementedError

    def open(self, now: float, out: list[Send]) -> None:
        """Open the gate: audio flows at once, video from the next keyframe, which is asked for. Idempotent."""
        raise NotImplementedError

    def close(self, now: float) -> None:
        """Close the gate: no RTP leaves after this call, retransmissions included. Idempotent."""
        raise NotImplementedError

    def receive_rtp(self, endpoint: str, packet: Packet, now: float, out: list[Send]) -> None:
        """An authenticated RTP packet of an endpoint."""
        raise NotImplementedError

    def receive_rtcp(self, endpoint: str, packet: Packet, now: float, out: list[Send]) -> None:
        """An authenticated compound (or reduced-size) RTCP packet of an endpoint."""
        raise NotImplementedError

    def tick(self, now: float, out: list[Send]) -> bool:
        """Do what is due; whether another tick is wanted in `TICK` seconds."""
        raise NotImplementedError

    def take_events(self) -> list[Event]:
        """The events since the last call, oldest first."""
        raise NotImplementedError

    def endpoints(self) -> tuple[str, ...]:
        """Who is in the room, in joining order."""
        raise NotImplementedError
