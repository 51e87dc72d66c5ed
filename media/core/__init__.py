"""The packet-forwarding core: bytes and `now` in, bytes and events out.

Nothing here reads a clock, a socket or randomness, and nothing here logs. `room.Room` is the door; the
records it is told about an endpoint are in `negotiated`.
"""
