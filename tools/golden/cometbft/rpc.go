package main

import (
	"math"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cometbft/cometbft/types"
)

func asJSON(value any) string {
	text, err := cmtjson.Marshal(value)
	must(err)
	return string(text)
}

// ---- What a node's RPC answers ----

func lightClientAttack() types.Evidence {
	set := validatorSet(5, 3, 2)
	h := header()
	h.ValidatorsHash = set.Hash()
	attack := &types.LightClientAttackEvidence{
		ConflictingBlock: &types.LightBlock{
			SignedHeader: &types.SignedHeader{Header: &h, Commit: commit(set, "c-n")}, ValidatorSet: set,
		},
		CommonHeight: 40, ByzantineValidators: set.Validators[:2], TotalVotingPower: set.TotalVotingPower(),
		Timestamp: baseTime.Add(-time.Minute),
	}
	return attack
}

func nilDuplicateVote() types.Evidence {
	evidence := duplicateVote().(*types.DuplicateVoteEvidence)
	evidence.VoteA.BlockID, evidence.VoteA.Round, evidence.VoteB.Round = types.BlockID{}, 3, 3
	evidence.VoteA.ValidatorIndex, evidence.VoteB.ValidatorIndex = 2, 2
	evidence.VoteA.Type, evidence.VoteB.Type = cmtproto.PrevoteType, cmtproto.PrevoteType
	return evidence
}

func rpcBlockVectors() any {
	out := []object{}
	for _, each := range []struct {
		height   int64
		commit   *types.Commit
		txs      []types.Tx
		evidence []types.Evidence
	}{
		{1, &types.Commit{}, nil, nil},
		{42, commit(validatorSet(1, 1, 1, 1), "ccnc"), []types.Tx{{}, []byte("second"), {0xff}}, nil},
		{42, commit(validatorSet(1, 1, 1, 1), "cc-c"), nil, []types.Evidence{duplicateVote(), lightClientAttack(), nilDuplicateVote()}},
	} {
		block := types.MakeBlock(each.height, each.txs, each.commit, each.evidence)
		h := header()
		h.Height, h.LastCommitHash, h.DataHash, h.EvidenceHash = each.height, block.LastCommitHash, block.DataHash, block.EvidenceHash
		if each.height == 1 {
			h.LastBlockID, h.AppHash = types.BlockID{}, nil
		}
		block.Header = h
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		must(err)
		wire, err := block.ToProto()
		must(err)
		id := types.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
		signed := ctypes.NewResultCommit(&block.Header, commit(validatorSet(2, 1), "c-"), true)
		proven := []string{}
		for _, found := range block.Evidence.Evidence.ToABCI() {
			proven = append(proven, encoded(&found))
		}
		out = append(out, object{
			"block": asJSON(&ctypes.ResultBlock{BlockID: id, Block: block}), "encoded": encoded(wire),
			"commit": asJSON(signed), "encoded_commit": encoded(signed.Commit.ToProto()), "misbehaviour": proven,
		})
	}
	return out
}

func rpcResultVectors() any {
	out := []object{}
	update := abci.UpdateValidator(key(0).PubKey().Bytes(), 7, "ed25519")
	removal := abci.UpdateValidator(key(1).PubKey().Bytes(), 0, "ed25519")
	attributes := []abci.EventAttribute{{Key: "id", Value: "ff", Index: true}, {Key: "payload", Value: `{"a":"<ü>"}`}}
	for _, made := range []*abci.ResponseFinalizeBlock{
		{},
		{
			Events: []abci.Event{{Type: "a.timer", Attributes: attributes[1:]}, {Type: "a.bare"}},
			TxResults: []*abci.ExecTxResult{
				{}, {Code: 1, Data: digest("data"), Log: "no", Codespace: "NO", GasWanted: -1, GasUsed: math.MaxInt64},
				{Data: []byte("{}"), Info: "info", Events: []abci.Event{{Type: "a.b", Attributes: attributes}}},
			},
			ValidatorUpdates: []abci.ValidatorUpdate{update, removal},
			ConsensusParamUpdates: &cmtproto.ConsensusParams{
				Block:    &cmtproto.BlockParams{MaxBytes: 1 << 20, MaxGas: -1},
				Evidence: &cmtproto.EvidenceParams{MaxAgeNumBlocks: 9, MaxAgeDuration: 90 * time.Second, MaxBytes: 5},
			},
			AppHash: digest("app"),
		},
		{ConsensusParamUpdates: &cmtproto.ConsensusParams{Version: &cmtproto.VersionParams{App: 2}}, AppHash: digest("app")},
	} {
		answer := &ctypes.ResultBlockResults{
			Height: 42, TxsResults: made.TxResults, FinalizeBlockEvents: made.Events, ValidatorUpdates: made.ValidatorUpdates,
			ConsensusParamUpdates: made.ConsensusParamUpdates, AppHash: made.AppHash,
		}
		out = append(out, object{"results": asJSON(answer), "encoded": encoded(made)})
	}
	return out
}

func rpcValidatorVectors() any {
	set := validatorSet(5, 3, 2, 2)
	page := &ctypes.ResultValidators{BlockHeight: 42, Validators: set.Validators, Count: 4, Total: 4}
	return object{"validators": asJSON(page), "hash": hexOf(set.Hash())}
}

// ---- How a set changes ----

func changeVectors() any {
	out := []object{}
	for _, changes := range [][][2]int64{
		{{0, 5}}, {{3, 1}}, {{3, 100}, {4, 1}}, {{0, 0}}, {{0, 0}, {3, 1}, {1, 7}}, {{1, 1}, {2, 1}, {0, 1}},
		{{0, 0}, {1, 0}, {2, 0}}, {{9, 0}}, {{3, math.MaxInt64 / 8}},
	} {
		set, given, updates := validatorSet(3, 2, 1), []object{}, []abci.ValidatorUpdate{}
		for _, change := range changes {
			public, err := cryptoenc.PubKeyToProto(key(int(change[0])).PubKey())
			must(err)
			updates = append(updates, abci.ValidatorUpdate{PubKey: public, Power: change[1]})
			given = append(given, object{"public_key": hexOf(key(int(change[0])).PubKey().Bytes()), "power": change[1]})
		}
		validators, err := types.PB2TM.ValidatorUpdates(updates)
		must(err)
		found := object{"powers": []int64{3, 2, 1}, "changes": given}
		if err := set.UpdateWithChangeSet(validators); err == nil {
			found["hash"] = hexOf(set.Hash())
		}
		out = append(out, found)
	}
	return out
}
