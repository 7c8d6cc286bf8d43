"""How the consortium governs its ledger: validators, members, observers, parameters and upgrades, by vote."""
