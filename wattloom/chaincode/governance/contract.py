"""The contract `governance`: which functions there are, and who may call them.

No function carries a proposal out: the vote that passes it does.
"""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.governance import proposals, views

governance = Contract(
    "governance", summary="Proposals and votes: validators, members, observers, parameters, upgrades."
)

ADMIN = "consortium-admin"

governance.transaction(roles=[ADMIN])(proposals.propose)
governance.transaction(roles=[ADMIN])(proposals.vote)
governance.transaction(roles=[ADMIN])(proposals.withdraw)
governance.timer(proposals.expire)
governance.query()(views.read_proposal)
governance.query()(views.list_proposals)
governance.query()(views.read_validators)
governance.query()(views.list_misbehaviour)
governance.query()(views.read_parameters)
governance.query()(views.list_observers)
governance.query()(views.read_upgrade)
