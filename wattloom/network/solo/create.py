"""A new solo ledger: validator key, genesis, and the TLS certificates of its gateway."""

import time
from collections.abc import Sequence
from pathlib import Path

from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.genesis import GenesisState
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.chaincode.registry.records import Organisation
from wattloom.identity.certificates import Authority, PublicAuthority
from wattloom.identity.tls import TlsAuthority
from wattloom.network.chain.genesis import Genesis, GenesisValidator
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.solo.folder import LedgerFolder

BACKDATE_S = 3_600
"""Certificates begin this much before now, because block time runs a little behind every clock."""


def create_ledger(
    path: Path,
    *,
    chain_id: str,
    organisations: Sequence[Authority | PublicAuthority],
    accounts: Sequence[GenesisAccount] = (),
    now_ns: int | None = None,
) -> LedgerFolder:
    """Make the folder of a new ledger of these organisations, which begins at `now_ns`, Unix nanoseconds.

    Raises
    ------
    LedgerFolderError : the folder is not empty
    GenesisRejected : the chain's id does not fit
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    key = ValidatorKey.generate()
    state = GenesisState(
        organisations=[
            Organisation(organisation=authority.organisation, ca_certificate=authority.certificate)
            for authority in sorted(organisations, key=lambda authority: authority.organisation)
        ],
        accounts=list(accounts),
    )
    genesis = Genesis(
        chain_id=chain_id,
        genesis_time=Timestamp.of_ns(now_ns),
        validators=(GenesisValidator(key.public_key, 1, name="solo"),),
        app_state=encode(state),
    )
    folder = LedgerFolder.create(path, genesis=genesis, validator_key=key)
    start_s = now_ns // 1_000_000_000 - BACKDATE_S
    authority = TlsAuthority.create(f"{chain_id} TLS", not_before_s=start_s)
    authority.save(folder.tls_path)
    authority.issue_server(not_before_s=start_s).save(folder.tls_path)
    folder.make_names_durable()
    return folder
