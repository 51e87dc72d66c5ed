"""From the packets of a recording to frames on one timeline. A gap stays a gap: time is never squeezed.

The segments are walked twice. `survey` learns every track's clock and what there is at all; `frames` then
gives the frames, in the order of their times, and holds no more than some seconds of them.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from media.core import opus
from media.core.common_clock import Times, common_times
from media.core.h264_frames import H264Frames
from media.core.negotiated import Codec, Source
from media.core.picture import Size
from media.core.recording import Entry, Packet, Report, Track
from media.core.reorder import HOLD, Reorder
from media.core.track_clock import TrackClock
from media.core.vp8_frames import Vp8Frames

HORIZON: Final = HOLD + 4.0
"""Seconds after a frame came until its turn: the others' frames of its time have come by then."""
STEP: Final = 0.5
"""Seconds of arrival between two looks at what has its turn."""
OVERLAP: Final = 60
"""Milliseconds: sound that would have begun so long before the sound before it is left out."""

Name = tuple[int, int]
"""A track in all segments: the segment's place, and the track's number there."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one worker wrote. `started_ms`: Unix time. `entries` can be walked more than once."""

    started_ms: int
    entries: Iterable[Entry]


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """What one endpoint sent from one source, over all its connections."""

    endpoint: str
    source: Source


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame: a picture, or an Opus packet."""

    stream: Stream
    at: int
    """Milliseconds since the recording began; it grows with every frame of a stream."""
    codec: Codec
    data: bytes
    size: Size | None = None
    """Of a picture that stands for itself."""
    samples: int = 0
    """Of sound, at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Run:
    """Pictures of one codec, one after the other, and the largest one's size."""

    codec: Codec
    size: Size


@dataclass(slots=True)
class Facts:
    """What there is of a stream: when it begins, in milliseconds, and its pictures, in their order."""

    begins: int
    runs: tuple[Run, ...] = ()

    @property
    def size(self) -> Size | None:
        """Its largest picture's."""
        return max((run.size for run in self.runs), key=_area, default=None)

    def add(self, run: Run) -> None:
        """Then this comes."""
        before = self.runs[-1:]
        if before and before[0].codec is run.codec:
            run = replace(before[0], size=max(before[0].size, run.size, key=_area))
            self.runs = self.runs[:-1]
        self.runs += (run,)


@dataclass(slots=True)
class _Place:
    """A track's place on the timeline: from where on there are newer tracks of its stream."""

    times: Times
    begins: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first walk found."""

    streams: Mapping[Stream, Facts]
    seconds: float
    """From the first segment's beginning to the last packet."""
    places: Mapping[Name, _Place] = field(repr=False)


_Encoded = tuple[int, int, bytes, Size | None, int]
"""A frame's count, timestamp, data, size and samples."""


class _Lane:
    """One track on its way from packets to frames."""

    __slots__ = ("_pictures", "codec", "reorder", "stream")

    def __init__(self, track: Track) -> None:
        self.stream = Stream(track.endpoint, track.source)
        self.reorder = Reorder()
        self.codec = _CODECS[track.codec.lower()]
        self._pictures = H264Frames() if self.codec is Codec.H264 else Vp8Frames()

    def frames(self, packets: Sequence[Packet]) -> Iterator[_Encoded]:
        """The frames that these packets end."""
        for packet in packets:
            if self.codec is Codec.OPUS:
                samples = opus.samples(packet.payload)
                if samples:
                    yield packet.count, packet.timestamp, packet.payload, None, samples
            else:
                frame = self._pictures.push(packet)
                if frame is not None:
                    yield frame.count, frame.timestamp, frame.data, frame.size, 0


_CODECS: Final = {codec.lower(): codec for codec in Codec}


def _area(size: Size) -> int:
    return size[0] * size[1]


@dataclass(slots=True)
class _Seen:
    """A track in the first walk."""

    track: Track
    lane: _Lane
    clock: TrackClock
    first: tuple[int, int] | None = None
    run: Run | None = None

    def take(self, packets: Sequence[Packet]) -> None:
        for count, timestamp, _, size, _ in self.lane.frames(packets):
            if self.first is None:
                self.first = count, timestamp
                if size is not None:
                    self.run = Run(self.lane.codec, size)
            elif size is not None and self.run is not None:
                self.run = replace(self.run, size=max(self.run.size, size, key=_area))


def survey(segments: Sequence[Segment]) -> Survey:
    """Walk the recording once, to know its streams and its clocks."""
    seen: dict[Name, _Seen] = {}
    end = 0.0
    for place, (offset, segment) in enumerate(_in_order(segments)):
        here: dict[int, _Seen] = {}
        for entry in segment.entries:
            match entry:
                case Packet():
                    if entry.track not in here:
                        continue
                    found = here[entry.track]
                    end = offset + entry.at
                    found.clock.heard(entry.count, entry.timestamp, end)
                    found.take(found.lane.reorder.push(entry, end))
                case Report():
                    if entry.track in here:
                        here[entry.track].clock.reported(entry.ntp, entry.timestamp)
                case Track():
                    if entry.codec.lower() in _CODECS:
                        here[entry.number] = _Seen(entry, _Lane(entry), TrackClock(entry.clock_rate))
                case _:
                    pass
        for number, found in here.items():
            found.take(found.lane.reorder.rest())
            if found.first is not None:
                seen[place, number] = found
    return _found(seen, end)


def _found(seen: Mapping[Name, _Seen], end: float) -> Survey:
    """Put the tracks of each endpoint on one clock, and those of each stream one after the other."""
    places: dict[Name, _Place] = {}
    endpoints: dict[str, list[Name]] = {}
    for name, found in seen.items():
        endpoints.setdefault(found.track.endpoint, []).append(name)
    for names in endpoints.values():
        clocks = [(seen[name].track.clock_rate, seen[name].clock) for name in names]
        for name, times in zip(names, common_times(clocks), strict=True):
            first = seen[name].first
            assert first is not None
            places[name] = _Place(times.again(), _ms(times.time(*first)))
    streams: dict[Stream, Facts] = {}
    before: dict[Stream, _Place] = {}
    for name in sorted(places, key=lambda name: places[name].begins):
        stream, run, place = seen[name].lane.stream, seen[name].run, places[name]
        if stream in before:
            before[stream].until = place.begins
        before[stream] = place
        facts = streams.setdefault(stream, Facts(place.begins))
        if run is not None:
            facts.add(run)
    return Survey(dict(sorted(streams.items())), end, places)


def frames(segments: Sequence[Segment], found: Survey) -> Iterator[tuple[float, Frame]]:
    """Walk the recording again: (seconds that were walked, frame), frames in the order of their times."""
    waiting = _Waiting()
    now = look = 0.0
    for place, (offset, segment) in enumerate(_in_order(segments)):
        here: dict[int, tuple[_Lane, _Place]] = {}
        for entry in segment.entries:
            match entry:
                case Packet():
                    if entry.track not in here:
                        continue
                    lane, where = here[entry.track]
                    now = offset + entry.at
                    waiting.add(lane, where, lane.reorder.push(entry, now))
                    if now >= look:
                        look = now + STEP
                        for lane, where in here.values():
                            waiting.add(lane, where, lane.reorder.due(now))
                        for frame in waiting.until(now - HORIZON):
                            yield now, frame
                case Track():
                    if (place, entry.number) in found.places:
                        here[entry.number] = _Lane(entry), found.places[place, entry.number]
                case _:
                    pass
        for lane, where in here.values():
            waiting.add(lane, where, lane.reorder.rest())
    for frame in waiting.until(float("inf")):
        yield now, frame


class _Waiting:
    """Frames that wait for their turn: a heap by time."""

    __slots__ = ("_ends", "_heap", "_serial")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Frame]] = []
        self._serial = 0
        self._ends: dict[Stream, int] = {}  # each stream's newest time

    def add(self, lane: _Lane, place: _Place, packets: Sequence[Packet]) -> None:
        stream = lane.stream
        for count, timestamp, data, size, samples in lane.frames(packets):
            at = _ms(place.times.time(count, timestamp))
            if place.until is not None and at >= place.until:
                continue  # a newer track of this stream has taken over
            end = self._ends.get(stream)
            if end is not None and at <= end:
                if samples and end - at >= OVERLAP:
                    continue
                at = end + 1  # pictures refer to each other: none may be left out
            self._ends[stream] = at
            self._serial += 1
            heapq.heappush(self._heap, (at, self._serial, Frame(stream, at, lane.codec, data, size, samples)))

    def until(self, seconds: float) -> Iterator[Frame]:
        heap = self._heap
        before = seconds * 1000
        while heap and heap[0][0] <= before:
            yield heapq.heappop(heap)[2]


def _in_order(segments: Sequence[Segment]) -> list[tuple[float, Segment]]:
    """By when they began: (seconds since the first began, segment)."""
    ordered = sorted(segments, key=lambda segment: segment.started_ms)
    return [((segment.started_ms - ordered[0].started_ms) / 1000, segment) for segment in ordered]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
