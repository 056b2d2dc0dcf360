"""Every setting: an environment variable `SAMBAND_<NAME>` each. docs/settings.md is made from this file."""

from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
DEFAULT_SECRET = "only-for-localhost"  # noqa: S105  a marker that is refused anywhere else
MIN_SECRET_CHARACTERS = 32


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SAMBAND_", extra="ignore", frozen=True)

    base_url: str = Field("http://localhost:8000", description="Address under which readers reach the portal.")
    secret: SecretStr = Field(
        SecretStr(DEFAULT_SECRET),
        description="Key for hashing client addresses; at least 32 characters. Required outside localhost.",
    )
    data_dir: Path = Field(Path("data"), description="Folder of the database, the search index and caches.")
    database_url: str = Field("", description="SQLAlchemy address; empty means SQLite in the data folder.")
    allowed_hosts: str = Field("", description="Further host names, by commas; the base URL's is always allowed.")
    forwarded_allow_ips: str = Field("", description="Addresses of trusted proxies, by commas; empty trusts none.")
    search: Literal["embedded", "meilisearch"] = Field("embedded", description="Search engine that answers readers.")
    meilisearch_url: str = Field("", description="Address of the Meilisearch server (1.50), for that engine.")
    meilisearch_key: SecretStr = Field(
        SecretStr(""), description="Its key for writing (`samband meilisearch-keys`); not needed where only is read."
    )
    meilisearch_reading_key: SecretStr = Field(
        SecretStr(""), description="Its key that can only search; empty: one is made, for which the other must do."
    )
    meilisearch_name: str = Field(
        "samband",
        pattern="^[a-zA-Z0-9-]{1,60}$",
        description="What the names of its indexes begin with; portals that share a server have different ones.",
    )
    clamd: str = Field(
        "",
        pattern=r"^$|^/.+|^[^/\s]+:\d{1,5}$",
        description="ClamAV daemon that looks at each imported document: path of its socket, or host:port. With it "
        "only what it lets pass is taken; empty: nothing is scanned, and the portal says so.",
    )
    search_limit_per_minute: int = Field(120, ge=1, le=100_000, description="Searches a minute from one address.")
    suggest_limit_per_minute: int = Field(600, ge=1, le=100_000, description="Suggestions a minute from one address.")
    api_limit_per_minute: int = Field(300, ge=1, le=100_000, description="API calls a minute from one address.")
    operator: str = Field("", description="Who runs this portal, shown in the footer; empty is said openly.")
    controller: str = Field("", description="Controller of personal data, shown on the privacy page.")
    contact_address: str = Field("", description="Functional mail address for errors and accessibility feedback.")
    takedown_address: str = Field("", description="Functional mail address for requests to remove something.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    metrics: bool = Field(False, description="Serve figures for Prometheus at /metrics; keep it from the public.")
    exit_url: str = Field("https://www.wikipedia.org/", description="Where the quick exit leads.")
    debug: bool = Field(False, description="Reload templates at each request; refused outside localhost.")
    crash_at: str = Field("", description="Step of the sync at which a test kills it; refused outside localhost.")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        return self.host in LOCAL_HOSTS

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        extra = tuple(name.strip() for name in self.allowed_hosts.split(",") if name.strip())
        return (self.host, *extra, *(LOCAL_HOSTS if self.is_local else ()))

    @property
    def is_sqlite(self) -> bool:
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'samband.sqlite3'}"

    @property
    def may_write_meilisearch(self) -> bool:
        return bool(self.meilisearch_key.get_secret_value())

    def _refuse_engine_without_key(self) -> None:
        """S-37: a web process does without the key for writing; with SQLite it writes the index itself."""
        if self.search != "meilisearch":
            return
        reads = self.meilisearch_reading_key.get_secret_value() and not self.is_sqlite
        if not (self.meilisearch_url and (self.may_write_meilisearch or reads)):
            raise ValueError("SAMBAND_SEARCH=meilisearch needs SAMBAND_MEILISEARCH_URL and SAMBAND_MEILISEARCH_KEY")

    @model_validator(mode="after")
    def refuse_unsafe(self) -> "Settings":
        """F-45: outside localhost a default or short secret, plain http or debug stops the start and is named."""
        if not self.host:
            raise ValueError("SAMBAND_BASE_URL must be a full address such as https://samband.example")
        self._refuse_engine_without_key()
        if self.is_local:
            return self
        secret = self.secret.get_secret_value()
        if secret == DEFAULT_SECRET or len(secret) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"SAMBAND_SECRET must be set to {MIN_SECRET_CHARACTERS} or more random characters")
        if not self.base_url.startswith("https://"):
            raise ValueError("SAMBAND_BASE_URL must start with https:// outside localhost")
        if self.debug:
            raise ValueError("SAMBAND_DEBUG must be off outside localhost")
        if self.crash_at:
            raise ValueError("SAMBAND_CRASH_AT must be empty outside localhost")
        return self


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    return Settings()
