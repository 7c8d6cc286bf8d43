// Golden vectors: what CometBFT itself computes from fixed inputs. See README.md.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/merkle"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/types"
)

type object = map[string]any

const chainID = "golden-1"

var baseTime = time.Date(2026, 3, 1, 12, 30, 15, 123456789, time.UTC)

func hexOf(data []byte) string { return hex.EncodeToString(data) }

func digest(text string) []byte { sum := sha256.Sum256([]byte(text)); return sum[:] }

func encoded(message proto.Message) string {
	data, err := proto.Marshal(message)
	must(err)
	return hexOf(data)
}

func key(number int) ed25519.PrivKey {
	return ed25519.GenPrivKeyFromSecret([]byte(fmt.Sprintf("golden validator %d", number)))
}

// ---- Merkle trees ----

func leaves(count int) [][]byte {
	items := make([][]byte, count)
	for i := range items {
		items[i] = digest(fmt.Sprintf("leaf %d", i))[:i%33]
	}
	return items
}

func merkleVectors() any {
	roots := []string{}
	for count := 0; count <= 70; count++ {
		roots = append(roots, hexOf(merkle.HashFromByteSlices(leaves(count))))
	}
	proofs := []object{}
	for _, count := range []int{1, 2, 3, 5, 6, 7, 8, 13, 33, 64, 70} {
		_, all := merkle.ProofsFromByteSlices(leaves(count))
		for _, index := range []int{0, count / 2, count - 1} {
			proofs = append(proofs, object{"total": count, "index": index, "proof": encoded(all[index].ToProto())})
		}
	}
	return object{"roots": roots, "proofs": proofs}
}

// A store is a tree whose leaves map keys to values, as the value operator reads it.
func storeTree(pairs [][2][]byte) (root []byte, proofs []*merkle.Proof) {
	items := make([][]byte, len(pairs))
	for i, pair := range pairs {
		hashed := sha256.Sum256(pair[1])
		items[i] = append(prefixed(pair[0]), prefixed(hashed[:])...)
	}
	return merkle.ProofsFromByteSlices(items)
}

func prefixed(data []byte) []byte {
	out := proto.EncodeVarint(uint64(len(data)))
	return append(out, data...)
}

func valueVectors() any {
	runtime, out := merkle.DefaultProofRuntime(), []object{}
	for _, name := range []string{"plain", "auction/slot 7 & more", "x:ff", strings.Repeat("k", 200)} {
		inner := [][2][]byte{{[]byte("a"), []byte("1")}, {[]byte(name), []byte("value of " + name)}, {[]byte("z"), {}}}
		innerRoot, innerProofs := storeTree(inner)
		outer := [][2][]byte{{[]byte("other"), digest("other")}, {[]byte("store"), innerRoot}}
		root, outerProofs := storeTree(outer)
		ops := cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{
			merkle.NewValueOp(inner[1][0], innerProofs[1]).ProofOp(),
			merkle.NewValueOp(outer[1][0], outerProofs[1]).ProofOp(),
		}}
		path := merkle.KeyPath{}.AppendKey([]byte("store"), merkle.KeyEncodingURL).AppendKey([]byte(name), merkle.KeyEncodingHex)
		must(runtime.VerifyValue(&ops, root, path.String(), inner[1][1]))
		out = append(out, object{
			"keys": []string{"store", name}, "value": string(inner[1][1]), "root": hexOf(root), "ops": encoded(&ops),
		})
	}
	return out
}

// ---- Headers, votes, commits ----

func blockID(name string, total uint32) types.BlockID {
	return types.BlockID{Hash: digest(name), PartSetHeader: types.PartSetHeader{Total: total, Hash: digest(name + " parts")}}
}

func header() types.Header {
	return types.Header{
		Version: cmtversion.Consensus{Block: 11, App: 0}, ChainID: chainID, Height: 42, Time: baseTime,
		LastBlockID: blockID("last", 3), LastCommitHash: digest("commit"), DataHash: digest("data"),
		ValidatorsHash: digest("validators"), NextValidatorsHash: digest("next"), ConsensusHash: digest("params"),
		AppHash: digest("app"), LastResultsHash: digest("results"), EvidenceHash: digest("evidence"),
		ProposerAddress: key(0).PubKey().Address(),
	}
}

func headerVectors() any {
	changes := []func(*types.Header){
		func(*types.Header) {},
		func(h *types.Header) { h.Height, h.LastBlockID = 1, types.BlockID{} },
		func(h *types.Header) { h.Time = h.Time.Truncate(time.Second) },
		func(h *types.Header) { h.Time = time.Unix(0, 0).UTC() },
		func(h *types.Header) { h.Time = time.Unix(-5, 7).UTC() },
		func(h *types.Header) { h.Version.App = 300 },
		func(h *types.Header) { h.AppHash = nil },
		func(h *types.Header) { h.AppHash = []byte(strings.Repeat("long", 50)) },
		func(h *types.Header) { h.Height, h.ChainID = math.MaxInt64, strings.Repeat("ü", 25) },
	}
	out := []object{}
	for _, change := range changes {
		h := header()
		change(&h)
		out = append(out, object{"encoded": encoded(h.ToProto()), "hash": hexOf(h.Hash())})
	}
	return out
}

func voteVectors() any {
	out := []object{}
	for _, each := range []struct {
		height int64
		round  int32
		id     types.BlockID
		moment time.Time
	}{
		{1, 0, blockID("one", 1), baseTime},
		{1 << 40, 7, blockID("two", 70), baseTime.Truncate(time.Second)},
		{5, 0, types.BlockID{}, baseTime},
		{5, 1, types.BlockID{}, time.Unix(0, 0)},
	} {
		vote := types.Vote{Type: cmtproto.PrecommitType, Height: each.height, Round: each.round, BlockID: each.id, Timestamp: each.moment}
		wireID := each.id.ToProto()
		out = append(out, object{
			"chain_id": chainID, "height": each.height, "round": each.round, "block_id": encoded(&wireID),
			"seconds": each.moment.Unix(), "nanos": each.moment.Nanosecond(),
			"sign_bytes": hexOf(types.VoteSignBytes(chainID, vote.ToProto())),
		})
	}
	return out
}

func validatorSet(powers ...int64) *types.ValidatorSet {
	validators := []*types.Validator{}
	for i, power := range powers {
		validators = append(validators, types.NewValidator(key(i).PubKey(), power))
	}
	return types.NewValidatorSet(validators)
}

func validatorVectors() any {
	out := []object{}
	for _, powers := range [][]int64{{10}, {1, 1, 1, 1}, {5, 500, 5, 1 << 40, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}} {
		set, given, order := validatorSet(powers...), []object{}, []string{}
		for i, power := range powers {
			given = append(given, object{"public_key": hexOf(key(i).PubKey().Bytes()), "power": power})
		}
		for _, each := range set.Validators {
			order = append(order, hexOf(each.Address))
		}
		out = append(out, object{"given": given, "order": order, "hash": hexOf(set.Hash())})
	}
	return out
}

// A letter per validator in the set's order: c for commit, n for a vote for nothing, - for no vote.
func commit(set *types.ValidatorSet, votes string) *types.Commit {
	keys := map[string]ed25519.PrivKey{}
	for i := 0; i < 20; i++ {
		keys[string(key(i).PubKey().Address())] = key(i)
	}
	made := &types.Commit{Height: 9, Round: 2, BlockID: blockID("committed", 2)}
	for i, validator := range set.Validators {
		entry := types.NewCommitSigAbsent()
		if votes[i] != '-' {
			entry = types.CommitSig{BlockIDFlag: types.BlockIDFlagCommit, ValidatorAddress: validator.Address}
			entry.Timestamp = baseTime.Add(time.Duration(len(set.Validators)-i) * 1500 * time.Millisecond)
		}
		if votes[i] == 'n' {
			entry.BlockIDFlag = types.BlockIDFlagNil
		}
		made.Signatures = append(made.Signatures, entry)
		if votes[i] != '-' {
			signature, err := keys[string(validator.Address)].Sign(made.VoteSignBytes(chainID, int32(i)))
			must(err)
			made.Signatures[i].Signature = signature
		}
	}
	return made
}

func commitVectors() any {
	out := []object{}
	for _, each := range []struct {
		powers []int64
		votes  string
	}{
		{[]int64{10}, "c"}, {[]int64{1, 1, 1, 1}, "cccc"}, {[]int64{1, 1, 1, 1}, "c-cc"}, {[]int64{1, 1, 1, 1}, "ccnc"},
		{[]int64{4, 3, 2, 1, 1}, "ccc-n"}, {[]int64{1, 1, 1}, "cc-"}, {[]int64{1, 1, 1}, "cnn"}, {[]int64{3, 2, 1}, "cn-"},
	} {
		set := validatorSet(each.powers...)
		made := commit(set, each.votes)
		median, err := state.MedianTime(made, set)
		must(err)
		enough := set.VerifyCommit(chainID, made.BlockID, made.Height, made) == nil
		out = append(out, object{
			"chain_id": chainID, "powers": each.powers, "votes": each.votes, "encoded": encoded(made.ToProto()),
			"hash": hexOf(made.Hash()), "median": median.Format(time.RFC3339Nano), "accepted": enough,
		})
	}
	return out
}

func keysVector() any {
	out := []string{}
	for i := 0; i < 20; i++ {
		out = append(out, hexOf(key(i).Bytes()[:32]))
	}
	return out
}

// ---- Blocks, results, parameters ----

func duplicateVote() types.Evidence {
	set := validatorSet(1, 1, 1, 1)
	vote := func(name string) *types.Vote {
		made := &types.Vote{Type: cmtproto.PrecommitType, Height: 7, BlockID: blockID(name, 1), Timestamp: baseTime, ValidatorAddress: set.Validators[0].Address}
		made.Signature = append(digest(name), digest(name+" more")...)
		return made
	}
	evidence, err := types.NewDuplicateVoteEvidence(vote("one"), vote("other"), baseTime, set)
	must(err)
	return evidence
}

// Transaction i of the given size is the byte i mod 256 repeated, so that the file stays small.
func blockVectors() any {
	out := []object{}
	for _, each := range []struct {
		sizes    []int
		evidence []types.Evidence
	}{
		{nil, nil}, {[]int{1}, nil}, {[]int{0, 700, 0}, nil}, {[]int{64000}, nil}, {[]int{65536}, nil}, {[]int{131072, 5, 300000}, nil},
		{[]int{10, 20}, []types.Evidence{duplicateVote()}},
	} {
		txs := []types.Tx{}
		for i, size := range each.sizes {
			txs = append(txs, []byte(strings.Repeat(string([]byte{byte(i)}), size)))
		}
		block := types.MakeBlock(42, txs, commit(validatorSet(1, 1, 1, 1), "cc-c"), each.evidence)
		h := header()
		h.LastCommitHash, h.DataHash, h.EvidenceHash = block.LastCommitHash, block.DataHash, block.EvidenceHash
		block.Header = h
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		must(err)
		wire, err := block.ToProto()
		must(err)
		bytes, err := proto.Marshal(wire)
		must(err)
		sum := sha256.Sum256(bytes)
		sizes := each.sizes
		if sizes == nil {
			sizes = []int{}
		}
		out = append(out, object{
			"tx_sizes": sizes, "header": encoded(h.ToProto()), "last_commit": encoded(block.LastCommit.ToProto()),
			"evidence": encoded(&wire.Evidence), "evidence_hash": hexOf(block.EvidenceHash), "data_hash": hexOf(block.DataHash),
			"encoded_bytes": len(bytes), "encoded_sha256": hexOf(sum[:]), "hash": hexOf(block.Hash()),
			"parts_total": parts.Header().Total, "parts_hash": hexOf(parts.Header().Hash),
		})
	}
	return out
}

func initialBlockVector() any {
	block := types.MakeBlock(1, nil, &types.Commit{}, nil)
	h := header()
	h.Height, h.LastBlockID = 1, types.BlockID{}
	h.LastCommitHash, h.DataHash, h.EvidenceHash = block.LastCommitHash, block.DataHash, block.EvidenceHash
	block.Header = h
	wire, err := block.ToProto()
	must(err)
	return encoded(wire)
}

func resultVectors() any {
	out := []object{}
	for _, results := range [][]*abci.ExecTxResult{
		{},
		{{}},
		{{Code: 0, Data: []byte("returned"), Log: "not hashed", Info: "nor this", GasWanted: 5, GasUsed: 4, Codespace: "nor this"}},
		{{Code: 1}, {Data: digest("data")}, {Code: math.MaxUint32, GasWanted: -1, GasUsed: math.MaxInt64}},
	} {
		given := []object{}
		for _, each := range results {
			given = append(given, object{"code": each.Code, "data": hexOf(each.Data), "gas_wanted": each.GasWanted, "gas_used": each.GasUsed})
		}
		out = append(out, object{"results": given, "hash": hexOf(types.NewResults(results).Hash())})
	}
	return out
}

func paramVectors() any {
	out := []object{}
	for _, each := range [][2]int64{{22020096, -1}, {-1, -1}, {1, 0}, {104857600, math.MaxInt64}} {
		params := types.DefaultConsensusParams()
		params.Block.MaxBytes, params.Block.MaxGas = each[0], each[1]
		out = append(out, object{"max_bytes": each[0], "max_gas": each[1], "hash": hexOf(params.Hash())})
	}
	return out
}

// ---- Files ----

func genesisVectors() any {
	out := []object{}
	for _, each := range []struct {
		moment   time.Time
		powers   []int64
		appHash  []byte
		appState string
	}{
		{baseTime, []int64{10}, nil, ``},
		{baseTime.Truncate(time.Second), []int64{1, 2, 3}, digest("app"), `{"accounts":[],"empty":{},"n":-12,"name":"<Gemeinde & Söhne>"}`},
		{baseTime.Truncate(time.Millisecond), []int64{7, 7}, nil, `["x",[1,2,{"a":true,"y":null}]]`},
	} {
		doc := types.GenesisDoc{GenesisTime: each.moment, ChainID: chainID, InitialHeight: 1, AppHash: each.appHash, AppState: []byte(each.appState)}
		if each.appState == "" {
			doc.AppState = nil
		}
		for i, power := range each.powers {
			doc.Validators = append(doc.Validators, types.GenesisValidator{PubKey: key(i).PubKey(), Power: power, Name: fmt.Sprintf("node <%d>", i)})
		}
		must(doc.ValidateAndComplete())
		text, err := cmtjson.MarshalIndent(doc, "", "  ")
		must(err)
		out = append(out, object{"text": string(text), "validators_hash": hexOf(doc.ValidatorHash())})
	}
	return out
}

func keyFileVector() any {
	text, err := cmtjson.MarshalIndent(privval.FilePVKey{Address: key(0).PubKey().Address(), PubKey: key(0).PubKey(), PrivKey: key(0)}, "", "  ")
	must(err)
	signature, err := key(0).Sign([]byte("message"))
	must(err)
	return object{"text": string(text), "message": "message", "signature": hexOf(signature)}
}
