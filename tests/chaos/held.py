"""What can be read of a recording's segments: so much has to be in its files too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from media.core.negotiated import Kind
from media.core.recording import Packet, Track
from media.core.vp8 import begins_keyframe
from media.recordings import reading
from media.recordings.reading import Verdict


@dataclass
class Held:
    """Of one person: the packets, in the order in which they came."""

    packets: dict[Kind, list[Packet]] = field(default_factory=lambda: {Kind.VIDEO: [], Kind.AUDIO: []})

    @property
    def sounds(self) -> int:
        """Packets of sound."""
        return len(self.packets[Kind.AUDIO])

    @property
    def pictures(self) -> int:
        """Whole pictures from the first that stands for itself on. Right where nothing is missing between."""
        found, key = 0, False
        for packet in self.packets[Kind.VIDEO]:
            key = key or begins_keyframe(packet.payload)
            found += key and packet.marker
        return found

    @property
    def holes(self) -> int:
        """Packets that are missing between others."""
        counts = [{packet.count for packet in packets} for packets in self.packets.values() if packets]
        return sum(max(one) - min(one) + 1 - len(one) for one in counts)


def held(folder: Path, key: bytes, verdict: Verdict) -> Mapping[str, Held]:
    """What each person's segments hold."""
    named: dict[int, Track] = {}
    found: dict[str, Held] = {}
    for path in reading.segments(folder):
        for entry in reading.read(path, key, verdict):
            if isinstance(entry, Track):
                named[entry.number] = entry
            elif isinstance(entry, Packet):
                track = named[entry.track]
                found.setdefault(track.endpoint, Held()).packets[track.kind].append(entry)
    return found
