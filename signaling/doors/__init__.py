"""The four doors. Each proves who is there and answers a `Principal`; after the door nobody asks which door."""
