package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tailscale.com/client/local"
	"tailscale.com/ipn"
	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
)

// patience is the time after which a node that does not answer is an error.
const patience = 60 * time.Second

// lab is the control server with the nodes that have joined it.
type lab struct {
	server  *testcontrol.Server
	relays  *tailcfg.DERPMap
	url     string
	sockets string
	// prefs has what was last set on each node.
	prefs sync.Map
}

// whoIs is the question who a peer is, asked on a node.
type whoIs struct {
	Node    string     `json:"node"`
	Address netip.Addr `json:"address"`
}

func (lab *lab) client(node string) *local.Client {
	return &local.Client{Socket: filepath.Join(lab.sockets, node, "sock"), UseSocketOnly: true}
}

// each runs a function for each node at the same time.
func each(nodes []string, run func(ctx context.Context, node string) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	results := make([]error, len(nodes))
	var group sync.WaitGroup
	for i, node := range nodes {
		group.Go(func() {
			if err := run(ctx, node); err != nil {
				results[i] = fmt.Errorf("%s: %w", node, err)
			}
		})
	}
	group.Wait()
	return errors.Join(results...)
}

// until repeats a question until its answer is true.
func until(ctx context.Context, is func() (bool, error)) error {
	for {
		done, err := is()
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// join makes nodes register with this server, and waits until each has a home relay.
func (lab *lab) join(nodes []string) error {
	err := each(nodes, func(ctx context.Context, name string) error {
		client := lab.client(name)
		err := until(ctx, func() (bool, error) {
			_, err := client.Status(ctx)
			return err == nil, err
		})
		if err != nil {
			return err
		}
		prefs := ipn.NewPrefs()
		prefs.ControlURL = lab.url
		prefs.WantRunning = true
		prefs.Hostname = name
		prefs.CorpDNS = false
		prefs.RouteAll = true
		prefs.RunSSH = true
		if err := client.Start(ctx, ipn.Options{UpdatePrefs: prefs}); err != nil {
			return err
		}
		if err := client.StartLoginInteractive(ctx); err != nil {
			return err
		}
		return until(ctx, func() (bool, error) {
			status, err := client.Status(ctx)
			return err == nil && status.BackendState == "Running", err
		})
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return until(ctx, func() (bool, error) {
		registered := lab.server.AllNodes()
		has := func(node *tailcfg.Node) bool { return node.HomeDERP != 0 && !node.DiscoKey.IsZero() }
		return len(registered) == len(nodes) && !slices.ContainsFunc(registered, func(n *tailcfg.Node) bool { return !has(n) }),
			fmt.Errorf("%d of %d nodes are registered", len(registered), len(nodes))
	})
}

// configure gives each node its configuration, and waits until all nodes have it.
func (lab *lab) configure(tailnet *tailnet) (map[string][]string, error) {
	registered := map[string]*tailcfg.Node{}
	for _, node := range lab.server.AllNodes() {
		registered[node.Hostinfo.Hostname()] = node
	}
	var names []string
	for name := range tailnet.Nodes {
		if registered[name] == nil {
			return nil, fmt.Errorf("there is no node %s", name)
		}
		names = append(names, name)
	}
	var mutex sync.Mutex
	attributes := map[string][]string{}
	err := each(names, func(ctx context.Context, name string) error {
		client, node := lab.client(name), tailnet.Nodes[name]
		// An exit node that is not among the peers would make the node drop all packets.
		if err := lab.set(ctx, name, node.Routes, ""); err != nil {
			return err
		}
		response := lab.netmap(tailnet, name, registered)
		var sent time.Time
		err := until(ctx, func() (bool, error) {
			// What is sent at the moment in which a node connects again is lost.
			if time.Since(sent) > 3*time.Second {
				if !lab.server.AddRawMapResponse(registered[name].Key, response) {
					return false, errors.New("it is not connected")
				}
				sent = time.Now()
			}
			status, err := client.StatusWithoutPeers(ctx)
			if err != nil {
				return false, err
			}
			if status.CurrentTailnet == nil || status.CurrentTailnet.Name != tailnet.Name {
				return false, errors.New("it does not have its configuration")
			}
			var has []string
			for attribute := range status.Self.CapMap {
				has = append(has, string(attribute))
			}
			mutex.Lock()
			defer mutex.Unlock()
			attributes[name] = has
			return true, nil
		})
		if err != nil || node.ExitNode == "" {
			return err
		}
		return lab.set(ctx, name, node.Routes, registered[node.ExitNode].StableID)
	})
	return attributes, err
}

// set sets the routes that a node advertises, and its exit node.
func (lab *lab) set(ctx context.Context, name string, routes []netip.Prefix, exit tailcfg.StableNodeID) error {
	wanted := fmt.Sprint(routes, exit)
	if before, ok := lab.prefs.Load(name); ok && before == wanted {
		return nil
	}
	prefs := &ipn.MaskedPrefs{AdvertiseRoutesSet: true, ExitNodeIDSet: true, ExitNodeIPSet: true, RouteAllSet: true}
	prefs.AdvertiseRoutes = routes
	prefs.ExitNodeID = exit
	// A router that accepted the routes of others would send on to them what it gets.
	prefs.RouteAll = len(routes) == 0
	if _, err := lab.client(name).EditPrefs(ctx, prefs); err != nil {
		return err
	}
	lab.prefs.Store(name, wanted)
	return nil
}

// whoIs returns the app capabilities that nodes report for their peers.
func (lab *lab) whoIs(questions []whoIs) ([]tailcfg.PeerCapMap, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	capabilities := make([]tailcfg.PeerCapMap, len(questions))
	for i, question := range questions {
		told, err := lab.client(question.Node).WhoIs(ctx, question.Address.String())
		switch {
		case errors.Is(err, local.ErrPeerNotFound):
			// It does not see the peer.
		case err != nil:
			return nil, fmt.Errorf("%s: %w", question.Node, err)
		default:
			capabilities[i] = told.CapMap
		}
	}
	return capabilities, nil
}
