"""The settings of the service, from the environment, typed; all of them are in docs/operator.md.

They stand apart from grader.settings, which it takes in as `grading`, because a verdict at the desk needs three
values and not the third of a second that importing Pydantic costs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from grader.settings import Settings, SettingsError, read_settings

MIB = 1 << 20
DATABASE_FILE = "grader.db"
KINDS = ("sqlite", "postgresql")
SECRET_CHARACTERS = 64


class ServiceSettings(BaseSettings):
    """What the service takes from its environment; each field's variable is its alias."""

    model_config = SettingsConfigDict(env_prefix="GRADER_", frozen=True, arbitrary_types_allowed=True)

    grading: Settings = Field(exclude=True)
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65_535)
    database_url: SecretStr = Field(alias="DATABASE_URL")
    slots: int = Field(2, ge=1, le=256)
    upload_bytes: int = Field(32 * MIB, ge=1024, le=1024 * MIB)
    stop_seconds: PositiveFloat = 30.0
    token_failures: PositiveInt = 10
    secret: SecretStr | None = None
    public_url: str = ""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        try:
            kind = make_url(url.get_secret_value()).get_backend_name()
        except ArgumentError:
            kind = ""
        if kind not in KINDS:
            raise ValueError("it must begin with sqlite:/// and a file, or with postgresql://")
        return url

    @field_validator("secret")
    @classmethod
    def _hexadecimal_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret else ""
        if secret and (len(text) != SECRET_CHARACTERS or set(text.lower()) - set("0123456789abcdef")):
            raise ValueError(f"it must be {SECRET_CHARACTERS} hexadecimal digits: openssl rand -hex 32")
        return secret
