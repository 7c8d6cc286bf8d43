"""Errors of reading data: each says where, what and what to do.

DataError
└── NotMeasured  a sound file, but not of these days, this many homes or slots this fine
"""

from pathlib import Path


class DataError(Exception):
    """A file cannot be used as it is.

    Attributes
    ----------
    file : the file or folder
    line : line in the file, the first is 1; None when no single line is to blame
    column : name from the header; None when no single column is to blame
    problem, remedy : what is wrong, and what to do about it
    """

    def __init__(
        self, *, file: Path, problem: str, remedy: str, line: int | None = None, column: str | None = None
    ) -> None:
        place = [str(file)]
        if line is not None:
            place.append(f"line {line}")
        if column is not None:
            place.append(f"column {column}")
        super().__init__(f"{', '.join(place)}: {problem}; {remedy}")
        self.file, self.line, self.column, self.problem, self.remedy = file, line, column, problem, remedy


class NotMeasured(DataError):
    """A file that may be sound does not hold what is asked for: another may."""
