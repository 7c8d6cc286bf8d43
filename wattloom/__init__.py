"""Wattloom: community energy trading on a permissioned ledger whose contracts are Python."""
