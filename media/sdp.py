"""Offers: text from a page, checked strictly and read into what the worker needs to know.

Two steps. `_screen` bounds the text and keeps only lines of attributes that matter here, each of an exact
form, so that the parser behind it (`aiortc.sdp`) sees nothing surprising; `read_offer` then checks what the
lines say to each other. Remote candidates are dropped unread: the worker sends only to addresses that
authenticated.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aiortc import sdp
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from media import rids
from media.dtls import Fingerprint

MAX_BYTES: Final = 64 * 1024
MAX_SECTIONS: Final = 24
MAX_LINE: Final = 1024
MAX_LINES: Final = 4000
MAX_SSRCS: Final = 8

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
PLAYOUT_DELAY: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

_HASHES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_WORD: Final = r"[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+"
_FORMS: Final = {
    "group": re.compile(rf"{_WORD}( {_WORD})*"),
    "mid": re.compile(r"[A-Za-z0-9_.\-]{1,16}"),
    "ice-ufrag": re.compile(r"[A-Za-z0-9+/]{4,256}"),
    "ice-pwd": re.compile(r"[A-Za-z0-9+/]{22,256}"),
    "fingerprint": re.compile(r"[A-Za-z0-9\-]{1,16} [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}"),
    "setup": re.compile(r"actpass|active|passive|holdconn"),
    "rtpmap": re.compile(r"\d{1,3} [A-Za-z0-9_.\-]{1,32}/\d{1,6}(/\d{1,2})?"),
    "fmtp": re.compile(r"\d{1,3} [\x21-\x7e ]{1,512}"),
    "rtcp-fb": re.compile(r"(\d{1,3}|\*) [A-Za-z0-9\-]{1,32}( [A-Za-z0-9\- ]{1,64})?"),
    "extmap": re.compile(r"\d{1,5}(/(sendonly|recvonly|sendrecv|inactive))? [\x21-\x7e]{1,256}( .{1,256})?"),
    "ssrc": re.compile(r"\d{1,10} [a-z\-]{1,32}:[\x20-\x7e]{0,512}"),
    "ssrc-group": re.compile(r"[A-Z\-]{1,16}( \d{1,10}){1,8}"),
    **rids.FORMS,
}
_H264: Final = re.compile(r"(?i)a=rtpmap:(\d{1,3}) h264/90000")
_PARAMETERS: Final = re.compile(r"a=fmtp:(\d{1,3}) (.*)")
_PROFILE: Final = re.compile(r"(?i)42([0-9a-f]{2})([0-9a-f]{2})")
_LEVEL: Final = 0x1F
"""3.1: 1280×720 at 30 frames a second."""
_CARRIED: Final = re.compile(r"(?i)a=rtpmap:(\d{1,3}) (?:opus/48000/2|vp8/90000)")
_REPAIR: Final = re.compile(r"(?i)a=rtpmap:(\d{1,3}) rtx/90000")
_OF_CODEC: Final = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*) ")
_APT: Final = re.compile(r"a=fmtp:(\d{1,3}) apt=(\d{1,3})")
_ORIGIN: Final = re.compile(r"^o=([\w.\-]{1,64} \d{1,20}) \d{1,20} IN ", re.ASCII | re.MULTILINE)
_UNPARSED: Final = ("a=bundle-only", *(f"a={name}:" for name in rids.FORMS))
_FLAGS: Final = frozenset(
    {"sendonly", "recvonly", "sendrecv", "inactive", "rtcp-mux", "rtcp-rsize", "bundle-only"}
)
_SECTION: Final = re.compile(
    r"m=(audio|video) (\d{1,5}) (UDP/TLS/RTP/SAVPF|RTP/SAVPF|TCP/TLS/RTP/SAVPF)(( \d{1,3}){1,64})"
)


class OfferCode(StrEnum):
    """Why an offer was refused; stable, for programs."""

    TOO_LONG = "sdp_too_long"
    MALFORMED = "sdp_malformed"
    TOO_MANY_SECTIONS = "sdp_too_many_sections"
    DATA_CHANNEL = "sdp_data_channel"
    NOT_BUNDLED = "sdp_not_bundled"
    NO_RTCP_MUX = "sdp_no_rtcp_mux"
    NO_FINGERPRINT = "sdp_no_fingerprint"
    WRONG_SETUP = "sdp_wrong_setup"
    NO_CREDENTIALS = "sdp_no_ice_credentials"
    NO_COMMON_CODEC = "sdp_no_common_codec"


_SENTENCES: Final = {
    OfferCode.TOO_LONG: f"An offer has at most {MAX_BYTES} bytes.",
    OfferCode.MALFORMED: "The offer is not a session description that can be read.",
    OfferCode.TOO_MANY_SECTIONS: f"An offer has between 1 and {MAX_SECTIONS} media sections.",
    OfferCode.DATA_CHANNEL: "Only audio and video sections are accepted; there are no data channels here.",
    OfferCode.NOT_BUNDLED: "All sections of an offer belong to one BUNDLE group.",
    OfferCode.NO_RTCP_MUX: "Every section multiplexes RTP and RTCP.",
    OfferCode.NO_FINGERPRINT: "The offer names the fingerprint of its certificate (SHA-256, 384 or 512).",
    OfferCode.WRONG_SETUP: "The offer lets its endpoint begin the DTLS handshake (actpass or active).",
    OfferCode.NO_CREDENTIALS: "The offer carries one ICE user fragment and password.",
    OfferCode.NO_COMMON_CODEC: "At least one section offers VP8 or Opus.",
}


class OfferRefusedError(Exception):
    """An offer that changes nothing. The text is the same for every offer refused for one reason."""

    def __init__(self, code: OfferCode) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code
        self.sentence = _SENTENCES[code]


@dataclass(frozen=True, slots=True)
class Stream:
    """One source of a section: its SSRC and that of its retransmissions, where declared."""

    ssrc: int
    rtx: int | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Payload types of H.264 in a section, and whether both sides may have levels of their own."""

    codec: int
    rtx: int | None
    asymmetric: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One m-line of an offer.

    `codec` is the payload type of VP8 or Opus and `None` when neither is offered (or the section is
    stopped); the section is then rejected. `feedback` holds `rtcp-fb` values of that payload type,
    `extensions` ids by URI. `h264`: offered beside VP8, constrained baseline of level 3.1 at least in
    packetization mode 1, with the same feedback, and repaired in the same way. `rids`: the layers in which
    it sends, the preferred (largest) first; none where there is one stream.
    """

    kind: str
    mid: str
    direction: str
    profile: str
    codec: int | None
    rtx: int | None
    feedback: frozenset[str]
    extensions: dict[str, int]
    streams: tuple[Stream, ...]
    formats: tuple[int, ...]
    reduced_size: bool
    h264: Other | None = None
    rids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer. `session` tells one peer connection's offers from another's (RFC 8829 §5.2.2)."""

    session: str
    sections: tuple[Section, ...]
    ufrag: str
    password: str
    fingerprints: tuple[Fingerprint, ...]


def read_offer(text: str) -> Offer:
    """What an offer says.

    Raises:
        OfferRefusedError: with the code of the first thing that is wrong; nothing else, whatever the text.
    """
    lines = _screen(text)
    bundled = [line for line in lines if line.startswith("a=group:BUNDLE")]
    head, blocks = _blocks(lines)
    wanted = head + [line for block in blocks for line in _carried(block)]
    try:
        parsed = sdp.SessionDescription.parse("\r\n".join(wanted) + "\r\n")
    except Exception:  # noqa: BLE001 - a parser of hostile text raises what it likes
        raise OfferRefusedError(OfferCode.MALFORMED) from None
    if len(parsed.media) != len(blocks):
        raise OfferRefusedError(OfferCode.MALFORMED)
    sections = tuple(_section(media, block) for media, block in zip(parsed.media, blocks, strict=True))
    live = [
        (section, media, block)
        for section, media, block in zip(sections, parsed.media, blocks, strict=True)
        if _is_live(block)
    ]
    if not live or all(section.codec is None for section, _, _ in live):
        raise OfferRefusedError(OfferCode.NO_COMMON_CODEC)
    _check_unique(sections)
    if len(bundled) != 1 or not {section.mid for section, _, _ in live} <= set(bundled[0].split()[1:]):
        raise OfferRefusedError(OfferCode.NOT_BUNDLED)
    if not all("a=rtcp-mux" in block for _, _, block in live):
        raise OfferRefusedError(OfferCode.NO_RTCP_MUX)
    fingerprints = {_fingerprints(media) for _, media, _ in live}
    if len(fingerprints) != 1 or not (only := next(iter(fingerprints))):
        raise OfferRefusedError(OfferCode.NO_FINGERPRINT)
    if any(media.dtls is None or media.dtls.role not in {"auto", "client"} for _, media, _ in live):
        raise OfferRefusedError(OfferCode.WRONG_SETUP)
    credentials = {(media.ice.usernameFragment, media.ice.password) for _, media, _ in live if media.ice}
    ufrag, password = next(iter(credentials), (None, None))
    if len(credentials) != 1 or ufrag is None or password is None:
        raise OfferRefusedError(OfferCode.NO_CREDENTIALS)
    return Offer(_session(text), sections, ufrag, password, only)


def _screen(text: str) -> list[str]:
    """The lines that matter, each of a known form, in their order."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise OfferRefusedError(OfferCode.TOO_LONG)
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES or lines[0] != "v=0":
        raise OfferRefusedError(OfferCode.MALFORMED)
    sections = [line for line in lines if line.startswith("m=")]
    if any(line.startswith("m=application") for line in sections):
        raise OfferRefusedError(OfferCode.DATA_CHANNEL)
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise OfferRefusedError(OfferCode.TOO_MANY_SECTIONS)
    kept = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    verdicts: dict[str, bool] = {}  # the sections of an offer have most of their lines in common
    for line in lines:
        verdict = verdicts.get(line)
        if verdict is None:
            verdict = verdicts[line] = _is_kept(line)
        if verdict:
            kept.append(line)
    return kept


def _is_kept(line: str) -> bool:
    if len(line) > MAX_LINE or not line.isascii() or not line.isprintable() or line[1:2] != "=":
        raise OfferRefusedError(OfferCode.MALFORMED)
    if line.startswith("m="):
        if not _SECTION.fullmatch(line):
            raise OfferRefusedError(OfferCode.MALFORMED)
        return True
    return line.startswith("a=") and _matters(line[2:])


def _matters(attribute: str) -> bool:
    name, colon, value = attribute.partition(":")
    if not colon:
        return name in _FLAGS
    form = _FORMS.get(name)
    if form is None:
        return False
    if not form.fullmatch(value):
        raise OfferRefusedError(OfferCode.MALFORMED)
    return name != "extmap" or value.count(" ") == 1  # one with attributes of its own is not used here


def _session(text: str) -> str:
    """User name and session id of the origin line; empty where they have no usual form."""
    found = _ORIGIN.search(text)
    return found[1] if found else ""


def _blocks(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    """The lines before the first section, and the lines of each section."""
    head: list[str] = []
    blocks: list[list[str]] = []
    for line in lines:
        if line.startswith("m="):
            blocks.append([line])
        else:
            (blocks[-1] if blocks else head).append(line)
    return head, blocks


def _carried(block: list[str]) -> list[str]:
    """A section without the codecs that are not carried: browsers describe some twenty, each at a cost."""
    of_codecs = [(line, found[1]) for line in block if (found := _OF_CODEC.match(line))]
    types = {kind for line, kind in of_codecs if _CARRIED.match(line)}
    h264 = {kind for line, kind in of_codecs if _H264.match(line)}
    types |= {
        kind
        for line, kind in of_codecs
        if kind in h264 and (found := _PARAMETERS.match(line)) and _is_ours(_parameters(found[2]))
    }
    repairs = {kind for line, kind in of_codecs if _REPAIR.match(line)}
    types |= {
        kind
        for line, kind in of_codecs
        if kind in repairs and (found := _APT.match(line)) and found[2] in types
    }
    dropped = {line for line, kind in of_codecs if kind != "*" and kind not in types}
    dropped |= {line for line in block if line.startswith(_UNPARSED)}
    return [line for line in block if line not in dropped]


def _parameters(text: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _is_ours(parameters: dict[str, str]) -> bool:
    """Whether H.264 is offered as every browser has it (RFC 7742 §6.2, RFC 6184 §8.1)."""
    found = _PROFILE.fullmatch(parameters.get("profile-level-id", ""))
    if found is None or parameters.get("packetization-mode") != "1":
        return False
    return int(found[1], 16) & 0x4F == 0x40 and int(found[2], 16) >= _LEVEL


def _is_live(block: list[str]) -> bool:
    """Port 0 means stopped, unless the section only waits for its bundle (RFC 8843 §6)."""
    return block[0].split()[1] != "0" or "a=bundle-only" in block


def _check_unique(sections: tuple[Section, ...]) -> None:
    mids = [section.mid for section in sections]
    ssrcs = [
        ssrc
        for section in sections
        for stream in section.streams
        for ssrc in (stream.ssrc, stream.rtx)
        if ssrc is not None
    ]
    if "" in mids or len(set(mids)) != len(mids) or len(set(ssrcs)) != len(ssrcs):
        raise OfferRefusedError(OfferCode.MALFORMED)


def _section(media: sdp.MediaDescription, block: list[str]) -> Section:
    codec = rtx = h264 = None
    feedback: frozenset[str] = frozenset()
    if _is_live(block):
        chosen = _codec(media)
        if chosen is not None:
            codec = chosen.payloadType
            feedback = _feedback(chosen)
            rtx = _retransmission(media, codec)
            h264 = _other(media, feedback, repaired=rtx is not None)
    return Section(
        kind=media.kind,
        mid=media.rtp.muxId,
        direction=media.direction or "sendrecv",
        profile=media.profile,
        codec=codec,
        rtx=rtx,
        feedback=feedback,
        extensions={item.uri: item.id for item in media.rtp.headerExtensions if 1 <= item.id <= 14},
        streams=_streams(media),
        formats=tuple(int(item) for item in media.fmt),
        reduced_size="a=rtcp-rsize" in block,
        h264=h264,
        rids=_rids(block) if codec is not None and media.kind == "video" else (),
    )


def _rids(block: list[str]) -> tuple[str, ...]:
    try:
        return rids.read(block)
    except ValueError:
        raise OfferRefusedError(OfferCode.MALFORMED) from None


def _feedback(codec: RTCRtpCodecParameters) -> frozenset[str]:
    return frozenset(
        item.type if item.parameter is None else f"{item.type} {item.parameter}"
        for item in codec.rtcpFeedback
    )


def _usable(payload_type: int | None, media: sdp.MediaDescription) -> bool:
    """A payload type that cannot be taken for RTCP when both share a port (RFC 5761 §4)."""
    return (
        payload_type is not None
        and payload_type < 128
        and not 64 <= payload_type <= 95
        and payload_type in media.fmt
    )


def _codec(media: sdp.MediaDescription) -> RTCRtpCodecParameters | None:
    wanted = ("audio/opus", 48000, 2) if media.kind == "audio" else ("video/vp8", 90000, None)
    for codec in media.rtp.codecs:
        if (codec.mimeType.lower(), codec.clockRate, codec.channels) == wanted and _usable(
            codec.payloadType, media
        ):
            return codec
    return None


def _other(media: sdp.MediaDescription, feedback: frozenset[str], *, repaired: bool) -> Other | None:
    """H.264 where it can take VP8's place: whoever changes over loses nothing."""
    for codec in media.rtp.codecs:
        if codec.mimeType.lower() != "video/h264" or not _usable(codec.payloadType, media):
            continue
        assert codec.payloadType is not None
        rtx = _retransmission(media, codec.payloadType)
        if _feedback(codec) >= feedback and (rtx is not None) == repaired:
            return Other(codec.payloadType, rtx, str(codec.parameters.get("level-asymmetry-allowed")) == "1")
    return None


def _retransmission(media: sdp.MediaDescription, codec: int | None) -> int | None:
    for other in media.rtp.codecs:
        if (
            other.mimeType.lower() == "video/rtx"
            and other.parameters.get("apt") == codec
            and _usable(other.payloadType, media)
        ):
            return other.payloadType
    return None


def _streams(media: sdp.MediaDescription) -> tuple[Stream, ...]:
    """The declared sources, retransmission streams folded into theirs."""
    declared = [item.ssrc for item in media.ssrc]
    if len(declared) > MAX_SSRCS or not all(0 < ssrc < 1 << 32 for ssrc in declared):
        raise OfferRefusedError(OfferCode.MALFORMED)
    pairs = {
        int(group.items[0]): int(group.items[1])
        for group in media.ssrc_group
        if group.semantic == "FID" and len(group.items) == 2
    }
    if not set(pairs) | set(pairs.values()) <= set(declared):
        raise OfferRefusedError(OfferCode.MALFORMED)
    repairs = set(pairs.values())
    return tuple(Stream(ssrc, pairs.get(ssrc)) for ssrc in declared if ssrc not in repairs)


def _fingerprints(media: sdp.MediaDescription) -> tuple[Fingerprint, ...]:
    """The strong hashes among those offered; each must be as long as its function makes it."""
    if media.dtls is None:
        return ()
    found = []
    for item in media.dtls.fingerprints:
        algorithm = item.algorithm.lower()
        if algorithm in _HASHES:
            if len(item.value.split(":")) != _HASHES[algorithm]:
                raise OfferRefusedError(OfferCode.NO_FINGERPRINT)
            found.append(Fingerprint(algorithm, item.value.upper()))
    return tuple(found)
