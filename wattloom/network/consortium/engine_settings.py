"""The one table of engine settings that were chosen by measurement; elsewhere CometBFT's defaults hold."""

ENGINE_SETTINGS: dict[str, int | str | bool] = {
    # A lone transaction waits for every hop of votes: gossip sleeps cost more than all else.
    "peer_gossip_sleep": "2ms",
    "flush_throttle": "1ms",
    "skip_timeout_commit": False,
    # How long a dead proposer, or votes that do not come, hold the others up.
    "timeout_propose": "1s",
    "timeout_propose_delta": "500ms",
    "timeout_vote": "500ms",
    "timeout_vote_delta": "500ms",
    # The gateway sends what it has in one JSON-RPC batch; one beyond these is refused whole.
    "rpc_batch_requests": 4_096,
    "rpc_body_bytes": 64 << 20,
    "rpc_connections": 900,
    "mempool_transactions": 20_000,
    "mempool_bytes": 256 << 20,
    "mempool_cache": 50_000,
    "recheck": True,
    "recheck_timeout": "5s",
    # Every peer is named, none is found by gossip, so the limits only keep strangers from crowding a node.
    "inbound_peers": 128,
    "redial_max": "2s",
    "peer_bytes_per_s": 20 << 20,
    # Above 0 a plain restart would be refused too, until so many blocks have passed without the validator.
    # `restore` never brings back an older signing state, and evidence answers a key that is used twice.
    "double_sign_check_height": 0,
    "block_time_tolerance": "1m",
    "state_sync_discovery": "5s",
    "state_sync_trust_period": "168h",
    "log_level": "error",
}

PAUSE_MS = 24
PAUSE_MS_PER_SHARING = 6


def timeout_commit(sharing: int) -> str:
    """Return how long after a commit the next block begins, where `sharing` validators share a machine.

    A block is made as soon as there is a transaction. Execution takes most of this time; in the rest the next
    transaction of a client that sends back to back arrives, and is in the block that would else hold the new
    state root alone. On a shared machine everything takes longer.
    """
    return f"{max(PAUSE_MS, PAUSE_MS_PER_SHARING * sharing)}ms"
