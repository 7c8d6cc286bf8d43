"""Who takes part: organisations, their clients, homes under pseudonymous ids, manufacturers and meters."""
