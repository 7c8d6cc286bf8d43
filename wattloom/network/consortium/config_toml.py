"""CometBFT's `config.toml` of a node, written from the node's own settings."""

import json

from jinja2 import Environment, PackageLoader, StrictUndefined

from wattloom.network.consortium.engine_settings import ENGINE_SETTINGS, timeout_commit
from wattloom.network.consortium.layout import NodeFolder, NodeSettings, write_whole
from wattloom.network.transactions import MAX_TRANSACTION_BYTES

TEMPLATES = Environment(
    loader=PackageLoader("wattloom.network.consortium"),
    autoescape=False,  # noqa: S701 - TOML, whose strings `quoted` makes
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write_config(folder: NodeFolder) -> None:
    """Write the engine's configuration of a node, for the place where its folder stands now."""
    write_whole(folder.config_path, config_toml(folder.settings(), folder).encode())


def config_toml(settings: NodeSettings, folder: NodeFolder) -> str:
    """Return the configuration of a node whose folder is, or is going to be, there."""
    return TEMPLATES.get_template("config.toml").render(
        ENGINE_SETTINGS,
        timeout_commit=timeout_commit(settings.sharing),
        node=settings,
        app_socket=folder.app_socket,
        rpc_socket=folder.rpc_socket,
        run_folder=str(folder.run_path),
        peer_ids=[peer.partition("@")[0] for peer in settings.peers],
        max_transaction_bytes=MAX_TRANSACTION_BYTES,
        quoted=quoted,
        on=lambda holds: "true" if holds else "false",
    )


def quoted(text: str) -> str:
    """Return a TOML basic string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
