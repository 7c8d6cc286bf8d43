package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/merkle"
	"github.com/cometbft/cometbft/light"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
)

type madeValidator struct {
	PublicKey string `json:"public_key"`
	Power     int64  `json:"power"`
}

type madeBlock struct {
	Block          string          `json:"block"`
	Commit         string          `json:"commit"`
	AppHash        string          `json:"app_hash"`
	ResultsHash    string          `json:"results_hash"`
	NextValidators []madeValidator `json:"next_validators"`
}

type madeProof struct {
	Ops   string `json:"ops"`
	Root  string `json:"root"`
	Path  string `json:"path"`
	Value string `json:"value"`
}

type madeChain struct {
	Genesis string      `json:"genesis"`
	AppHash string      `json:"app_hash"`
	Blocks  []madeBlock `json:"blocks"`
	Proofs  []madeProof `json:"proofs"`
}

// accept has CometBFT validate every block against its own state, and its light client follow the headers.
func accept(path, folder string) {
	text, err := os.ReadFile(path)
	must(err)
	var chains []madeChain
	must(json.Unmarshal(text, &chains))
	for _, chain := range chains {
		judge(chain)
	}
	sum := sha256.Sum256(text)
	save(folder, "accepted", object{"cometbft": version.TMCoreSemVer, "chains": len(chains), "sha256": hexOf(sum[:])})
}

func judge(chain madeChain) {
	doc, err := types.GenesisDocFromJSON([]byte(chain.Genesis))
	must(err)
	current, err := state.MakeGenesisState(doc)
	must(err)
	current.AppHash, current.LastResultsHash = unhex(chain.AppHash), merkle.HashFromByteSlices(nil)
	current.Version.Consensus.App = doc.ConsensusParams.Version.App
	var trusted *types.SignedHeader
	for _, each := range chain.Blocks {
		var wire cmtproto.Block
		must(proto.Unmarshal(unhex(each.Block), &wire))
		block, err := types.BlockFromProto(&wire)
		must(err)
		var wireCommit cmtproto.Commit
		must(proto.Unmarshal(unhex(each.Commit), &wireCommit))
		commit, err := types.CommitFromProto(&wireCommit)
		must(err)
		must(current.ValidateBlock(block))
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		must(err)
		id := types.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
		must(current.Validators.VerifyCommit(doc.ChainID, id, block.Height, commit))
		must(current.Validators.VerifyCommitLight(doc.ChainID, id, block.Height, commit))
		signed := &types.SignedHeader{Header: &block.Header, Commit: commit}
		must(signed.ValidateBasic(doc.ChainID))
		if trusted != nil {
			now := block.Time.Add(time.Second)
			must(light.VerifyAdjacent(trusted, signed, current.Validators, 24*time.Hour, now, time.Minute))
		}
		trusted, current = signed, after(current, block, id, each)
	}
	for _, each := range chain.Proofs {
		var ops cmtcrypto.ProofOps
		must(proto.Unmarshal(unhex(each.Ops), &ops))
		must(merkle.DefaultProofRuntime().VerifyValue(&ops, unhex(each.Root), each.Path, unhex(each.Value)))
		if !bytes.Equal(unhex(each.Root), trusted.AppHash) {
			panic(errors.New("the proof's root is not the last header's app hash"))
		}
	}
}

func after(current state.State, block *types.Block, id types.BlockID, made madeBlock) state.State {
	validators := []*types.Validator{}
	for _, each := range made.NextValidators {
		validators = append(validators, types.NewValidator(ed25519.PubKey(unhex(each.PublicKey)), each.Power))
	}
	current.LastBlockHeight, current.LastBlockID, current.LastBlockTime = block.Height, id, block.Time
	current.LastValidators, current.Validators = current.Validators, current.NextValidators
	current.NextValidators = types.NewValidatorSet(validators)
	current.AppHash, current.LastResultsHash = unhex(made.AppHash), unhex(made.ResultsHash)
	return current
}

func unhex(text string) []byte {
	data, err := hex.DecodeString(text)
	must(err)
	return data
}
