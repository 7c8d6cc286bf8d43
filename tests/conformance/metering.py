"""Periods spoken of in short: one minute long, because no test waits for more."""

from msgspec.structs import replace

from tests.conformance.town import Member, Town
from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.metering.messages import OpenPeriod
from wattloom.chaincode.metering.records import Period

PERIOD_IN_S = 5
"""How soon the period begins that passes while the suite runs: after it has been opened."""

SHORTFALL, SURPLUS = 300, 60
UTILITY_NANO = 10**9

USUAL = OpenPeriod(
    slot_start_s=0,
    slot_s=60,
    slots=1,
    shortfall_nano_per_wh=Int64Array([SHORTFALL]),
    surplus_nano_per_wh=Int64Array([SURPLUS]),
    wait_s=1,
    correct_s=86_400,
)


def request(**changes: object) -> OpenPeriod:
    return replace(USUAL, **changes)


def utility(town: Town) -> Member:
    """Return a utility of north with an account and some money."""
    member, bank = town.member("utility", "utility"), town.member("mint", "settlement-agent")
    member.submit("accounts:open", Party(party_id=member.party_id), Account)
    bank.submit("accounts:mint", Amount(party_id=member.party_id, amount_nano=UTILITY_NANO), Account)
    return member


def open_period(town: Town, **changes: object) -> Period:
    """Open a period of north by a new utility."""
    return utility(town).submit("metering:open_period", request(**changes), Period).result
