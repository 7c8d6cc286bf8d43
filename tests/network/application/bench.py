"""The application without an engine: blocks and their times are made by hand."""

from pathlib import Path

from tests.network.application.trials import WITH_TRIALS
from tests.network.community import CHAIN_ID, Community
from wattloom.chaincode.api.codec import Record, encode
from wattloom.chaincode.genesis import GenesisAccount, GenesisState
from wattloom.chaincode.registry.records import Organisation
from wattloom.network.application import Application, BlockToExecute, Executed
from wattloom.network.state import STATE, Store
from wattloom.network.transactions import SignedTransaction, sign


class Bench:
    """One application over a store of its own; `time_s` is the next block's time."""

    def __init__(self, path: Path, community: Community) -> None:
        self.community = community
        self.path = path
        self.time_s = community.start_s + 100
        self.store = Store(path, durable=False)
        self.application = Application(self.store, rules=WITH_TRIALS)
        organisation = Organisation(
            organisation=community.authority.organisation, ca_certificate=community.authority.certificate
        )
        accounts = [
            GenesisAccount(party_id=community.party(name), free_nano=1_000) for name in ("ann", "bob")
        ]
        state = GenesisState(organisations=[organisation], accounts=accounts)
        with self.store.batch() as batch:
            self.application.init_chain(chain_id=CHAIN_ID, time_s=self.time_s, app_state=state, batch=batch)

    def sign(
        self, name: str, function: str, argument: Record | bytes | None = None, **options
    ) -> SignedTransaction:  # type: ignore[no-untyped-def]
        """Sign as a member; valid for a minute from the bench's time, unless an option says otherwise."""
        arguments = argument if isinstance(argument, bytes) else b"" if argument is None else encode(argument)
        signer = options.pop("signer", None) or self.community.member(name)
        asked = {"chain_id": CHAIN_ID, "valid_until_s": self.time_s + 60, "introduce": True, **options}
        return sign(signer, function=function, arguments=arguments, **asked)

    def block(self, *transactions: SignedTransaction | bytes, after_s: int = 1) -> Executed:
        """Execute and commit the next block."""
        self.time_s += after_s
        executed = self.application.finalize(
            BlockToExecute(
                height=self.application.info().height + 1,
                time_s=self.time_s,
                hash=bytes(32),
                transactions=[tx if isinstance(tx, bytes) else tx.raw for tx in transactions],
            )
        )
        with self.store.batch() as batch:
            self.application.commit(batch)
        return executed

    def contract_state(self) -> dict[bytes, bytes]:
        """Return everything that contracts keep; the ledger's own ids and timers are left out."""
        with self.store.snapshot() as view:
            return {row: value for row, value in view.items(STATE) if not row.startswith(b"ledger\0")}

    def timers(self) -> int:
        """Return how many timers wait."""
        with self.store.snapshot() as view:
            return sum(row.startswith(b"ledger\0timer/") for row, _ in view.items(STATE))

    def open_again(self) -> None:
        """Close the store and open it as after a restart."""
        self.store.close()
        self.store = Store(self.path, durable=False)
        self.application = Application(self.store, rules=WITH_TRIALS)
