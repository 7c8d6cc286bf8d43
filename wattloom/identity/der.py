"""The few DER encodings that we write ourselves. Source: ITU-T X.690, 8 and 10."""

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

UTF8_STRING = 0x0C
_BIT_STRING = 0x03
_SEQUENCE = 0x30
_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
"""AlgorithmIdentifier of ecdsa-with-SHA256, without parameters. Source: RFC 5758, 3.2."""


def tlv(tag: int, content: bytes) -> bytes:
    """Return tag, shortest length and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def utf8_string(text: bytes) -> bytes:
    """Wrap text that is already UTF-8."""
    return tlv(UTF8_STRING, text)


def utf8_content(encoded: bytes) -> bytes | None:
    """Return what stands inside one strictly encoded UTF8String, or None if it is not one."""
    for header in (2, 3, 4):
        content = encoded[header:]
        if tlv(UTF8_STRING, content) == encoded:
            return content
    return None


def signed(tbs: bytes, r: int, s: int) -> bytes:
    """Put what was signed and its ECDSA-SHA256 signature together: the one encoding of both."""
    signature = encode_dss_signature(r, s)
    return tlv(_SEQUENCE, tbs + _ECDSA_WITH_SHA256 + tlv(_BIT_STRING, b"\x00" + signature))
