"""Two of four validators down: nothing is decided, so nothing is decided twice; with one back it goes on."""

from tests.network.faults.load import End, Load


def unanswered(network, nodes, seed):
    """Send one transfer to these nodes, and return it when patience has ended."""
    with Load(network, seed, payers=["home-5"], gateways=nodes, patience_s=2.0) as load:
        load.wait_ended(1)
    return load.sent


def test_two_of_four_decide_nothing_and_go_on_by_themselves_once_one_is_back(network, examiner):
    staying, (first, second) = network.nodes[:2], network.nodes[2:]
    with Load(network, 1, patience_s=3.0) as load:
        load.wait_acknowledged(5)
        for node in (first, second):
            node.kill()
    doubtful = unanswered(network, staying, 2)
    heights = [node.height() for node in staying]
    doubtful += unanswered(network, staying, 3)
    assert heights == [node.height() for node in staying]
    assert {each.end for each in doubtful} == {End.UNKNOWN}
    first.start()
    network.wait_blocks(1, [*staying, first])
    examiner.examine(load.sent + doubtful, [*staying, first])
    second.start()
    network.wait_blocks(1)
    examiner.examine(load.sent + doubtful)
