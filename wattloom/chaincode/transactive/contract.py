"""The contract `transactive`: which functions there are, and who may call them.

No function closes a joining, a round or a proposal: the last action awaited does, or the ledger's timer.
"""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.transactive import confirming, opening, rounds, views

transactive = Contract(
    "transactive", summary="Trading sessions: ADMM in integers, agreement on whole Wh, bills."
)

COORDINATOR, HOME, AUDITOR = "coordinator", "home", "auditor"
MEMBERS = [COORDINATOR, HOME, AUDITOR]

transactive.transaction(roles=[COORDINATOR])(opening.open_session)
transactive.transaction(roles=[HOME])(opening.join)
transactive.transaction(roles=[HOME])(rounds.submit_decision)
transactive.transaction(roles=[HOME])(confirming.confirm)
transactive.timer(opening.start)
transactive.timer(rounds.update_duals)
transactive.timer(confirming.finalise)
transactive.query(roles=MEMBERS)(views.read_session)
transactive.query(roles=MEMBERS)(views.residuals)
transactive.query(roles=MEMBERS)(views.list_sessions)
transactive.query(roles=MEMBERS)(views.read_bill)
transactive.query(roles=[COORDINATOR, AUDITOR])(views.read_trades)
