"""Recordings on disk: encrypted segments, written while a visit runs and read after it.

`recorder.Recorder` writes for a worker. `reading.read` gives the entries of a segment back and
`reading.verify` says what is wrong with one; both need the recording's data key. The format is in `sealing`.
"""
