"""Copy an exchange into one file, and bring it back."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine.url import make_url

from entrepot.blobs import CHUNK, open_blobs
from entrepot.config import Settings
from entrepot.flows.doctor import examine
from entrepot.kit import Conflict, Invalid, rfc3339
from entrepot.runtime import Exchange
from entrepot.store import Database, migrate

FORMAT = "entrepot-backup/1"


def backup(exchange: Exchange, path: Path) -> dict[str, Any]:
    """Write records and objects into one tar file while the exchange runs; the master key is not in it.

    The records are copied first, in one consistent state: objects are written before the records that name them,
    so every object a copied record names is there.

    Raises:
        Conflict: The file exists already.
    """
    if path.exists():
        raise Conflict(f"{path} exists already.", "Choose another name; a backup never overwrites one.")
    partial = path.with_name(path.name + ".partial")
    with exchange.blobs.scratch() as scratch:
        records = _copy_records(exchange, scratch)
        content: dict[str, Any] = {
            "format": FORMAT,
            "made_at": rfc3339(exchange.clock.now()),
            "records": records.name,
            "revision": migrate.revision(exchange.database),
            "objects": {},
        }
        with tarfile.open(partial, "w") as tar:
            tar.add(records, f"records/{records.name}")
            for key in sorted(exchange.blobs.keys()):
                content["objects"][key] = _add_object(exchange, tar, key)
            content["records_sha256"] = _digest(records)
            manifest = scratch / "backup.json"
            manifest.write_text(json.dumps(content, indent=1), "utf-8")
            tar.add(manifest, "backup.json")
    partial.rename(path)
    return {"path": str(path), "bytes": path.stat().st_size, "objects": len(content["objects"]), "revision": content["revision"]}


def restore(settings: Settings, path: Path) -> dict[str, Any]:
    """Bring a backup back into an empty exchange; records of an older release are upgraded.

    What the doctor then finds wrong, a master key that does not fit among it, is in the result as ``problems``.

    Raises:
        Conflict: The place is not empty.
        Invalid: The file is no backup, or a digest does not fit.
    """
    if _holds_records(settings):
        raise Conflict("There is an exchange here already.", "Restore into an empty data folder and database.")
    blobs = open_blobs(settings)
    try:
        with blobs.scratch() as scratch, tarfile.open(path, "r:") as tar:
            content = _read_content(tar, path)
            for member in tar:
                if member.isfile() and member.name.startswith("objects/"):
                    _restore_object(blobs, tar, member, content, scratch)
            records = scratch / content["records"]
            _extract(tar, f"records/{content['records']}", records)
            if _digest(records) != content["records_sha256"]:
                raise Invalid(f"The records in {path} do not fit their digest.", "The file is damaged; use another backup.")
            _restore_records(settings, records)
    except tarfile.TarError as error:
        raise Invalid(f"{path} is no backup: {error}", "Use a file that `entrepot backup` wrote.") from None
    database = Database(settings.resolved_database_url)
    migrate.upgrade(database)
    database.close()
    with Exchange(settings) as exchange:
        problems = [f"{message} {hint}" for law in examine(exchange).laws for message, hint in law.problems]
    return {"objects": len(content["objects"]), "made_at": content["made_at"], "revision": migrate.head(), "problems": problems}


def _copy_records(exchange: Exchange, scratch: Path) -> Path:
    url = make_url(exchange.settings.resolved_database_url)
    if exchange.database.dialect == "sqlite":
        target = scratch / "entrepot.db"
        source, copy = sqlite3.connect(str(url.database)), sqlite3.connect(target)
        with source, copy:
            source.backup(copy)
        source.close()
        copy.close()
        return target
    target = scratch / "entrepot.pgdump"
    _postgres_tool("pg_dump", url, ["--format=custom", "--no-owner", f"--file={target}"])
    return target


def _restore_records(settings: Settings, records: Path) -> None:
    url = make_url(settings.resolved_database_url)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite != (records.suffix == ".db"):
        raise Invalid(
            f"The backup holds {records.name}, which does not fit {url.get_backend_name()}.",
            "Restore onto the kind of database it was made from.",
        )
    if sqlite:
        shutil.copyfile(records, str(url.database))
    else:
        _postgres_tool(
            "pg_restore", url, ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url.database}", str(records)]
        )


def _postgres_tool(tool: str, url: Any, arguments: list[str]) -> None:
    found = shutil.which(tool) or next((str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), reverse=True)), None)
    if found is None:
        raise Invalid(f"{tool} is not installed.", "Install the PostgreSQL client tools of your server's release.")
    command = [found, f"--host={url.host}", f"--port={url.port or 5432}", f"--username={url.username}", "--no-password", *arguments]
    if tool == "pg_dump":
        command.append(str(url.database))
    environment = {"PGPASSWORD": str(url.password)} if url.password else None
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603  # arguments are a list
    if done.returncode:
        raise Conflict(
            f"{tool} failed: {done.stderr.strip()[-500:]}", "Check the database address and that the tool fits the server's release."
        )


def _holds_records(settings: Settings) -> bool:
    database = Database(settings.resolved_database_url)
    try:
        return migrate.revision(database) is not None
    finally:
        database.close()


def _add_object(exchange: Exchange, tar: tarfile.TarFile, key: str) -> str:
    with exchange.blobs.local(key) as path:
        tar.add(path, f"objects/{key}")
        return _digest(path)


def _restore_object(blobs: Any, tar: tarfile.TarFile, member: tarfile.TarInfo, content: dict[str, Any], scratch: Path) -> None:
    key = member.name.removeprefix("objects/")
    path = scratch / "object"
    _extract(tar, member.name, path)
    if content["objects"].get(key) != _digest(path):
        raise Invalid(f"The object {key} does not fit its digest.", "The file is damaged; use another backup.")
    if key.startswith("sha256/"):
        blobs.add_file(path)
    else:
        blobs.put_file(key, path)
    path.unlink()


def _read_content(tar: tarfile.TarFile, path: Path) -> dict[str, Any]:
    try:
        file = tar.extractfile("backup.json")
        content: dict[str, Any] = json.loads(file.read()) if file else {}
    except (KeyError, ValueError):
        content = {}
    if content.get("format") != FORMAT or "/" in str(content.get("records", "/")):
        raise Invalid(f"{path} is no backup of this format ({FORMAT}).", "Use a file that `entrepot backup` wrote.")
    return content


def _extract(tar: tarfile.TarFile, name: str, path: Path) -> None:
    # Only the bytes are taken, never names, links or modes, so a crafted archive writes nowhere else.
    file = tar.extractfile(name)
    if file is None:
        raise Invalid(f"The backup lacks {name}.", "The file is damaged; use another backup.")
    with file, path.open("wb") as out:
        shutil.copyfileobj(file, out, CHUNK)


def _digest(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        for piece in _pieces(file):
            sha.update(piece)
    return sha.hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
