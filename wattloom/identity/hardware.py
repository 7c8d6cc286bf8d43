"""Keys that never leave a hardware token, by PKCS #11: named by a URI, used like any other key.

The URI (RFC 7512) names token and key, where the module is, and the file with the PIN:
`pkcs11:token=wattloom;object=issuing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pin`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl, unquote

import msgspec
import pkcs11
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from wattloom.identity import files
from wattloom.identity.errors import KeyFileError

SCHEME: Final = "pkcs11:"
_EC: Final = pkcs11.KeyType.EC

_sessions: dict[tuple[str, str], pkcs11.Session] = {}
_opening = threading.Lock()


class KeyUri(msgspec.Struct, frozen=True):
    """Which key of which token, behind which module, and the file that holds the PIN."""

    token: str
    label: str
    module: str
    pin_file: Path

    @classmethod
    def read(cls, uri: str) -> "KeyUri":
        """Read a URI; raise `KeyFileError` unless it has all four parts."""
        path, _, query = uri.strip().removeprefix(SCHEME).partition("?")
        named = dict(part.partition("=")[::2] for part in path.split(";"))
        asked = dict(parse_qsl(query))
        try:
            return cls(
                token=unquote(named["token"]),
                label=unquote(named["object"]),
                module=asked["module-path"],
                pin_file=Path(asked["pin-source"].removeprefix("file:")),
            )
        except KeyError as missing:
            raise KeyFileError(f"hardware key: {uri.strip()[:80]!a} names no {missing.args[0]}") from None


class HardwareKey(ec.EllipticCurvePrivateKey):
    """A P-256 key of a token, in the form that `cryptography` signs certificates with."""

    def __init__(self, uri: str) -> None:
        self.uri: Final = uri.strip()
        self._place = KeyUri.read(uri)
        self._using = threading.Lock()
        with _errors_ours(self._place):
            session = _session(self._place)
            self._private: Any = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, _EC, self._place.label)
            public: Any = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, _EC, self._place.label)
            spki = encode_ec_public_key(public)
        loaded = serialization.load_der_public_key(spki)
        if not isinstance(loaded, ec.EllipticCurvePublicKey) or not isinstance(loaded.curve, ec.SECP256R1):
            raise KeyFileError(f"hardware key {self._place.label!a}: must be on P-256")
        self._public = loaded

    @classmethod
    def generate(cls, uri: str) -> "HardwareKey":
        """Make a new key inside the token; raise `KeyFileError` if it has one of that name."""
        place = KeyUri.read(uri)
        with _errors_ours(place):
            session = _session(place)
            labelled = {pkcs11.Attribute.LABEL: place.label, pkcs11.Attribute.KEY_TYPE: _EC}
            if any(session.get_objects(labelled)):
                raise KeyFileError(f"hardware key {place.label!a}: the token has one, nothing is overwritten")
            curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            parameters = session.create_domain_parameters(_EC, curve, local=True)
            parameters.generate_keypair(store=True, label=place.label)
        return cls(uri)

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """In bits."""
        return self._public.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public key."""
        return self._public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # noqa: ANN401 - bytes-like
        """Return the DER signature over `data`; SHA-256 is all that is offered."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, Prehashed) or not isinstance(algorithm, hashes.SHA256):
            raise KeyFileError("hardware key: signs by ECDSA with SHA-256 alone")
        digest = hashes.Hash(algorithm)
        digest.update(bytes(data))
        with self._using, _errors_ours(self._place):
            raw = bytes(self._private.sign(digest.finalize(), mechanism=pkcs11.Mechanism.ECDSA))
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        """Refuse: the key signs, and does nothing else."""
        raise self._kept()

    def private_numbers(self) -> NoReturn:
        """Refuse: the key does not leave its token."""
        raise self._kept()

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002 - the library's name
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> NoReturn:
        """Refuse: the key does not leave its token."""
        raise self._kept()

    def __copy__(self) -> "HardwareKey":
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "HardwareKey":
        return self

    def _kept(self) -> KeyFileError:
        return KeyFileError(f"hardware key {self._place.label!a}: does not leave its token, and only signs")


def _session(place: KeyUri) -> pkcs11.Session:
    """Return the process's one session with a token."""
    with _opening:
        key = (place.module, place.token)
        if key not in _sessions:
            pin = files.read_private(place.pin_file).decode().partition("\n")[0]
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
            _sessions[key] = token.open(rw=True, user_pin=pin)
        return _sessions[key]


@contextmanager
def _errors_ours(place: KeyUri) -> Iterator[None]:
    try:
        yield
    except (pkcs11.PKCS11Error, RuntimeError, UnicodeDecodeError) as error:
        reason = str(error) or type(error).__name__
        raise KeyFileError(
            f"hardware key {place.label!a} of token {place.token!a} by {place.module}: {reason}"
        ) from error
