package main

import (
	"net/netip"
	"slices"
	"time"

	"tailscale.com/tailcfg"
)

// tailnet is the configuration of the nodes of a tailnet, by their host names.
type tailnet struct {
	// Name differs from that of every tailnet before, so that a node says whether it has this one.
	Name  string           `json:"name"`
	Nodes map[string]*node `json:"nodes"`
}

// node is the configuration of one node. Most of it is as `policy compile` prints it.
type node struct {
	Addresses []netip.Addr `json:"addresses"`
	// Login is that of its owner, or empty if it is tagged.
	Login  string               `json:"login"`
	Tags   []string             `json:"tags"`
	Filter []tailcfg.FilterRule `json:"packet_filter_rules"`
	SSH    *tailcfg.SSHPolicy   `json:"ssh_policy"`
	CapMap tailcfg.NodeCapMap   `json:"cap_map"`
	Peers  []string             `json:"peers"`
	// PeerRoutes are those that the node may use, by peer.
	PeerRoutes map[string][]netip.Prefix `json:"peer_routes"`
	// Routes are those that the node itself advertises.
	Routes []netip.Prefix `json:"routes"`
	// ExitNode is a peer, or empty.
	ExitNode string `json:"exit_node"`
}

// taggedDevices is the user of all tagged nodes.
const taggedDevices tailcfg.UserID = 1 << 20

// users returns the number of each login.
func (tailnet *tailnet) users() map[string]tailcfg.UserID {
	users := map[string]tailcfg.UserID{"tagged-devices": taggedDevices}
	for _, node := range tailnet.Nodes {
		if _, ok := users[node.Login]; !ok && node.Login != "" {
			users[node.Login] = taggedDevices + tailcfg.UserID(len(users))
		}
	}
	return users
}

// netmap returns what the control plane sends to a node.
func (lab *lab) netmap(tailnet *tailnet, name string, registered map[string]*tailcfg.Node) *tailcfg.MapResponse {
	now := time.Now()
	own := tailnet.Nodes[name]
	users := tailnet.users()
	describe := func(name string, routes []netip.Prefix) *tailcfg.Node {
		node, is := registered[name].Clone(), tailnet.Nodes[name]
		node.Name = name + "." + tailnet.Name + "."
		node.Addresses = nil
		for _, address := range is.Addresses {
			node.Addresses = append(node.Addresses, netip.PrefixFrom(address, address.BitLen()))
		}
		node.AllowedIPs = slices.Concat(node.Addresses, routes)
		node.PrimaryRoutes = routes
		node.Tags = is.Tags
		node.User = taggedDevices
		if is.Login != "" {
			node.User = users[is.Login]
		}
		node.MachineAuthorized = true
		online := true
		node.Online = &online
		node.Capabilities = nil
		node.CapMap = tailcfg.NodeCapMap{tailcfg.CapabilitySSH: nil}
		return node
	}
	response := &tailcfg.MapResponse{
		Node:            describe(name, own.Routes),
		DERPMap:         lab.relays,
		Domain:          tailnet.Name,
		ControlTime:     &now,
		CollectServices: "false",
		// A null policy would leave the one before in force.
		SSHPolicy: &tailcfg.SSHPolicy{},
		// The name that is not there yet stands for the whole filter before it.
		PacketFilters: map[string][]tailcfg.FilterRule{"*": nil},
		Peers:         []*tailcfg.Node{},
	}
	for attribute, values := range own.CapMap {
		response.Node.CapMap[attribute] = values
	}
	if own.SSH != nil {
		response.SSHPolicy = own.SSH
	}
	if len(own.Filter) > 0 {
		response.PacketFilters["base"] = own.Filter
	}
	for _, peer := range own.Peers {
		response.Peers = append(response.Peers, describe(peer, own.PeerRoutes[peer]))
	}
	slices.SortFunc(response.Peers, func(a, b *tailcfg.Node) int { return int(a.ID - b.ID) })
	for login, id := range users {
		response.UserProfiles = append(response.UserProfiles, tailcfg.UserProfile{ID: id, LoginName: login, DisplayName: login})
	}
	return response
}
