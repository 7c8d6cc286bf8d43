"""Certificates with one flaw each, and the code that each must be refused with.

They are drawn up apart from our own issuing, because that refuses to make them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wattloom.identity.errors import Code
from wattloom.identity.membership import ARC, MEMBERSHIP_OID

NOW_S = 1_750_000_000
DAY_S = 86_400
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SHA256_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
MEMBERSHIP = x509.ObjectIdentifier(MEMBERSHIP_OID)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


ROOT_KEY, INTERMEDIATE_KEY, LEAF_KEY, OTHER_KEY = (p256() for _ in range(4))
P384_KEY = ec.generate_private_key(ec.SECP384R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519_KEY = ed25519.Ed25519PrivateKey.generate()


def name(common_name: str, organisation: str = "harbour") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def usage(*allowed: str) -> x509.KeyUsage:
    every = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{one: one in allowed for one in every})


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    if 128 <= size < 256:
        length = bytes([0x81, size])
    return bytes([tag]) + length + content


def member(json_text: str) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(MEMBERSHIP, tlv(0x0C, json_text.encode()))


GOOD_MEMBER = member('{"attributes":{"home":"h-1"},"role":"participant"}')


@dataclass(frozen=True)
class Plan:
    """One certificate to be: change a field to get a flaw. A value of None leaves an extension out."""

    subject: x509.Name
    issuer: x509.Name
    key: Any
    issuer_key: Any
    extensions: dict[str, tuple[x509.ExtensionType, bool]]
    not_before_s: int = NOW_S - DAY_S
    not_after_s: int = NOW_S + DAY_S
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    edits: tuple[tuple[bytes, bytes], ...] = ()

    def but(self, **changes: Any) -> "Plan":
        return replace(self, **changes)

    def with_(self, **extensions: Any) -> "Plan":
        merged = {**self.extensions, **extensions}
        return replace(self, extensions={key: value for key, value in merged.items() if value is not None})

    def make(self) -> bytes:
        """Return the signed certificate, with low s whenever the issuer's key is on P-256."""
        builder = x509.CertificateBuilder(
            issuer_name=self.issuer,
            subject_name=self.subject,
            public_key=self.key.public_key(),
            serial_number=0x5A5A5A5A5A5A5A5A,
            not_valid_before=moment(self.not_before_s),
            not_valid_after=moment(self.not_after_s),
        )
        for value, critical in self.extensions.values():
            builder = builder.add_extension(value, critical)
        drafted = builder.sign(self.issuer_key, self.digest)
        if self.issuer_key in (RSA_KEY, P384_KEY) or not isinstance(self.digest, hashes.SHA256):
            return drafted.public_bytes(Encoding.DER)
        tbs = drafted.tbs_certificate_bytes
        for old, new in self.edits:
            tbs = edited(tbs, old, new)
        r, s = sign(tbs, self.issuer_key)
        return assemble(tbs, r, s)


def moment(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def edited(tbs: bytes, old: bytes, new: bytes) -> bytes:
    """Replace bytes in a TBSCertificate and mend its outer length (the edit must not change an inner one)."""
    assert tbs.count(old) == 1, (old.hex(), tbs.count(old))
    header = 4 if tbs[1] == 0x82 else 3
    return tlv(0x30, tbs[header:].replace(old, new))


def sign(tbs: bytes, key: ec.EllipticCurvePrivateKey) -> tuple[int, int]:
    r, s = decode_dss_signature(key.sign(tbs, ec.ECDSA(hashes.SHA256())))
    return r, min(s, ORDER - s)


def assemble(tbs: bytes, r: int, s: int, unused_bits: int = 0) -> bytes:
    bits = tlv(0x03, bytes([unused_bits]) + encode_dss_signature(r, s))
    return tlv(0x30, tbs + SHA256_ALGORITHM + bits)


def key_ids(key: Any, issuer_key: Any) -> dict[str, tuple[x509.ExtensionType, bool]]:
    return {
        "ski": (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        "aki": (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    }


def authority(
    subject: x509.Name, issuer: x509.Name, key: Any, issuer_key: Any, path_length: int | None
) -> Plan:
    return Plan(
        subject,
        issuer,
        key,
        issuer_key,
        {
            "constraints": (x509.BasicConstraints(True, path_length), True),
            "usage": (usage("key_cert_sign", "crl_sign"), True),
            **key_ids(key, issuer_key),
        },
    )


def leaf(common_name: str, issuer: x509.Name, issuer_key: Any, key: Any = LEAF_KEY) -> Plan:
    return Plan(
        name(common_name),
        issuer,
        key,
        issuer_key,
        {
            "constraints": (x509.BasicConstraints(False, None), True),
            "usage": (usage("digital_signature"), True),
            **key_ids(key, issuer_key),
        },
    )


ROOT = authority(name("Root"), name("Root"), ROOT_KEY, ROOT_KEY, 1)
INTERMEDIATE = authority(name("Intermediate"), name("Root"), INTERMEDIATE_KEY, ROOT_KEY, 0)
CLIENT = leaf("home-1", name("Root"), ROOT_KEY).with_(
    purposes=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
    membership=(GOOD_MEMBER, False),
)
CLIENT_BELOW = CLIENT.but(issuer=name("Intermediate"), issuer_key=INTERMEDIATE_KEY).with_(
    **key_ids(LEAF_KEY, INTERMEDIATE_KEY)
)
METER = leaf("meter-1", name("Intermediate"), INTERMEDIATE_KEY)

ROOT_DER = ROOT.make()
INTERMEDIATE_DER = INTERMEDIATE.make()
CLIENT_DER = CLIENT.make()


@dataclass(frozen=True)
class Flaw:
    title: str
    code: Code
    chain: Callable[[], list[bytes]]
    trusted: Callable[[], bytes] = lambda: ROOT_DER


def below_root(title: str, code: Code, plan: Plan) -> Flaw:
    return Flaw(title, code, lambda: [plan.make(), ROOT_DER])


def under(title: str, code: Code, root: Plan, client: Plan = CLIENT) -> Flaw:
    """Trust a flawed root, so that its flaw alone is what is wrong."""
    made = root.make()
    return Flaw(title, code, lambda: [client.make(), made], lambda: made)


def membership(title: str, value: x509.ExtensionType, code: Code = Code.CERTIFICATE_MEMBERSHIP) -> Flaw:
    return below_root(title, code, CLIENT.with_(membership=(value, False)))


def high_s() -> list[bytes]:
    tbs = x509.load_der_x509_certificate(CLIENT_DER).tbs_certificate_bytes
    r, s = sign(tbs, ROOT_KEY)
    return [assemble(tbs, r, ORDER - s), ROOT_DER]


def padded_signature() -> list[bytes]:
    """Claim an unused bit where the signature happens to end in a zero: the same bits in another encoding."""
    tbs = x509.load_der_x509_certificate(CLIENT_DER).tbs_certificate_bytes
    while True:
        r, s = sign(tbs, ROOT_KEY)
        if s % 2 == 0:
            return [assemble(tbs, r, s, unused_bits=1), ROOT_DER]


def compressed_key() -> Plan:
    public = LEAF_KEY.public_key()
    whole = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    short = tlv(0x30, whole[2:23] + tlv(0x03, b"\x00" + point))
    return CLIENT.but(edits=((whole, short),))


def duplicated_membership() -> Plan:
    """Two extensions under one identifier: the second is drafted under a sibling identifier, then renamed."""
    sibling = x509.ObjectIdentifier(f"{ARC}.9")
    plan = CLIENT.with_(sibling=(x509.UnrecognizedExtension(sibling, GOOD_MEMBER.value), False))
    encoded = x509.Name([x509.NameAttribute(sibling, "x")]).public_bytes()
    start = encoded.index(b"\x06")
    old = encoded[start : start + 2 + encoded[start + 1]]
    return plan.but(edits=((old, old[:-1] + b"\x01"),))


ID_CE = "2.5.29"
"""The arc of X.509's own extensions."""

USAGE_DER = tlv(0x04, tlv(0x03, b"\x07\x80"))
"""The key usage of a signer, as an extension carries it."""


def duplicated_usage() -> Plan:
    """Two key usages: the second is drafted under its neighbour's identifier, then renamed."""
    neighbour = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{ID_CE}.99"), tlv(0x03, b"\x07\x80"))
    plan = CLIENT.with_(sibling=(neighbour, True))
    return plan.but(edits=((b"\x06\x03\x55\x1d\x63", b"\x06\x03\x55\x1d\x0f"),))


def swapped_times(plan: Plan) -> tuple[bytes, bytes]:
    """Return a certificate's two times, and the same the other way round."""
    times = [
        tlv(0x17, moment(at_s).strftime("%y%m%d%H%M%SZ").encode())
        for at_s in (plan.not_before_s, plan.not_after_s)
    ]
    return b"".join(times), b"".join(reversed(times))


EKU = ExtendedKeyUsageOID
C = Code
CLIENT_FLAWS = [
    Flaw("an empty chain", C.CERTIFICATE_LIMIT, list),
    Flaw("a leaf alone", C.CERTIFICATE_LIMIT, lambda: [CLIENT_DER]),
    Flaw(
        "four certificates",
        C.CERTIFICATE_LIMIT,
        lambda: [CLIENT_DER, INTERMEDIATE_DER, INTERMEDIATE_DER, ROOT_DER],
    ),
    Flaw("a chain the wrong way round", C.CERTIFICATE_UNTRUSTED, lambda: [ROOT_DER, CLIENT_DER]),
    Flaw("the root as a client", C.CERTIFICATE_USAGE, lambda: [ROOT_DER, ROOT_DER]),
    Flaw("another root of the same name and key", C.CERTIFICATE_UNTRUSTED, lambda: [CLIENT_DER, ROOT.make()]),
    below_root("a signature by another key", C.CERTIFICATE_UNTRUSTED, CLIENT.but(issuer_key=OTHER_KEY)),
    below_root("another issuer's name", C.CERTIFICATE_UNTRUSTED, CLIENT.but(issuer=name("Other"))),
    below_root(
        "another issuer's key identifier",
        C.CERTIFICATE_UNTRUSTED,
        CLIENT.with_(**key_ids(LEAF_KEY, OTHER_KEY)),
    ),
    below_root("no issuer's key identifier", C.CERTIFICATE_UNTRUSTED, CLIENT.with_(aki=None)),
    Flaw(
        "an intermediate that did not sign",
        C.CERTIFICATE_UNTRUSTED,
        lambda: [CLIENT_DER, INTERMEDIATE_DER, ROOT_DER],
    ),
    below_root("an expired leaf", C.CERTIFICATE_EXPIRED, CLIENT.but(not_after_s=NOW_S - 1)),
    below_root("a leaf of the future", C.CERTIFICATE_NOT_YET_VALID, CLIENT.but(not_before_s=NOW_S + 1)),
    under("an expired root", C.CERTIFICATE_EXPIRED, ROOT.but(not_after_s=NOW_S - 1)),
    under("a root of the future", C.CERTIFICATE_NOT_YET_VALID, ROOT.but(not_before_s=NOW_S + 1)),
    below_root(
        "a leaf that may not sign", C.CERTIFICATE_USAGE, CLIENT.with_(usage=(usage("key_agreement"), True))
    ),
    below_root("a leaf without usage", C.CERTIFICATE_USAGE, CLIENT.with_(usage=None)),
    below_root("a leaf without purpose", C.CERTIFICATE_USAGE, CLIENT.with_(purposes=None)),
    below_root(
        "a server's leaf",
        C.CERTIFICATE_USAGE,
        CLIENT.with_(purposes=(x509.ExtendedKeyUsage([EKU.SERVER_AUTH]), False)),
    ),
    below_root(
        "a leaf for two purposes",
        C.CERTIFICATE_USAGE,
        CLIENT.with_(purposes=(x509.ExtendedKeyUsage([EKU.CLIENT_AUTH, EKU.SERVER_AUTH]), False)),
    ),
    below_root(
        "a leaf that is an authority",
        C.CERTIFICATE_USAGE,
        CLIENT.with_(constraints=(x509.BasicConstraints(True, 0), True)),
    ),
    below_root(
        "a leaf that may sign certificates",
        C.CERTIFICATE_USAGE,
        CLIENT.with_(usage=(usage("digital_signature", "key_cert_sign"), True)),
    ),
    under(
        "a root that is no authority",
        C.CERTIFICATE_PATH,
        ROOT.with_(constraints=(x509.BasicConstraints(False, None), True)),
    ),
    under("a root without constraints", C.CERTIFICATE_PATH, ROOT.with_(constraints=None)),
    under(
        "a root that may not sign certificates",
        C.CERTIFICATE_USAGE,
        ROOT.with_(usage=(usage("crl_sign"), True)),
    ),
    under(
        "a root for one purpose",
        C.CERTIFICATE_USAGE,
        ROOT.with_(purposes=(x509.ExtendedKeyUsage([EKU.CLIENT_AUTH]), False)),
    ),
    below_root("a P-384 key", C.CERTIFICATE_ALGORITHM, CLIENT.but(key=P384_KEY)),
    below_root("an RSA key", C.CERTIFICATE_ALGORITHM, CLIENT.but(key=RSA_KEY)),
    below_root("an Ed25519 key", C.CERTIFICATE_ALGORITHM, CLIENT.but(key=ED25519_KEY)),
    below_root("an RSA signature", C.CERTIFICATE_ALGORITHM, CLIENT.but(issuer_key=RSA_KEY)),
    below_root("a P-384 signature", C.CERTIFICATE_MALFORMED, CLIENT.but(issuer_key=P384_KEY)),
    below_root("a SHA-384 digest", C.CERTIFICATE_ALGORITHM, CLIENT.but(digest=hashes.SHA384())),
    below_root("a compressed public key", C.CERTIFICATE_MALFORMED, compressed_key()),
    Flaw("a high s", C.CERTIFICATE_MALFORMED, high_s),
    Flaw("unused bits in the signature", C.CERTIFICATE_MALFORMED, padded_signature),
    Flaw("a byte after the leaf", C.CERTIFICATE_MALFORMED, lambda: [CLIENT_DER + b"\x00", ROOT_DER]),
    Flaw("a leaf cut short", C.CERTIFICATE_MALFORMED, lambda: [CLIENT_DER[:-1], ROOT_DER]),
    Flaw("two leaves in one", C.CERTIFICATE_MALFORMED, lambda: [CLIENT_DER * 2, ROOT_DER]),
    Flaw("no bytes", C.CERTIFICATE_MALFORMED, lambda: [b"", ROOT_DER]),
    Flaw("an oversized leaf", C.CERTIFICATE_LIMIT, lambda: [CLIENT_DER + bytes(4096), ROOT_DER]),
    below_root(
        "a negative serial number",
        C.CERTIFICATE_MALFORMED,
        CLIENT.but(edits=((b"\x02\x08" + b"\x5a" * 8, b"\x02\x08\x80" + b"\x5a" * 7),)),
    ),
    below_root(
        "a serial number of zero",
        C.CERTIFICATE_MALFORMED,
        CLIENT.but(edits=((b"\x02\x08" + b"\x5a" * 8, b"\x02\x01\x00"),)),
    ),
    below_root(
        "version 2",
        C.CERTIFICATE_MALFORMED,
        CLIENT.but(edits=((b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01"),)),
    ),
    below_root(
        "an explicit default",
        C.CERTIFICATE_MALFORMED,
        CLIENT.but(edits=((b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x00"),)),
    ),
    below_root(
        "an unknown extension",
        C.CERTIFICATE_MALFORMED,
        CLIENT.with_(
            other=(x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{ARC}.7"), b"\x05\x00"), False)
        ),
    ),
    below_root(
        "a known extension outside the profile",
        C.CERTIFICATE_MALFORMED,
        CLIENT.with_(other=(x509.SubjectAlternativeName([x509.DNSName("x")]), False)),
    ),
    below_root(
        "a critical membership", C.CERTIFICATE_MALFORMED, CLIENT.with_(membership=(GOOD_MEMBER, True))
    ),
    below_root("a membership said twice", C.CERTIFICATE_MALFORMED, duplicated_membership()),
    below_root("a key usage said twice", C.CERTIFICATE_MALFORMED, duplicated_usage()),
    below_root(
        "bytes after a key usage",
        C.CERTIFICATE_MALFORMED,
        CLIENT.but(edits=((USAGE_DER, tlv(0x04, tlv(0x03, b"\x07\x80") + b"\x00\x00")),)),
    ),
    below_root(
        "a validity that ends before it begins",
        C.CERTIFICATE_NOT_YET_VALID,
        CLIENT.but(edits=(swapped_times(CLIENT),)),
    ),
    Flaw("a byte after the root", C.CERTIFICATE_MALFORMED, lambda: [CLIENT_DER, ROOT_DER + b"\x00"]),
    under(
        "a root that constrains names",
        C.CERTIFICATE_MALFORMED,
        ROOT.with_(names=(x509.NameConstraints([x509.DNSName("harbour")], None), True)),
    ),
    below_root("no membership", C.CERTIFICATE_MEMBERSHIP, CLIENT.with_(membership=None)),
    membership("an empty membership", x509.UnrecognizedExtension(MEMBERSHIP, b"")),
    membership(
        "a membership that is not wrapped",
        x509.UnrecognizedExtension(MEMBERSHIP, b'{"attributes":{},"role":"a"}'),
    ),
    membership(
        "a byte after the membership", x509.UnrecognizedExtension(MEMBERSHIP, GOOD_MEMBER.value + b"\x00")
    ),
    membership("white space", member('{"attributes": {},"role":"a"}')),
    membership("keys out of order", member('{"role":"a","attributes":{}}')),
    membership("attributes out of order", member('{"attributes":{"b":"1","a":"1"},"role":"a"}')),
    membership("an attribute said twice", member('{"attributes":{"a":"1","a":"2"},"role":"a"}')),
    membership("an escape that is not needed", member('{"attributes":{"a":"\\u0031"},"role":"a"}')),
    membership("an unknown field", member('{"attributes":{},"role":"a","z":1}')),
    membership("no role", member('{"attributes":{}}')),
    membership("no attributes", member('{"role":"a"}')),
    membership("a role in capitals", member('{"attributes":{},"role":"Admin"}')),
    membership("an empty role", member('{"attributes":{},"role":""}')),
    membership("a numeric attribute", member('{"attributes":{"a":1},"role":"a"}')),
    membership("an attribute beyond ASCII", member('{"attributes":{"a":"é"},"role":"a"}')),
    membership("a control character", member('{"attributes":{"a":"\\n"},"role":"a"}')),
    membership("a name with a line's end", member('{"attributes":{"a\\n":"b"},"role":"a"}')),
    membership(
        "seventeen attributes",
        member('{"attributes":{' + ",".join(f'"a{i:02}":""' for i in range(17)) + '},"role":"a"}'),
    ),
    membership("deep nesting", member("[" * 1500)),
    membership("bytes that are not UTF-8", x509.UnrecognizedExtension(MEMBERSHIP, b"\x0c\x02\xff\xfe")),
    below_root("another organisation", C.CERTIFICATE_SUBJECT, CLIENT.but(subject=name("home-1", "inland"))),
    below_root("a name in capitals", C.CERTIFICATE_SUBJECT, CLIENT.but(subject=name("Home"))),
    below_root("a name with a line's end", C.CERTIFICATE_SUBJECT, CLIENT.but(subject=name("home\n"))),
    below_root("a name in other letters", C.CERTIFICATE_SUBJECT, CLIENT.but(subject=name("hоme"))),  # noqa: RUF001
    below_root(
        "no organisation",
        C.CERTIFICATE_SUBJECT,
        CLIENT.but(subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "home-1")])),
    ),
    below_root(
        "two names",
        C.CERTIFICATE_SUBJECT,
        CLIENT.but(subject=x509.Name([*name("home-1"), x509.NameAttribute(NameOID.COMMON_NAME, "home-2")])),
    ),
    below_root(
        "a unit beside the organisation",
        C.CERTIFICATE_SUBJECT,
        CLIENT.but(
            subject=x509.Name([*name("home-1"), x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "u")])
        ),
    ),
]


def below_intermediate(title: str, code: Code, client: Plan, intermediate: Plan = INTERMEDIATE) -> Flaw:
    return Flaw(title, code, lambda: [client.make(), intermediate.make(), ROOT_DER])


def named_root(title: str, root_name: x509.Name, subject: x509.Name) -> Flaw:
    root = ROOT.but(subject=root_name, issuer=root_name)
    return under(title, C.CERTIFICATE_SUBJECT, root, CLIENT.but(subject=subject, issuer=root_name))


def short_path() -> Flaw:
    root = ROOT.with_(constraints=(x509.BasicConstraints(True, 0), True)).make()
    return Flaw(
        "an intermediate that its root does not allow",
        C.CERTIFICATE_PATH,
        lambda: [CLIENT_BELOW.make(), INTERMEDIATE_DER, root],
        lambda: root,
    )


CLIENT_FLAWS += [
    named_root("a root's name beyond ASCII", name("Röot"), name("home-1")),
    named_root("an organisation in capitals", name("Root", "Harbour"), name("home-1", "Harbour")),
    short_path(),
    below_intermediate(
        "a client that signs clients",
        C.CERTIFICATE_PATH,
        CLIENT_BELOW,
        INTERMEDIATE.with_(constraints=(x509.BasicConstraints(False, None), True)),
    ),
    below_intermediate(
        "an expired intermediate",
        C.CERTIFICATE_EXPIRED,
        CLIENT_BELOW,
        INTERMEDIATE.but(not_after_s=NOW_S - 1),
    ),
    below_intermediate(
        "an intermediate of another organisation",
        C.CERTIFICATE_SUBJECT,
        CLIENT_BELOW.but(issuer=name("Intermediate", "inland")),
        INTERMEDIATE.but(subject=name("Intermediate", "inland")),
    ),
]

METER_FLAWS = [
    below_intermediate(
        "an intermediate that constrains names",
        C.CERTIFICATE_MALFORMED,
        METER,
        INTERMEDIATE.with_(names=(x509.NameConstraints([x509.DNSName("harbour")], None), True)),
    ),
    below_intermediate(
        "an intermediate whose key is not the one that signed",
        C.CERTIFICATE_UNTRUSTED,
        METER,
        INTERMEDIATE.but(key=OTHER_KEY).with_(**key_ids(INTERMEDIATE_KEY, ROOT_KEY)),
    ),
    Flaw(
        "a byte after the intermediate",
        C.CERTIFICATE_MALFORMED,
        lambda: [METER.make(), INTERMEDIATE_DER + b"\x00", ROOT_DER],
    ),
    Flaw(
        "a whole chain of another manufacturer",
        C.CERTIFICATE_UNTRUSTED,
        lambda: [METER.make(), INTERMEDIATE_DER, ROOT_DER],
        lambda: ROOT.but(key=OTHER_KEY, issuer_key=OTHER_KEY).make(),
    ),
    below_intermediate(
        "a meter that signs meters",
        C.CERTIFICATE_PATH,
        METER,
        INTERMEDIATE.with_(constraints=(x509.BasicConstraints(False, None), True)),
    ),
    Flaw("a meter straight below its root", C.CERTIFICATE_LIMIT, lambda: [METER.make(), ROOT_DER]),
    Flaw(
        "four certificates",
        C.CERTIFICATE_LIMIT,
        lambda: [METER.make(), INTERMEDIATE_DER, INTERMEDIATE_DER, ROOT_DER],
    ),
    Flaw(
        "another manufacturer's root",
        C.CERTIFICATE_UNTRUSTED,
        lambda: [METER.make(), INTERMEDIATE_DER, ROOT.but(key=OTHER_KEY, issuer_key=OTHER_KEY).make()],
    ),
    below_intermediate(
        "a meter signed by another key", C.CERTIFICATE_UNTRUSTED, METER.but(issuer_key=OTHER_KEY)
    ),
    below_intermediate(
        "an intermediate that had expired",
        C.CERTIFICATE_EXPIRED,
        METER,
        INTERMEDIATE.but(not_after_s=NOW_S - 1),
    ),
    below_intermediate(
        "a meter of the future", C.CERTIFICATE_NOT_YET_VALID, METER.but(not_before_s=NOW_S + 1)
    ),
    below_intermediate("a client's certificate", C.CERTIFICATE_USAGE, CLIENT_BELOW),
    below_intermediate(
        "a meter with a role", C.CERTIFICATE_MEMBERSHIP, METER.with_(membership=(GOOD_MEMBER, False))
    ),
    below_intermediate(
        "another manufacturer's meter", C.CERTIFICATE_SUBJECT, METER.but(subject=name("m-1", "other"))
    ),
    below_intermediate("a P-384 meter", C.CERTIFICATE_ALGORITHM, METER.but(key=P384_KEY)),
]
