"""A server's next TLS certificate, in the place of the one that it has; a running server takes it over."""

from collections.abc import Sequence
from pathlib import Path

from wattloom.identity import files
from wattloom.identity.credentials import to_pem
from wattloom.identity.describe import describe
from wattloom.identity.errors import InvalidRequest
from wattloom.identity.tls import TlsAuthority, TlsIdentity


def renew_tls(
    folder: Path, authority: TlsAuthority, *, hosts: Sequence[str] = (), not_before_s: int, days: int
) -> tuple[str, ...]:
    """Replace key and certificate of `folder`, and return the hosts that they are for.

    Parameters
    ----------
    hosts : to be added to those that the present certificate names

    Raises
    ------
    InvalidRequest : the authority is not the one that clients of this server trust, or a host is malformed
    KeyFileError : a file cannot be used
    """
    present = TlsIdentity.load(folder)
    if authority.certificate != present.chain[-1]:
        raise InvalidRequest(
            f"authority: is not the one that issued {folder / 'tls.pem'}, whose clients would not trust it"
        )
    names = tuple(dict.fromkeys((*describe(present.certificate).hosts, *hosts)))
    renewed = authority.issue_server(names, not_before_s=not_before_s, days=days)
    # The key first: until the certificate follows, the two do not match, and a server keeps what it has.
    files.replace(folder / "tls.key", renewed.key_pem, mode=files.PRIVATE)
    files.replace(folder / "tls.pem", to_pem(renewed.chain), mode=files.PUBLIC)
    return names
