"""Settings: read from the environment, refused all at once, and silent about secrets."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from pydantic import ValidationError

from tests.waiting_room.scene import ANA, NINE
from waiting_room.core.ids import TextId
from waiting_room.settings import WaitingRoomSettings
from waiting_room.texts import NewText, TextKey, Vault

KEY = "2026:" + base64.b64encode(b"n" * 32).decode()
OLD = "2025:" + base64.b64encode(b"o" * 32).decode()


def settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> WaitingRoomSettings:
    for name, value in environment.items():
        monkeypatch.setenv(f"VIDEOVISIT_{name.upper()}", value)
    return WaitingRoomSettings()


def test_a_key_is_all_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, text_key=KEY)
    assert found.database_url.get_secret_value() == "sqlite:///videovisit.db"
    assert found.keep_texts == timedelta(hours=1)


def test_former_keys_open(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = settings(monkeypatch, text_key=KEY, text_keys_old=f"{OLD}, ").vault()
    sealed = Vault(TextKey.parse(OLD)).seal(ANA, TextId("t"), NewText(kind="line", body="hi"), NINE)
    assert vault.open(ANA, TextId("t"), sealed.sealed) == "hi"


def test_everything_wrong_is_said_at_once_and_no_secret_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(
            monkeypatch,
            database_url="mysql://root:hunter2@db/visits",
            text_key="hunter2",
            text_keys_old="hunter2",
            keep_texts_minutes="1",
            database_pool="0",
        )
    assert refused.value.error_count() == 5
    assert "hunter2" not in str(refused.value)


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDEOVISIT_TEXT_KEY", raising=False)
    with pytest.raises(ValidationError, match="text_key"):
        settings(monkeypatch)
