"""Where one endpoint is believed to be: the address its media is sent to, and how that may move.

Anybody can write a source address on a datagram, and a STUN check that was overheard can be sent again from
elsewhere. So three kinds of evidence are told apart:

* an authenticated check makes an address *known*: other datagrams from it are looked at. The very first one
  is also taken, provisionally, as the address to send to;
* a *nominated* check (USE-CANDIDATE) moves the address when a fresh packet that cannot be a replay (SRTP or
  SRTCP that passed its window, DTLS) came from the same place, before it or after it;
* an SRTP media packet from a new place moves it at once (a *latch*): after a NAT rebinding the next check
  is up to 2.5 s away. A check from there must confirm it within 3 s, else it goes back. Never more than one
  latch a second, and never for RTCP.

Addresses are opaque: anything hashable.
"""

from collections.abc import Hashable
from typing import Final

Address = Hashable

KNOWN_MAX: Final = 8
"""Known addresses per endpoint; a browser with Wi-Fi, mobile and a VPN checks from about six."""
FRESH: Final = 3.0
"""Seconds for which a packet or a nominated check backs the other."""
CONFIRM_WITHIN: Final = 3.0
"""Seconds a latch waits for its check: a browser checks a healthy pair every 2.5 s."""
LATCH_EVERY: Final = 1.0
"""Seconds between two latches."""


class Belief:
    """Of one endpoint, from its first authenticated check on. Sending goes to `current`."""

    __slots__ = (
        "_confirm_by",
        "_heard",
        "_known",
        "_latched_at",
        "_left",
        "_nominated",
        "_previous",
        "current",
    )

    def __init__(self) -> None:
        self.current: Address | None = None
        self._known: dict[Address, float] = {}  # last authenticated check
        self._nominated: dict[Address, float] = {}  # last authenticated check with USE-CANDIDATE
        self._heard: dict[Address, float] = {}  # last packet that was no replay, current address excepted
        self._previous: Address | None = None  # where to go back to while a latch is unconfirmed
        self._confirm_by: float | None = None
        self._latched_at: float | None = None
        self._left: tuple[Address, float] | None = (
            None  # what a nominated move left: its stragglers still come
        )

    def believes(self, source: Address) -> bool:
        """Whether a datagram that is no check, from `source`, may be looked at (DTLS, RTP, RTCP)."""
        return source in self._known

    @property
    def unconfirmed(self) -> bool:
        """Whether a latch waits for its check: `settle` is wanted."""
        return self._confirm_by is not None

    def check(self, source: Address, *, nominated: bool, now: float) -> Address | None:
        """An authenticated STUN check came. Returns an address that is forgotten for it, if any."""
        self._known[source] = now
        if self.current is None:
            self.current = source
        if source == self.current:
            self._confirm()
        if nominated:
            self._nominated[source] = now
            if now - self._heard.get(source, -FRESH - now) <= FRESH:
                self._move(source, now)
        return self._forget_oldest(source)

    def heard(self, source: Address, now: float, *, media: bool) -> bool:
        """A packet that is no replay came: SRTP (`media`), else SRTCP or DTLS. Whether `current` moved.

        Wanted for sources other than `current`; any other call changes nothing. SRTP may be reported from a
        source that is not known (its keys vouch for it), the others only from one that is.
        """
        if source == self.current or not (media or source in self._known):
            return False
        if source in self._known:
            self._heard[source] = now
        nomination = self._nominated.get(source)
        if nomination is not None and now - nomination <= FRESH and nomination > self._nominated_current():
            self._move(source, now)
            return True
        return media and self._latch(source, now)

    def settle(self, now: float) -> bool:
        """Go back from a latch that no check confirmed in time. Whether `current` moved."""
        if self._confirm_by is None or now < self._confirm_by:
            return False
        refused, self.current = self.current, self._previous
        self._left = (refused, now)
        self._confirm()
        return True

    def _nominated_current(self) -> float:
        return self._nominated.get(self.current, float("-inf"))

    def _confirm(self) -> None:
        self._confirm_by = self._previous = None

    def _move(self, source: Address, now: float) -> None:
        """The endpoint chose `source` and was heard there."""
        if source != self.current:
            self._left = (self.current, now)
            self.current = source
        self._confirm()
        self._heard.pop(source, None)

    def _latch(self, source: Address, now: float) -> bool:
        if self.current is None or (self._latched_at is not None and now - self._latched_at < LATCH_EVERY):
            return False
        if self._left is not None and self._left[0] == source and now - self._left[1] < CONFIRM_WITHIN:
            return False
        if self._confirm_by is None:
            self._previous = self.current
        self._confirm_by = now + CONFIRM_WITHIN
        self._latched_at = now
        self.current = source
        return True

    def _forget_oldest(self, newest: Address) -> Address | None:
        if len(self._known) <= KNOWN_MAX:
            return None
        kept = {newest, self.current, self._previous}
        oldest = min((address for address in self._known if address not in kept), key=self._known.__getitem__)
        for table in (self._known, self._nominated, self._heard):
            table.pop(oldest, None)
        return oldest
