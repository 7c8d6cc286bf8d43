"""Blocks of either engine, executed again from the genesis by the application alone, come to the same."""

from itertools import islice

from wattloom.network.application import Application, BlockToExecute
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.results import TxResult, results_hash
from wattloom.network.chain.tip import Tip
from wattloom.network.chain.validators import Validator, ValidatorSet
from wattloom.network.chain.verify import verify_block
from wattloom.network.client import TransactionResult
from wattloom.network.solo.resume import start_application
from wattloom.network.state import Store


def followed(tip, executed, block, identity):
    """Return the tip after a block that was executed."""
    powers = {each.public_key: each.power for each in tip.next_validators.validators}
    powers |= executed.validator_updates
    return tip.after(
        block.header,
        identity,
        app_hash=executed.app_hash,
        results_hash=results_hash(
            TxResult(code=outcome.status, data=outcome.data) for outcome in executed.outcomes
        ),
        next_validators=ValidatorSet.of(Validator(key, power) for key, power in powers.items() if power),
    )


def test_every_block_executed_again_gives_the_signed_root_and_the_recorded_results(ledger, tmp_path):
    client, happened = ledger.client(), []
    last = client.describe().height
    with client, Store(tmp_path / "data", tables=("results",), durable=False) as store:
        application = Application(store)
        start_application(store, application, ledger.genesis)
        tip = Tip.of_genesis(ledger.genesis, app_hash=application.info().app_hash)
        for found in client.blocks(1, to_height=last):
            block = Block.decode(found.block)
            identity = block_id(block.header, found.block)
            assert block.header.app_hash == tip.app_hash
            verify_block(block, identity, Commit.decode(found.commit), tip)
            executed = application.finalize(
                BlockToExecute(
                    height=block.header.height,
                    time_s=block.header.time.seconds,
                    hash=identity.hash,
                    transactions=block.txs,
                )
            )
            results = zip(executed.tx_ids, executed.outcomes, strict=True)
            assert found.results == tuple(TransactionResult(i.hex(), o.status, o.data) for i, o in results)
            happened += [
                (block.header.height, number, each.tx_id.hex(), each.event.name, each.event.payload)
                for number, each in enumerate(executed.events)
            ]
            with store.batch() as batch:
                application.commit(batch)
            tip = followed(tip, executed, block, identity)
        told = [
            (event.height, event.sequence, event.tx_id, event.name, event.payload)
            for event in islice(client.events(1), len(happened))
        ]
    assert last > 1
    assert told == happened
