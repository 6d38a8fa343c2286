"""Files on this machine as the client sends them: a manifest, what it names, and a table in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from entrepot.kit import Invalid

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all (0 when unknown)."""
CHUNK = 1024 * 1024
_LARGEST_MANIFEST = 512 * 1024


def manifest_text(path: Path) -> str:
    """The text of a manifest.

    Raises:
        Invalid: It is no text, or too large for a manifest.
    """
    if path.stat().st_size > _LARGEST_MANIFEST:
        raise Invalid(f"{path} is too large for a manifest.", f"If it is the table itself, write one with `entrepot draft {path}`.")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text.", "Name the manifest (YAML), not the table, or save it as UTF-8.") from None


def manifest_files(path: Path) -> list[Path]:
    """The files that a manifest names, which lie beside it; none where it cannot be read.

    Raises:
        Invalid: It is no text.
    """
    return [path.parent / name for name in _files_named(manifest_text(path))]


def _files_named(text: str) -> list[str]:
    import yaml

    try:
        named = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return []  # The exchange reads it too, and says what is wrong and where.
    if not isinstance(named, dict):
        return []
    files = named.get("files") or ([named["file"]] if named.get("file") else [])
    entries = files if isinstance(files, list) else []
    return [str(entry.get("path", "")) if isinstance(entry, dict) else str(entry) for entry in entries]


def pieces(path: Path, total: int, progress: Progress | None) -> Iterator[bytes]:
    """A file in pieces of a megabyte, with word of how far it is."""
    done = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            done += len(piece)
            yield piece
            if progress:
                progress(done, total)
