"""The room that knows both languages: doors, HTTP API, Socket.IO, and the wiring of the other rooms."""
