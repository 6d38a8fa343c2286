"""Files that hold no table, or a damaged one: each gets an error with its name, the place and the next step."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.engine.convert import to_parquet
from entrepot.engine.detect import detect
from entrepot.engine.model import Limits
from entrepot.engine.read import ReadOptions, open_table
from entrepot.kit import Invalid, NotFound

WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def parquet_bytes(tmp_path: Path) -> bytes:
    path = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(5000)), "b": [str(i) for i in range(5000)]}), path)
    return path.read_bytes()


def workbook(path: Path, sheet: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels", RELATIONS.replace('/worksheet"', '/officeDocument"').replace("worksheets/sheet1.xml", "xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def truncated_parquet(folder: Path) -> Path:
    path = folder / "sales.parquet"
    path.write_bytes(parquet_bytes(folder)[:-700])
    return path


def hollow_parquet(folder: Path) -> Path:
    whole, path = parquet_bytes(folder), folder / "sales.parquet"
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    path.write_bytes(whole[:1000] + whole[-footer:])
    return path


def garbled_parquet(folder: Path) -> Path:
    whole, path = bytearray(parquet_bytes(folder)), folder / "sales.parquet"
    whole[100:4000] = os.urandom(3900)
    path.write_bytes(bytes(whole))
    return path


def archive(folder: Path) -> Path:
    path = folder / "sales.csv"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("inside.csv", "a,b\n1,2\n")
    return path


def zip_bomb(folder: Path) -> Path:
    return workbook(folder / "sales.xlsx", b"<worksheet><sheetData>" + b" " * 40_000_000 + b"</sheetData></worksheet>")


def far_cell(folder: Path) -> Path:
    return workbook(
        folder / "sales.xlsx", b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )


def protected(folder: Path) -> Path:
    path = folder / "sales.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000) + "EncryptedPackage".encode("utf-16-le") + bytes(4000))
    return path


def written(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def directory(folder: Path) -> Path:
    path = folder / "sales.csv"
    path.mkdir()
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated Parquet": (truncated_parquet, "cut off"),
    "Parquet without its pages": (hollow_parquet, "damaged"),
    "garbled Parquet": (garbled_parquet, "damaged"),
    "Parquet of a few bytes": (written("sales.parquet", b"PAR1PAR1"), "cut off"),
    "a row with too few values": (written("sales.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n"), "line 3: 2 values where the rows above have 3"),
    "a row with too many values": (written("sales.csv", b"a,b,c\n1,2,3\n4,5,6,7\n6,7,8\n"), "line 3: 4 values where the rows above have 3"),
    "a header that is too short": (written("sales.csv", b"a,b\n1,2,3,4\n5,6,7,8\n"), "line 1: the header names 2 columns"),
    "a quote that never ends": (written("sales.csv", b'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n'), "line"),
    "text after a closing quote": (written("sales.csv", b'a,b,c\n1,"2"x,3\n4,5,6\n7,8,9\n'), "line 2: a quoted value"),
    "a ZIP archive called csv": (archive, "ZIP archive"),
    "an empty file": (written("sales.csv", b""), "is empty"),
    "nothing but blanks": (written("sales.csv", b"\n\n  \n"), "nothing but blanks"),
    "only a header": (written("sales.csv", b"id,name,amount\n"), "header of 3 columns and no rows"),
    "only a header in UTF-16": (written("sales.csv", "id,name,amount\n".encode("utf-16")), "no rows"),
    "a NUL byte in text": (written("sales.csv", b"a,b\n1,x\n2,\x00\n"), "NUL byte at byte 10, line 3"),
    "no encoding that is known": (written("sales.csv", b"a,b\n1,\x81\x8d\xff\xfe\x90\n2,\x9d\xff\n"), "byte 6, line 2"),
    "binary rubbish": (written("sales.csv", bytes(range(256)) * 64), "NUL byte"),
    "a picture": (written("sales.csv", b"\x89PNG\r\n\x1a\n" + bytes(100)), "picture"),
    "a recording": (written("sales.csv", b"fLaC" + bytes(100)), "a sound recording, not a table"),
    "a PDF document": (written("sales.csv", b"%PDF-1.7\n%abc\n"), "PDF"),
    "a web page": (written("sales.csv", b"<!DOCTYPE html><html><body>Please log in</body></html>"), "web page"),
    "a workbook that unpacks to too much": (zip_bomb, "unpacks to more than"),
    "a workbook with one cell far away": (far_cell, "1,048,576 rows and 16,384 columns"),
    "a workbook under a password": (protected, "password"),
    "a damaged workbook": (lambda folder: workbook(folder / "sales.xlsx", b"<worksheet><sheetData><row"), "damaged workbook"),
    "a broken JSON line": (written("sales.jsonl", b'{"a": 1}\n{"a": 2\n{"a": 3}\n'), "line 2"),
    "a JSON line that is no object": (written("sales.jsonl", b'{"a": 1}\n[1, 2]\n'), "line 2: a list"),
    "a JSON array that is cut off": (written("sales.json", b'[{"a": 1}, {"a": 2'), "JSON"),
    "one JSON object over several lines": (written("sales.json", b'{\n "a": 1,\n "b": 2\n}\n'), "one JSON object"),
    "a gzip file that is cut off": (
        written("sales.csv.gz", gzip.compress(b"a,b\n" + os.urandom(9000).hex().encode() + b",2\n")[:-3000]),
        "cut off",
    ),
    "a gzip file that is damaged": (written("sales.csv.gz", gzip.compress(b"a,b\n1,2\n")[:-8] + bytes(8)), "damaged gzip"),
    "a gzip bomb": (written("sales.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 10_000_000)), "unpacks to more than"),
    "a folder": (directory, "is a folder"),
}
SMALL = Limits(file=20 * 1024**2, workbook=20 * 1024**2)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_named_with_the_place_and_the_next_step(case: str, tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    make, expected = BAD[case]
    path, target = make(tmp_path), tmp_path / "out.parquet"
    with pytest.raises(Invalid) as caught:
        to_parquet(cursor, open_table(cursor, path, limits=SMALL), target)
    assert path.name in caught.value.message
    assert expected in caught.value.message
    assert caught.value.hint
    assert str(tmp_path) not in caught.value.message, "a path tells a stranger about the machine"
    assert not target.exists(), "nothing is left half written"


def test_a_missing_file_is_not_found(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        open_table(cursor, tmp_path / "nowhere.csv")


@pytest.mark.skipif(os.geteuid() == 0 or sys.platform == "win32", reason="the superuser may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(Invalid, match="cannot be read"):
        open_table(cursor, path)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    os.mkfifo(tmp_path / "sales.csv")
    with pytest.raises(Invalid, match="no ordinary file"):
        open_table(cursor, tmp_path / "sales.csv")


def test_an_encoding_that_does_not_fit_is_refused_at_its_byte(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes("a,b\n1,café\n".encode("latin-1"))
    with pytest.raises(Invalid, match="byte 9, line 2"):
        open_table(cursor, path, options=ReadOptions(encoding="utf-8"))
    with pytest.raises(Invalid, match="no encoding"):
        open_table(cursor, path, options=ReadOptions(encoding="klingon"))


def test_too_many_columns_are_counted(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(101)) + "\n" + ",".join("1" * 101) + "\n")
    with pytest.raises(Invalid, match="101 columns; the limit is 100"):
        open_table(cursor, path, limits=Limits(columns=100))


def one_line(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(size // 2**20):
            file.write(b"x" * 2**20)
    return path


MEASURED = """
import resource, sys
from pathlib import Path
from entrepot.engine import DuckEngine
from entrepot.engine.read import open_table
from entrepot.kit import Invalid
cursor = DuckEngine(memory="256MiB", threads=1, scratch=Path(sys.argv[2])).cursor()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_table(cursor, sys.argv[1])
except Invalid as error:
    print(error.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def read_one_line(tmp_path: Path, size: int) -> None:
    path = one_line(tmp_path / "line.csv", size)
    done = subprocess.run([sys.executable, "-c", MEASURED, path, tmp_path / "e"], capture_output=True, text=True, check=True)
    message, grown = done.stdout.strip().split("\n")
    assert "line.csv, line 2: the line is longer than" in message
    assert int(grown) < 64 * 1024, "kilobytes: the line is never held"


def test_64_mb_of_one_line_are_refused_in_little_memory(tmp_path: Path) -> None:
    read_one_line(tmp_path, 64 * 2**20)


@pytest.mark.soak
def test_1_gb_of_one_line_is_refused_in_little_memory(tmp_path: Path) -> None:
    read_one_line(tmp_path, 2**30)


@pytest.mark.parametrize("name", ["fake.xlsx", "old.xls", "table.parquet"])
def test_text_under_the_name_of_a_workbook_is_named_as_such(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(Invalid, match="is named like") as caught:
        detect(tmp_path / name)
    assert ".csv" in caught.value.hint
