"""SDP: damaged offers are answered or refused with a code of their own, and nothing else, within a bound."""

import re
from typing import Final

from media.answer import Lane, Local, decide_lanes, write_answer
from media.core.room import Room
from media.dtls import Fingerprint
from media.negotiation import negotiated
from media.sdp import MAX_SECTIONS, OfferCode, OfferRefusedError, read_offer
from tests.fuzz.hunt import StateChangedError
from tests.fuzz.media_tests import (
    CAMERA,
    CHROMIUM,
    MICROPHONE,
    SHA256,
    THREE_LAYERS,
    offer,
    slots,
    typical,
    with_layers,
)
from tests.fuzz.mutating import Mutator

BROWSER_SHARE: Final = 0.02
"""Of the inputs: a browser's own offer, 40 times as long as what could be said in short."""
SLOWEST_MS: Final = 250.0
"""CPU that no offer may take: it is read on the loop that forwards everybody's packets."""
LOCAL: Final = Local(7, 1, "u" * 24, "p" * 36, Fingerprint("sha-256", SHA256), (("192.0.2.1", 40000),))

SHORT: Final = (
    offer(MICROPHONE, CAMERA, *slots(1)),
    offer(MICROPHONE, *slots(1)),
    offer(CAMERA, setup="active"),
    offer(MICROPHONE, with_layers(CAMERA, *THREE_LAYERS), *slots(1)),
    typical(),
)
WORDS: Final = b"""
a=mid:0|a=group:BUNDLE 0 1|a=rtcp-mux|a=sendrecv|a=inactive|m=application 9 UDP/DTLS/SCTP x|a=rtcp:x|b=AS:1
a=rtpmap:96 VP8/90000|a=rtpmap:999 VP8/90000|a=rtpmap:72 opus/48000/2|a=fmtp:124 apt=124|a=fmtp:124 apt=x
a=ssrc:0 cname:x|a=ssrc:4294967295 cname:x|a=ssrc:4294967296 cname:x|a=ssrc-group:FID 1 2|a=ssrc-group:FID
a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid|a=extmap:15 urn:x|a=extmap:99999 urn:x|a=extmap:1/recvonly u
a=fingerprint:sha-256 AB|a=fingerprint:md5 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00|a=setup:passive
a=candidate:1 1 udp 1 192.0.2.1 9 typ host|a=rid:h send|a=simulcast:send h;l|c=IN IP6 ::|a=ice-ufrag:|\0
m=audio 0 RTP/SAVPF 0|m=video 99999 UDP/TLS/RTP/SAVPF 300|m=audio 9 UDP/TLS/RTP/SAVPF|v=0|o=|a=|m=|
""".replace(b"\n", b"|").split(b"|")
_LINE: Final = re.compile(r"[a-z]=[\x20-\x7e]*")


class SdpPrey:
    """Offers of a page, and re-offers on what an earlier one settled."""

    look_every = 1 << 62

    def __init__(self, seed: int) -> None:
        self._short = Mutator([text.encode() for text in SHORT], seed)
        self._browsers = Mutator([CHROMIUM.encode()], seed + 1)
        self._before: tuple[Lane, ...] = ()
        self._ssrc = 0
        self.answered = 0

    def look(self) -> None:
        """Nothing is kept between two offers."""

    def input(self) -> bytes:
        mutator = self._browsers if self._short.chance(BROWSER_SHARE) else self._short
        if mutator.chance(0.3):
            return bytes(mutator.input(longest=1 << 17))
        lines = mutator.some().split(b"\r\n")
        for _ in range(1 + mutator.below(3)):
            self._wound(lines, mutator)
        return b"\r\n".join(lines)

    def _wound(self, lines: list[bytes], mutator: Mutator) -> None:
        """Change whole lines, so that what is left is still read."""
        at = mutator.below(len(lines))
        match mutator.below(7):
            case 0:
                del lines[at : at + 1 + mutator.below(3)]
                lines or lines.append(b"")
            case 1:
                lines.insert(at, lines[mutator.below(len(lines))])
            case 2:
                lines.insert(at, WORDS[mutator.below(len(WORDS))])
            case 3:
                lines[at] = WORDS[mutator.below(len(WORDS))]
            case 4:
                other = mutator.below(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 5:
                lines[at:at] = lines[at : at + mutator.below(40)] * (1 + mutator.below(3))
            case _:
                lines[at] = re.sub(
                    rb"\d+", lambda _: str(mutator.word() >> mutator.below(32)).encode(), lines[at]
                )

    def feed(self, data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        try:
            read = read_offer(text)
        except OfferRefusedError as refused:
            if refused.code not in OfferCode:
                raise StateChangedError("a refusal without a code") from None
            return
        self.answered += 1
        lanes = decide_lanes(read, self._fresh, self._before)
        answer = write_answer(lanes, LOCAL)
        if self.answered % 16 == 0:
            record = negotiated(lanes, 1)
            room = Room()
            room.join("member", record, 0.0, [])
            room.amend("member", record, 1.0, [])
        self._before = lanes if self.answered % 4 else ()
        written = answer.split("\r\n")
        if written.pop() or not all(_LINE.fullmatch(line) for line in written):
            raise StateChangedError("an answer with a line that is none")
        if not sum(line.startswith("m=") for line in written) == len(read.sections) <= MAX_SECTIONS:
            raise StateChangedError("an answer with more or fewer sections than its offer")

    def _fresh(self) -> int:
        self._ssrc = self._ssrc % 0xFFFF_FFFF + 1
        return self._ssrc
