"""A day by auction on a ledger of its own: run, checked and reported."""
