// Command filter answers whether Tailscale's own packet filter lets packets in.
//
// It reads one JSON object a line from stdin: the nodes of a tailnet, each with its packet filter,
// and packets. It writes one line for each to stdout: a 1 for each packet that its node accepts, a
// 0 for each that the node drops.
//
// The decision is that of tailscale.com/wgengine/filter, which each node runs on each packet. What
// happens before a packet arrives is not decided here: whether the sender sees the node, and which
// node it sends to.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"net/netip"
	"os"

	"go4.org/netipx"
	"tailscale.com/net/packet"
	"tailscale.com/tailcfg"
	"tailscale.com/types/ipproto"
	"tailscale.com/types/logger"
	"tailscale.com/wgengine/filter"
)

// Tailnet is one line of the input.
type Tailnet struct {
	Nodes []Node `json:"nodes"`
	// Addresses are those that packets refer to.
	Addresses []netip.Addr `json:"addresses"`
	// Packets are five numbers each: the node that receives it, the source and the destination in
	// Addresses, the protocol and the port.
	Packets [][5]int `json:"packets"`
}

// Node is a receiver of packets.
type Node struct {
	Addresses []netip.Addr         `json:"addresses"`
	Routes    []netip.Prefix       `json:"routes"`
	Filter    []tailcfg.FilterRule `json:"filter"`
}

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		answer, err := decide(lines.Bytes())
		if err != nil {
			log.Fatal(err)
		}
		out.Write(answer)
		out.WriteByte('\n')
		// The reader waits for each answer before it sends the next line.
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

// decide answers one line of the input.
func decide(line []byte) ([]byte, error) {
	var tailnet Tailnet
	if err := json.Unmarshal(line, &tailnet); err != nil {
		return nil, err
	}
	// Whether a UDP packet is an answer is part of a filter's state, but only packets that leave
	// change it, and none does here.
	filters := make([]*filter.Filter, len(tailnet.Nodes))
	for i, node := range tailnet.Nodes {
		made, err := node.filter()
		if err != nil {
			return nil, err
		}
		filters[i] = made
	}
	answer := make([]byte, len(tailnet.Packets))
	parsed := new(packet.Parsed)
	for i, p := range tailnet.Packets {
		src, dst := tailnet.Addresses[p[1]], tailnet.Addresses[p[2]]
		if src.Is4() != dst.Is4() {
			return nil, fmt.Errorf("a packet from %v to %v does not exist", src, dst)
		}
		parsed.Decode(bytes(src, dst, ipproto.Proto(p[3]), uint16(p[4])))
		answer[i] = '0'
		if filters[p[0]].RunIn(parsed, 0) == filter.Accept {
			answer[i] = '1'
		}
	}
	return answer, nil
}

// filter returns the filter that a node has in its engine.
func (node Node) filter() (*filter.Filter, error) {
	matches, err := filter.MatchesFromFilterRules(node.Filter)
	if err != nil {
		return nil, err
	}
	var local netipx.IPSetBuilder
	for _, address := range node.Addresses {
		local.Add(address)
	}
	for _, route := range node.Routes {
		local.AddPrefix(route)
	}
	set, err := local.IPSet()
	if err != nil {
		return nil, err
	}
	return filter.New(matches, nil, set, &netipx.IPSet{}, nil, logger.Discard), nil
}

// bytes returns a packet that begins a conversation: a TCP SYN, a datagram, an echo request, or a
// packet of another protocol with an empty payload.
func bytes(src, dst netip.Addr, proto ipproto.Proto, port uint16) []byte {
	payload := make([]byte, 20)
	binary.BigEndian.PutUint16(payload[0:], 50123)
	binary.BigEndian.PutUint16(payload[2:], port)
	switch proto {
	case ipproto.TCP:
		payload[12] = 5 << 4 // the length of the header in words of four bytes
		payload[13] = 0x02   // SYN
	case ipproto.UDP:
		binary.BigEndian.PutUint16(payload[4:], uint16(len(payload)))
	case ipproto.ICMPv4:
		payload = []byte{8, 0, 0, 0, 0, 1, 0, 1} // echo request
	case ipproto.ICMPv6:
		payload = []byte{128, 0, 0, 0, 0, 1, 0, 1} // echo request
	}
	if src.Is4() {
		header := make([]byte, 20)
		header[0] = 0x45
		binary.BigEndian.PutUint16(header[2:], uint16(len(header)+len(payload)))
		header[8] = 64
		header[9] = byte(proto)
		copy(header[12:], src.AsSlice())
		copy(header[16:], dst.AsSlice())
		return append(header, payload...)
	}
	header := make([]byte, 40)
	header[0] = 0x60
	binary.BigEndian.PutUint16(header[4:], uint16(len(payload)))
	header[6] = byte(proto)
	header[7] = 64
	copy(header[8:], src.AsSlice())
	copy(header[24:], dst.AsSlice())
	return append(header, payload...)
}
