// Writes what CIRCL computes for blind RSA signatures (RFC 9474, RSABSSA-SHA384-PSS-Deterministic, 2,048 bits).
//
// CIRCL plays the meter and the witness; each case holds all that decides its outcome, so that another
// implementation has to come to the same bytes.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log"
	"math/big"
	"os"

	"github.com/cloudflare/circl/blindsign/blindrsa"
)

const saltBytes = 48

type witness struct {
	Key   string   `json:"key"` // PKCS #8, made for these vectors alone
	Cases []vector `json:"cases"`
}

type vector struct {
	Message        string `json:"msg"`
	Salt           string `json:"salt"`
	R              string `json:"r"`
	Blinded        string `json:"blinded_msg"`
	BlindSignature string `json:"blind_sig"`
	Inverse        string `json:"inv"`
	Signature      string `json:"sig"`
}

func main() {
	lengths := []int{0, 1, 32, 47, 48, 49, 127, 128, 129, 1000}
	witnesses := make([]witness, 3)
	for at := range witnesses {
		key := must(rsa.GenerateKey(rand.Reader, 2048))
		der := must(x509.MarshalPKCS8PrivateKey(key))
		witnesses[at].Key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		for _, length := range lengths {
			witnesses[at].Cases = append(witnesses[at].Cases, exchange(key, random(length)))
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	must(0, encoder.Encode(witnesses))
}

func exchange(key *rsa.PrivateKey, message []byte) vector {
	client := must(blindrsa.NewClient(blindrsa.SHA384PSSDeterministic, &key.PublicKey))
	entropy := random(4096) // CIRCL takes the salt from it first
	blinded, state, err := client.Blind(bytes.NewReader(entropy), message)
	must(0, err)
	blindSignature := must(blindrsa.NewSigner(key).BlindSign(blinded))
	signature := must(client.Finalize(state, blindSignature))
	must(0, client.Verify(message, signature))

	// The state is closed: what it multiplied by follows from the two signatures.
	n := key.PublicKey.N
	inverse := new(big.Int).ModInverse(new(big.Int).SetBytes(blindSignature), n)
	inverse.Mul(inverse, new(big.Int).SetBytes(signature)).Mod(inverse, n)
	r := new(big.Int).ModInverse(inverse, n)
	return vector{
		Message:        hex.EncodeToString(message),
		Salt:           hex.EncodeToString(entropy[:saltBytes]),
		R:              r.Text(16),
		Blinded:        hex.EncodeToString(blinded),
		BlindSignature: hex.EncodeToString(blindSignature),
		Inverse:        inverse.Text(16),
		Signature:      hex.EncodeToString(signature),
	}
}

func random(length int) []byte {
	drawn := make([]byte, length)
	must(rand.Read(drawn))
	return drawn
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
