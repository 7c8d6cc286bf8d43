"""Certificates of existence: verifying, the contract's part and a meter's, by depth of the tree.

Times are of one core's CPU, except where a receipt waits for the disk.
"""

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.existence import keys
from wattloom.chaincode.existence.contract import existence
from wattloom.chaincode.existence.messages import Spend
from wattloom.chaincode.existence.records import Drawn, Epoch, VouchedTree
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.identity.certificates import Authority
from wattloom.identity.existence import blinding, openssl, portable, statements
from wattloom.identity.existence.blind_keys import modulus
from wattloom.identity.existence.derivation import scalar
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.trees import Tree
from wattloom.identity.existence.verifying import verify_receipt, verify_voucher
from wattloom.identity.existence.witness_keys import WitnessKey
from wattloom.market.meter.meter import Meter

CHAIN, T0 = "test", 1_700_000_000
SUBJECT = sha256(b"a commitment").digest()
RELAYER = caller("bench.relay", "relayer")
DEPTHS = (4, 6, 10)
RUNS = 5


def run() -> list[dict[str, Any]]:
    """Return one figure for each operation, microseconds at the median of the runs."""
    figures = [figure for depth in DEPTHS for figure in _of_depth(depth)]
    return [*figures, *_blind(), _meter()]


def _of_depth(depth: int) -> list[dict[str, Any]]:
    signers = [openssl.Signer(scalar(bytes(32), bytes(32), place)) for place in range(1 << depth)]
    tree = Tree([signer.spki for signer in signers])
    receipts = [_receipt(tree, place, signer) for place, signer in enumerate(signers)][:256]
    one = receipts[-1]
    return [
        _timed(
            "verify a receipt",
            lambda: verify_receipt(one, chain_id=CHAIN, root=tree.root, depth=depth),
            depth,
            500,
        ),
        _spending(tree, receipts, depth),
        *(
            _building(name, make, depth)
            for name, make in (("openssl", openssl.Signer), ("portable", portable.Signer))
        ),
    ]


def _receipt(tree: Tree, place: int, signer: openssl.Signer) -> Receipt:
    signed = statements.receipt(CHAIN, root=tree.root, subject=SUBJECT, energy_wh=place)
    return Receipt(tree.root, place, tree.path(place), signer.spki, SUBJECT, place, signer.sign(signed))


def _spending(tree: Tree, receipts: list[Receipt], depth: int) -> dict[str, Any]:
    """Measure `existence:spend` in memory: state, verification and event, without signature and block."""
    epoch = Epoch(
        number=1,
        depth=depth,
        requests_until_s=T0,
        starts_at_s=T0,
        ends_at_s=T0 + 1_000,
        grace_s=0,
        to_draw=3,
        needed=3,
        trees_per_meter=1,
        limit=1,
        drawn_height=1,
        witnesses=[Drawn(lfdi=f"{n:040x}", blind_key=b"\xff" * 256) for n in range(3)],
    )
    published = VouchedTree(epoch=1, root=tree.root.hex(), witnesses=[0, 1, 2])
    spends = [_spend(each) for each in receipts]
    took = []
    for _ in range(RUNS):
        ledger = MemoryLedger([registry, existence], time_s=T0)
        records = {keys.epoch(1): encode(epoch), keys.tree(1, published.root): encode(published)}
        ledger.committed.apply({"existence": dict(records)})
        began_s = time.process_time()
        for spend in spends:
            ledger.submit(RELAYER, "existence:spend", spend)
        took.append((time.process_time() - began_s) / len(spends))
    return _figure("spend a receipt in the contract", took, depth)


def _spend(receipt: Receipt) -> Spend:
    return Spend(
        epoch=1,
        root=receipt.root.hex(),
        index=receipt.index,
        path=list(receipt.path),
        public_key=receipt.public_key,
        subject=receipt.subject.hex(),
        energy_wh=receipt.energy_wh,
        signature=receipt.signature,
    )


def _building(name: str, make: Callable[[int], Any], depth: int) -> dict[str, Any]:
    def build() -> None:
        salt = secrets.token_bytes(32)
        Tree([make(scalar(bytes(32), salt, place)).spki for place in range(1 << depth)])

    return _timed(f"build a tree, {name}", build, depth, 1)


def _blind() -> list[dict[str, Any]]:
    key, message = WitnessKey.generate(), secrets.token_bytes(100)
    n = modulus(key.blind_key)
    blinded = blinding.blind(n, message)
    answer = key.blind_sign(blinded.message)
    signature = blinding.finalize(n, message, answer, blinded.inverse)
    return [
        _timed("blind a root", lambda: blinding.blind(n, message), None, 20),
        _timed("sign blindly", lambda: key.blind_sign(blinded.message), None, 20),
        _timed("unblind and check", lambda: blinding.finalize(n, message, answer, blinded.inverse), None, 20),
        _timed("verify a witness", lambda: verify_voucher(key.blind_key, message, signature), None, 300),
    ]


def _meter() -> dict[str, Any]:
    """Measure receipts of a reference meter on this machine's disk, each with its durable reservation."""
    root = Authority.create("bench root", organisation="bench", not_before_s=T0, path_length=1)
    line = root.issue_intermediate("bench line", not_before_s=T0)
    epoch = Epoch(
        number=1,
        depth=8,
        requests_until_s=T0,
        starts_at_s=T0,
        ends_at_s=T0,
        grace_s=0,
        to_draw=1,
        needed=1,
        trees_per_meter=1,
        limit=1,
    )
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
        folder = Path(scratch) / "meter"
        line.issue_meter("m-1", manufactured_at_s=T0).save(folder)
        Meter.prepare(folder, chain_id=CHAIN)
        with Meter(folder) as meter:
            list(meter.questions(epoch, 1))  # makes the tree
            for published in meter.roots(1):
                meter.mark_published(published)
            subjects = iter(range(1 << 8))
            return _timed(
                "sign a receipt durably",
                lambda: meter.receipt(epoch=1, subject=sha256(b"%d" % next(subjects)).digest(), energy_wh=1),
                8,
                50,
                time.perf_counter,
            )


def _timed(
    what: str,
    call: Callable[[], object],
    depth: int | None,
    times: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Any]:
    took = []
    for _ in range(RUNS):
        began_s = clock()
        for _ in range(times):
            call()
        took.append((clock() - began_s) / times)
    return _figure(what, took, depth)


def _figure(what: str, took: list[float], depth: int | None) -> dict[str, Any]:
    median_s = statistics.median(took)
    return {
        "what": what,
        "depth": "" if depth is None else depth,
        "us": round(median_s * 1e6, 1),
        "slowest_us": round(max(took) * 1e6, 1),
        "per_s": round(1 / median_s),
    }
