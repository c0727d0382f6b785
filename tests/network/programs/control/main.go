// Command control is a control server for real nodes, which gives each of them the configuration
// that it reads from stdin.
//
// It reads one JSON object a line, a request, and writes one line for each, an answer. It has the
// local APIs of the nodes as sockets, because it sets what a person sets on a device: its routes
// and its exit node.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"os"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/logger"
)

// request is one line of the input. Each has one of the fields.
type request struct {
	// Join makes the nodes join the tailnet. Their local APIs are in the folder of the sockets.
	Join []string `json:"join"`
	// Tailnet gives nodes a configuration.
	Tailnet *tailnet `json:"tailnet"`
	// WhoIs asks nodes for what they know about their peers.
	WhoIs []whoIs `json:"whois"`
}

// answer is one line of the output.
type answer struct {
	Error string `json:"error,omitempty"`
	// Capabilities has, for each question of WhoIs, the app capabilities of the peer.
	Capabilities []tailcfg.PeerCapMap `json:"capabilities,omitempty"`
	// Attributes has, for each node of Tailnet, the attributes that it has.
	Attributes map[string][]string `json:"attributes,omitempty"`
}

func main() {
	log.SetFlags(0)
	host := flag.String("host", "", "the address of this server")
	sockets := flag.String("sockets", "", "the folder of the nodes, each of which has a folder with a socket")
	flag.Parse()

	relays, err := startRelay(*host)
	if err != nil {
		log.Fatal(err)
	}
	url := "http://" + *host + ":8080"
	// A node refuses to run an SSH server if the tailnet does not have the feature.
	features := tailcfg.NodeCapMap{tailcfg.CapabilitySSH: nil}
	server := &testcontrol.Server{
		Logf: logger.Discard, DERPMap: relays, ExplicitBaseURL: url, AllOnline: true, DefaultNodeCapabilities: &features,
	}
	go func() { log.Fatal(http.ListenAndServe(*host+":8080", server)) }()

	lab := &lab{server: server, relays: relays, url: url, sockets: *sockets}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		var told answer
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			told.Error = err.Error()
		} else if err := lab.serve(&asked, &told); err != nil {
			told.Error = err.Error()
		}
		if err := out.Encode(told); err != nil {
			log.Fatal(err)
		}
	}
}

func (lab *lab) serve(asked *request, told *answer) error {
	switch {
	case asked.Join != nil:
		return lab.join(asked.Join)
	case asked.Tailnet != nil:
		attributes, err := lab.configure(asked.Tailnet)
		told.Attributes = attributes
		return err
	default:
		capabilities, err := lab.whoIs(asked.WhoIs)
		told.Capabilities = capabilities
		return err
	}
}
