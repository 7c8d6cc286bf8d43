import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from wattloom.identity.errors import Code, IdentityRejected, InvalidRequest
from wattloom.identity.existence.trees import MAX_DEPTH, MIN_DEPTH, Tree, check_path
from wattloom.identity.merkle import leaf_hash

DEPTHS = range(MIN_DEPTH, MAX_DEPTH + 1)
SEEDS = st.binary(min_size=1, max_size=8)


def leaves(depth, seed=b"key"):
    return [seed + number.to_bytes(4, "big") for number in range(1 << depth)]


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_root_is_the_one_that_pymerkle_computes(depth):
    theirs = InmemoryTree(algorithm="sha256")
    for leaf in leaves(depth):
        theirs.append_entry(leaf)
    assert Tree(leaves(depth)).root == theirs.get_root()


@settings(max_examples=40)
@given(depth=st.sampled_from([4, 5, 6, 7]), seed=SEEDS, data=st.data())
def test_a_path_holds_the_hashes_that_pymerkle_proves_with(depth, seed, data):
    index = data.draw(st.integers(0, (1 << depth) - 1))
    theirs = InmemoryTree(algorithm="sha256")
    for leaf in leaves(depth, seed):
        theirs.append_entry(leaf)
    own, *beside = theirs.prove_inclusion(index + 1).path
    assert own == leaf_hash(leaves(depth, seed)[index])
    assert list(Tree(leaves(depth, seed)).path(index)) == beside


@settings(max_examples=60)
@given(depth=st.sampled_from([4, 5, 6]), seed=SEEDS, data=st.data())
def test_every_key_stands_where_it_is_and_nowhere_else(depth, seed, data):
    keys = leaves(depth, seed)
    tree = Tree(keys)
    index = data.draw(st.integers(0, len(keys) - 1))
    other = data.draw(st.integers(0, len(keys) - 1).filter(lambda each: each != index))
    check_path(keys[index], index, tree.path(index), root=tree.root, depth=depth)
    with pytest.raises(IdentityRejected):
        check_path(keys[index], other, tree.path(index), root=tree.root, depth=depth)
    with pytest.raises(IdentityRejected):
        check_path(keys[other], index, tree.path(index), root=tree.root, depth=depth)


@pytest.mark.parametrize("size", [0, 1, 8, 17, 24, 2048])
def test_trees_of_other_sizes_are_not_made(size):
    with pytest.raises(InvalidRequest, match=f"{size} keys"):
        Tree([bytes([1])] * size)


class TestProofsThatChooseTheirOwnRules:
    keys = leaves(5)
    tree = Tree(keys)

    def code_of(self, key, index, path, depth=5):
        with pytest.raises(IdentityRejected) as rejection:
            check_path(key, index, path, root=self.tree.root, depth=depth)
        return rejection.value.code

    @pytest.mark.parametrize("index", [-1, 32, 33, 1 << 20])
    def test_an_index_outside_of_the_tree_is_refused(self, index):
        assert self.code_of(self.keys[1], index, self.tree.path(1)) is Code.EXISTENCE_PATH

    def test_a_node_does_not_pass_for_a_key_of_a_smaller_tree(self):
        left = self.tree._levels[0][0] + self.tree._levels[0][1]
        path = self.tree.path(0)[1:]
        assert self.code_of(left, 0, path) is Code.EXISTENCE_PATH
        assert self.code_of(left, 0, path, depth=4) is Code.EXISTENCE_ROOT

    def test_hashes_of_other_lengths_are_refused(self):
        path = self.tree.path(3)
        for wrong in (path[:-1], (*path, path[0]), (path[0][:-1], *path[1:]), (path[0] + b"\0", *path[1:])):
            assert self.code_of(self.keys[3], 3, wrong) is Code.EXISTENCE_PATH
