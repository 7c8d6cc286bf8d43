"""What is signed, to the byte: whoever changes a statement makes every signature before it void."""

from itertools import combinations

from wattloom.identity.existence import statements

LFDI, OTHER = "0a" * 20, "0b" * 20
ROOT, SUBJECT = bytes([1]) * 32, bytes([2]) * 32


def labelled(kind, *fields):
    label = f"wattloom/existence/{kind}/v1".encode()
    return b"".join(len(field).to_bytes(2, "big") + field for field in (label, *fields))


def number(value):
    return value.to_bytes(8, "big")


def test_every_field_stands_in_its_statement_with_its_length():
    assert statements.tree("north", epoch=7, depth=4, root=ROOT) == labelled(
        "tree", b"north", number(7), number(4), ROOT
    )
    assert statements.receipt("north", root=ROOT, subject=SUBJECT, energy_wh=5) == labelled(
        "receipt", b"north", ROOT, SUBJECT, number(5)
    )
    assert statements.request("north", epoch=7, lfdi=LFDI, trees=2) == labelled(
        "request", b"north", number(7), bytes.fromhex(LFDI), number(2)
    )
    assert statements.enlistment("north", lfdi=LFDI, version=3, blind_key=b"key") == labelled(
        "enlistment", b"north", bytes.fromhex(LFDI), number(3), b"key"
    )
    assert statements.question(epoch=7, lfdi=LFDI, witness=OTHER, tree=1, blinded=b"b") == labelled(
        "question", number(7), bytes.fromhex(LFDI), bytes.fromhex(OTHER), number(1), b"b"
    )
    assert statements.reading("north", lfdi=LFDI, slot_start_s=900, slot_s=1_800, net_wh=-1) == labelled(
        "reading", b"north", bytes.fromhex(LFDI), number(900), number(1_800), b"\xff" * 8
    )
    assert statements.draw("north", epoch=7, block_hash="ab" * 32) == labelled(
        "draw", b"north", number(7), b"\xab" * 32
    )


def test_no_statement_can_be_taken_for_another():
    made = [
        statements.tree("n", epoch=1, depth=4, root=ROOT),
        statements.tree("n", epoch=4, depth=1, root=ROOT),
        statements.receipt("n", root=ROOT, subject=SUBJECT, energy_wh=1),
        statements.receipt("n", root=SUBJECT, subject=ROOT, energy_wh=1),
        statements.request("n", epoch=1, lfdi=LFDI, trees=1),
        statements.enlistment("n", lfdi=LFDI, version=1, blind_key=number(1)),
        statements.draw("n", epoch=1, block_hash="01" * 32),
    ]
    assert all(
        not one.startswith(other) for pair in combinations(made, 2) for one, other in (pair, pair[::-1])
    )
