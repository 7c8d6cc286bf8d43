"""Errors by stage, because the stage decides what the caller may do next.

ClientError
|-- NotSubmitted       never left us or was surely not taken: submitting again is safe
|-- CommitUnknown      sent, and no answer: `resolve` or `send` the same bytes, never sign the wish again
|-- Refused            final: the ledger or a contract said no, and `code` says why
|-- NotAnswered        a query, a status, a proof or a stream got no answer: asking again is safe
|-- UnexpectedAnswer   the ledger answered with something else than the result type that was asked for
+-- ProofRefused       a gateway's proof does not lead to the trusted validators' signatures
"""

from collections.abc import Mapping


class ClientError(Exception):
    """Base of every error that the client raises for what happens outside of the calling program."""


class NotSubmitted(ClientError):
    """The transaction never left us or was surely not taken; submitting again is safe."""


class CommitUnknown(ClientError):
    """The transaction was sent and nobody said what became of it.

    Attributes
    ----------
    tx_id : what to ask for
    raw : what to send again, unchanged
    valid_until_s : once a block's time has passed it, unknown means never (Unix seconds, UTC)
    """

    def __init__(self, reason: str, *, tx_id: str, raw: bytes, valid_until_s: int) -> None:
        super().__init__(f"what became of {tx_id} is unknown: {reason}")
        self.tx_id = tx_id
        self.raw = raw
        self.valid_until_s = valid_until_s


class Refused(ClientError):
    """The ledger or a contract said no.

    Attributes
    ----------
    code : stable, for programs
    details : the facts of the case
    sentence : for people
    tx_id : the refused transaction; empty for a query
    height : of the block that records the refusal; None where none does
    """

    def __init__(
        self,
        code: str,
        details: Mapping[str, int | str],
        sentence: str,
        *,
        tx_id: str = "",
        height: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.details = dict(details)
        self.sentence = sentence
        self.tx_id = tx_id
        self.height = height


class NotAnswered(ClientError):
    """Nobody answered a call that changes nothing; asking again is safe."""


class UnexpectedAnswer(ClientError):
    """The answer is not of the type that was asked for; `data` is its canonical JSON.

    A transaction stands in the ledger all the same, under `tx_id` (empty for a query).
    """

    def __init__(self, reason: str, *, data: bytes, tx_id: str = "") -> None:
        super().__init__(f"the answer is not of the expected type: {reason}")
        self.data = data
        self.tx_id = tx_id


class ProofRefused(ClientError):
    """A gateway's proof does not lead to the trusted validators' signatures."""
