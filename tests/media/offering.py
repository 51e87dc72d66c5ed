"""Offers for tests: a real browser's, and hand-made ones of any shape."""

from dataclasses import dataclass, replace
from pathlib import Path

CHROMIUM = (Path(__file__).parent / "offers" / "chromium.sdp").read_text()
SHA256 = ":".join(["AB"] * 32)
EXTENSIONS = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
)


@dataclass(frozen=True)
class Line:
    """An m-line as a browser with unusual payload types would offer it."""

    kind: str
    direction: str
    mid: str
    codec: str = ""
    payload_type: int = 120
    repair_type: int | None = 124
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    port: int = 9
    more: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    others: tuple[int, ...] = ()

    def lines(self, ufrag: str, password: str, fingerprint: str, setup: str) -> list[str]:
        video = self.kind == "video"
        codec = self.codec or ("VP8/90000" if video else "opus/48000/2")
        repair = self.repair_type if video else None
        types = f"{self.payload_type}" if repair is None else f"{self.payload_type} {repair}"
        types = " ".join((types, *map(str, self.others)))
        lines = [
            f"m={self.kind} {self.port} UDP/TLS/RTP/SAVPF {types}",
            "c=IN IP4 0.0.0.0",
            "a=rtcp:9 IN IP4 0.0.0.0",
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{password}",
            f"a=fingerprint:{fingerprint}",
            f"a=setup:{setup}",
            f"a=mid:{self.mid}",
            f"a={self.direction}",
            "a=rtcp-mux",
            *(f"a=extmap:{number} {uri}" for number, uri in enumerate(EXTENSIONS, 5)),
            f"a=rtpmap:{self.payload_type} {codec}",
        ]
        feedback = (
            ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc") if video else ("transport-cc",)
        )
        lines += [f"a=rtcp-fb:{self.payload_type} {item}" for item in feedback]
        if repair is not None:
            lines += [f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={self.payload_type}"]
        if self.ssrc is not None:
            if self.rtx_ssrc is not None:
                lines.append(f"a=ssrc-group:FID {self.ssrc} {self.rtx_ssrc}")
            lines += [f"a=ssrc:{item} cname:c" for item in (self.ssrc, self.rtx_ssrc) if item is not None]
        lines += self.more
        return [line for line in lines if not any(line.startswith(start) for start in self.without)]


def offer(
    *lines: Line,
    ufrag: str = "fragment",
    password: str = "0123456789abcdefghijkl",
    fingerprint: str = f"sha-256 {SHA256}",
    setup: str = "actpass",
    bundle: str | None = None,
) -> str:
    mids = " ".join(line.mid for line in lines) if bundle is None else bundle
    head = [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS",
    ]
    for line in lines:
        head += line.lines(ufrag, password, fingerprint, setup)
    return "\r\n".join(head) + "\r\n"


MICROPHONE = Line("audio", "sendonly", "0", payload_type=109, ssrc=1001)
CAMERA = Line("video", "sendonly", "1", ssrc=2001, rtx_ssrc=2002)
SCREEN = Line("video", "sendonly", "2", ssrc=3001, rtx_ssrc=3002)


def slots(count: int, first_mid: int = 3) -> list[Line]:
    made = []
    for index in range(count):
        made.append(Line("audio", "recvonly", str(first_mid + 2 * index), payload_type=109))
        made.append(Line("video", "recvonly", str(first_mid + 2 * index + 1)))
    return made


def typical(**changes: str) -> str:
    return offer(MICROPHONE, CAMERA, SCREEN, *slots(1), **changes)


def changed(line: Line, **fields: object) -> Line:
    return replace(line, **fields)


def with_h264(
    line: Line,
    *,
    parameters: str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    feedback: tuple[str, ...] = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"),
    repaired: bool = True,
    payload_type: int = 126,
) -> Line:
    """The line with H.264 offered beside VP8, as browsers do."""
    repair = payload_type + 1
    described = [
        f"a=rtpmap:{payload_type} H264/90000",
        *(f"a=rtcp-fb:{payload_type} {item}" for item in feedback),
        *([f"a=fmtp:{payload_type} {parameters}"] if parameters else []),
        *([f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={payload_type}"] if repaired else []),
    ]
    return replace(line, more=(*line.more, *described), others=(payload_type, repair))


IDS_OF_LAYERS = (
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
)
THREE_LAYERS = ("a=rid:h send", "a=rid:m send", "a=rid:l send", "a=simulcast:send h;m;l")


def with_layers(line: Line, *attributes: str, ids: tuple[str, ...] = IDS_OF_LAYERS) -> Line:
    """The line offered as a simulcast, as browsers do: without SSRCs."""
    return replace(line, ssrc=None, rtx_ssrc=None, more=(*line.more, *ids, *attributes))
