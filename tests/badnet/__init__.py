"""Visits over bad networks: loss, delay and narrow ways between real browsers and a worker."""
