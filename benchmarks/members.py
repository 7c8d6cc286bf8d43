"""A ledger with many members that have money, for every measurement of transfers."""

import time
from pathlib import Path

from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.identity.certificates import Authority
from wattloom.network.solo.create import create_ledger
from wattloom.network.transactions import sign

CHAIN_ID = ORGANISATION = "bench"
WEALTH_NANO = 10**12


class Bench:
    """One organisation with `members` who pay, and one more whom the last of them pays."""

    def __init__(self, scratch: Path, *, members: int) -> None:
        start_s = int(time.time()) - 3_600
        authority = Authority.create("bench CA", organisation=ORGANISATION, not_before_s=start_s)
        self.members = [
            authority.issue_client(f"m{index}", role="participant", not_before_s=start_s)
            for index in range(members + 1)
        ]
        accounts = [
            GenesisAccount(party_id=party(index), free_nano=WEALTH_NANO) for index in range(members + 1)
        ]
        self.folder = create_ledger(
            scratch / "ledger", chain_id=CHAIN_ID, organisations=[authority], accounts=accounts
        )

    def transfer(self, index: int, *, introduce: bool = False) -> bytes:
        """Return a signed transfer from a member to the next."""
        return sign(
            self.members[index],
            chain_id=CHAIN_ID,
            function="accounts:transfer",
            arguments=encode(to_next(index)),
            valid_until_s=int(time.time()) + 300,
            introduce=introduce,
        ).raw


def party(index: int) -> str:
    """Return a member's party id."""
    return f"{ORGANISATION}.m{index}"


def to_next(index: int) -> Transfer:
    """Return the transfer of one nano from a member to the next."""
    return Transfer(payee=party(index + 1), amount_nano=1)
