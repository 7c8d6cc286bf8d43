from hashlib import sha256

from wattloom.identity.keys import SigningKey
from wattloom.identity.log.proofs import leaf_hash, verify_inclusion
from wattloom.identity.verify import verify_client
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import MADE_AT_S


def test_a_genuine_meter_gets_a_certificate_of_the_organisation_that_the_log_proves(
    client, new_meter, utility
):
    meter, key = new_meter(), SigningKey.generate()
    identity = client.enrol(meter, manufactured_at_s=MADE_AT_S, key=key)
    member = verify_client(identity.chain, utility.certificate, at_s=MADE_AT_S + 1_000)
    assert (member.organisation, member.name, member.role) == ("north", f"meter-{meter.lfdi}", "meter")
    assert member.attributes == {"lfdi": meter.lfdi}
    assert member.public_key == key.public_key.spki
    certificate_id = sha256(identity.certificate).digest()
    proof = client.call(
        client.stub.ProveInclusion, wire.ProveInclusionRequest(certificate_id=certificate_id)
    )
    head = client.call(client.stub.GetLogRoot, wire.GetLogRootRequest()).tree_head
    assert head.tree_size == proof.tree_size == 1
    verify_inclusion(leaf_hash(identity.certificate), 0, 1, proof.audit_path, head.root_hash)
