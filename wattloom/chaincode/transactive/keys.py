"""State keys of `transactive`."""

from wattloom.chaincode.api import keys


def session(session_id: str) -> str:
    """`session/<id>`: the terms, written once."""
    return keys.join("session", session_id)


def progress(session_id: str) -> str:
    """`progress/<id>`: phase, iteration and deadline."""
    return keys.join("progress", session_id)


def roster(session_id: str) -> str:
    """`roster/<id>`: who is invited, then who takes part."""
    return keys.join("roster", session_id)


def seat(session_id: str, party_id: str) -> str:
    """`seat/<id>/<party>`: a participant's collateral and last decision; key order is index order."""
    return keys.join("seat", session_id, party_id)


def prices(session_id: str) -> str:
    """`prices/<id>`: the dual prices after the last update."""
    return keys.join("prices", session_id)


def pairs(session_id: str) -> str:
    """`pairs/<id>`: p_hat and multipliers of the pairwise form."""
    return keys.join("pairs", session_id)


def residual(session_id: str, iteration: int) -> str:
    """`residual/<id>/<iteration>`: the log of the updates."""
    return keys.join("residual", session_id, keys.number(iteration))


def trade(session_id: str, party_id: str) -> str:
    """`trade/<id>/<party>`: a participant's proposed, then final trade."""
    return keys.join("trade", session_id, party_id)


def bill(session_id: str, party_id: str) -> str:
    """`bill/<id>/<party>`."""
    return keys.join("bill", session_id, party_id)
