"""Passwords of local accounts."""

import pytest

from signaling import passwords, seed
from signaling.passwords import Passwords


@pytest.mark.sockets
async def test_the_right_password_matches_and_no_other() -> None:
    keeper = Passwords()
    stored = await keeper.hashed("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await keeper.verify(stored, "correct horse")
    assert not await keeper.verify(stored, "correct house")


@pytest.mark.sockets
@pytest.mark.parametrize("stored", [None, "", "no hash at all", "$argon2id$broken"])
async def test_nobody_and_damaged_rows_never_match(stored: str | None) -> None:
    assert not await Passwords().verify(stored, "anything")


def test_nobody_costs_as_much_as_somebody() -> None:
    assert passwords.NOBODY.rsplit("$", 2)[0] == seed.PASSPHRASE_HASH.rsplit("$", 2)[0]


@pytest.mark.sockets
async def test_the_demos_hash_is_of_the_demos_passphrase() -> None:
    assert await Passwords().verify(seed.PASSPHRASE_HASH, seed.PASSPHRASE)
