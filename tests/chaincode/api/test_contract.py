import pytest

from tests.chaincode.api.sample import ALICE, BOSS, Note, Reading, ledger, sample
from wattloom.chaincode.api import Context, Contract, Forbidden, Int64Array, InvalidArgument, Record
from wattloom.chaincode.api.contract import Kind
from wattloom.chaincode.api.errors import UnknownFunction, WrongKind
from wattloom.chaincode.testing import MemoryLedger

NOTE = Note(key="a", text="hello")


def test_a_transaction_returns_its_typed_result():
    assert ledger().call(ALICE, "sample:put", NOTE, Note) == NOTE


def test_a_query_sees_what_a_transaction_has_committed():
    it = ledger()
    it.submit(ALICE, "sample:put", NOTE)
    assert it.evaluate(ALICE, "sample:read", Note(key="a"), Note) == NOTE


@pytest.mark.parametrize("function", ["nowhere:put", "sample:nothing", "put", "", ":", "sample:"])
def test_an_unknown_function_is_refused(function):
    it = ledger()
    with pytest.raises(UnknownFunction) as refusal:
        it.submit(ALICE, function, NOTE)
    assert refusal.value.details == {"function": function}


def test_a_query_cannot_be_submitted():
    it = ledger()
    with pytest.raises(WrongKind) as refusal:
        it.submit(ALICE, "sample:read", NOTE)
    assert refusal.value.details == {"function": "sample:read", "kind": "query"}


def test_a_transaction_cannot_be_evaluated():
    it = ledger()
    with pytest.raises(WrongKind):
        it.evaluate(ALICE, "sample:put", NOTE, Note)


def test_a_timer_cannot_be_called_from_outside():
    it = ledger()
    with pytest.raises(WrongKind):
        it.submit(ALICE, "sample:ring", NOTE)


def test_a_role_is_needed_where_the_function_names_some():
    it = ledger()
    it.submit(ALICE, "sample:put", NOTE)
    with pytest.raises(Forbidden) as refusal:
        it.submit(ALICE, "sample:remove", NOTE)
    assert refusal.value.details == {"needed": "the role operator or auditor"}
    it.submit(BOSS, "sample:remove", NOTE)


def test_an_attribute_comes_from_the_certificate():
    it = ledger()
    assert it.call(ALICE, "sample:feeder", None, Note) == Note(key="f1")


def test_a_missing_attribute_is_refused():
    it = ledger()
    with pytest.raises(Forbidden) as refusal:
        it.submit(BOSS, "sample:feeder")
    assert refusal.value.details == {"needed": "the certificate attribute feeder"}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "object"),
        (b'{"energy_wh":1}', "powers"),
        (b'{"energy_wh":1,"powers":"","more":1}', "more"),
        (b'{"energy_wh":"1","powers":""}', "$.energy_wh"),
        (b'{"energy_wh":1.0,"powers":""}', "$.energy_wh"),
        (b'{"energy_wh":-1,"powers":""}', "$.energy_wh"),
        (b'{"energy_wh":1000000000001,"powers":""}', "$.energy_wh"),
        (b'{"energy_wh":1,"powers":"AAAA"}', "$.powers"),
        (b'{"energy_wh":1,"powers":"\xff"}', ""),
    ],
)
def test_arguments_that_do_not_fit_are_refused_naming_the_field(arguments, field):
    function = sample.functions["measure"]
    with pytest.raises(InvalidArgument) as refusal:
        function.run(_context(), arguments)
    assert field in str(refusal.value)


def test_an_array_of_integers_survives_the_call():
    reading = Reading(energy_wh=1, powers=Int64Array([-(2**63), 0, 2**63 - 1]))
    assert ledger().call(ALICE, "sample:measure", reading, Reading) == reading


def test_a_function_without_arguments_takes_none():
    it = ledger()
    with pytest.raises(InvalidArgument, match="feeder takes no arguments"):
        it.submit(ALICE, "sample:feeder", NOTE)


def test_hooks_run_around_every_function_in_order_and_see_the_result():
    steps = []
    contract = _contract(steps)
    contract.before(lambda ctx, function: steps.append(("first", function)))
    contract.before(lambda ctx, function: steps.append(("second", function)))
    contract.after(lambda ctx, function, result: steps.append(("after", result)))
    MemoryLedger([contract]).submit(ALICE, "hooked:act", NOTE)
    assert steps == [("first", "act"), ("second", "act"), "act", ("after", NOTE)]


def test_a_hook_that_refuses_leaves_no_write():
    contract = _contract([])

    @contract.after
    def refuse(ctx: Context, function: str, result: Record | None) -> None:
        raise Forbidden(needed="luck")

    it = MemoryLedger([contract])
    with pytest.raises(Forbidden):
        it.submit(ALICE, "hooked:act", NOTE)
    assert not it.committed.values.get("hooked")


def test_unknown_takes_what_the_contract_has_not():
    contract = _contract([])

    @contract.unknown
    def fallback(ctx: Context, function: str, arguments: bytes) -> Note:
        return Note(key=function, text=arguments.decode())

    it = MemoryLedger([contract])
    assert it.call(ALICE, "hooked:surprise", None, Note) == Note(key="surprise")
    assert contract.kind_of("surprise") is Kind.TRANSACTION
    assert contract.kind_of("act") is Kind.TRANSACTION


def test_the_kind_of_a_function_is_told_and_of_none_is_refused():
    assert sample.kind_of("read") is Kind.QUERY
    assert sample.kind_of("ring") is Kind.TIMER
    with pytest.raises(UnknownFunction):
        sample.kind_of("nothing")


def test_metadata_describes_every_function_with_its_schemas():
    metadata = sample.metadata()
    functions = {function["name"]: function for function in metadata["functions"]}
    assert set(functions) == {f"sample:{name}" for name in sample.functions}
    remove = functions["sample:remove"]
    assert (remove["kind"], remove["roles"]) == ("transaction", ["operator", "auditor"])
    assert (remove["summary"], remove["result"]) == ("Remove a note.", None)
    reading = metadata["$defs"]["Reading"]
    assert functions["sample:measure"]["argument"] == {"$ref": "#/$defs/Reading"}
    assert reading["properties"]["energy_wh"]["maximum"] == 10**12
    assert reading["properties"]["powers"]["contentEncoding"] == "base64"
    assert reading["additionalProperties"] is False


def test_metadata_tells_a_pages_items():
    metadata = sample.metadata()
    pages = next(f for f in metadata["functions"] if f["name"] == "sample:pages")
    page = metadata["$defs"][pages["result"]["$ref"].rpartition("/")[2]]
    assert page["properties"]["items"]["items"] == {"$ref": "#/$defs/Note"}


def _contract(steps: list) -> Contract:
    contract = Contract("hooked", summary="Hooks.")

    @contract.transaction()
    def act(ctx: Context, note: Note) -> Note:
        ctx.state.put("acted", note)
        steps.append("act")
        return note

    return contract


def _context() -> Context:
    return ledger()._context(ALICE, ledger()._next_block())
