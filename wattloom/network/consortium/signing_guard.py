"""What a restored validator has signed last, by its backup, by the folder that it replaces, and by the chain.

A backup that is older than what the folder or the chain knows is refused. So is one that was made while the
validator ran, and one for a folder that lost its own signing state: nothing tells what was signed since.
Where the chain has gone on, the key signs again a few heights above it, so that even a vote that nobody has
seen is not given twice.
"""

from collections.abc import Iterable

import msgspec

from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.rpc import RpcClient, RpcError
from wattloom.network.consortium.backup import SIGNING_FILE, Manifest
from wattloom.network.consortium.errors import RestoreRefused
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.consortium.processes import process_of
from wattloom.network.consortium.signing import SigningState, parse_signing_state, read_signing_bytes
from wattloom.network.consortium.spec import NodeKind

COMMITS_LOOKED_AT = 100
"""How many of the newest commits are searched for the validator's own votes."""

HEIGHTS_ABSTAINED = 2
"""A validator may have signed for the height after the newest one: it begins above that."""

LAST_STEP = 3
"""The step of a height's last vote, the precommit. Source: CometBFT v0.39, `privval`."""

TWICE = "the node could sign twice; restore it with --new-validator-key"


def newest_signed(
    network: NetworkFolder, node: NodeFolder, made: NodeFolder, manifest: Manifest, *, keep: bool
) -> bytes:
    """Return the signing state to go on from; raise `RestoreRefused` where a newer one is known."""
    backed_up = made.signing_state_path.read_bytes() if made.signing_state_path.exists() else None
    if backed_up is None:
        raise RestoreRefused(f"the backup holds no {SIGNING_FILE}: {TWICE}")
    state = parse_signing_state(backed_up)
    _check_key(node, made)
    found = _signed_here(node)
    if found is not None and found[0].place >= state.place:
        if found[0].place > state.place and not keep:
            raise RestoreRefused(
                f"{node.name} has signed {found[0]}, the backup knows of {state}: {TWICE}, or keep the newer "
                "one with --keep-signing-state"
            )
        return found[1]
    if found is None and node.engine_data_path.exists():
        raise RestoreRefused(
            f"{node.signing_state_path} is missing, nothing tells what was signed since {state}: {TWICE}"
        )
    if manifest.was_running and (manifest.kind is NodeKind.VALIDATOR or state.place[0]):
        raise RestoreRefused(
            f"the backup was made while {node.name} ran, at {state}, and it has signed since: {TWICE}"
        )
    newest = _newest_of_others(network, node, made, state)
    return backed_up if newest <= state.place[0] else nothing_before(newest + HEIGHTS_ABSTAINED)


def nothing_before(height: int) -> bytes:
    """Return a signing state under which a key signs nothing up to and at a height."""
    return msgspec.json.encode(SigningState(height=str(height), round=0, step=LAST_STEP))


def _check_key(node: NodeFolder, made: NodeFolder) -> None:
    if not node.validator_key_path.exists():
        return
    here, restored = (ValidatorKey.load(each.validator_key_path) for each in (node, made))
    if here.public_key != restored.public_key:
        raise RestoreRefused(
            f"{node.name} has another validator key ({here.address.hex()}) than the backup "
            f"({restored.address.hex()}): move {node.path} away if the backup's is to be used"
        )


def _signed_here(node: NodeFolder) -> tuple[SigningState, bytes] | None:
    if not node.signing_state_path.exists():
        return None
    found = read_signing_bytes(node)
    return parse_signing_state(found), found


def _newest_of_others(network: NetworkFolder, node: NodeFolder, made: NodeFolder, state: SigningState) -> int:
    """Return the newest height that other nodes know; refuse where one has a newer vote of this key."""
    address, newest = ValidatorKey.load(made.validator_key_path).address, 0
    for other in network.nodes():
        if other.name == node.name or process_of(other) is None:
            continue
        try:
            height = last_vote(other, address, after_height=state.place[0])
            newest = max(newest, newest_height(other))
        except RpcError as error:
            raise RestoreRefused(
                f"{other.name} cannot be asked what was signed, try again: {error}"
            ) from error
        if height is not None:
            raise RestoreRefused(
                f"{other.name} has its vote for height {height}, the backup knows of {state}: {TWICE}"
            )
    return newest


def newest_height(node: NodeFolder) -> int:
    """Return the newest height of a running node; raise `RpcError`."""
    with RpcClient(node.settings().rpc_url) as rpc:
        return int(rpc.call("status")["sync_info"]["latest_block_height"])


def last_vote(node: NodeFolder, address: bytes, *, after_height: int) -> int | None:
    """Return the newest height whose commit, by a running node's account, holds a validator's vote.

    Commits are made of the first two thirds of the votes, so a late vote may stand in none.
    """
    newest = newest_height(node)
    with RpcClient(node.settings().rpc_url) as rpc:
        for height in range(newest, max(after_height, newest - COMMITS_LOOKED_AT), -1):
            signatures = rpc.call("commit", height=height)["signed_header"]["commit"]["signatures"]
            if address.hex().upper() in _voters(signatures):
                return height
    return None


def _voters(signatures: Iterable[dict[str, str]]) -> set[str]:
    return {each["validator_address"] for each in signatures}
