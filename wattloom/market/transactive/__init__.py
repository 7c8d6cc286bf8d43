"""ADMM trading between homes: the agents that decide for them, and the coordinator that opens sessions."""
