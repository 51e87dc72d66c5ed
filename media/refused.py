"""Refusals of the internal interface."""


class RefusedError(Exception):
    """A request that changes nothing: `code` for programs, the sentence for people."""

    def __init__(self, code: str, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status
