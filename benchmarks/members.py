"""Members that have money, for every measurement of transfers."""

import time
from pathlib import Path

from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.network.solo.create import create_ledger
from wattloom.network.transactions import sign

CHAIN_ID = ORGANISATION = "bench"
WEALTH_NANO = 10**12
BACKDATE_S = 3_600


class Bench:
    """A solo ledger of one organisation with `members` who pay, each the next."""

    def __init__(self, scratch: Path, *, members: int) -> None:
        start_s = int(time.time()) - BACKDATE_S
        authority = Authority.create("bench CA", organisation=ORGANISATION, not_before_s=start_s)
        self.members = issue_members(authority, members)
        self.folder = create_ledger(
            scratch / "ledger",
            chain_id=CHAIN_ID,
            organisations=[authority],
            accounts=accounts(members + 1),
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


def issue_members(authority: Authority, count: int) -> list[ClientIdentity]:
    """Return members of the organisation."""
    start_s = int(time.time()) - BACKDATE_S
    return [
        authority.issue_client(f"m{index}", role="participant", not_before_s=start_s)
        for index in range(count)
    ]


def accounts(count: int) -> list[GenesisAccount]:
    """Return accounts of members, and of whom the last of them pays, for a genesis."""
    return [GenesisAccount(party_id=party(index), free_nano=WEALTH_NANO) for index in range(count)]


def party(index: int) -> str:
    """Return a member's party id."""
    return f"{ORGANISATION}.m{index}"


def to_next(index: int) -> Transfer:
    """Return the transfer of one nano from a member to the next."""
    return Transfer(payee=party(index + 1), amount_nano=1)
