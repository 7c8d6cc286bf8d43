"""Drawing an epoch's witnesses: a public rule that anybody can follow again.

The j-th place drawn (j = 0, 1, 2, ...) is SHA-256(seed || j as four bytes, big-endian), read as a big-endian
integer, modulo the number of places; a place that was drawn already is passed over. The modulo favours no
place by more than 2^-200.
"""

from hashlib import sha256

from wattloom.identity.existence import statements


def seed_of(chain_id: str, *, epoch: int, block_hash: str) -> bytes:
    """Return the seed of an epoch's draw, from the hash of the block that closes its requests."""
    return sha256(statements.draw(chain_id, epoch=epoch, block_hash=block_hash)).digest()


def draw(seed: bytes, *, places: int, number: int) -> list[int]:
    """Return `number` different places out of 0 .. places-1 (all of them, if there are fewer)."""
    drawn: list[int] = []
    j = 0
    while len(drawn) < min(number, places):
        place = int.from_bytes(sha256(seed + j.to_bytes(4, "big")).digest(), "big") % places
        if place not in drawn:
            drawn.append(place)
        j += 1
    return drawn
