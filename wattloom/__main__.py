"""`python -m wattloom` is the `wattloom` command."""

from wattloom.cli import main

main()
