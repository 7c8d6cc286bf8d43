// Command foreign is a client that is not ours: CometBFT's own, as any Go program uses it.
package main

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/cometbft/cometbft/rpc/client/http"
)

func main() {
	client, err := http.New(os.Args[1], "/websocket")
	must(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var answer any
	switch argument := os.Args[3]; os.Args[2] {
	case "search":
		answer, err = client.TxSearch(ctx, argument, true, nil, nil, "asc")
	case "results":
		height, parsed := strconv.ParseInt(argument, 10, 64)
		must(parsed)
		answer, err = client.BlockResults(ctx, &height)
	case "subscribe":
		must(client.Start())
		events, failed := client.Subscribe(ctx, "foreign", argument)
		must(failed)
		show("subscribed")
		answer = (<-events).Events
	}
	must(err)
	show(answer)
}

func show(answer any) {
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func must(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}
