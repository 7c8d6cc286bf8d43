"""One file per device; each adds its own variables, constraints and cost to its home's problem."""
