"""Trading by auction: strategies that quote, agents that trade on a ledger, and days in memory."""
