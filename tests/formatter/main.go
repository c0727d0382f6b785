// Command formatter formats documents with Tailscale's own formatter.
//
// It reads one document a line from stdin, as a JSON string, and writes one JSON string a line to
// stdout: `=` and the formatted document, or `!` and the reason why it is not HuJSON.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	"github.com/tailscale/hujson"
)

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		var document string
		if err := json.Unmarshal(lines.Bytes(), &document); err != nil {
			log.Fatal(err)
		}
		answer := ""
		if formatted, err := hujson.Format([]byte(document)); err != nil {
			answer = "!" + err.Error()
		} else {
			answer = "=" + string(formatted)
		}
		if err := encoder.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}
