"""State keys of `existence`."""

from wattloom.chaincode.api import keys

NEWEST = "newest"
ROLL = "roll"


def epoch(number: int) -> str:
    """`epoch/<number>`."""
    return keys.join("epoch", keys.number(number))


def tally(number: int) -> str:
    """`tally/<epoch>`."""
    return keys.join("tally", keys.number(number))


def place(number: int) -> str:
    """`place/<number>`: whose place on the roll of witnesses this is."""
    return keys.join("place", keys.number(number))


def witness(lfdi: str) -> str:
    """`witness/<lfdi>`."""
    return keys.join("witness", lfdi)


def enlisted(lfdi: str) -> str:
    """`enlisted/<lfdi>`: the version of its last enlistment."""
    return keys.join("enlisted", lfdi)


def revoked(lfdi: str) -> str:
    """`revoked/<lfdi>`."""
    return keys.join("revoked", lfdi)


def asked(epoch: int, lfdi: str) -> str:
    """`asked/<epoch>/<lfdi>`."""
    return keys.join("asked", keys.number(epoch), lfdi)


def tree(epoch: int, root: str) -> str:
    """`tree/<epoch>/<root>`."""
    return keys.join("tree", keys.number(epoch), root)


def spent(epoch: int, key_hash: str) -> str:
    """`spent/<epoch>/<SHA-256 of the one-time key>`."""
    return keys.join("spent", keys.number(epoch), key_hash)
