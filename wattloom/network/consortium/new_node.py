"""A new node's folder: its keys, certificates, genesis and configuration."""

from dataclasses import dataclass
from pathlib import Path

from wattloom.identity import files
from wattloom.identity.tls import LOOPBACK, TlsAuthority
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium.config_toml import config_toml
from wattloom.network.consortium.layout import NodeFolder, NodeSettings
from wattloom.network.consortium.node_key import NodeKey

NOTHING_SIGNED = b'{\n  "height": "0",\n  "round": 0,\n  "step": 0\n}'
"""The signing state of a validator's key that has signed nothing yet."""


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """What a node proves itself with: to its peers, and to the chain if it is a validator, or becomes one."""

    node: NodeKey
    validator: ValidatorKey

    @classmethod
    def generate(cls) -> "NodeKeys":
        """Draw new keys."""
        return cls(NodeKey.generate(), ValidatorKey.generate())


def write_node(
    path: Path,
    final_path: Path,
    *,
    settings: NodeSettings,
    keys: NodeKeys,
    genesis: Genesis,
    tls: TlsAuthority,
    start_s: int,
) -> None:
    """Write a node's folder at `path`, which is going to be moved to `final_path`."""
    folder, final = NodeFolder(path), NodeFolder(final_path)
    for made in (folder.engine_data_path, folder.config_path.parent, folder.run_path):
        made.mkdir(mode=0o700, parents=True)
    path.chmod(0o700)
    keys.node.save(folder.node_key_path)
    keys.validator.save(folder.validator_key_path)
    files.write_new(folder.signing_state_path, NOTHING_SIGNED, mode=files.PRIVATE)
    files.write_new(folder.genesis_path, genesis.encode(), mode=files.PRIVATE)
    files.write_new(folder.config_path, config_toml(settings, final).encode(), mode=files.PRIVATE)
    hosts = dict.fromkeys((*LOOPBACK, settings.host))
    tls.issue_server(list(hosts), not_before_s=start_s).save(folder.tls_path)
    files.write_new(folder.tls_path / "tls-ca.pem", tls.ca_pem, mode=files.PUBLIC)
    folder.write_settings(settings)
