from wattloom.chaincode.installed import CONTRACTS


def test_contracts_are_installed_under_their_own_names():
    assert {name: contract.name for name, contract in CONTRACTS.items()} == {name: name for name in CONTRACTS}
    assert {"accounts", "registry", "transactive"} <= CONTRACTS.keys()


def test_every_function_says_what_it_does_and_what_it_takes():
    for contract in CONTRACTS.values():
        for function in contract.metadata()["functions"]:
            assert function["summary"].endswith("."), function["name"]


def test_a_field_that_is_bounded_says_so_in_the_metadata():
    definitions = CONTRACTS["accounts"].metadata()["$defs"]
    assert definitions["Transfer"]["properties"]["amount_nano"]["maximum"] == 2**62
    assert "watt-hours" in str(CONTRACTS["registry"].metadata()["$defs"]["Home"])
