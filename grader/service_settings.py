"""The settings of the service, from the environment, typed; all of them are in docs/operator.md.

They stand apart from grader.settings, which they take in as `grading`, because a verdict at the desk needs
three values and not the third of a second that importing Pydantic costs.
"""

from typing import Annotated, Any

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from grader.settings import Settings, SettingsError, read_settings

MIB = 1 << 20
DATABASE_FILE = "grader.db"
KINDS = ("sqlite", "postgresql")
SECRET_DIGITS = 64
PREFIX = "GRADER_"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - addresses to listen on, which nobody can go to


class ServiceSettings(BaseSettings):
    """What the service takes from its environment: DATABASE_URL, and GRADER_ before the name of each field.

    Attributes: `host` and `port` (where the API listens), `public_url` (where people reach it, for links),
    `database_url` (empty: SQLite in the data folder), `slots` (submissions graded at a time),
    `upload_bytes` (the largest request), `stop_seconds` (how long a stop waits for running grades),
    `same_versions` (whether a worker takes nothing where Python or numpy has another minor version than the
    service announced), `token_failures` (wrong tokens from one address before it must wait), `secret` (of the
    seeds; empty: a file in the data folder).
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    grading: Settings
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    public_url: str = ""
    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL")] = SecretStr("")
    slots: Annotated[int, Field(ge=1, le=256)] = 2
    upload_bytes: Annotated[int, Field(ge=1024, le=1024 * MIB)] = 33 * MIB
    stop_seconds: PositiveFloat = 30.0
    same_versions: bool = False
    token_failures: PositiveInt = 10
    secret: SecretStr | None = None

    @property
    def database(self) -> str:
        """The URL of the database, password and all."""
        file = (self.grading.data_dir / DATABASE_FILE).absolute()
        return self.database_url.get_secret_value() or f"sqlite:///{file}"

    @property
    def url(self) -> str:
        """Where people reach the service: from this machine at least, if nothing is stated."""
        host = "localhost" if self.host in EVERYWHERE else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value():
            return url
        try:
            kind = make_url(url.get_secret_value()).get_backend_name()
        except ArgumentError:
            kind = ""
        if kind not in KINDS:
            raise ValueError("it must begin with sqlite:/// and a file, or with postgresql:// and a host")
        return url

    @field_validator("secret")
    @classmethod
    def _hexadecimal(cls, secret: SecretStr | None) -> SecretStr | None:
        digits = secret.get_secret_value() if secret else "0" * SECRET_DIGITS
        if len(digits) != SECRET_DIGITS or set(digits.lower()) - set("0123456789abcdef"):
            raise ValueError(
                f"it must be {SECRET_DIGITS} hexadecimal digits, as `openssl rand -hex 32` prints"
            )
        return secret


def read_service_settings() -> ServiceSettings:
    """Return the settings that the environment states. Raises SettingsError with key and value."""
    grading = read_settings()
    try:
        return ServiceSettings(grading=grading)
    except ValidationError as wrong:
        raise SettingsError("; ".join(_sentence(error) for error in wrong.errors())) from None


def variables() -> list[str]:
    """Return the names of all variables that the service reads besides those of grader.settings."""
    fields = ServiceSettings.model_fields.items()
    names = [str(field.validation_alias or f"{PREFIX}{name.upper()}") for name, field in fields]
    return [name for name in names if name != f"{PREFIX}GRADING"]


def _sentence(error: Any) -> str:
    """Say which variable is wrong, with its value unless that is a secret."""
    name = str(error["loc"][0])
    variable = name if name.isupper() else f"{PREFIX}{name.upper()}"
    is_secret = name in {"DATABASE_URL", "secret"}
    value = "" if is_secret else f"={error['input']!r}"
    return f"{variable}{value}: {error['msg'].removeprefix('Value error, ')}"
