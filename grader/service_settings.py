"""The settings of the service, from the environment, typed; all of them are in docs/operator.md.

They stand apart from grader.settings, which they take in as `grading`, because a verdict at the desk needs
three values and not the third of a second that importing Pydantic costs.
"""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from grader.core.lifetimes import HOUR
from grader.settings import Settings, SettingsError, read_settings
from grader.store.sign_ins import LINK_LIFETIME

MIB = 1 << 20
MOST_DAYS = 36_500
MOST_NAME = 40  # characters: it stands in the top bar of each page
MOST_LINK_HOURS = 30 * 24
DATABASE_FILE = "grader.db"
KINDS = ("sqlite", "postgresql")
SECRET_DIGITS = 64
PREFIX = "GRADER_"
DEFAULT_NAME = "Obelus"
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - addresses to listen on, which nobody can go to


class ServiceSettings(BaseSettings):
    """Settings of the service from its environment: DATABASE_URL, and GRADER_ before the name of each field.

    Attributes: `name` (of the service, as its pages show it), `host` and `port` (where the API listens),
    `public_url` (where people reach it, for links),
    `database_url` (empty: SQLite in the data folder), `slots` (submissions that a worker grades at a time; by
    default the workers of a host share its processors), `upload_bytes` (the largest request), `stop_seconds`
    (how long a stop waits for running grades), `connections` (open at a time), `head_seconds` (for the head
    of a request), `body_seconds` (how long a body may stay below its pace), `streams` (event streams of one
    person at a time), `same_versions` (whether a worker takes nothing where Python or numpy has another minor
    version than the service announced), `token_failures` (wrong tokens from one address before it must wait),
    `link_hours` (how long a sign-in link works),
    `secret` (of the seeds; empty: a file in the data folder), `keep_archives_days`, `keep_progress_days` and
    `keep_reports_days` (the age at which `grader prune` removes them; 0: never). `hosts` (further names of
    the service) and `proxies` (whose word on a client's address counts) are lists with commas between.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    grading: Settings
    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)] = DEFAULT_NAME
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    public_url: str = ""
    hosts: str = ""
    proxies: str = ""
    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL")] = SecretStr("")
    slots: Annotated[int, Field(ge=1, le=256)] | None = None
    upload_bytes: Annotated[int, Field(ge=1024, le=1024 * MIB)] = 33 * MIB
    stop_seconds: PositiveFloat = 30.0
    connections: Annotated[int, Field(ge=10, le=100_000)] = 1000
    head_seconds: PositiveFloat = 10.0
    body_seconds: PositiveFloat = 20.0
    streams: Annotated[int, Field(ge=1, le=1000)] = 8
    same_versions: bool = False
    token_failures: PositiveInt = 10
    link_hours: Annotated[int, Field(ge=1, le=MOST_LINK_HOURS)] = LINK_LIFETIME // HOUR
    secret: SecretStr | None = None
    keep_archives_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 365
    keep_progress_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 30
    keep_reports_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 180

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

    @property
    def link_lifetime(self) -> timedelta:
        """How long a sign-in link works."""
        return self.link_hours * HOUR

    @property
    def names(self) -> list[str]:
        """The names and addresses under which the service answers."""
        here = [] if self.host in EVERYWHERE else [self.host]
        public = urlsplit(self.public_url).hostname
        return [*THIS_MACHINE, *here, *([public] if public else []), *listed(self.hosts)]

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not (parts.scheme in {"http", "https"} and parts.hostname and not parts.query):
            raise ValueError("it must begin with https:// or http:// and a host")
        return url

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


def listed(text: str) -> list[str]:
    """Return the parts of a list with commas between."""
    return [part.strip() for part in text.split(",") if part.strip()]


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
