"""State keys of `registry`."""

from wattloom.chaincode.api import keys


def organisation(name: str) -> str:
    """`organisation/<name>`."""
    return keys.join("organisation", name)


def former(name: str) -> str:
    """`former/<name>`: an organisation that has left, and the CA that it had."""
    return keys.join("former", name)


def client(client_id: str) -> str:
    """`client/<id>`."""
    return keys.join("client", client_id)


def party(party_id: str) -> str:
    """`party/<party>`: the client that the party is bound to."""
    return keys.join("party", party_id)


def revocation(organisation: str, client_id: str) -> str:
    """`revocation/<organisation>/<client>`, so that an organisation revokes only what it vouches for."""
    return keys.join("revocation", organisation, client_id)


def home(party_id: str) -> str:
    """`home/<organisation>/<name>`, so that an organisation's homes are one range."""
    organisation, _, name = party_id.partition(".")
    return keys.join("home", organisation, name)


def manufacturer(name: str) -> str:
    """`manufacturer/<name>`."""
    return keys.join("manufacturer", name)


def meter(lfdi: str) -> str:
    """`meter/<lfdi>`."""
    return keys.join("meter", lfdi)


def meter_certificate(lfdi: str) -> str:
    """`meter_certificate/<lfdi>`: the client through which the meter acts."""
    return keys.join("meter_certificate", lfdi)


def announced(client_id: str) -> str:
    """`announced/<client>`: the meter for which it was announced, whatever became of it since."""
    return keys.join("announced", client_id)


def installed(lfdi: str) -> str:
    """`installed/<lfdi>`: the home that the meter measures."""
    return keys.join("installed", lfdi)


def home_meter(party_id: str) -> str:
    """`home_meter/<organisation>/<name>`: the meter that measures the home."""
    organisation, _, name = party_id.partition(".")
    return keys.join("home_meter", organisation, name)


def former_home(party_id: str) -> str:
    """`former_home/<organisation>/<name>`: a household that has moved out."""
    organisation, _, name = party_id.partition(".")
    return keys.join("former_home", organisation, name)


def former_authority(organisation: str, certificate_id: str) -> str:
    """`former_authority/<organisation>/<SHA-256>`: a CA that another has taken over from."""
    return keys.join("former_authority", organisation, certificate_id)
