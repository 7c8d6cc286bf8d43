"""What commands write in a terminal beside their results: the steps of long work, checks, and mistakes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, Protocol

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Check(Protocol):
    """Something that must hold after a day."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def holds(self) -> bool: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Steps:
    """One line that tells what is going on, and changes; where nobody watches, a line for each step."""

    _console: Console
    _bar: Progress
    _task: TaskID

    def begin(self, step: str) -> None:
        """Tell of a step that everybody should read."""
        self.show(step)
        if not self._console.is_terminal:
            self._console.print(step, markup=False, highlight=False, soft_wrap=True)

    def show(self, step: str) -> None:
        """Tell of a step only to who watches."""
        self._bar.update(self._task, description=escape(step))


@contextmanager
def steps(console: Console) -> Iterator[Steps]:
    """Show steps for as long as the context lasts."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Steps(console, bar, bar.add_task("starting", total=None))


@contextmanager
def telling(console: Console, subject: str) -> Iterator[Callable[[str], None]]:
    """Show the steps of one subject; where nobody watches, only what it is."""
    with steps(console) as shown:
        shown.begin(subject)
        yield lambda step: shown.show(f"{subject}: {step}")


def show_checks(console: Console, checks: Iterable[Check]) -> None:
    """Print what holds and what does not, a line each."""
    for check in checks:
        mark = "[green]holds[/]" if check.holds else "[bold red]FAILS[/]"
        console.print(f"{mark}  {check.name}: {escape(check.detail)}")


def fail(console: Console, sentence: str, *, code: int = 2) -> NoReturn:
    """Say in one sentence why there is no result, and exit: 2 for a user's mistake, else 1."""
    console.print(f"[bold red]error[/]: {escape(sentence)}", soft_wrap=True)
    raise typer.Exit(code)
