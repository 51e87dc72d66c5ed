"""Answering: how this worker answers offers, with its certificate, its addresses and fresh SSRCs."""

from collections.abc import Callable
from typing import Any, Final

from media.answer import Lane, Local, decide_lanes, write_answer
from media.dtls import Fingerprint
from media.endpoint import Agreement, Endpoint
from media.negotiation import negotiated
from media.sdp import Offer


class Answering:
    """Of one worker. `advertised` are the (IP, port) pairs that answers name, in order of preference."""

    __slots__ = ("_advertised", "_entropy", "_fingerprint")

    def __init__(
        self,
        fingerprint: Fingerprint,
        advertised: tuple[tuple[str, int], ...],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._fingerprint: Final = fingerprint
        self._advertised: Final = advertised
        self._entropy: Final = entropy

    def lanes(self, offer: Offer, before: tuple[Lane, ...] = ()) -> tuple[Lane, ...]:
        """What becomes of each m-line; those of `before` go on."""
        return decide_lanes(offer, self._ssrcs(offer), before)

    def agree(
        self, offer: Offer, lanes: tuple[Lane, ...], before: Agreement | None = None, *, needs_h264: bool
    ) -> Agreement:
        """What an offer and these lanes settle, after what was settled `before` on the same session."""
        rtcp_ssrc = before.negotiated.rtcp_ssrc if before is not None else self._ssrcs(offer, lanes)()
        return Agreement(
            session=offer.session,
            version=before.version + 1 if before is not None else 1,
            fingerprints=offer.fingerprints,
            remote_ufrag=offer.ufrag,
            lanes=lanes,
            negotiated=negotiated(lanes, rtcp_ssrc, needs_h264=needs_h264),
        )

    def write(self, endpoint: Endpoint) -> str:
        """The answer to an endpoint's newest offer."""
        credentials = endpoint.credentials[0]
        local = Local(
            session=endpoint.local_session,
            version=endpoint.agreement.version,
            ufrag=credentials.ufrag,
            password=credentials.password,
            fingerprint=self._fingerprint,
            addresses=self._advertised,
        )
        return write_answer(endpoint.agreement.lanes, local, endpoint.room.core.codec)

    def _ssrcs(self, offer: Offer, lanes: tuple[Lane, ...] = ()) -> Callable[[], int]:
        """A source of SSRCs that no stream of this endpoint has."""
        used: set[Any] = {0}
        for section in offer.sections:
            for stream in section.streams:
                used |= {stream.ssrc, stream.rtx}
        for lane in lanes:
            used |= {lane.ssrc, lane.rtx_ssrc}

        def fresh() -> int:
            while (number := int.from_bytes(self._entropy(4), "big")) in used:
                pass
            used.add(number)
            return number

        return fresh
