import pytest

from tests.chaincode.governance.world import MEMBER, Consortium, seat
from wattloom.chaincode.api import InvalidArgument
from wattloom.chaincode.genesis import GenesisParameters
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.consensus import consensus_params
from wattloom.chaincode.governance.errors import NoValidators
from wattloom.chaincode.governance.messages import Parameters
from wattloom.chaincode.governance.records import ConsensusLimits, ExistenceRules, MarketRules, Observers

SMALL = ConsensusLimits(block_max_bytes=2 << 20)
HOURLY = MarketRules(gate_closure_s=3_600)


def parameters(ledger: Consortium) -> Parameters:
    return ledger.evaluate(MEMBER, "governance:read_parameters", None, Parameters)


def test_as_long_as_nothing_is_set_the_engine_has_its_own_and_the_market_is_free(four):
    assert consensus_params(four.committed) is None
    assert parameters(four) == Parameters(consensus=None, market=MarketRules(), observers=Observers())


def test_genesis_sets_the_first(four):
    ledger = Consortium(["a"], [seat("a")], GenesisParameters(consensus=SMALL, market=HOURLY))
    assert consensus_params(ledger.committed) == SMALL
    assert parameters(ledger).market == HOURLY


def test_a_vote_sets_what_it_names_and_leaves_the_rest(four):
    four.agree(SetParameters(consensus=SMALL))
    assert consensus_params(four.committed) == SMALL
    four.agree(SetParameters(market=HOURLY))
    assert parameters(four) == Parameters(consensus=SMALL, market=HOURLY, observers=Observers())
    assert four.event_names().count("parameters_set") == 2


def test_setting_nothing_is_refused(four):
    four.proposal_refused(SetParameters(), InvalidArgument)


def test_a_solo_ledger_has_a_market_and_no_engine_to_limit(solo):
    solo.proposal_refused(SetParameters(consensus=SMALL), NoValidators)
    solo.agree(SetParameters(market=HOURLY))
    assert parameters(solo).market == HOURLY


@pytest.mark.parametrize(
    "action",
    [
        SetParameters(consensus=ConsensusLimits(block_max_bytes=(1 << 20) - 1)),
        SetParameters(consensus=ConsensusLimits(block_max_bytes=(100 << 20) + 1)),
        SetParameters(consensus=ConsensusLimits(evidence_max_age_blocks=999)),
        SetParameters(consensus=ConsensusLimits(evidence_max_age_s=3_599)),
        SetParameters(consensus=ConsensusLimits(evidence_max_bytes=(1 << 20) + 1)),
        SetParameters(market=MarketRules(gate_closure_s=-1)),
        SetParameters(market=MarketRules(gate_closure_s=31 * 86_400)),
        SetParameters(market=MarketRules(highest_price_cap_nano_per_wh=0)),
    ],
)
def test_a_parameter_has_its_range(four, action):
    four.proposal_refused(action, InvalidArgument)


def test_every_combination_of_limits_is_one_that_the_engine_takes():
    smallest_block, most_evidence = 1 << 20, 1 << 20
    assert most_evidence <= smallest_block


def test_rules_of_certificates_of_existence_are_set_by_vote(four):
    paper = ExistenceRules(witnesses=1, needed=1)
    four.agree(SetParameters(existence=paper))
    assert parameters(four).existence == paper
    four.proposal_refused(SetParameters(existence=ExistenceRules(witnesses=2, needed=3)), InvalidArgument)
