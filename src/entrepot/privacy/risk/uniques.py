"""Minimal uniques: the smallest sets of columns by which a row stands alone (special uniques, Elliot et al. 2002)."""

from __future__ import annotations

import itertools
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.hierarchies import STAR
from entrepot.privacy.risk.model import Minimal, Uniques

_SHOWN = 200


def minimal_uniques(
    cursor: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    quasi: Sequence[str],
    size: int = 3,
    seconds: float = 10.0,
    clock: Callable[[], float] = time.monotonic,
) -> Uniques:
    """The smallest sets of quasi-identifiers that single rows out, smaller sets first, while time lasts.

    Args:
        size: Columns of a set, at most.
        seconds: Time for the search; what was not searched by then is counted in the result.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read, or lacks a column.
    """
    began = clock()
    codes, alone, rows = _codes(cursor, Path(path), quasi)
    seen: dict[tuple[int, ...], Any] = {}
    found: list[Minimal] = []
    by_size: dict[int, int] = {}
    searched = 0
    unique_so_far = alone & False
    columns = range(len(quasi))
    wanted = [chosen for n in range(1, min(size, len(quasi)) + 1) for chosen in itertools.combinations(columns, n)]
    for chosen in wanted:
        if clock() - began > seconds:
            break
        searched += 1
        by_less = _by_less(seen, chosen, alone)
        single = _single(codes, chosen, alone)
        seen[chosen] = single | by_less
        minimal = single & ~by_less
        if minimal.any():
            found.append(Minimal(columns=tuple(quasi[c] for c in chosen), rows=int(minimal.sum())))
        fresh = minimal & ~unique_so_far
        if fresh.any():
            by_size[len(chosen)] = by_size.get(len(chosen), 0) + int(fresh.sum())
            unique_so_far |= fresh
    total = sum(math.comb(len(quasi), n) for n in range(1, min(size, len(quasi)) + 1))
    # Ties stay in column order.
    found.sort(key=lambda one: (len(one.columns), -one.rows))
    return Uniques(rows=rows, size=size, sets=tuple(found[:_SHOWN]), by_size=by_size, searched=searched, skipped=total - searched)


def _by_less(seen: dict[tuple[int, ...], Any], chosen: tuple[int, ...], none: Any) -> Any:
    """Rows that a smaller set within this one already singles out."""
    by_less = none & False
    for left_out in range(len(chosen)):
        less = chosen[:left_out] + chosen[left_out + 1 :]
        if less:
            by_less = by_less | seen[less]
    return by_less


def _codes(cursor: duckdb.DuckDBPyConnection, path: Path, quasi: Sequence[str]) -> tuple[list[Any], Any, int]:
    """Numbers for the values of each column, by distinct row; whether each stands for one row; and rows in all."""
    import numpy as np

    with tempfile.TemporaryDirectory(prefix="entrepot-risk-") as folder:
        source = open_source(cursor, path, Path(folder))
        source.require(quasi, "a quasi-identifier")
        named = ", ".join(f"coalesce({source.text(column)}, '') AS q{i}" for i, column in enumerate(quasi))
        ranks = ", ".join(f"dense_rank() OVER (ORDER BY q{i}) - 1 AS r{i}" for i in range(len(quasi)))
        hidden = " AND ".join(f"q{i} = {literal(STAR)}" for i in range(len(quasi)))
        grouped = f"SELECT {named}, count(*)::BIGINT AS n FROM {source.scan} GROUP BY ALL"
        with explained(path):
            got = cursor.execute(f"SELECT {ranks}, n, ({hidden}) AS hidden FROM ({grouped})").fetchnumpy()
    count = np.asarray(got["n"], np.int64)
    alone = (count == 1) & ~np.asarray(got["hidden"], bool)
    return [np.asarray(got[f"r{i}"], np.int64) for i in range(len(quasi))], alone, int(count.sum())


def _single(codes: list[Any], chosen: tuple[int, ...], alone: Any) -> Any:
    """Distinct rows that have these columns' values to themselves and stand for one row."""
    import numpy as np

    from entrepot.privacy.anonymise.coding import grouped, packed

    columns = [codes[c] for c in chosen]
    order, starts = grouped(*packed(columns, [int(column.max(initial=0)) + 1 for column in columns]))
    single = np.zeros(len(order), bool)
    single[order[starts[np.diff(np.append(starts, len(order))) == 1]]] = True
    return single & alone
