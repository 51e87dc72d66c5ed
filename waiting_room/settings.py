"""Settings of the waiting room: where visits are kept, and what seals their texts.

``VIDEOVISIT_…`` in the environment.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from waiting_room.database import parse_url
from waiting_room.texts import TextKey, Vault


class WaitingRoomSettings(BaseSettings):
    """Every setting of this room. All errors are reported at once; none of them repeats a secret."""

    model_config = SettingsConfigDict(
        env_prefix="VIDEOVISIT_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///videovisit.db"),
        description="Where visits are kept: sqlite:///path/file.db, or postgresql://user:password@host/name.",
    )
    database_pool: int = Field(
        default=8, ge=2, le=64, description="PostgreSQL connections of one web process at most."
    )
    text_key: SecretStr = Field(
        description="Seals what people typed: name:base64 of 32 random bytes. Losing it loses the texts."
    )
    text_keys_old: SecretStr = Field(
        default=SecretStr(""), description="Former text keys, separated by commas; they only open."
    )
    keep_texts_minutes: int = Field(
        default=60, ge=10, le=525_600, description="How long a visit's texts outlive its end."
    )

    @field_validator("database_url")
    @classmethod
    def _is_ours(cls, value: SecretStr) -> SecretStr:
        parse_url(value.get_secret_value())
        return value

    @field_validator("text_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        TextKey.parse(value.get_secret_value())
        return value

    @field_validator("text_keys_old")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        _keys(value)
        return value

    @property
    def on_sqlite(self) -> bool:
        """Whether visits are kept in a file of this machine."""
        return parse_url(self.database_url.get_secret_value()).get_backend_name() == "sqlite"

    @property
    def keep_texts(self) -> timedelta:
        """How long a visit's texts outlive its end."""
        return timedelta(minutes=self.keep_texts_minutes)

    def vault(self) -> Vault:
        """Seals and opens texts with these keys.

        Raises:
            ValueError: two keys have one name.
        """
        return Vault(TextKey.parse(self.text_key.get_secret_value()), _keys(self.text_keys_old))


def _keys(value: SecretStr) -> list[TextKey]:
    return [TextKey.parse(part) for part in value.get_secret_value().split(",") if part.strip()]
