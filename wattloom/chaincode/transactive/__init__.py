"""Trading sessions: homes find their trades by ADMM, agree on them in whole watt-hours, and are billed."""
