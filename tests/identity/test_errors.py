import pickle

from wattloom.identity.errors import Code, IdentityError, IdentityRejected, InvalidRequest, KeyFileError


def test_all_errors_are_identity_errors():
    assert all(issubclass(kind, IdentityError) for kind in (IdentityRejected, InvalidRequest, KeyFileError))


def test_a_rejection_shows_its_message_and_keeps_its_code_across_processes():
    error = IdentityRejected(Code.SIGNATURE_HIGH_S, "signature: s is high")
    copied = pickle.loads(pickle.dumps(error))
    assert (str(copied), copied.code) == ("signature: s is high", "SIGNATURE_HIGH_S")


def test_a_code_is_written_as_it_is_named():
    assert all(code.value == code.name for code in Code)
