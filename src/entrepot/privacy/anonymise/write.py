"""Write the release: the rows of the file in their order, quasi-identifiers replaced, in batches of bounded size."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from entrepot.engine.sql import identifier, literal
from entrepot.kit import Invalid, NotFound
from entrepot.privacy.anonymise.coding import Flags, Ints, ends, grouped, packed
from entrepot.privacy.anonymise.collapse import ENCODED, Collapsed, locate
from entrepot.privacy.anonymise.source import Source

Progress = Callable[[float], None]
_BATCH = 122_880
"""Rows of a slice: a row group of DuckDB's, so that none is read twice."""
_LINES = 16_384
"""Lines joined at a time, few enough to stay in the processor's cache."""


class Sort(Enum):
    """What becomes of a column: replaced, left empty in silent rows, or kept in them too."""

    REPLACED = 0
    SAID = 1
    KEPT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the columns of the release lie between quasi-identifiers.

    Attributes:
        columns: The columns of the release in order.
        quasi: Those of them that are replaced.
        pseudonyms: Those that hold keyed pseudonyms, which stay also where a row is to say nothing.
    """

    columns: tuple[str, ...]
    quasi: tuple[str, ...]
    pseudonyms: tuple[str, ...] = ()

    @property
    def says_more(self) -> bool:
        """Whether there are columns that hidden rows could say something in."""
        return any(sort is Sort.SAID for sort, _ in self.runs())

    def runs(self) -> list[tuple[Sort, list[str]]]:
        """Neighbouring columns of one sort: what becomes of them, and their names."""
        found: list[tuple[Sort, list[str]]] = []
        for column in self.columns:
            sort = Sort.REPLACED if column in self.quasi else Sort.KEPT if column in self.pseudonyms else Sort.SAID
            if found and found[-1][0] is sort:
                found[-1][1].append(column)
            else:
                found.append((sort, [column]))
        return found


def carried(source: Source, layout: Layout, changed: dict[str, str]) -> list[tuple[str, str]]:
    """What the temporary table must hold for writing beside the keys, as (name, SQL).

    Args:
        changed: SQL that stands in for a column's value.
    """
    if source.dialect is None:
        return [(f"o:{column}", changed.get(column, source.sql(column))) for column in layout.columns if column not in layout.quasi]
    joined = f", {literal(source.dialect.delimiter)}, "
    texts = [
        [_quoted(changed.get(column, source.sql(column)), source) for column in run]
        for sort, run in layout.runs()
        if sort is not Sort.REPLACED
    ]
    return [(f"s{i}", f"concat({joined.join(text)})") for i, text in enumerate(texts)]


def _quoted(value: str, source: Source) -> str:
    """SQL for a value as it stands in a text: quoted where it must be, empty where it is missing."""
    assert source.dialect is not None
    quote, text = source.dialect.quote, f"CAST({value} AS VARCHAR)"
    special = "|".join(["\\n", "\\r", _class(quote), _class(source.dialect.delimiter)])
    doubled = f"{literal(quote)} || replace({text}, {literal(quote)}, {literal(quote * 2)}) || {literal(quote)}"
    return f"CASE WHEN {text} IS NULL THEN '' WHEN {text} = '' OR regexp_matches({text}, {literal(special)}) THEN {doubled} ELSE {text} END"


def _class(character: str) -> str:
    return f"[{character}]" if character != "\\" else "\\\\"


def require_folder_of(path: Path) -> None:
    """Check that the folder which is to hold a new file or folder is there, before any work is done for it.

    Raises:
        NotFound: It is not.
    """
    if not path.parent.is_dir():
        raise NotFound(f"There is no folder {path.parent} to write {path.name} in.", "Make the folder first, or choose another one.")


def require_other(target: Path, path: Path) -> None:
    """Let a release be written that is another file than its table.

    Raises:
        Invalid: It is the table itself.
    """
    if target.exists() and path.exists() and target.samefile(path):
        raise Invalid(f"{target.name} is the table itself.", "Choose another name for the release; the original is never overwritten.")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place at the end; whatever goes wrong, or whoever interrupts, nothing is left half written."""
    require_folder_of(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(
    cursor: duckdb.DuckDBPyConnection, source: Source, layout: Layout, found: Collapsed, released: Ints, silent: Flags, path: Path, *,
    rows: int, progress: Progress | None = None,
) -> None:  # fmt: skip
    """Write all rows of the temporary table with the released values of their quasi-identifiers.

    Args:
        released: The node of each column (as in ``layout.quasi``) and distinct row.
        silent: Which distinct rows say nothing in their other columns.
        rows: Rows of the temporary table.
    """
    told = progress or (lambda share: None)
    writer = _as_parquet if source.dialect is None else _as_text
    with replacing(path) as part:
        writer(cursor, source, layout, found, released, silent, part, rows, told)


def _slices(rows: int) -> Iterator[str]:
    for start in range(0, rows, _BATCH):
        yield f"FROM {ENCODED} WHERE rowid >= {start} AND rowid < {start + _BATCH}"


def _as_text(
    cursor: duckdb.DuckDBPyConnection,
    source: Source,
    layout: Layout,
    found: Collapsed,
    released: Ints,
    silent: Flags,
    path: Path,
    rows: int,
    told: Progress,
) -> None:
    assert source.dialect is not None
    delimiter, quote, end = source.dialect.delimiter, source.dialect.quote, source.line_end
    runs = layout.runs()
    texts = {at: _texts(found, layout, released, run, delimiter, quote) for at, (sort, run) in enumerate(runs) if sort is Sort.REPLACED}
    held = {at: f"s{i}" for i, at in enumerate(at for at, (sort, _) in enumerate(runs) if sort is not Sort.REPLACED)}
    empty = {held[at]: delimiter * (len(run) - 1) for at, (sort, run) in enumerate(runs) if sort is Sort.SAID}
    names = [*found.keys.names(), *held.values()]
    with path.open("wb") as out:
        out.write(source.bom)
        if source.dialect.header:
            out.write((delimiter.join(_plain(name, delimiter, quote) for name in layout.columns) + end).encode())
        for number, slice_ in enumerate(_slices(rows)):
            got = cursor.execute(f"SELECT {', '.join(names)} {slice_}").fetchnumpy()
            place = locate(found.numbers, [got[name] for name in found.keys.names()])
            if (nothing := silent[place]).any():
                got |= {name: np.where(nothing, text, got[name]) for name, text in empty.items()}
            for at in range(0, len(place), _LINES):
                some = slice(at, at + _LINES)
                parts = [texts[i].lines(place[some]) if i in texts else iter(got[held[i]][some].tolist()) for i in range(len(runs))]
                whole = parts[0] if len(parts) == 1 else map(delimiter.join, zip(*parts, strict=True))
                out.write((end.join(whole) + end).encode())
            told(min(1.0, (number + 1) * _BATCH / rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """The text of some neighbouring columns, once for each combination of values, and which one each distinct row has."""

    texts: list[str]
    of: Ints

    def lines(self, place: Ints) -> Iterator[str]:
        return map(self.texts.__getitem__, self.of[place].tolist())


def _texts(found: Collapsed, layout: Layout, released: Ints, run: Sequence[str], delimiter: str, quote: str) -> _Texts:
    columns = [layout.quasi.index(column) for column in run]
    trees = [found.table.trees[at] for at in columns]
    key, bits = packed([released[at] for at in columns], [len(tree.labels) for tree in trees])
    order, starts = grouped(key, bits)
    of = np.empty(len(order), np.int64)
    of[order] = np.repeat(np.arange(len(starts)), ends(starts, len(order)) - starts)
    first = order[starts]
    values = []
    for at, tree in zip(columns, trees, strict=True):
        labels = [_plain(label, delimiter, quote, lone=len(layout.columns) == 1) for label in tree.labels]
        values.append(map(labels.__getitem__, released[at][first].tolist()))
    return _Texts([delimiter.join(cells) for cells in zip(*values, strict=True)], of)


def _plain(text: str, delimiter: str, quote: str, *, lone: bool = False) -> str:
    if (lone and text == "") or any(c in text for c in (delimiter, quote, "\n", "\r") if c):
        return quote + text.replace(quote, quote * 2) + quote
    return text


def _as_parquet(
    cursor: duckdb.DuckDBPyConnection,
    source: Source,
    layout: Layout,
    found: Collapsed,
    released: Ints,
    silent: Flags,
    path: Path,
    rows: int,
    told: Progress,
) -> None:
    from entrepot.engine.arrow import pa, pq

    labels = [pa.array([label or None for label in tree.labels], pa.string()) for tree in found.table.trees]
    nodes = released.astype(np.int32)
    others = [f"o:{column}" for column in layout.columns if column not in layout.quasi]
    chosen = ", ".join([*found.keys.names(), *(identifier(name) for name in others)])
    writer: Any = None
    try:
        for number, slice_ in enumerate(_slices(rows)):
            got = cursor.sql(f"SELECT {chosen} {slice_}").to_arrow_table()
            place = locate(found.numbers, [got.column(name).to_numpy() for name in found.keys.names()])
            nothing = silent[place]
            said = pa.array(np.arange(len(place)), mask=nothing) if nothing.any() else None
            columns = []
            for column in layout.columns:
                if column in layout.quasi:
                    at = layout.quasi.index(column)
                    columns.append(pa.DictionaryArray.from_arrays(pa.array(nodes[at][place]), labels[at]))
                else:
                    told_of = got.column(f"o:{column}")
                    # Taking a row that is missing gives a missing value of any type.
                    columns.append(told_of if said is None or column in layout.pseudonyms else told_of.take(said))
            table = pa.table(columns, names=list(layout.columns))
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False)
            writer.write_table(table, row_group_size=_BATCH)
            told(min(1.0, (number + 1) * _BATCH / rows))
    finally:
        if writer is not None:
            writer.close()
