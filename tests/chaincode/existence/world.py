"""A ledger with genuine meters, some of which vouch for the trees of the others."""

from functools import cache
from itertools import count

from tests.identity.existence import samples
from wattloom.chaincode.api import Page
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.existence.contract import existence
from wattloom.chaincode.existence.messages import (
    AskForTrees,
    Enlist,
    EpochOf,
    MeterOf,
    PageOfRoll,
    Publish,
    SignedTree,
    Spend,
    Voucher,
)
from wattloom.chaincode.existence.records import Epoch, Place, Tally
from wattloom.chaincode.genesis import GenesisState, Organisation, write_genesis
from wattloom.chaincode.governance import keys as governance_keys
from wattloom.chaincode.governance.records import ExistenceRules
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.registry.records import Manufacturer, MeterChain
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.identity.certificates import Authority, MeterIdentity
from wattloom.identity.existence import blinding, statements
from wattloom.identity.existence.blind_keys import modulus
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.witness_keys import WitnessKey

T0 = 1_700_000_000
DAY_S = 86_400
CHAIN = samples.CHAIN
VERSIONS = count(1)

NORTH = Authority.create("north CA", organisation="north", not_before_s=T0 - DAY_S)
ROOT = Authority.create("acme root", organisation="acme", not_before_s=T0 - DAY_S, path_length=1)
PLANT = ROOT.issue_intermediate("acme plant", not_before_s=T0 - DAY_S)

ADMIN = caller("north.admin", "consortium-admin")
DESK = caller("north.desk", "registrar")
SOUTH_DESK = caller("south.desk", "registrar")
RELAYER = caller("north.relay", "relayer")
HOME = caller("north.h1", "home")

RULES = ExistenceRules(
    epoch_s=1_000, request_s=100, publish_s=50, grace_s=20, depth=4, witnesses=3, needed=2, trees=8
)


@cache
def meter(number: int) -> MeterIdentity:
    return PLANT.issue_meter(f"m-{number}", manufactured_at_s=T0 - DAY_S)


class World(MemoryLedger):
    """Meters 0 to 3 are registered and vouch; RULES hold."""

    def __init__(self, *, witnesses: int = 4, rules: ExistenceRules = RULES) -> None:
        super().__init__([registry, existence], time_s=T0)
        overlay = Overlay(self.committed)
        north = Organisation(organisation="north", ca_certificate=NORTH.certificate)
        write_genesis(overlay, GenesisState(organisations=[north]))
        self.committed.apply(overlay.changes)
        self._spare = count(witnesses)
        self.rule(rules)
        maker = Manufacturer(manufacturer="acme", root_certificate=ROOT.certificate)
        self.submit(ADMIN, "registry:add_manufacturer", maker)
        for number in range(4):
            self.submit(DESK, "registry:register_meter", chain_of(meter(number).lfdi))
        for number in range(witnesses):
            self.submit(HOME, "existence:enlist", enlistment(number))

    def refill(self) -> None:
        """Let those who would leave the roll, because their keys served, enlist with new ones."""
        for number in range(4):
            self.submit(HOME, "existence:enlist", enlistment(number, samples.witness_key(next(self._spare))))

    def rule(self, rules: ExistenceRules) -> None:
        self.committed.apply({"governance": {governance_keys.EXISTENCE: encode(rules)}})

    def open(self) -> Epoch:
        return self.call(DESK, "existence:open_epoch", None, Epoch)

    def epoch(self, number: int = 1) -> Epoch:
        return self.evaluate(HOME, "existence:read_epoch", EpochOf(number=number), Epoch)

    def tally(self, number: int = 1) -> Tally:
        return self.evaluate(HOME, "existence:read_tally", EpochOf(number=number), Tally)

    def roll(self) -> list[str]:
        page = self.evaluate(HOME, "existence:list_roll", PageOfRoll(), Page[Place])
        return [place.lfdi for place in page.items]

    def ask(self, number: int, trees: int = 1, *, epoch: int = 1) -> None:
        self.submit(RELAYER, "existence:ask_for_trees", asking(number, trees, epoch=epoch))

    def drawn(self, *, asked: int = 1) -> Epoch:
        """Open an epoch, let so many meters ask, and draw."""
        epoch = self.open()
        for number in range(asked):
            self.ask(number, epoch=epoch.number)
        self.advance_to(epoch.requests_until_s + 1)
        return self.epoch(epoch.number)

    def running(self, *roots: bytes) -> Epoch:
        """Have trees published, and let their epoch begin."""
        epoch = self.drawn(asked=len(roots))
        self.submit(RELAYER, "existence:publish", publication(epoch, *roots))
        self.advance_to(epoch.starts_at_s)
        return epoch

    def revoke(self, lfdi: str) -> None:
        self.submit(DESK, "existence:revoke_meter", MeterOf(lfdi=lfdi))

    def contract_state(self) -> dict[str, bytes]:
        return dict(self.committed.values["existence"])


def chain_of(lfdi: str) -> MeterChain:
    found = next(meter(number) for number in range(4) if meter(number).lfdi == lfdi)
    return MeterChain(chain=list(found.chain), manufactured_at_s=T0 - DAY_S)


def key_of(epoch: Epoch, lfdi: str) -> WitnessKey:
    (public,) = (drawn.blind_key for drawn in epoch.witnesses if drawn.lfdi == lfdi)
    return next(key for key in map(samples.witness_key, count()) if key.blind_key == public)


def enlistment(number: int, key: WitnessKey | None = None, *, version: int | None = None) -> Enlist:
    said = {
        "lfdi": meter(number).lfdi,
        "version": next(VERSIONS) if version is None else version,
        "blind_key": (key or samples.witness_key(number)).blind_key,
    }
    return Enlist(**said, signature=meter(number).sign(statements.enlistment(CHAIN, **said)))


def asking(number: int, trees: int = 1, *, epoch: int = 1) -> AskForTrees:
    lfdi = meter(number).lfdi
    signature = meter(number).sign(statements.request(CHAIN, epoch=epoch, lfdi=lfdi, trees=trees))
    return AskForTrees(epoch=epoch, lfdi=lfdi, trees=trees, signature=signature)


def voucher(epoch: Epoch, position: int, root: bytes) -> Voucher:
    """Have a drawn witness sign a tree that it does not see."""
    drawn = epoch.witnesses[position]
    message = statements.tree(CHAIN, epoch=epoch.number, depth=epoch.depth, root=root)
    n = modulus(drawn.blind_key)
    blinded = blinding.blind(n, message)
    blind_signature = key_of(epoch, drawn.lfdi).blind_sign(blinded.message)
    return Voucher(
        witness=position, signature=blinding.finalize(n, message, blind_signature, blinded.inverse)
    )


def signed(epoch: Epoch, root: bytes, *, by=None) -> SignedTree:
    positions = range(epoch.needed) if by is None else by
    return SignedTree(root=root.hex(), vouchers=[voucher(epoch, each, root) for each in positions])


def publication(epoch: Epoch, *roots: bytes) -> Publish:
    return Publish(epoch=epoch.number, trees=[signed(epoch, root) for root in sorted(roots)])


def spending(receipt: Receipt, *, epoch: int = 1) -> Spend:
    return Spend(
        epoch=epoch,
        root=receipt.root.hex(),
        index=receipt.index,
        path=list(receipt.path),
        public_key=receipt.public_key,
        subject=receipt.subject.hex(),
        energy_wh=receipt.energy_wh,
        signature=receipt.signature,
    )
