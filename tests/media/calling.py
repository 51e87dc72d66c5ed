"""Real clients for tests: aiortc peer connections that send a colour and a tone and look at the others'."""

import asyncio
import fractions
import math
from collections.abc import Callable
from typing import Any

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AUDIO_PTIME, MediaStreamError, VideoStreamTrack

RATE = 48000


def gather_loopback_only(monkeypatch: Any) -> None:
    """The clients' ICE leaves the loopback address out; tests talk over nothing else."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])


class Colour(VideoStreamTrack):
    """320x240 pictures of one luma, with a moving bar so that the encoder has something to do."""

    def __init__(self, luma: int) -> None:
        super().__init__()
        self._luma = luma
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        picture = np.full((360, 320), 128, np.uint8)
        picture[:240, :] = self._luma
        at = self._count * 4 % 310
        picture[:20, at : at + 10] = 255 - self._luma
        self._count += 1
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(MediaStreamTrack):
    """A sine of one frequency, 20 ms at a time."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sent = 0
        self._start: float | None = None

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        if self._start is None:
            self._start = loop.time()
        samples = int(RATE * AUDIO_PTIME)
        await asyncio.sleep(max(0.0, self._start + self._sent / RATE - loop.time()))
        angles = 2 * math.pi * self._hertz * (self._sent + np.arange(samples)) / RATE
        frame = av.AudioFrame.from_ndarray(
            (np.sin(angles) * 12000).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sent, fractions.Fraction(1, RATE)
        self._sent += samples
        return frame


class Caller:
    """One page: sends a colour and a tone, receives on one slot of each kind, or on more."""

    def __init__(self, luma: int, hertz: float, *, slots: int = 1) -> None:
        self.luma, self.hertz = luma, hertz
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.connection.addTransceiver(Tone(hertz), direction="sendonly")
        self.connection.addTransceiver(Colour(luma), direction="sendonly")
        self._slots = [
            self.connection.addTransceiver(kind, direction="recvonly")
            for _ in range(slots)
            for kind in ("audio", "video")
        ]

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def call(self, exchange: Callable[[str], str]) -> None:
        await self.take(exchange(await self.offer()))

    async def connected(self) -> None:
        while self.connection.connectionState != "connected":
            assert self.connection.connectionState not in {"failed", "closed"}
            await asyncio.sleep(0.01)

    async def sees(self, luma: int, *, slot: int = 0) -> None:
        """Come back when a picture of about that luma was decoded from a slot."""
        track = self._slots[2 * slot + 1].receiver.track
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.VideoFrame)
            seen = float(frame.to_ndarray(format="gray")[40:200].mean())
            if abs(seen - luma) < 25:
                return

    async def hears(self, hertz: float) -> None:
        """Come back when half a second of sound had its peak at about that frequency."""
        track = self._slots[0].receiver.track
        heard = np.zeros(0)
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.AudioFrame)
            heard = np.concatenate([heard, frame.to_ndarray().reshape(-1, 2)[:, 0].astype(float)])[
                -RATE // 2 :
            ]
            if len(heard) == RATE // 2 and np.abs(heard).max() > 2000:
                spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
                if abs(float(spectrum.argmax()) * 2 - hertz) < 20:
                    return

    async def hears_anything(self) -> None:
        """Come back when sound that is not silence was decoded from a slot."""
        track = self._slots[0].receiver.track
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.AudioFrame)
            if np.abs(frame.to_ndarray().astype(int)).max() > 2000:
                return

    async def close(self) -> None:
        await self.connection.close()
