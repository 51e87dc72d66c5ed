"""Identifiers. They are minted outside the core, carry no meaning, and are safe to journal."""

from typing import NewType

VisitId = NewType("VisitId", str)
ClinicId = NewType("ClinicId", str)
StaffId = NewType("StaffId", str)
LinkId = NewType("LinkId", str)
"""Names a join link; never its token."""
TextId = NewType("TextId", str)
"""Names a sealed text (a name, an address, a message) kept outside the journal."""
CommandId = NewType("CommandId", str)
"""Made by whoever sends a command; the same id twice means the same command."""
DeviceId = NewType("DeviceId", str)
"""A browser that redeemed the link."""
GuestId = NewType("GuestId", str)
"""Names a guest of a visit, and their endpoint in its media room: `guest-` and a code."""
