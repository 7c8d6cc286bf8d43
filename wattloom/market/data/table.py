"""A CSV file, plain or gzipped: read row by row, bounded in size, each cell knowing where it stands."""

import csv
import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from wattloom.market.data.errors import DataError

MAX_CHARACTERS = 256 * 1024 * 1024
"""Longest file that is read, after unpacking; a year of 300 homes in half hours takes about 70 million."""
MAX_LINE = 64 * 1024
HEADER_WITHIN_LINES = 10
"""A header may be preceded by this many lines of title."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; its cells by column name."""

    file: Path
    line: int
    cells: dict[str, str]

    def fail(self, column: str | None, problem: str, remedy: str) -> DataError:
        """Return the error that this row's cell deserves."""
        return DataError(file=self.file, line=self.line, column=column, problem=problem, remedy=remedy)

    def text(self, column: str) -> str:
        """Return a cell that must not be blank."""
        if not (text := self.cells[column].strip()):
            raise self.fail(column, "is blank", "fill the gap, or choose a day without gaps")
        return text

    def number(self, column: str, *, low: float, high: float, remedy: str) -> float:
        """Return a cell as a finite number from `low` to `high`; `remedy` is said of a number outside."""
        text = self.text(column)
        try:
            number = float(text)
        except ValueError:
            raise self.fail(
                column, f"{text!r} is not a number", "write a plain decimal such as 0.25"
            ) from None
        if not math.isfinite(number):
            raise self.fail(column, f"{text!r} is not finite", "fill the gap, or choose a day without gaps")
        if not low <= number <= high:
            raise self.fail(column, f"{text} is outside {low:g} to {high:g}", remedy)
        return number


@dataclass(frozen=True, slots=True)
class Table:
    """A file with its header found: `rows` can be gone through once."""

    file: Path
    header: tuple[str, ...]
    rows: Iterator[Row]


def open_table(file: Path, headers: Sequence[frozenset[str]]) -> Table:
    """Return the table whose header holds all columns of one of `headers`.

    Raises
    ------
    DataError : no such file, unreadable, too long, or no line near the top is such a header
    """
    records = _records(file)
    seen: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in records:
        header = tuple(cell.strip() for cell in cells)
        if any(columns <= set(header) for columns in headers):
            _refuse_twins(file, line, header)
            return Table(file=file, header=header, rows=_rows(file, header, records))
        seen.append((line, header))
        if len(seen) == HEADER_WITHIN_LINES:
            break
    raise _no_header(file, seen, headers)


def _no_header(
    file: Path, seen: Sequence[tuple[int, tuple[str, ...]]], headers: Sequence[frozenset[str]]
) -> DataError:
    """Return the error that names the columns missing from the line that comes closest to a header."""
    if not seen:
        return DataError(file=file, problem="is empty", remedy="give a CSV file with a header line")
    pairs = [(line, header, columns) for line, header in seen for columns in headers]
    line, header, columns = max(pairs, key=lambda pair: len(pair[2] & set(pair[1])) / len(pair[2]))
    missing = sorted(columns - set(header))
    problem = f"the header lacks {', '.join(missing)}; it has {', '.join(header)[:200]}"
    remedy = "rename or convert columns to a documented format (energies are kWh per slot)"
    return DataError(file=file, line=line, column=missing[0], problem=problem, remedy=remedy)


def _refuse_twins(file: Path, line: int, header: tuple[str, ...]) -> None:
    twins = sorted({name for name in header if header.count(name) > 1})
    if twins:
        problem, remedy = "stands twice in the header", "give each column its own name"
        raise DataError(file=file, line=line, column=twins[0], problem=problem, remedy=remedy)


def _rows(file: Path, header: tuple[str, ...], records: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in records:
        if len(cells) != len(header):
            problem = f"has {len(cells)} cells where the header has {len(header)}"
            raise DataError(
                file=file, line=line, problem=problem, remedy="give every row one cell per column"
            )
        yield Row(file=file, line=line, cells=dict(zip(header, cells, strict=True)))


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every line that is not blank; foreign exceptions end here."""
    try:
        with _open(file) as text:
            reader = csv.reader(_lines(file, text))
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
    except FileNotFoundError:
        raise DataError(file=file, problem="does not exist", remedy="check the path") from None
    except UnicodeDecodeError as failure:
        raise DataError(
            file=file, problem=f"is not text: {failure.reason}", remedy="save it as UTF-8"
        ) from None
    except (csv.Error, EOFError, zlib.error, OSError) as failure:
        remedy = "check that it is a whole CSV file that may be read"
        raise DataError(file=file, problem=f"cannot be read: {failure}", remedy=remedy) from failure


def _open(file: Path) -> TextIO:
    with file.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    opener = gzip.open if packed else open
    return opener(file, "rt", encoding="utf-8-sig", newline="")


def _lines(file: Path, text: TextIO) -> Iterator[str]:
    """Yield lines, never more than the limits allow in memory, however little the packed file is."""
    characters = 0
    while line := text.readline(MAX_LINE):
        characters += len(line)
        if characters > MAX_CHARACTERS or len(line) == MAX_LINE:
            problem = f"is longer than {MAX_CHARACTERS} characters, or a line than {MAX_LINE}"
            raise DataError(file=file, problem=problem, remedy="cut out the homes and days that are needed")
        yield line
