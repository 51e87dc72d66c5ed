"""The media plane: rooms of endpoints whose packets are forwarded and never transcoded.

`media.core` decides with bytes and a time in hand; the modules beside it own the UDP port, ICE-lite, DTLS,
SRTP and the worker's internal HTTP interface (docs/media-worker.md).
"""
