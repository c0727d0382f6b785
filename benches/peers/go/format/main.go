// Command format formats a document from stdin to stdout with Tailscale's own formatter.
package main

import (
	"io"
	"log"
	"os"

	"github.com/tailscale/hujson"
)

func main() {
	log.SetFlags(0)
	document, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	formatted, err := hujson.Format(document)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(formatted); err != nil {
		log.Fatal(err)
	}
}
