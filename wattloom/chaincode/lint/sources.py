"""Which files are judged, as what module each stands, and what was read of it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import wattloom

PACKAGE: Final = Path(wattloom.__file__).parent
CHAINCODE: Final = PACKAGE / "chaincode"
OUTSIDE: Final = (CHAINCODE / "lint", CHAINCODE / "testing.py")
"""Tools of a contract's author: not chaincode, not judged, and not to be imported by chaincode."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file; `module` is its dotted name below its topmost package."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]


def read(path: Path) -> Source:
    """Read one file; raise `SyntaxError` or `UnicodeDecodeError` (a `ValueError`)."""
    text = path.read_text("utf-8")
    return Source(path=path, module=module_name(path), text=text, tree=ast.parse(text))


def python_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to judge below the paths, sorted; raise `FileNotFoundError`."""
    found = {path.resolve() for given in paths for path in _below(given)}
    return sorted(path for path in found if not is_outside(path))


def is_outside(path: Path) -> bool:
    """Tell whether a file is one of the tools."""
    return any(path.is_relative_to(tool) for tool in OUTSIDE)


def module_name(path: Path) -> str:
    """Return the dotted name of a file, from the topmost folder that is a package."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts))


def module_file(module: str) -> Path | None:
    """Return the file of one of our own modules, or None where there is none."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from path.rglob("*.py")
    elif path.is_file():
        yield path
    else:
        raise FileNotFoundError(f"{path}: no such file or folder")
