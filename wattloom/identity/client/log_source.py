"""The log of a running service, as a monitor reads it."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from wattloom.identity import files
from wattloom.identity.client.calling import IdentityClient, tree_head
from wattloom.identity.errors import IdentityRejected, KeyFileError
from wattloom.identity.log.heads import TreeHead
from wattloom.identity.signatures import VerifyingKey
from wattloom.identity.wire import identity_pb2 as wire


class ServiceLog:
    """A `Source` of `log.monitor`; raise `NotAnswered` or `Refused`."""

    def __init__(self, client: IdentityClient) -> None:
        self._client = client

    def head(self) -> TreeHead:
        """Return the newest head."""
        answer = self._client.call(self._client.stub.GetLogRoot, wire.GetLogRootRequest())
        return tree_head(answer.tree_head)

    def entries(self, first_index: int, limit: int) -> Sequence[bytes]:
        """Return entries (DER) from an index on."""
        request = wire.GetEntriesRequest(first_index=first_index, limit=limit)
        return tuple(self._client.call(self._client.stub.GetEntries, request).entries)


def load_log_key(path: Path) -> VerifyingKey:
    """Read a log's public key, PEM; raise `KeyFileError` unless it is on P-256."""
    try:
        loaded = load_pem_public_key(files.read_public(path))
        return VerifyingKey.from_spki(loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except (ValueError, UnsupportedAlgorithm, IdentityRejected) as error:
        raise KeyFileError(f"{path}: holds no public key of a log, PEM on P-256") from error
