"""The fuzz battery: what no sender should send, into every parser that reads what senders send."""
