"""The contract `metering`: which functions there are, and who may call them.

Nobody settles by hand: the ledger's timer does, once readings have been awaited, and after corrections.
"""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.metering import periods, readings, settling, views

metering = Contract("metering", summary="Meter readings, and the bills for what deviates from firm trades.")

HOME, UTILITY, AUDITOR = "home", "utility", "auditor"
METER_AGENT = readings.METER_AGENT

metering.transaction(roles=[UTILITY])(periods.open_period)
metering.transaction(roles=[HOME, METER_AGENT])(readings.commit_reading)
metering.transaction(roles=[HOME, METER_AGENT])(readings.report)
metering.transaction(roles=[HOME, UTILITY])(settling.pay)
metering.timer(settling.reconcile)
metering.query()(views.read_period)
metering.query()(views.list_periods)
metering.query(roles=[HOME, METER_AGENT, UTILITY, AUDITOR])(views.read_reading)
metering.query(roles=[HOME, METER_AGENT, UTILITY, AUDITOR])(views.read_bill)
metering.query(roles=[UTILITY, AUDITOR])(views.list_bills)
