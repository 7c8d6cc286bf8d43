from wattloom.identity import handles

CERTIFICATE = b"abc"
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_client_id_is_the_whole_sha_256_in_lower_case():
    assert handles.client_id(CERTIFICATE) == DIGEST


def test_an_lfdi_is_its_leftmost_160_bits():
    assert handles.lfdi(CERTIFICATE) == DIGEST[:40]
