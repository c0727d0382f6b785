// Command probe opens connections, and answers those of others. One runs in each network namespace.
//
// It reads one JSON object a line from stdin, a request, and writes one line for each to stdout, an
// answer.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"sync"
	"time"
)

// request is one line of the input.
type request struct {
	// Listen has the TCP and UDP ports to answer on, in addition to those before.
	Listen []uint16 `json:"listen"`
	// Protocols has the protocols without ports to receive.
	Protocols []uint8 `json:"protocols"`
	// Addresses are those of the interface tailscale0 to wait for.
	Addresses []string `json:"addresses"`
	// Probes are the connections to open, all at the same time.
	Probes []probe `json:"probes"`
	// Patience is the time in milliseconds after which a packet counts as dropped.
	Patience int `json:"patience"`
}

// probe is one connection.
type probe struct {
	// ID is different for each packet that has no answer.
	ID       uint64 `json:"id"`
	Protocol uint8  `json:"protocol"`
	// From is an address of this namespace. If it is empty, the system chooses one.
	From string `json:"from"`
	To   string `json:"to"`
	Port uint16 `json:"port"`
	// Account makes it a login over Tailscale SSH.
	Account string `json:"account"`
}

// answer is one line of the output.
type answer struct {
	Error string `json:"error,omitempty"`
	// Answers has a text for each probe: who answered, or nothing if nobody did.
	Answers []string `json:"answers"`
	// Received has the IDs of packets without an answer that arrived here.
	Received []uint64 `json:"received"`
}

func main() {
	log.SetFlags(0)
	listener := &listener{name: os.Args[1]}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		var told answer
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			told.Error = err.Error()
		} else if err := serve(listener, &asked, &told); err != nil {
			told.Error = err.Error()
		}
		if err := out.Encode(told); err != nil {
			log.Fatal(err)
		}
	}
}

func serve(listener *listener, asked *request, told *answer) error {
	for _, port := range asked.Listen {
		if err := listener.listen(port); err != nil {
			return err
		}
	}
	for _, protocol := range asked.Protocols {
		if err := listener.receive(protocol); err != nil {
			return err
		}
	}
	if len(asked.Addresses) > 0 {
		if err := awaitAddresses(asked.Addresses); err != nil {
			return err
		}
	}
	told.Answers = make([]string, len(asked.Probes))
	patience := time.Duration(asked.Patience) * time.Millisecond
	// More packets at once than the queues of a device hold would be lost, and the key exchanges of
	// logins take much time.
	packets, logins := make(chan struct{}, 256), make(chan struct{}, 8)
	var group sync.WaitGroup
	for i, probe := range asked.Probes {
		group.Go(func() {
			free := packets
			if probe.Account != "" {
				free = logins
			}
			free <- struct{}{}
			told.Answers[i] = probe.send(patience)
			<-free
		})
	}
	group.Wait()
	told.Received = listener.received()
	return nil
}
