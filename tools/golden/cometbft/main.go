// Command golden writes vectors from the real CometBFT, and lets it judge chains that we made. See README.md.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "write":
		write(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "accept":
		accept(os.Args[2], os.Args[3])
	default:
		fmt.Fprintln(os.Stderr, "usage: golden write FOLDER | golden accept CHAINS_FILE FOLDER")
		os.Exit(2)
	}
}

func write(folder string) {
	for name, content := range map[string]any{
		"merkle": merkleVectors(), "values": valueVectors(), "headers": headerVectors(), "votes": voteVectors(),
		"validators": validatorVectors(), "commits": commitVectors(), "seeds": keysVector(), "blocks": blockVectors(),
		"initial_block": initialBlockVector(), "results": resultVectors(), "params": paramVectors(),
		"genesis": genesisVectors(), "key_file": keyFileVector(), "rpc_blocks": rpcBlockVectors(),
		"rpc_results": rpcResultVectors(), "rpc_validators": rpcValidatorVectors(), "validator_changes": changeVectors(),
	} {
		save(folder, name, content)
	}
}

func save(folder, name string, content any) {
	text, err := json.MarshalIndent(content, "", " ")
	must(err)
	must(os.WriteFile(filepath.Join(folder, name+".json"), append(text, '\n'), 0o644))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
