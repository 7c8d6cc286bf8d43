"""The verifiers of certificates of existence: witnesses' signatures over trees, and receipts under a tree."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.existence import statements
from wattloom.identity.existence.blind_keys import EXPONENT, MODULUS_BYTES, SALT_BYTES, modulus
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.trees import check_path
from wattloom.identity.signatures import VerifyingKey

_SHA384 = hashes.SHA384()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA384), salt_length=SALT_BYTES)


def verify_voucher(blind_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise `IdentityRejected` unless the witness with this key (256-byte modulus) has signed the message."""
    if len(signature) != MODULUS_BYTES:
        raise IdentityRejected(Code.SIGNATURE_LENGTH, f"voucher: must be {MODULUS_BYTES} bytes")
    try:
        key = rsa.RSAPublicNumbers(EXPONENT, modulus(blind_key)).public_key()
        key.verify(signature, message, _PSS, _SHA384)
    except ValueError:
        raise IdentityRejected(Code.KEY_MALFORMED, "blind key: is no RSA modulus") from None
    except InvalidSignature:
        raise IdentityRejected(Code.SIGNATURE_INVALID, "voucher: not this witness's over this tree") from None


def verify_receipt(receipt: Receipt, *, chain_id: str, root: bytes, depth: int) -> None:
    """Raise `IdentityRejected` unless all hold; `root` and `depth` come from the ledger."""
    # (1) the key stands in the tree, by our hashes and at the tree's depth
    check_path(receipt.public_key, receipt.index, receipt.path, root=root, depth=depth)
    # (2) the key, a P-256 point, has signed just this
    statement = statements.receipt(chain_id, root=root, subject=receipt.subject, energy_wh=receipt.energy_wh)
    VerifyingKey(receipt.public_key).verify(receipt.signature, statement)
