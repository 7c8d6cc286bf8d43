"""One connection to an identity service, and what a caller does with each of its methods."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

import grpc

from wattloom.identity.certificates import MeterIdentity
from wattloom.identity.client.errors import error_of
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.keys import SigningKey
from wattloom.identity.log.heads import TreeHead, verify_head
from wattloom.identity.log.proofs import verify_inclusion
from wattloom.identity.merkle import leaf_hash
from wattloom.identity.service import statements
from wattloom.identity.signatures import VerifyingKey
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.identity.wire.identity_pb2_grpc import IdentityStub

PATIENCE_S: Final = 30.0


class IdentityClient:
    """A caller's way to one identity service; may be shared by threads.

    Parameters
    ----------
    ca_certificate : PEM of the root that vouches for the service's TLS certificate
    log_key : the public key of the log, got on another way; with it, what is issued must stand in the log
    """

    def __init__(
        self,
        address: str,
        *,
        ca_certificate: bytes,
        log_key: VerifyingKey | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(ca_certificate))
        self.stub: Final = IdentityStub(self._channel)
        self._log_key, self._patience_s = log_key, patience_s

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def __enter__(self) -> "IdentityClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enrol(self, meter: MeterIdentity, *, manufactured_at_s: int, key: SigningKey) -> ClientIdentity:
        """Return the meter's operational identity for `key`, which it has made and stored before.

        Raises
        ------
        NotAnswered, Refused : see `errors`
        IdentityRejected : the log does not prove the certificate
        """
        nonce = self._nonce()
        statement = statements.enrolment(nonce, meter.certificate, manufactured_at_s, key.public_key.spki)
        request = wire.EnrolRequest(
            nonce=nonce,
            manufacturer_chain=meter.chain,
            manufactured_at_s=manufactured_at_s,
            public_key=key.public_key.spki,
            manufacturer_signature=meter.sign(statement),
            possession_signature=key.sign(statement),
        )
        return self._identity(key, self.call(self.stub.Enrol, request).issued)

    def renew(self, identity: ClientIdentity, *, key: SigningKey) -> ClientIdentity:
        """Return the identity that follows `identity`, for the next key; raise as `enrol` does."""
        nonce, certificate_id = self._nonce(), sha256(identity.certificate).digest()
        statement = statements.renewal(nonce, certificate_id, key.public_key.spki)
        request = wire.RenewRequest(
            nonce=nonce,
            certificate_id=certificate_id,
            public_key=key.public_key.spki,
            signature=identity.sign(statement),
            possession_signature=key.sign(statement),
        )
        return self._identity(key, self.call(self.stub.Renew, request).issued)

    def revoke(
        self, registrar: ClientIdentity, certificate_id: bytes, *, reason: "wire.Reason.ValueType"
    ) -> int:
        """Take a certificate back, as a registrar; return when that was (Unix seconds, UTC)."""
        nonce = self._nonce()
        statement = statements.revocation(nonce, certificate_id, reason)
        request = wire.RevokeRequest(
            operator=_operator(registrar, nonce, statement), certificate_id=certificate_id, reason=reason
        )
        return int(self.call(self.stub.Revoke, request).revoked_at_s)

    def list(self, registrar: ClientIdentity, *, only_valid: bool = False) -> Iterator[wire.Record]:
        """Yield what was issued, in the log's order, as a registrar."""
        after_index = 0
        while True:
            nonce = self._nonce()
            statement = statements.listing(nonce, after_index, 0, only_valid=only_valid)
            request = wire.ListRequest(
                operator=_operator(registrar, nonce, statement),
                after_index=after_index,
                only_valid=only_valid,
            )
            answer = self.call(self.stub.List, request)
            yield from answer.records
            if not answer.next_index:
                return
            after_index = answer.next_index

    def crl(self, issuer_id: bytes = b"") -> bytes:
        """Return the DER of the newest list of revoked certificates."""
        return bytes(self.call(self.stub.GetCRL, wire.GetCRLRequest(issuer_id=issuer_id)).crl)

    def call(self, method: Callable[..., Any], request: object) -> Any:  # noqa: ANN401 - the method's own answer
        """Call one method of `stub`; raise `NotAnswered` or `Refused`."""
        with _errors_ours():
            return method(request, timeout=self._patience_s, wait_for_ready=False)

    def _nonce(self) -> bytes:
        return bytes(self.call(self.stub.Challenge, wire.ChallengeRequest()).nonce)

    def _identity(self, key: SigningKey, issued: wire.Issued) -> ClientIdentity:
        if self._log_key is not None:
            verify_issued(issued, self._log_key)
        return ClientIdentity(key=key, chain=tuple(issued.chain))


def verify_issued(issued: wire.Issued, log_key: VerifyingKey) -> None:
    """Raise `IdentityRejected` unless the log, as its operator signed it, holds the certificate."""
    head = tree_head(issued.tree_head)
    verify_head(head, log_key)  # (1) the operator's word
    leaf = leaf_hash(issued.chain[0] if issued.chain else b"")
    verify_inclusion(
        leaf, issued.leaf_index, head.tree_size, issued.audit_path, head.root_hash
    )  # (2) holds it


def tree_head(message: wire.TreeHead) -> TreeHead:
    """Read a signed head, which is not verified here."""
    return TreeHead(message.tree_size, message.root_hash, message.timestamp_s, message.signature)


def _operator(identity: ClientIdentity, nonce: bytes, statement: bytes) -> wire.Operator:
    return wire.Operator(nonce=nonce, chain=identity.chain, signature=identity.sign(statement))


@contextmanager
def _errors_ours() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise error_of(error) from None
