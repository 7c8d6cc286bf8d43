from wattloom.chaincode.transactive.contract import transactive


def test_every_function_is_described():
    described = transactive.metadata()["functions"]
    kinds = {function["name"].partition(":")[2]: function["kind"] for function in described}
    assert kinds == {
        "open_session": "transaction",
        "join": "transaction",
        "submit_decision": "transaction",
        "confirm": "transaction",
        "start": "timer",
        "update_duals": "timer",
        "finalise": "timer",
        "read_session": "query",
        "residuals": "query",
        "list_sessions": "query",
        "read_bill": "query",
        "read_trades": "query",
    }


def test_everything_a_home_sends_is_an_integer_a_name_or_a_yes():
    """No field of join, submit_decision or confirm could carry a model."""
    definitions = transactive.metadata()["$defs"]
    said = {name: sorted(definitions[name]["properties"]) for name in ("Join", "SubmitDecision", "Confirm")}
    assert said == {
        "Join": ["session_id", "start_nano_kwh"],
        "SubmitDecision": ["iteration", "session_id", "trades_nano_kwh"],
        "Confirm": ["accept", "proposal", "saving_nano", "session_id", "withdraw"],
    }
