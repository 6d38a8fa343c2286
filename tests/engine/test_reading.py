"""Files of every sane form are read as what they are, and nothing is lost in typing."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.engine import ConvertedTable, Format
from entrepot.engine.convert import to_parquet
from entrepot.engine.profiling import profile
from entrepot.engine.read import ReadOptions, open_table
from entrepot.engine.stream import batches, preview, write_csv, write_parquet
from entrepot.kit import Invalid

Cursor = duckdb.DuckDBPyConnection


def convert(
    cursor: Cursor, folder: Path, content: bytes | str, *, name: str = "in.csv", **options: Any
) -> tuple[ConvertedTable, list[dict[str, Any]]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = to_parquet(cursor, open_table(cursor, path, options=ReadOptions(**options)), folder / "out.parquet")
    return table, pq.read_table(table.path).to_pylist()


def types(table: ConvertedTable) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(delimiter: str, cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(
        cursor,
        tmp_path,
        delimiter.join(["id", "town", "n"])
        + "\n"
        + delimiter.join(["1", '"a, b; c"', "2"])
        + "\n"
        + delimiter.join(["2", "d", "3"])
        + "\n",
    )
    assert [c.name for c in table.columns] == ["id", "town", "n"]
    assert rows[0] == {"id": 1, "town": "a, b; c", "n": 2}


@pytest.mark.parametrize("head", ["age;cost", "age;cost;rate", "Costs of the year\nage;cost;rate"])
def test_a_decimal_comma_is_no_delimiter_where_the_header_is_split_by_another(head: str, cursor: Cursor, tmp_path: Path) -> None:
    more = ";1,5" if "rate" in head else ""
    table, rows = convert(cursor, tmp_path, f"{head}\n" + "".join(f"{20 + n};{200 + n},2{n % 10}{more}\n" for n in range(40)))
    assert types(table) | {"rate": "DOUBLE"} == {"age": "BIGINT", "cost": "DOUBLE", "rate": "DOUBLE"}
    assert rows[1]["cost"] == 201.21


def test_a_delimiter_is_one_character_and_a_tab_may_be_written(cursor: Cursor, tmp_path: Path) -> None:
    for tab in ("\t", "\\t", "tab"):
        assert len(convert(cursor, tmp_path, "a\tb;c\n1\t2;3\n", delimiter=tab)[0].columns) == 2
    with pytest.raises(Invalid, match="cannot stand between values"):
        convert(cursor, tmp_path, "a;b\n1;2\n", delimiter=";;")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "城市,人口\n上海,24870895\n北京,21893095\n"),
        ("utf-8-sig", "城市,人口\n上海,24870895\n北京,21893095\n"),
        ("utf-16", "城市,人口\n上海,24870895\n北京,21893095\n"),
        ("utf-16-be", "town,people\nKöln,1073096\nZürich,421878\n"),
        ("gb18030", "城市,人口,备注\n上海,24870895,直辖市。\n北京,21893095,首都，中央政府所在地\n"),
        ("big5", "城市,人口,備註\n臺北,2602418,首都與政府所在地\n高雄,2765932,港口城市的工業\n"),
        ("shift_jis", "都市,人口,メモ\nとうきょう,13960000,しゅとです\n大阪,8809363,たこやきのまち\n"),
        ("latin-1", "ville,habitants\nOrléans,114644\nBesançon,115934\nNîmes,148561\n"),
        ("euc-kr", "도시,인구,비고\n서울,9411000,대한민국의 수도이며 가장 큰 도시\n부산,3322000,항구 도시이고 두 번째로 크다\n"),
        ("utf-32", "town,people\nKöln,1073096\nZürich,421878\n"),
        ("windows-1251", "город,население\nМосква,13010112\nКазань,1308660\n"),
    ],
)
def test_every_usual_encoding_is_found(encoding: str, text: str, cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, text.encode(encoding))
    assert rows == [{k: int(v) if v.isdigit() else v for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def test_an_encoding_is_found_even_when_the_first_megabytes_are_plain(cursor: Cursor, tmp_path: Path) -> None:
    text = "n,town\n" + "1,plain\n" * 400_000 + "2,广州市人民政府办公厅\n"
    table, rows = convert(cursor, tmp_path, text.encode("gb18030"))
    assert table.rows == 400_001
    assert rows[-1] == {"n": 2, "town": "广州市人民政府办公厅"}


def test_ids_with_leading_zeros_stay_text(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "zip,n\n01067,1\n80331,2\n")
    assert types(table) == {"zip": "VARCHAR", "n": "BIGINT"}
    assert rows[0]["zip"] == "01067"


@pytest.mark.parametrize("late", ["007", "+4930", "1_000", "0x1F", "unknown", "12345678901234567890", "1.2.3"])
def test_a_late_value_that_no_number_could_hold_keeps_the_whole_column_as_text(late: str, cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "id,x\n" + "".join(f"{i},1\n" for i in range(1, 30_000)) + f"{late},1\n")
    assert rows[-1]["id"] == late
    assert rows[0]["id"] == "1"
    assert "mixed-types" in {note.code for note in table.notes}


def test_a_star_among_numbers_is_a_hidden_value_and_no_mistake(cursor: Cursor, tmp_path: Path) -> None:
    numbers = "".join(f"{i % 9}\n" for i in range(40))
    hidden, _ = convert(cursor, tmp_path, "level\n" + numbers + "*\n" * 5)
    assert not hidden.notes
    worded, _ = convert(cursor, tmp_path, "level\n" + numbers + "*\n" * 5 + "low\n" * 3)
    assert [note.count for note in worded.notes] == [3]


def test_a_late_fraction_widens_whole_numbers_without_rounding(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "v,x\n" + "".join(f"{i},1\n" for i in range(1, 30_000)) + "1.5,1\n")
    assert types(table)["v"] == "DOUBLE"
    assert rows[-1]["v"] == 1.5


def test_a_late_word_for_missing_is_missing_and_not_text(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "v,x\n" + "".join(f"{i},1\n" for i in range(1, 30_000)) + "NA,1\n")
    assert types(table)["v"] == "BIGINT"
    assert rows[-1]["v"] is None


def test_na_stays_a_word_in_a_column_of_words(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, "country,n\nNA,1\nDE,NA\nFR,3\n")
    assert [row["country"] for row in rows] == ["NA", "DE", "FR"]
    assert rows[1]["n"] is None


def test_types_are_found(cursor: Cursor, tmp_path: Path) -> None:
    text = "d,t,z,money,x,ok,de,cn\n2024-02-29,2024-01-01 10:00:00,2024-01-01T10:00:00Z,12.50,1.25e3,true,31.12.2024,2024年1月5日\n2024-03-01,2024-01-02 11:30:00,2024-01-02T10:00:00+01:00,-3.00,2,FALSE,01.02.2025,2023年12月31日\n"
    table, rows = convert(cursor, tmp_path, text)
    assert types(table) == {
        "d": "DATE", "t": "TIMESTAMP", "z": "TIMESTAMP WITH TIME ZONE", "money": "DECIMAL(18,2)", "x": "DOUBLE", "ok": "BOOLEAN", "de": "DATE", "cn": "DATE",
    }  # fmt: skip
    assert rows[1]["money"] == Decimal("-3.00")
    assert rows[1]["z"] == datetime(2024, 1, 2, 9, tzinfo=UTC)
    assert str(rows[0]["de"]) == "2024-12-31"


def test_dates_that_could_be_either_way_round_stay_text_and_are_noted(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "d,n\n01/02/2024,1\n03/04/2024,2\n")
    assert rows[0]["d"] == "01/02/2024"
    assert [n.column for n in table.notes if n.code == "ambiguous-dates"] == ["d"]


def test_a_decimal_comma_is_read_where_it_is_not_the_delimiter(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, "ort;preis\nUlm;1.234,50\nBonn;7,25\n")
    assert [row["preis"] for row in rows] == [1234.5, 7.25]


def test_nan_is_missing_and_infinity_is_counted(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "v,x\n1.5,1\nnan,2\ninf,3\n-inf,4\n2.5,5\n")
    assert rows[1]["v"] is None
    found = profile(cursor, table.path).column("v")
    assert (found.nonfinite, found.nulls, found.mean, found.minimum, found.maximum) == (2, 1, 2.0, "1.5", "2.5")


def test_a_column_without_values_and_repeated_headers_are_kept(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "a,a,,b\n1,2,3,\n4,5,6,\n")
    assert list(rows[0]) == ["a", "a_2", "column3", "b"]
    assert {note.code for note in table.notes} == {"duplicate-header", "unnamed-column"}
    assert profile(cursor, table.path).column("b").nulls == 2


def test_a_header_that_repeats_a_name_over_texts_is_a_header(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "a,b,a\nred,Ulm,x\nblue,Bonn,y\n")
    assert rows == [{"a": "red", "b": "Ulm", "a_2": "x"}, {"a": "blue", "b": "Bonn", "a_2": "y"}]
    assert [note.message for note in table.notes] == ["Column 3 repeats the name a and is called a_2."]


def test_a_first_row_that_repeats_a_value_of_the_rows_below_is_none(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, "Ulm,Bonn,Ulm\nKiel,Ulm,Bonn\nBonn,Kiel,Mainz\n")
    assert len(rows) == 3


def test_rows_without_a_header_get_names_and_none_is_lost(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "1,2024-01-01,x\n2,2024-01-02,y\n")
    assert [c.name for c in table.columns] == ["column1", "column2", "column3"]
    assert len(rows) == 2


def test_years_as_headings_are_a_header(cursor: Cursor, tmp_path: Path) -> None:
    table, _ = convert(cursor, tmp_path, "country,2019,2020,2021\nDE,83,84,85\nFR,65,66,67\n")
    assert [c.name for c in table.columns] == ["country", "2019", "2020", "2021"]


def test_title_lines_above_the_table_are_left_out_and_noted(cursor: Cursor, tmp_path: Path) -> None:
    table, rows = convert(cursor, tmp_path, "Monthly report\n\nid,town,n\n1,Ulm,2\n2,Bonn,3\n")
    assert rows[0] == {"id": 1, "town": "Ulm", "n": 2}
    assert [(n.code, n.count) for n in table.notes] == [("skipped-lines", 2)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str, cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, end.join(["a,b", "1,x", "2,y", ""]))
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_mixed_line_ends_are_read(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, "a,b\r\n1,x\n2,y\r\n")
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_line_breaks_inside_quotes_belong_to_the_value(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, 'a,"b\nc"\n1,"x\ny"\n2,"said ""hi"""\n')
    assert rows == [{"a": 1, "b c": "x\ny"}, {"a": 2, "b c": 'said "hi"'}]


def test_gzip_in_several_members_is_read(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"), name="in.csv.gz")
    assert rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_json_lines_keep_late_keys_and_nested_values(cursor: Cursor, tmp_path: Path) -> None:
    lines = '{"id": "007", "n": 1}\n' * 30_000 + '{"id": "008", "n": 2.5, "late": {"x": [1, 2]}}\n'
    table, rows = convert(cursor, tmp_path, lines, name="in.txt")
    assert rows[-1] == {"id": "008", "n": 2.5, "late": '{"x":[1,2]}'}
    assert types(table)["late"] == "VARCHAR"


def test_a_json_array_is_read(cursor: Cursor, tmp_path: Path) -> None:
    _, rows = convert(cursor, tmp_path, '[\n {"a": 1, "b": "x"},\n {"a": 2, "b": null}\n]', name="in.json")
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]


def test_parquet_keeps_its_types_where_every_reader_knows_them(cursor: Cursor, tmp_path: Path) -> None:
    source = pa.table(
        {
            "u": pa.array([2**64 - 1], pa.uint64()),
            "l": [[1, 2]],
            "b": [b"\x00"],
            "f": pa.array([1.5], pa.float32()),
            "d": pa.array(["x"]).dictionary_encode(),
        }
    )
    pq.write_table(source, tmp_path / "in.parquet")
    opened = open_table(cursor, tmp_path / "in.parquet")
    table = to_parquet(cursor, opened, tmp_path / "out.parquet")
    assert opened.format is Format.PARQUET
    assert types(table) == {"u": "DECIMAL(20,0)", "l": "VARCHAR", "b": "BLOB", "f": "FLOAT", "d": "VARCHAR"}


def test_names_that_mean_something_to_the_engine_are_only_names(cursor: Cursor, tmp_path: Path) -> None:
    folder = tmp_path / "year=2020" / "[a]*?'; DROP TABLE x; --"
    folder.mkdir(parents=True)
    table, rows = convert(cursor, folder, "a\"b,select,'x'\n1,2,3\n4,5,6\n")
    assert rows[0] == {'a"b': 1, "select": 2, "'x'": 3}
    assert table.rows == 2


def test_the_order_of_rows_is_kept(cursor: Cursor, tmp_path: Path) -> None:
    numbers = [(i * 7919) % 300_007 for i in range(300_000)]
    _, rows = convert(cursor, tmp_path, "n,x\n" + "".join(f"{n},y\n" for n in numbers))
    assert [row["n"] for row in rows] == numbers


@pytest.mark.parametrize("count", [2_500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_thousands_of_columns_are_read_and_profiled(count: int, cursor: Cursor, tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(count)]
    lines = [",".join(names)] + [",".join(str(i + n) if i % 3 else f"w{i}" for i in range(count)) for n in range(3)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(lines) + "\n")
    table = to_parquet(cursor, open_table(cursor, path), tmp_path / "out.parquet")
    found = profile(cursor, table.path)
    assert len(found.columns) == count
    assert (found.columns[1].type, found.columns[1].maximum, found.columns[0].type) == ("BIGINT", "3", "VARCHAR")


def test_a_late_word_in_a_very_wide_table_keeps_its_column_as_text(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    row = ",".join(["1"] * 1_000)
    path.write_text(",".join(f"c{i}" for i in range(1_000)) + "\n" + f"{row}\n" * 2_500 + "x" + row[1:] + "\n")
    table = to_parquet(cursor, open_table(cursor, path), tmp_path / "out.parquet")
    assert (table.columns[0].type, table.columns[1].type, table.rows) == ("VARCHAR", "BIGINT", 2_501)


def test_very_wide_json_and_parquet_are_read_too(cursor: Cursor, tmp_path: Path) -> None:
    row = {f"c{i}": i for i in range(1_000)} | {"n": {"x": [1, None]}}
    (tmp_path / "in.jsonl").write_text(f"{json.dumps(row)}\n" * 3)
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), tmp_path / "in.parquet")
    for name, rows in (("in.jsonl", 3), ("in.parquet", 1)):
        table = to_parquet(cursor, open_table(cursor, tmp_path / name), tmp_path / "out.parquet")
        back = pq.read_table(table.path).to_pylist()
        assert (table.rows, back[0]["c999"], json.loads(back[0]["n"])) == (rows, 999, {"x": [1, None]})


def test_formulas_are_counted_and_negative_numbers_are_none(cursor: Cursor, tmp_path: Path) -> None:
    text = "f,g,h\n=1+1,-5,x\n@SUM(A1),+3.5,y\n\"+cmd|' /C calc'!A0\",-,-x\n\"-2+3+cmd|' /C calc'!A0\",+49 30 1234,a=b\n"
    table, _ = convert(cursor, tmp_path, text)
    found = profile(cursor, table.path)
    assert [found.column(c).formulas for c in "fgh"] == [4, 0, 1]


def test_freshness_is_the_newest_date_that_is_not_in_the_future(cursor: Cursor, tmp_path: Path) -> None:
    table, _ = convert(cursor, tmp_path, "sold,due\n2024-01-01,2099-01-01\n2024-06-30,2099-01-01\n")
    assert profile(cursor, table.path, now=datetime(2025, 1, 1, tzinfo=UTC)).newest == "2024-06-30T00:00:00Z"


def test_a_preview_shows_at_most_twenty_rows_and_no_masked_value(cursor: Cursor, tmp_path: Path) -> None:
    table, _ = convert(cursor, tmp_path, "mail,n\n" + "".join(f"p{i}@example.org,{i}\n" for i in range(100)))
    shown = preview(cursor, table.path, rows=1_000, masked=["mail"])
    assert len(shown.rows) == 20
    assert shown.rows[3] == (None, "3")
    assert shown.masked == ("mail",)


def test_a_selection_leaves_as_batches_csv_and_parquet(cursor: Cursor, tmp_path: Path) -> None:
    table, _ = convert(cursor, tmp_path, "a,b\n1,=x\n2,y\n3,z\n")
    sql, parameters = f"SELECT b, a FROM read_parquet('{table.path}') WHERE a < ?", [3]
    assert sum(batch.num_rows for batch in batches(cursor, sql, parameters)) == 2
    assert write_parquet(cursor, sql, parameters, tmp_path / "o.parquet") == 2
    assert pq.read_table(tmp_path / "o.parquet").to_pylist() == [{"b": "=x", "a": 1}, {"b": "y", "a": 2}]
    write_csv(cursor, sql, parameters, tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text() == "b,a\n=x,1\ny,2\n"
    write_csv(cursor, sql, parameters, tmp_path / "o.csv", guard_formulas=True)
    assert (tmp_path / "o.csv").read_text() == "b,a\n'=x,1\ny,2\n"


# The letter in front makes every column one of words; the types have tests of their own.
cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12).map(lambda text: "t" + text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=20))
def test_whatever_text_a_csv_writer_writes_comes_back(rows: list[tuple[str, str, str]], cursor: Cursor, tmp_path: Path) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("x", "y", "z"), *rows])
    (tmp_path / "in.csv").write_text(buffer.getvalue(), "utf-8", newline="")
    opened = open_table(cursor, tmp_path / "in.csv", options=ReadOptions(delimiter=",", header=True))
    table = to_parquet(cursor, opened, tmp_path / "out.parquet")
    assert pq.read_table(table.path).to_pylist() == [dict(zip("xyz", row, strict=True)) for row in rows]


def test_a_header_that_names_a_middle_column_only_is_kept(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    path.write_text(",x,\n1,2,3\n")
    with_header = open_table(cursor, path, scratch=tmp_path)
    assert [column.name for column in with_header.columns] == ["column1", "x", "column3"]


def test_a_title_above_the_table_is_left_out_and_counted_in_words(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_text("Report 2020,,\na,b,c\n1,2,3\n")
    table = open_table(cursor, path, scratch=tmp_path)
    assert [column.name for column in table.columns] == ["a", "b", "c"]
    assert "1 line above the table is left out." in [note.message for note in table.notes]
