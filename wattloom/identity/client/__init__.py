"""The identity service from the other side: what meters, registrars and monitors call."""

from wattloom.identity.client.calling import IdentityClient
from wattloom.identity.client.errors import IdentityClientError, NotAnswered, Refused

__all__ = ["IdentityClient", "IdentityClientError", "NotAnswered", "Refused"]
