"""One market day, end to end: ledger, members, agents, session, bills, and the checks on all of it."""
