"""A room: endpoints, the gate between them, and the packets that pass it.

Contract of the door (all of it synchronous, none of it raises on any bytes):

* `now` is monotonic seconds, one clock everywhere, never smaller than before. For a packet: when it came.
* Input packets are plaintext (unprotected once, authenticated) `bytes`, `bytearray` or `memoryview`; the
  room keeps no reference to them after the call, so the buffer may be reused at once.
* Output goes to the caller's list `out` as `(endpoint, packet, is_rtcp)`, in sending order. `packet` is an
  immutable `bytes` of plaintext; the room may keep it for retransmission. The caller copies it into its own
  send buffer, which needs 16 bytes of tail room for SRTP (20 for SRTCP), and protects it there. Nothing may
  be sent twice or reordered per endpoint. Only where no RTX was negotiated is a packet repeated, byte for
  byte.
* Events wait in `events`; the caller takes them with `take_events` after a call.
* `tick` is wanted every 50 ms while it answers True, and again after any later call of another method. It
  writes feedback and reports, and re-asks for keyframes. A room without news needs no tick.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from media.core import rtcp
from media.core.asking import Asking, Send
from media.core.codec import room_codec
from media.core.endpoint import Endpoint
from media.core.events import CodecChanged, Event, Flowing, SlotsChanged, SpeakerChanged, Stepped
from media.core.ladder import Rung, Wish
from media.core.limits import limit
from media.core.meters import measure
from media.core.negotiated import Codec, Negotiated
from media.core.pacer import Held, let_go, pace
from media.core.rtcp import Arrived, Block, KeyframeWanted, Nack, SenderInfo
from media.core.rtp import FIXED, Packet, bounds, find_extension, send_time
from media.core.seating import seat
from media.core.simulcast import Simulcast
from media.core.speaking import Speaking
from media.core.tally import Tally
from media.core.tape import Tape
from media.core.tapping import begin_pictures, tap
from media.core.track import Track

TICK: Final = 0.05
"""Seconds between ticks of a room that has news."""
QUIET_AFTER: Final = 6.0
"""Seconds after the last news when all that is due has been done: the longest wait is a screen's, 5 s."""


class Room:
    """Two to eight endpoints of one visit. Its gate starts closed unless `open_by_default`."""

    __slots__ = (
        "_asking", "_endpoints", "_news_at", "_paced", "_simulcast", "_speaking", "_tally", "_tape",
        "ceiling", "codec", "events", "is_open",
    )  # fmt: skip

    def __init__(self, *, open_by_default: bool = False, tally: Tally | None = None) -> None:
        self._tally = tally or Tally()
        self.is_open = open_by_default
        self.ceiling: float | None = None
        """bit/s that no sender may exceed, where the worker cannot carry more."""
        self.codec = Codec.VP8  # what everybody is told to send their camera in
        self.events: list[Event] = []
        self._endpoints: dict[str, Endpoint] = {}
        self._asking = Asking(self._endpoints, self._tally)
        self._simulcast = Simulcast()
        self._speaking = Speaking()
        self._paced: list[Endpoint] = []  # those whose video is held back at times
        self._tape: Tape | None = None
        self._news_at = float("-inf")

    def join(self, endpoint: str, negotiated: Negotiated, now: float, out: list[Send]) -> None:
        """Add an endpoint with new SRTP keys; one of the same name is replaced and keeps its seats."""
        self._endpoints[endpoint] = Endpoint(endpoint, negotiated)
        self._choose_codec()
        self._seat(now)
        self._asking.keyframes(now, out)

    def amend(self, endpoint: str, negotiated: Negotiated, now: float, out: list[Send]) -> None:
        """Take what a re-offer on the *same* DTLS session settled: m-lines that stay keep their state.

        An unknown endpoint is ignored. (An ICE restart alone needs no call.)
        """
        known = self._endpoints.get(endpoint)
        if known is not None:
            known.negotiate(negotiated)
            self._choose_codec()
            self._seat(now)
            self._asking.keyframes(now, out)

    def leave(self, endpoint: str, now: float) -> None:
        """Forget an endpoint; its seats become free. An unknown one is ignored."""
        if self._endpoints.pop(endpoint, None) is not None:
            self._simulcast.encoding.forget(endpoint)
            self._choose_codec()
            self._seat(now)

    def moved(self, endpoint: str, now: float, out: list[Send]) -> None:
        """An endpoint is on another way: what it sent by the former one is lost, so its pictures begin anew.

        An unknown endpoint is ignored.
        """
        known = self._endpoints.get(endpoint)
        for track in known.tracks if known is not None else ():
            if track.video and track.taken and track.heard_at > track.asked_at:
                track.want_keyframe(now)
                self._asking.keyframe(track, now, out)

    def wish(self, endpoint: str, wish: Wish, now: float, large: Sequence[str] = ()) -> None:
        """What an endpoint wants to be shown of the others' cameras. An unknown one is ignored.

        `large`: whose it shows larger than the rest, what matters most first; none: all alike.
        """
        known = self._endpoints.get(endpoint)
        if known is not None:
            known.ladder.wish = wish
            known.large = tuple(large)
            self._news_at = now
            self._judge(known, now)

    def open(self, now: float, out: list[Send]) -> None:
        """Open the gate: audio flows at once, video from the keyframe that is asked for now. Idempotent."""
        if not self.is_open:
            self.is_open = True
            self._seat(now)
            self._asking.keyframes(now, out)

    def close(self, now: float) -> None:
        """Close the gate: no RTP leaves after this call, retransmissions included. Idempotent."""
        if self.is_open:
            self.is_open = False
            if self._tape is not None:
                self._tape.gap(self._tape.named, "closed", now)
            for endpoint in self._endpoints.values():
                for slot in endpoint.slots:
                    slot.gate()
            self._seat(now)

    def record(self, tape: Tape | None) -> None:
        """Record on `tape`, as far as its lease goes; or no more."""
        self._tape = tape
        tap(self._endpoints, self._tape, is_open=self.is_open)

    def lease(self, endpoints: Iterable[str], until: float, now: float) -> None:
        """Record these endpoints alone, from the next packet until then, if the room has a tape."""
        if self._tape is not None:
            self._tape.lease(endpoints, until, now)
            tap(self._endpoints, self._tape, is_open=self.is_open)

    def endpoints(self) -> tuple[str, ...]:
        """Who is in the room, in joining order."""
        return tuple(self._endpoints)

    def rung(self, endpoint: str) -> Rung:
        """What an endpoint is shown of the others' cameras."""
        known = self._endpoints.get(endpoint)
        return known.ladder.rung if known is not None else Rung.FULL

    def layers(self, endpoint: str) -> tuple[str, ...]:
        """The layers (rids) that an endpoint is to encode of its camera; none said: the largest alone."""
        return self._simulcast.encoding.rids(endpoint)

    @property
    def speaker(self) -> str | None:
        """Who of three or more speaks."""
        return self._speaking.who

    def round_trips(self) -> list[float]:
        """Seconds to each endpoint and back, where its reports have told."""
        trips = (endpoint.downlink.round_trip for endpoint in self._endpoints.values())
        return [seconds for seconds in trips if seconds > 0]

    def take_events(self) -> list[Event]:
        """The events since the last call, oldest first."""
        taken, self.events = self.events, []
        return taken

    def counts(self, endpoint: str) -> dict[str, int]:
        """What was dropped of an endpoint's packets since it joined, by reason; empty for an unknown one."""
        known = self._endpoints.get(endpoint)
        return known.counts() if known is not None else {}

    def receive_rtp(self, endpoint: str, packet: Packet, now: float, out: list[Send]) -> None:
        """An authenticated RTP packet of an endpoint."""
        sender = self._endpoints.get(endpoint)
        if sender is None:
            return
        start, end = bounds(packet)
        if not start:
            sender.malformed += 1
            return
        _flags, marked, sequence, timestamp, ssrc = FIXED.unpack_from(packet)
        self._news_at = now
        if sender.transport_id:
            at, size = find_extension(packet, start, sender.transport_id)
            if size >= 2:
                sender.arrivals.fresh[packet[at] << 8 | packet[at + 1]] = now
        track = sender.media.get(ssrc) or sender.bind(packet, ssrc, start)
        if track is None:
            self._receive_repair(sender, packet, now, out)
            return
        if track.meter is not None:
            track.meter.take(packet, start, end)
        count = track.accept(sequence, timestamp, now)
        if not count:
            sender.dropped += 1
        elif start == end or (marked & 0x7F != track.type and not track.turn(marked & 0x7F, count, now)):
            self._forward_nothing(track, count, timestamp, now, out)
        else:
            if not track.live:
                self._share(track, now)
            self._take(track, count, marked & 0x80, timestamp, packet[start:end], now, out)
        if track.missing.fresh:
            self._asking.missing(sender, track, now, out)
        if self._paced:
            out += let_go(self._paced, now)

    def _receive_repair(self, sender: Endpoint, packet: Packet, now: float, out: list[Send]) -> None:
        """RTX (RFC 4588): what it repeats is handled as if it came itself; as padding, it only probes."""
        start, end = bounds(packet)
        _flags, marked, _sequence, timestamp, ssrc = FIXED.unpack_from(packet)
        track = sender.repairs.get(ssrc)
        if track is None:
            sender.unbound += 1
        elif end - start > 2:
            count = track.accept_repair(packet[start] << 8 | packet[start + 1], now)
            if not count:
                sender.dropped += 1
            elif track.repair_type not in {None, marked & 0x7F}:
                self._forward_nothing(track, count, timestamp, now, out)  # of the codec before, or the next
            else:
                self._take(track, count, marked & 0x80, timestamp, packet[start + 2 : end], now, out)

    def _take(  # noqa: PLR0917 - keywords cost as much as a table look-up here
        self,
        track: Track,
        count: int,
        marker: int,
        timestamp: int,
        payload: Packet,
        now: float,
        out: list[Send],
    ) -> None:
        """A payload that is new: to whom it goes, and onto the tape."""
        if track.targets:
            self._forward(track, count, marker, timestamp, payload, now, out)
        elif track.wants_keyframe:
            self._await_keyframe(track, count, payload, now, out)
        if track.tap is not None:
            track.tap.packet(count, marker, timestamp, payload, now)

    def _forward(  # noqa: PLR0917 - keywords cost as much as a table look-up here
        self,
        track: Track,
        count: int,
        marker: int,
        timestamp: int,
        payload: Packet,
        now: float,
        out: list[Send],
    ) -> None:
        """Send a payload to everybody who receives the track; the gate of each slot decides."""
        key = track.wants_keyframe and self._await_keyframe(track, count, payload, now, out)
        for slot in track.targets:
            if slot.on is not track:
                if slot.aim is not track or slot.paused:
                    continue
                if slot.video and not (key and track.codec in slot.types):
                    continue
                if slot.on is None:
                    self.events.append(Flowing(slot.endpoint, slot.record.mid))
                else:
                    self._tally.layers_changed += 1
                    if track.is_smaller_than(slot.on):
                        self._endpoints[slot.endpoint].downlink.sends_less(now)
                slot.enter(track, count, timestamp, payload, now)
            if count > slot.settled:
                ours = count + slot.shift
            else:
                ours = slot.late(count)
                if not ours:
                    continue
            if key:
                slot.cache.begin(ours)
            our_time = (timestamp + slot.time_shift) & 0xFFFFFFFF
            content = payload if slot.ids is None else slot.ids.moved(payload)
            pacer = slot.pacer
            if pacer is not None and not pacer.passes(len(content), now):
                pacer.hold(Held(slot, marker, ours, our_time, bytes(content), now))
                continue
            out.append((slot.endpoint, slot.send(marker, ours, our_time, content, now), False))

    def _await_keyframe(self, track: Track, count: int, payload: Packet, now: float, out: list[Send]) -> bool:
        """Whether the keyframe that is wanted begins with this payload; asks for it again where it is due."""
        key = track.begins_keyframe(payload)
        if key:
            track.wants_keyframe = count != track.highest  # of a late one, parts may be lost at the gate
            if track.heir is not None:
                track.inherit(count)
        elif track.may_ask(now):
            self._asking.keyframe(track, now, out)
        return key

    def _forward_nothing(self, track: Track, count: int, timestamp: int, now: float, out: list[Send]) -> None:
        """Padding took a number of the stream: close the hole, or if later ones left, send it empty."""
        for slot in track.targets:
            if slot.on is not track:
                continue
            if count == track.highest:
                slot.close_hole(count)
                continue
            ours = slot.late(count) if count <= slot.settled else count + slot.shift
            if ours:
                our_time = (timestamp + slot.time_shift) & 0xFFFFFFFF
                stamp = send_time(now) if slot.log is None else slot.log.number(0, now)
                head = slot.pack(slot.type, ours & 0xFFFF, our_time, slot.ssrc, stamp)
                slot.packets += 1
                out.append((slot.endpoint, head, False))

    def receive_rtcp(self, endpoint: str, packet: Packet, now: float, out: list[Send]) -> None:
        """An authenticated compound (or reduced-size) RTCP packet of an endpoint."""
        sender = self._endpoints.get(endpoint)
        if sender is None:
            return
        messages = rtcp.read(packet)
        if messages is None:
            sender.malformed += 1
            return
        self._news_at = now
        sender.downlink.measure(sender.octets(), now)
        blocks = []
        for message in messages:
            if isinstance(message, Block):
                blocks.append(message)
            elif isinstance(message, SenderInfo):
                self._pass_report(sender, message, now, out)
            elif isinstance(message, Nack):
                self._repair(sender, message, now, out)
            elif isinstance(message, KeyframeWanted):
                if self.is_open:
                    self._asking.request(sender, message.media, now, out)
            elif isinstance(message, Arrived):
                self._send_again(sender, sender.arrived(message, now), out)
            else:
                sender.downlink.estimated(message.bitrate, now)
        if blocks:
            sender.reception(blocks, now)
        out += [(name, packet, True) for name, packet in limit(self._endpoints, now, self.ceiling)]
        self._paced = pace(self._endpoints, now, out)

    def tick(self, now: float, out: list[Send]) -> bool:
        """Do what is due; whether another tick is wanted in `TICK` seconds."""
        gone = False
        if self._tape is not None and self._tape.fresh:
            self._tape.fresh = False
            begin_pictures(self._endpoints, now)
        if self.is_open:
            if self._speaking.listen(self._endpoints, now):
                self.events.append(SpeakerChanged(self._speaking.who))
            self.events += self._simulcast.settle(self._endpoints, self._speaking.who, now)
        for endpoint in self._endpoints.values():
            endpoint.downlink.measure(endpoint.octets(), now)
            out += [(endpoint.name, packet, True) for packet in endpoint.feedback(now)]
            out += [(endpoint.name, packet, False) for packet in endpoint.repair_twice(now)]
            endpoint.wait(now)
            for track in endpoint.tracks:
                if track.missing:
                    self._asking.missing(endpoint, track, now, out)
                if track.wants_keyframe and track.taken and track.may_ask(now):
                    self._asking.keyframe(track, now, out)
                gone |= track.stop_sharing(now)
            self._judge(endpoint, now)
        if gone:
            self._seat(now)
        out += [(name, packet, True) for name, packet in limit(self._endpoints, now, self.ceiling)]
        self._paced = pace(self._endpoints, now, out)
        return now - self._news_at < QUIET_AFTER

    def _judge(self, endpoint: Endpoint, now: float) -> None:
        """Let an endpoint step on its ladder, and pause its pictures or begin them anew."""
        if endpoint.step(now):
            self.events.append(Stepped(endpoint.name, endpoint.ladder.rung))

    def _pass_report(self, sender: Endpoint, info: SenderInfo, now: float, out: list[Send]) -> None:
        """A source's sender report times every slot it is in."""
        track = sender.media.get(info.ssrc)
        if track is None or not track.reported(info.ntp, info.rtp, now):
            return
        if track.tap is not None:
            track.tap.report(info.ntp, info.rtp, now)
        for slot in track.targets:
            if slot.on is track:
                report = self._endpoints[slot.endpoint].slot_report(slot, info, now)
                out.append((slot.endpoint, report, True))

    def _repair(self, receiver: Endpoint, nack: Nack, now: float, out: list[Send]) -> None:
        """Send again what a receiver misses, as far as we have it and its budget goes."""
        slot = receiver.slots_by_ssrc.get(nack.media)
        if slot is None or not self.is_open:  # a gate empties the cache too: two locks on one door
            return
        self._send_again(receiver, receiver.repair(slot, nack.numbers, now), out)
        if slot.cache.gave_up:  # it lacks what it never gets: without a keyframe it would see nothing new
            slot.cache.gave_up = False
            self._asking.request(receiver, slot.ssrc, now, out)

    def _send_again(self, receiver: Endpoint, packets: list[bytes], out: list[Send]) -> None:
        self._tally.sent_again += len(packets)
        out += [(receiver.name, packet, False) for packet in packets]

    def _share(self, track: Track, now: float) -> None:
        """A screen began to be shared."""
        track.live = True
        self._seat(now)

    def _choose_codec(self) -> None:
        """Say it where those who are here now ask for another codec than before."""
        codec = room_codec(endpoint.negotiated for endpoint in self._endpoints.values())
        if codec is not self.codec:
            self.codec = codec
            self.events.append(CodecChanged(codec))

    def _seat(self, now: float) -> None:
        """Settle anew who is forwarded to whom, and tell those who see a change."""
        self._news_at = now
        seat(self._endpoints, is_open=self.is_open, now=now)
        self._paced = [one for one in self._paced if self._endpoints.get(one.name) is one]
        tap(self._endpoints, self._tape, is_open=self.is_open)
        measure(self._endpoints)
        for receiver in self._endpoints.values():
            seats = tuple(slot.seen() for slot in receiver.slots)
            if seats != receiver.told:
                receiver.told = seats
                self.events.append(SlotsChanged(receiver.name, seats))
