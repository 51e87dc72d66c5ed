"""An endpoint: one browser's tracks and slots, its bound SSRCs, and what it is told about its own sending."""

from typing import Final

from media.core import rtcp
from media.core.downlink import Downlink
from media.core.ladder import TRIED_WITH, Ladder, Rung
from media.core.lateness import Lateness
from media.core.missing import LONG
from media.core.negotiated import Extensions, Kind, Negotiated, Source
from media.core.pacer import Pacer
from media.core.rtcp import Arrived, Block, SenderInfo
from media.core.rtp import SEQUENCE, Packet, bounds, find_extension
from media.core.send_log import SendLog
from media.core.share import Share
from media.core.slot import Slot
from media.core.track import Track
from media.core.twcc import INTERVAL, Arrivals

BOUND_MAX: Final = 12
"""SSRCs of one endpoint that mean something: sound, a camera's three layers and a screen, pictures with
retransmissions; and three to spare."""
LEARNT_MAX: Final = 24
"""SSRCs an endpoint may change to in its life; one that changes more often is not followed."""
REPORT_EVERY: Final = 1.0
CAP_EVERY: Final = 0.25
"""Seconds between two caps to a sender; a lower one goes at once."""
CAP_FALL: Final = 0.97
LIFTED: Final = 100_000_000
"""bit/s: a cap that is none. A browser keeps to the last one it got, so it has to be told."""
LIFTS: Final = 3
ASKS_KEPT: Final = 3.5
"""Round trips for which a packet is kept at least: to be asked for three times."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at how late repairs come."""
_REPORTS_KEPT: Final = 4


class Endpoint:
    """State of one endpoint; `room` moves the packets."""

    __slots__ = (
        "_again", "_cap", "_capped_at", "_learnt", "_lifts", "_looked_at", "_reported_at", "_reports",
        "arrivals", "cname", "downlink", "dropped", "ladder", "large", "lateness", "log", "malformed",
        "media", "mid_id", "name", "negotiated", "pacer", "repairs", "rtcp_ssrc", "share", "slots",
        "slots_by_ssrc", "told", "tracks", "transport_id", "unbound",
    )  # fmt: skip

    def __init__(self, name: str, negotiated: Negotiated) -> None:
        self.name = name
        self.tracks: list[Track] = []
        self.slots: list[Slot] = []
        self.arrivals = Arrivals()
        self.downlink = Downlink()
        self.ladder = Ladder()
        self.share: Share[Slot] = Share()
        self.large: tuple[str, ...] = ()  # whose cameras it shows large; none: all alike
        self.log = SendLog()
        self.pacer: Pacer | None = None  # while its downlink has a cap
        self.told: object = None  # the seats its last event named
        self.malformed = 0  # packets that could not be read
        self.unbound = 0  # RTP of an SSRC that is nobody's
        self.dropped = 0  # RTP that came twice or too late
        self._learnt = 0
        self._cap: float | None = None
        self._capped_at = self._reported_at = float("-inf")
        self._lifts = 0
        self._again: list[tuple[Slot, int]] = []  # what is sent again a second time
        self._looked_at = 0.0
        self.lateness = Lateness()  # of repairs on the way to it
        self._reports: dict[tuple[int, int], float] = {}  # (slot SSRC, middle of NTP) → when we sent that SR
        self.negotiate(negotiated)

    def negotiate(self, negotiated: Negotiated) -> None:
        """Take what was settled, first or anew: tracks and slots that stay keep their state."""
        self.negotiated = negotiated
        self.cname = negotiated.cname
        self.rtcp_ssrc = negotiated.rtcp_ssrc
        known = {(track.record, track.rid): track for track in self.tracks}
        self.tracks = []
        for line in negotiated.uplinks:
            rids = line.rids or (None,)
            layers = tuple(known.get((line, rid)) or Track(self.name, line, rid) for rid in rids)
            for layer in layers:
                layer.head, layer.layers = layers[0], layers
            self.tracks += layers
        slots = {slot.ssrc: slot for slot in self.slots}
        self.slots = []
        for record in negotiated.slots:
            slot = slots.get(record.ssrc)
            if slot is None or slot.record.kind is not record.kind:
                slot = Slot(self.name, record)
            else:
                slot.adopt(record)
            self.slots.append(slot)
            slot.log = self.log if slot.record.extensions.transport_cc is not None else None
            slot.pacer = self.pacer if slot.video else None
            slot.paused = self._pauses(slot)
        self.slots_by_ssrc = {slot.ssrc: slot for slot in self.slots}
        ids = [track.record.extensions for track in self.tracks] or [Extensions()]
        # one id means one thing in a bundle (RFC 8843 §9.2), so any m-line's will do
        self.transport_id = next((item.transport_cc for item in ids if item.transport_cc is not None), 0)
        self.mid_id = next((item.mid for item in ids if item.mid is not None), 0)
        self._bind_tracks()

    def _bind_tracks(self) -> None:
        self.media: dict[int, Track] = {}
        self.repairs: dict[int, Track] = {}
        for track in self.tracks:
            for ssrc, table in ((track.ssrc, self.media), (track.repair_ssrc, self.repairs)):
                if ssrc is not None and len(self.media) + len(self.repairs) < BOUND_MAX:
                    table[ssrc] = track

    def bind(self, packet: Packet, ssrc: int, end: int) -> Track | None:
        """Learn whose an unknown SSRC is, by its mid, or a payload type that only one m-line has.

        The track whose media it is; `None` if it is nobody's, or a track's retransmissions (see `repairs`).
        """
        if ssrc in self.repairs or self._learnt >= LEARNT_MAX:
            return None
        track = self._owner(packet, end)
        if track is None:
            return None
        repair = all(packet[1] & 0x7F != known.media for known in track.types.values())
        if track.rid is not None:
            track = _layer(track, packet, end, repair=repair)
            if track is None:
                return None
        table, old = (self.repairs, track.repair_ssrc) if repair else (self.media, track.ssrc)
        replaces = old is not None and table.pop(old, None) is not None
        if not replaces and len(self.media) + len(self.repairs) >= BOUND_MAX:
            return None
        self._learnt += 1
        table[ssrc] = track
        if repair:
            track.repair_ssrc = ssrc
            return None
        track.change(ssrc)
        return track

    def _owner(self, packet: Packet, end: int) -> Track | None:
        payload_type = packet[1] & 0x7F
        able = [
            track
            for track in self.tracks
            if track.head is track
            and any(payload_type in {known.media, known.repair} for known in track.types.values())
        ]
        if self.mid_id:
            at, size = find_extension(packet, end, self.mid_id)
            if size:
                mid = bytes(packet[at : at + size])
                return next((track for track in able if track.mid.encode() == mid), None)
        # a payload type is weak evidence: it never moves a track off the SSRC that was declared for it
        return able[0] if len(able) == 1 and able[0].record.ssrc is None else None

    def counts(self) -> dict[str, int]:
        """What was dropped of its packets, by reason."""
        return {"malformed": self.malformed, "unbound": self.unbound, "dropped": self.dropped}

    def octets(self) -> int:
        """Video payload sent to it so far."""
        return sum(slot.octets for slot in self.slots if slot.video)

    def slot_report(self, slot: Slot, info: SenderInfo, now: float) -> bytes:
        """The sender report of a slot, timed by its source's."""
        self._reports[slot.ssrc, info.ntp >> 16 & 0xFFFFFFFF] = now
        if len(self._reports) > _REPORTS_KEPT * len(self.slots):
            del self._reports[next(iter(self._reports))]
        timed = SenderInfo(slot.ssrc, info.ntp, (info.rtp + slot.time_shift) & 0xFFFFFFFF)
        return rtcp.sender_report(timed, slot.packets, slot.octets, self.cname)

    def reception(self, blocks: list[Block], now: float) -> None:
        """Its reception reports of our slots: loss of video, and the round trip."""
        losses = []
        for block in blocks:
            slot = self.slots_by_ssrc.get(block.ssrc)
            if slot is None:
                continue
            sent = self._reports.get((block.ssrc, block.last_report))
            if sent is not None:
                self.downlink.round_trip = max(now - sent - block.delay / 65536, 0.0)
            if slot.video and not slot.gated:
                losses.append(block.fraction / 256)
        if losses:
            self.downlink.lost(max(losses), now)

    def arrived(self, arrived: Arrived, now: float) -> list[bytes]:
        """Its transport-wide feedback on what we sent; on a long way, what it is sent again for that.

        It will ask for it too, but only once in a round trip, and requests are lost like everything else.
        """
        told = self.log.feedback(arrived)
        self.downlink.arrived(told, now, self.log.sent_at(told.lacking[0]) if told.lacking else None)
        if self.downlink.round_trip < LONG or not told.lacking:
            return []
        return [
            packet
            for slot in self.slots
            if slot.video
            for packet in self.repair(slot, slot.sent_as(told.lacking), now)
        ]

    def step(self, now: float) -> bool:
        """Step on the ladder, if that is due: pictures pause or begin anew. Whether it did."""
        before = self.ladder.rung
        if not self.ladder.judge(self.downlink.width(now), now):
            return False
        if before is Rung.NONE:
            self.downlink.try_again(TRIED_WITH, now)
        for slot in self.slots:
            paused = self._pauses(slot)
            if paused and not slot.paused:
                slot.gate()
            elif slot.paused and not paused and slot.aim is not None and slot in slot.aim.targets:
                slot.aim.want_keyframe(now)
            slot.paused = paused
        return True

    def _pauses(self, slot: Slot) -> bool:
        """Whether nothing is forwarded onto a slot on this rung; a shared screen is what they talk about."""
        return slot.video and slot.record.source is not Source.SCREEN and self.ladder.rung is Rung.NONE

    def take_pacer(self, pacer: Pacer | None) -> None:
        """Have the video to it leave at a pace, or as it comes."""
        self.pacer = pacer
        for slot in self.slots:
            slot.pacer = pacer if slot.video else None

    def repair(self, slot: Slot, numbers: tuple[int, ...], now: float) -> list[bytes]:
        """What it is sent again of a slot, as far as we have it and its budget goes."""
        again = []
        octets = self.octets()
        for sequence in numbers:
            packet = slot.cache.wanted(sequence, now, self.downlink.round_trip)
            if packet is None:
                continue
            if slot.pacer is not None and slot.pacer.owes(now):
                break  # what a narrow way's queue did not take: more at once would only push sound out of it
            if not self.downlink.may_repair(len(packet), octets):
                break
            slot.cache.answered(sequence, now)
            self.lateness.repaired(self._late(slot, packet, now), now)
            if self.downlink.round_trip >= LONG:
                self._again.append((slot, sequence))
            again.append(self._send_again(slot, packet, now))
        return again

    def repair_twice(self, now: float) -> list[bytes]:
        """What was sent again of late, once more, as far as its budget goes."""
        if not self._again:
            return []
        twice, self._again = self._again, []
        octets = self.octets()
        again = []
        for slot, sequence in twice:
            packet = slot.cache.kept(sequence)
            if (
                slot.pacer is None
                and packet is not None
                and self.downlink.may_repair(len(packet), octets, twice=True)
            ):
                again.append(self._send_again(slot, packet, now))
        return again

    def _send_again(self, slot: Slot, packet: bytes, now: float) -> bytes:
        if slot.pacer is not None:
            slot.pacer.spend(len(packet))
        return slot.repair(packet, now)

    def _late(self, slot: Slot, packet: bytes, now: float) -> float:
        """How late a packet is that is sent again now."""
        number = slot.record.extensions.transport_cc
        at, _ = find_extension(packet, bounds(packet)[0], number) if number is not None else (0, 0)
        sent_at = self.log.sent_at(SEQUENCE.unpack_from(packet, at)[0]) if at else None
        return self.downlink.round_trip if sent_at is None else now - sent_at

    def wait(self, now: float) -> None:
        """Once in a while: have it hold pictures back for as long as repairs of late were late."""
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        late = self.lateness.seconds(self.log.count, now)
        for slot in self.slots:
            if slot.video and slot.track is not None:
                track = slot.on or slot.track
                slot.wait_for(late + track.late(now), now)
                slot.keep_for(self.downlink.round_trip * ASKS_KEPT)

    def lacks(self, track: Track, now: float) -> list[int]:
        """The numbers to ask it for again now, if anything becomes of them."""
        if not track.taken or track.ssrc is None:
            track.missing.clear()
            return []
        return track.missing.due(now, self.downlink.round_trip)

    def feedback(self, now: float) -> list[bytes]:
        """What it is to be told of its own sending now: arrivals, and once a second a receiver report."""
        packets = []
        media = next(iter(self.media), 0)
        if self.arrivals.fresh and now - self.arrivals.reported_at >= INTERVAL:
            packets += self.arrivals.reports(self.rtcp_ssrc, media, now)
        if now - self._reported_at >= REPORT_EVERY:
            blocks = [block for track in self.tracks if (block := track.block(now)) is not None]
            if blocks:
                packets.append(rtcp.receiver_report(self.rtcp_ssrc, blocks, self.cname))
                self._reported_at = now
        return packets

    def limit(self, cap: float | None, now: float) -> bytes | None:
        """A REMB if its sending is to be capped at `cap` bit/s, and the news of that is due."""
        if cap is None and self._cap is None and not self._lifts:
            return None
        video = tuple(
            track.ssrc for track in self.tracks if track.kind is Kind.VIDEO and track.ssrc is not None
        )
        if not video:
            return None
        if cap is None:
            if self._cap is not None:
                self._cap, self._lifts, self._capped_at = None, LIFTS, float("-inf")
            if now - self._capped_at < CAP_EVERY:
                return None
            self._lifts -= 1
        else:
            fell = self._cap is None or cap < self._cap * CAP_FALL
            if not fell and now - self._capped_at < CAP_EVERY:
                return None
            self._cap = cap
        self._capped_at = now
        return rtcp.remb(self.rtcp_ssrc, LIFTED if cap is None else int(cap), video)


def _layer(track: Track, packet: Packet, end: int, *, repair: bool) -> Track | None:
    """The layer of a camera that a packet says it is of (RFC 8852); None where it does not say so."""
    ids = track.record.extensions
    wanted = ids.repaired_rid if repair else ids.rid
    at, size = find_extension(packet, end, wanted) if wanted is not None else (0, 0)
    rid = bytes(packet[at : at + size])
    return next(
        (layer for layer in track.layers if layer.rid is not None and layer.rid.encode() == rid), None
    )
