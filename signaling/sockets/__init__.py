"""Socket.IO: what the pages hear and say. `server` puts it together; docs/events.md describes it."""
