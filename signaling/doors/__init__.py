"""The doors. Each proves who is there and answers a `Principal`; after it nobody asks which door."""
