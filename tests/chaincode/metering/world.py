"""A community with firm trades, a utility, a metering agent, and periods, spoken to in short."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tests.chaincode.transactive.community import BANK, START_S, Community, terms
from wattloom.chaincode.accounts.records import Amount, Party
from wattloom.chaincode.api import Caller, Int64Array
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.metering.messages import CommitReading, HomePeriod, OpenPeriod, Report
from wattloom.chaincode.metering.readings import digest_of
from wattloom.chaincode.metering.records import Commitment, DeviationBill, Period, Quality, Reading
from wattloom.chaincode.testing import caller
from wattloom.chaincode.transactive.records import Phase

UTILITY = caller("north.utility", "utility")
AGENT = caller("north.meters", "meter-agent")
DAY_S = 86_400
DELIVERY_S = START_S // DAY_S * DAY_S + 2 * DAY_S
HOUR_S, WAIT_S, CORRECT_S = 3_600, 600, 7_200
SHORTFALL, SURPLUS = 300_000, 60_000
"""Nano per Wh: $0.30 and $0.06 per kWh."""


class World(Community):
    """Homes `north.h00`, ... that may have traded in the slots of one period."""

    def __init__(self, homes: int = 2, *, money_nano: int = 10**15, utility_nano: int = 10**15) -> None:
        super().__init__(homes, money_nano=money_nano)
        self.contracts["metering"] = metering
        self.submit(UTILITY, "accounts:open", Party(party_id=UTILITY.party_id))
        if utility_nano:
            self.submit(BANK, "accounts:mint", Amount(party_id=UTILITY.party_id, amount_nano=utility_nano))

    def open_period(self, who: Caller = UTILITY, **changes: object) -> Period:
        usual = OpenPeriod(
            slot_start_s=DELIVERY_S,
            slots=1,
            shortfall_nano_per_wh=Int64Array([SHORTFALL]),
            surplus_nano_per_wh=Int64Array([SURPLUS]),
            wait_s=WAIT_S,
            correct_s=CORRECT_S,
        )
        return self.call(who, "metering:open_period", replace(usual, **changes), Period)

    def trade(self, *trades_wh: Sequence[int]) -> None:
        """Let all homes trade firmly, a row of slots each, from the beginning of the period."""
        agreed = terms(slot_start_s=DELIVERY_S, slots=len(trades_wh[0]), max_iterations=1)
        self.begin(agreed)
        for home, row in zip(self.homes, trades_wh, strict=True):
            self.decide(home, [wh * 10**6 for wh in row])
        self.confirm_all()
        assert self.phase() is Phase.SETTLED

    def deliver(self, period: Period) -> None:
        """Move time to the period's end, when readings are taken and money does not move yet."""
        self.advance_to(period.end_s)

    def end_waiting(self, period: Period) -> None:
        self.advance_to(period.end_s + period.wait_s + 1)

    def next_block(self) -> None:
        """Let a second pass, so that what is due by now is done."""
        self.advance_to(self.time_s + 1)

    def report(
        self,
        home: Caller,
        net_wh: Iterable[int],
        *,
        by: Caller | None = None,
        quality: Quality = Quality.MEASURED,
        salt: str = "",
        slot_start_s: int = DELIVERY_S,
    ) -> DeviationBill:
        request = Report(
            party_id=home.party_id,
            slot_start_s=slot_start_s,
            net_wh=Int64Array(net_wh),
            quality=quality,
            salt=salt,
        )
        return self.call(by or home, "metering:report", request, DeviationBill)

    def commit_to(
        self, home: Caller, net_wh: Iterable[int], salt: str, *, by: Caller | None = None
    ) -> Commitment:
        digest = digest_of(Int64Array(net_wh), salt)
        request = CommitReading(party_id=home.party_id, slot_start_s=DELIVERY_S, digest=digest)
        return self.call(by or home, "metering:commit_reading", request, Commitment)

    def pay(self, home: Caller, *, by: Caller | None = None) -> DeviationBill:
        return self.call(by or home, "metering:pay", of(home), DeviationBill)

    def owed(self, home: Caller, *, by: Caller | None = None) -> DeviationBill:
        return self.evaluate(by or home, "metering:read_bill", of(home), DeviationBill)

    def reading(self, home: Caller, *, by: Caller | None = None) -> Reading:
        return self.evaluate(by or home, "metering:read_reading", of(home), Reading)

    def free(self, who: Caller) -> int:
        return self.account(who).free_nano

    def all_money_nano(self) -> int:
        utility = self.account(UTILITY)
        return self.total_nano() + utility.free_nano + utility.locked_nano


def of(home: Caller) -> HomePeriod:
    return HomePeriod(party_id=home.party_id, slot_start_s=DELIVERY_S)
