"""Settings: each with a default that suits one laptop, read from a file and the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from entrepot.kit import Invalid

PREFIX = "ENTREPOT_"


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may choose. ``ENTREPOT_<NAME>`` in the environment wins over the file, the file over the default."""

    data_dir: str = _setting("entrepot-data", "Folder of the records, objects and scratch files of one exchange.")
    database_url: str = _setting(
        "", "Where the records live: empty for SQLite in the data folder, or `postgresql://user:password@host/name`."
    )
    blobs_url: str = _setting("", "Where the objects live: empty for a folder in the data folder, or `s3://bucket/prefix`.")
    s3_endpoint: str = _setting("", "Address of an S3-compatible server; empty for the cloud's own.")
    s3_region: str = _setting("us-east-1", "Region that requests to the S3-compatible server are signed for.")
    s3_access_key: str = _setting("", "Access key of the S3-compatible server; empty to take it from the cloud's own environment.")
    s3_secret_key: str = _setting("", "Secret key of the S3-compatible server.")
    engine_url: str = _setting("duckdb:", "Which engine reads tables; `duckdb:` runs in this process.")
    engine_memory: str = _setting("768MiB", "Memory the table engine may use before it spills to disk.")
    engine_threads: int = _setting(2, "Threads the table engine may use.")
    master_key: str = _setting("", "The 32-byte master key, base64url; empty to read it from `master_key_file`.")
    master_key_file: str = _setting(
        "", "File of mode 0600 with the master key; empty for a file beside the data folder, named `<data folder>.key`."
    )
    origin: str = _setting(
        "localhost/entrepot", "Name of the transparency log, and of the exchange in receipts: a host and path without scheme."
    )
    public_url: str = _setting("http://127.0.0.1:8320", "Address under which users reach the exchange.")
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8320, "Port the server listens on.")
    workers: int = _setting(1, "Job workers in this process; 0 leaves the jobs to other processes.")
    upload_limit: int = _setting(8 * 1024**3, "Largest upload of a table, in bytes.")
    body_limit: int = _setting(1024**2, "Largest request body of any other kind, in bytes.")
    currency: str = _setting("EUR", "Currency of the exchange's own accounts and of new listings, ISO 4217.")
    fee_basis_points: int = _setting(250, "The platform's fee in hundredths of a percent of each sale.")
    acceptance_hours: int = _setting(
        72, "Hours a buyer has to accept a delivery, or to ask the operator to suspend it, before escrow settles by itself."
    )
    decision_hours: int = _setting(72, "Hours an owner has to answer a request before it expires.")
    negotiation_rounds: int = _setting(6, "Offers and counter-offers in one negotiation before it ends.")
    download_minutes: int = _setting(60, "Minutes a signed download address stays valid.")
    token_minutes: int = _setting(30, "Minutes a person's consent token for one question stays valid.")
    refused_tokens_per_hour: int = _setting(
        20, "Questions of one buyer that may be refused for their tokens in an hour; no more of it are looked at until it has passed."
    )
    session_hours: int = _setting(12, "Hours a login lasts.")
    link_hours: int = _setting(48, "Hours an invitation or password link stays valid.")
    seal_seconds: float = _setting(1.0, "Seconds between two seals of the transparency log.")
    witnesses: str = _setting("", "Witness policy file (tlog-policy) naming the witnesses that cosign checkpoints; empty for none.")
    allowed_hosts: str = _setting(
        "", "Private hosts that outgoing calls may reach, comma-separated `host:port`; public addresses need no entry."
    )
    country: str = _setting(
        "", "Country the exchange sits in, ISO 3166-1 alpha-2; its law concerns every trade. Empty for none in particular."
    )
    rule_packs: str = _setting(
        "house",
        "Rule packs that are asked, comma-separated: `cn`, `eu`, `us` (drafts, not legal advice); `house` and those you install always are.",
    )
    complaints_per_hour: int = _setting(120, "Complaints without a name that are taken in one hour, from everybody together.")
    language: str = _setting("en", "Language of pages and messages where the reader has not chosen: `en` or `zh`.")

    def __post_init__(self) -> None:
        _check(self)

    @property
    def data_path(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data_dir).expanduser().absolute()

    @property
    def resolved_database_url(self) -> str:
        """The SQLAlchemy address of the records."""
        if not self.database_url:
            return f"sqlite:///{self.data_path / 'entrepot.db'}"
        scheme, separator, rest = self.database_url.partition("://")
        return "postgresql+psycopg" + separator + rest if scheme in ("postgres", "postgresql") else self.database_url

    @property
    def resolved_master_key_file(self) -> Path:
        """The file that holds the master key when no variable does; outside the data folder."""
        if self.master_key_file:
            return Path(self.master_key_file).expanduser().absolute()
        return self.data_path.with_name(self.data_path.name + ".key")


def load(file: str | Path | None = None, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read settings: overrides first, then ``ENTREPOT_…`` variables, then the TOML file, then defaults.

    Args:
        file: The settings file; without one, ``ENTREPOT_CONFIG`` or ``entrepot.toml`` in this folder, if it exists.

    Raises:
        Invalid: A setting is unknown or has a value of the wrong kind; the message names it and where it came from.
    """
    environ = os.environ if environ is None else environ
    chosen = file or environ.get(PREFIX + "CONFIG")
    path = Path(chosen or "entrepot.toml")
    values: dict[str, Any] = {}
    if path.exists():
        values |= _from_file(path)
    elif chosen:
        raise Invalid(f"The settings file {path} does not exist.", "Check the path, or leave it out to use the defaults.")
    known = {f.name: f for f in fields(Settings)}
    for name in known:
        if PREFIX + name.upper() in environ:
            values[name] = _parse(name, environ[PREFIX + name.upper()])
    values |= {name: value for name, value in overrides.items() if value is not None}
    return Settings(**values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not a TOML file: {error}", "Write one `name = value` a line.") from None
    unknown = sorted(set(values) - {f.name for f in fields(Settings)})
    if unknown:
        raise Invalid(f"{path} sets {', '.join(unknown)}, which is no setting.", "docs/settings.md lists the settings.")
    return values


def _parse(name: str, text: str) -> Any:
    kind: Any = type(Settings.__dataclass_fields__[name].default)
    try:
        return kind(text)
    except ValueError:
        raise Invalid(f"{PREFIX}{name.upper()} is {text!r}, which is no {kind.__name__}.", "docs/settings.md shows the form.") from None


def _check(settings: Settings) -> None:
    for f in fields(Settings):
        value: Any = getattr(settings, f.name)
        kind: Any = type(f.default)
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise Invalid(f"The setting {f.name} is {value!r}, which is no {kind.__name__}.", "docs/settings.md shows the form.")
        if kind in (int, float) and value < 0:
            raise Invalid(f"The setting {f.name} is {value}; it cannot be negative.", "docs/settings.md shows the form.")
    if settings.fee_basis_points > 10_000:
        raise Invalid(f"The setting fee_basis_points is {settings.fee_basis_points}, more than the whole price.", "Use 0 to 10000.")
    if settings.country and not (len(settings.country) == 2 and settings.country.isascii() and settings.country.isupper()):
        raise Invalid(f"The setting country is {settings.country!r}.", "Use two capitals, such as CN or DE (ISO 3166-1).")
    if settings.language not in ("en", "zh"):
        raise Invalid(f"The setting language is {settings.language!r}.", "Use en or zh.")
