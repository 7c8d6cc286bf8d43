"""Write every generated file, or with `--check` fail when a stored one differs from what would be generated.

A new generator is a function that writes below the folder that it is handed, at the paths that the files have
in the repository, and one entry in `GENERATORS`.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import grpc_tools  # type: ignore[import-untyped]
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
WELL_KNOWN_PROTOS = Path(grpc_tools.__file__).parent / "_proto"
PLUGINS = Path(
    sys.executable
).parent  # mypy-protobuf's plugins stand beside the interpreter, not always on PATH


class Generator(NamedTuple):
    """What writes a family of files, and the patterns that match all of that family in the repository."""

    write: Callable[[Path], None]
    owns: tuple[str, ...]


def write_protobuf(out: Path) -> None:
    """Compile every `.proto` of the package to messages and stubs; to gRPC code where it has a service."""
    protos = sorted(path.relative_to(ROOT) for path in (ROOT / "wattloom").rglob("*.proto"))
    services = [path for path in protos if _has_service(ROOT / path)]
    _run_protoc(protos, f"--python_out={out}", *_stubs("mypy", out))
    if services:
        _run_protoc(services, f"--grpc_python_out={out}", *_stubs("mypy_grpc", out))


def write_reference(out: Path) -> None:
    """Write the reference pages from the code that they describe."""
    # Imported here because they need the protobuf code, which may be about to be made.
    from reference.commands import commands_page
    from reference.contracts import contracts_page
    from reference.gateway import gateway_page, identity_page

    folder = out / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "contracts": contracts_page(),
        "commands": commands_page(),
        "gateway": gateway_page(ROOT),
        "identity": identity_page(ROOT),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


GENERATORS = (
    Generator(
        write_protobuf,
        owns=(
            "wattloom/**/*_pb2.py",
            "wattloom/**/*_pb2.pyi",
            "wattloom/**/*_pb2_grpc.py",
            "wattloom/**/*_pb2_grpc.pyi",
        ),
    ),
    Generator(write_reference, owns=("docs/reference/*.md",)),
)


def _has_service(path: Path) -> bool:
    return any(line.startswith("service ") for line in path.read_text(encoding="utf-8").splitlines())


def _stubs(plugin: str, out: Path) -> tuple[str, str]:
    return f"--plugin=protoc-gen-{plugin}={PLUGINS / f'protoc-gen-{plugin}'}", f"--{plugin}_out=quiet:{out}"


def _run_protoc(protos: list[Path], *options: str) -> None:
    includes = (f"-I{ROOT}", f"-I{WELL_KNOWN_PROTOS}")
    if protoc.main(["protoc", *includes, *options, *(str(ROOT / path) for path in protos)]) != 0:
        sys.exit("protoc refused the definitions above")


def stale_files(fresh: Path) -> list[str]:
    """Name the stored files that are missing, differ from those below `fresh`, or have lost their source."""
    generated = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    owned = {
        path.relative_to(ROOT) for each in GENERATORS for pattern in each.owns for path in ROOT.glob(pattern)
    }
    differing = {path for path in generated if not _same(ROOT / path, fresh / path)}
    return sorted(str(path) for path in differing | (owned - generated))


def _same(stored: Path, fresh: Path) -> bool:
    return stored.is_file() and stored.read_bytes() == fresh.read_bytes()


def main() -> None:
    """Generate into the repository, or into a temporary folder to compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; list stale files and fail")
    if not parser.parse_args().check:
        for generator in GENERATORS:
            generator.write(ROOT)
        return
    with tempfile.TemporaryDirectory() as folder:
        for generator in GENERATORS:
            generator.write(Path(folder))
        stale = stale_files(Path(folder))
    if stale:
        sys.exit(
            "\n".join(["These files are stale; run `make generate` (and remove what has no source):", *stale])
        )


if __name__ == "__main__":
    main()
