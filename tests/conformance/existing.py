"""Meters that vouch for each other's trees, and epochs that are short because no test waits for more."""

from itertools import count

from tests.chaincode.existence.world import key_of
from tests.conformance.assembly import Assembly
from tests.conformance.ledgers import START_S
from tests.conformance.town import Member, Town
from tests.identity.existence import samples
from wattloom.chaincode.existence.messages import (
    AskForTrees,
    Enlist,
    Publish,
    SignedTree,
    Spend,
    Voucher,
)
from wattloom.chaincode.existence.records import Epoch, Witness
from wattloom.chaincode.governance.actions import AddManufacturer, SetParameters
from wattloom.chaincode.governance.records import ExistenceRules
from wattloom.chaincode.registry.records import MeterChain
from wattloom.identity.certificates import Authority
from wattloom.identity.existence import blinding, openssl, statements
from wattloom.identity.existence.blind_keys import modulus
from wattloom.identity.existence.trees import Tree

VERSIONS, KEYS = count(1), count()
BRIEF = ExistenceRules(epoch_s=1, request_s=1, publish_s=1, grace_s=0, witnesses=1, needed=1)
USUAL = ExistenceRules(
    epoch_s=600, request_s=4, publish_s=1, witnesses=2, needed=1, trees_per_meter=2, trees=3
)


def open_epoch(town: Town, assembly: Assembly, rules: ExistenceRules) -> Epoch:
    """Have rules voted for, and open an epoch under them by a new registrar of north."""
    assembly.carry(SetParameters(existence=rules))
    return town.member("opener", "registrar").submit("existence:open_epoch", None, Epoch).result


class Fleet:
    """Genuine meters of a new manufacturer, which north's registrar has registered."""

    def __init__(self, town: Town, assembly: Assembly, number: int) -> None:
        name = town.name("maker")
        root = Authority.create(f"{name} root", organisation=name, not_before_s=START_S, path_length=1)
        assembly.carry(AddManufacturer(manufacturer=name, root_certificate=root.certificate))
        line = root.issue_intermediate(f"{name} line", not_before_s=START_S)
        self.chain_id = town.ledger.chain_id
        self.registrar, self.relayer = town.member("office", "registrar"), town.member("relay", "relayer")
        self.meters = [line.issue_meter(f"m-{n}", manufactured_at_s=START_S) for n in range(number)]
        for meter in self.meters:
            chain = MeterChain(chain=list(meter.chain), manufactured_at_s=START_S)
            self.registrar.submit("registry:register_meter", chain)

    def enlistment(self, number: int) -> Enlist:
        meter = self.meters[number]
        said = {
            "lfdi": meter.lfdi,
            "version": next(VERSIONS),
            "blind_key": samples.witness_key(next(KEYS)).blind_key,
        }
        return Enlist(**said, signature=meter.sign(statements.enlistment(self.chain_id, **said)))

    def enlist(self, number: int, by: Member) -> Witness:
        return by.submit("existence:enlist", self.enlistment(number), Witness).result

    def asking(self, number: int, epoch: int, trees: int = 1) -> AskForTrees:
        meter = self.meters[number]
        signed = statements.request(self.chain_id, epoch=epoch, lfdi=meter.lfdi, trees=trees)
        return AskForTrees(epoch=epoch, lfdi=meter.lfdi, trees=trees, signature=meter.sign(signed))


class OneTimeTree:
    """A meter's tree, and what is said with its keys."""

    def __init__(self, chain_id: str, seed: int) -> None:
        self._chain_id = chain_id
        self._keys = [openssl.Signer(seed * 1_000 + place + 1) for place in range(16)]
        self._tree = Tree([key.spki for key in self._keys])

    @property
    def root(self) -> str:
        return self._tree.root.hex()

    def signed(self, epoch: Epoch, *positions: int) -> SignedTree:
        """Return the tree with the blind signatures of these of the epoch's witnesses."""
        message = statements.tree(self._chain_id, epoch=epoch.number, depth=epoch.depth, root=self._tree.root)
        vouchers = []
        for position in positions:
            drawn = epoch.witnesses[position]
            blinded = blinding.blind(modulus(drawn.blind_key), message)
            answer = key_of(epoch, drawn.lfdi).blind_sign(blinded.message)
            signature = blinding.finalize(modulus(drawn.blind_key), message, answer, blinded.inverse)
            vouchers.append(Voucher(witness=position, signature=signature))
        return SignedTree(root=self.root, vouchers=vouchers)

    def published(self, epoch: Epoch, *positions: int) -> Publish:
        return Publish(epoch=epoch.number, trees=[self.signed(epoch, *positions)])

    def receipt(self, epoch: Epoch, place: int, *, energy_wh: int = 500) -> Spend:
        signed = statements.receipt(
            self._chain_id, root=self._tree.root, subject=samples.SUBJECT, energy_wh=energy_wh
        )
        return Spend(
            epoch=epoch.number,
            root=self.root,
            index=place,
            path=list(self._tree.path(place)),
            public_key=self._keys[place].spki,
            subject=samples.SUBJECT.hex(),
            energy_wh=energy_wh,
            signature=self._keys[place].sign(signed),
        )
