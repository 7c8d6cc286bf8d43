"""What is safe to repeat, and which error comes out, for any sequence of failures."""

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.client._border import CLOSED, Failure, Fate
from wattloom.network.client._budget import Budget
from wattloom.network.client._steps import Call, Pause, ask, submit
from wattloom.network.client.errors import ClientError, CommitUnknown, NotAnswered, NotSubmitted, Refused
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import gateway_pb2 as wire

TX = SignedTransaction(
    raw=b"raw",
    tx_id=bytes(32),
    body=b"",
    signature=b"",
    chain_id="c",
    function="a:b",
    arguments=b"",
    creator=bytes(32),
    certificates=(),
    valid_until_s=1_000,
)
ANSWER = wire.SubmitResponse(committed=wire.Committed(tx_id=TX.tx_id, height=7))


def failure(fate, *, again=True, code="CODE"):
    return Failure(fate, again=again, code=code, sentence="words", details={})


REFUSED = failure(Fate.REFUSED, again=False)
NOT_TAKEN = failure(Fate.NOT_TAKEN)
UNKNOWN = failure(Fate.UNKNOWN)
EXPIRED = failure(Fate.REFUSED, again=False, code="TRANSACTION_EXPIRED")


def drive(steps, answers, calls=None):
    """Feed answers to a conversation without waiting for its pauses."""
    answers, answer = iter(answers), None
    try:
        while True:
            step = steps.send(answer)
            answer = None if isinstance(step, Pause) else next(answers)
            if calls is not None and isinstance(step, Call):
                calls.append(step)
    except StopIteration as end:
        return end.value


def submitting(answers, *, patience_s=60.0, calls=None):
    return drive(submit(TX, Budget(patience_s, gateways=2)), answers, calls)


def test_what_was_not_taken_is_sent_again_unchanged():
    calls = []
    assert submitting([NOT_TAKEN, UNKNOWN, NOT_TAKEN, ANSWER], calls=calls).height == 7
    assert {call.request.transaction for call in calls} == {TX.raw}
    assert len(calls) == 4


def test_a_refusal_of_the_first_attempt_is_final():
    with pytest.raises(Refused):
        submitting([REFUSED])


def test_a_refusal_after_nothing_was_taken_is_final():
    with pytest.raises(Refused):
        submitting([NOT_TAKEN, REFUSED])


def test_once_in_doubt_a_refusal_elsewhere_proves_nothing():
    assert submitting([UNKNOWN, REFUSED, REFUSED, ANSWER]).height == 7


def test_once_in_doubt_only_a_block_time_past_the_validity_proves_that_nothing_happened():
    with pytest.raises(Refused) as raised:
        submitting([UNKNOWN, EXPIRED])
    assert raised.value.code == "TRANSACTION_EXPIRED"


def test_a_client_that_is_closed_stops_at_once_and_says_what_it_knows():
    with pytest.raises(NotSubmitted):
        submitting([CLOSED])
    with pytest.raises(CommitUnknown) as raised:
        submitting([UNKNOWN, CLOSED])
    assert (raised.value.raw, raised.value.valid_until_s) == (TX.raw, TX.valid_until_s)


@given(st.lists(st.sampled_from([NOT_TAKEN, UNKNOWN, REFUSED, EXPIRED, CLOSED, ANSWER]), max_size=8))
def test_every_submit_ends_in_committed_refused_not_submitted_or_unknown(answers):
    given_out = []

    def remembered():
        for answer in [*answers, CLOSED]:
            given_out.append(answer)
            yield answer

    try:
        outcome = submitting(remembered())
    except ClientError as error:
        outcome = error
    in_doubt = UNKNOWN in given_out
    match outcome:
        case NotSubmitted():
            assert not in_doubt
        case CommitUnknown():
            assert in_doubt
        case Refused():
            assert not in_doubt or outcome.code == "TRANSACTION_EXPIRED"
        case _:
            assert given_out[-1] is ANSWER
            assert outcome == ANSWER.committed


def test_no_last_try_is_so_short_that_it_would_only_leave_doubt():
    assert Budget(0.09, gateways=2).pause_s(NOT_TAKEN) is None


@pytest.mark.parametrize(("failures", "error"), [(NOT_TAKEN, NotSubmitted), (UNKNOWN, CommitUnknown)])
def test_patience_ends(failures, error):
    with pytest.raises(error):
        submitting(repeat(failures), patience_s=0.01)


@given(st.lists(st.sampled_from([NOT_TAKEN, UNKNOWN]), max_size=6))
def test_a_question_is_asked_until_it_is_answered(failures):
    response = wire.DescribeResponse(chain_id="c")
    steps = ask("Describe", wire.DescribeRequest(), wire.DescribeResponse, Budget(60.0, gateways=1))
    assert drive(steps, [*failures, response]) is response


def test_a_question_ends_with_a_refusal_or_with_patience():
    for answers, error in (([REFUSED], Refused), ([CLOSED], NotAnswered)):
        steps = ask("Describe", wire.DescribeRequest(), wire.DescribeResponse, Budget(60.0, gateways=1))
        with pytest.raises(ClientError) as raised:
            drive(steps, answers)
        assert type(raised.value) is error


def test_the_next_gateway_is_tried_at_once_and_pauses_grow_after_each_round():
    budget = Budget(60.0, gateways=2)
    pauses = [budget.pause_s(UNKNOWN) for _ in range(12)]
    assert pauses[::2] == [0.0] * 6
    for number, pause_s in enumerate(pauses[1::2]):
        longest_s = min(0.05 * 2**number, 2.0)
        assert longest_s / 2 <= pause_s <= longest_s


def test_a_hint_is_a_lower_bound_of_the_pause():
    hinted = Failure(Fate.NOT_TAKEN, again=True, code="BUSY", sentence="", details={}, retry_after_s=1.5)
    assert Budget(60.0, gateways=3).pause_s(hinted) == 1.5
    assert Budget(1.0, gateways=3).pause_s(hinted) is None
