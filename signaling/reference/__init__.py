"""Pages for people who write programs against this server: the booking API, and the socket protocol."""
