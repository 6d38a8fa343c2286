"""Workbooks are read as tables, whatever their width and whoever wrote them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from entrepot.engine import Format
from entrepot.engine.convert import to_parquet
from entrepot.engine.read import open_table

Cursor = duckdb.DuckDBPyConnection


def workbook(path: Path, columns: int) -> None:
    cells = [sheet_cell(i, 1, f"<is><t>h{i}</t></is>", ' t="inlineStr"') for i in range(columns)]
    values = [sheet_cell(i, 2, f"<v>{i}</v>") for i in range(columns)]
    sheet = f'<worksheet xmlns="{SHEETS}"><sheetData><row r="1">{"".join(cells)}</row><row r="2">{"".join(values)}</row></sheetData></worksheet>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet_cell(column: int, row: int, content: str, kind: str = "") -> str:
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f'<c r="{letters}{row}"{kind}>{content}</c>'


@pytest.mark.parametrize("columns", [3, 1_001])
def test_a_workbook_is_read_whatever_its_width(columns: int, cursor: Cursor, tmp_path: Path) -> None:
    workbook(tmp_path / "in.xlsx", columns)
    opened = open_table(cursor, tmp_path / "in.xlsx")
    table = to_parquet(cursor, opened, tmp_path / "out.parquet")
    assert opened.format is Format.EXCEL
    assert pq.read_table(table.path).to_pylist() == [{f"h{i}": i for i in range(columns)}]


def test_a_workbook_of_an_office_is_read(data_folder: Path, cursor: Cursor, tmp_path: Path) -> None:
    path = data_folder / "patents/formats/epo_ops/legal_code_descriptions_202417.xlsx"
    table = to_parquet(cursor, open_table(cursor, path), tmp_path / "out.parquet")
    assert table.rows > 1_000
    assert all(not column.name.startswith("column") for column in table.columns[:3])
