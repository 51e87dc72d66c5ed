"""The pure core of the waiting room: no I/O, no clock, no randomness, no logging.

`decide` says what a command records or why it is refused; `evolve` folds what was recorded into a visit;
`views` says what each role may see of it; `pairing` says who is next.
Time (`at`, aware UTC) and ids are arguments.
"""
