// Command headscale compiles a policy for all nodes of a tailnet, with headscale's own packages.
//
// Its arguments are a policy and the facts that `policy compile --tailnet` reads. It prints the
// seconds of each step as soon as the step is done.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/netip"
	"os"
	"time"

	policy "github.com/juanfont/headscale/hscontrol/policy/v2"
	"github.com/juanfont/headscale/hscontrol/types"
	"gorm.io/gorm"
	"tailscale.com/tailcfg"
)

type facts struct {
	Users []struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	} `json:"users"`
	Nodes []struct {
		Name           string         `json:"name"`
		IPv4           *netip.Addr    `json:"ipv4"`
		IPv6           *netip.Addr    `json:"ipv6"`
		User           string         `json:"user"`
		Tags           []string       `json:"tags"`
		RoutableIPs    []netip.Prefix `json:"routable_ips"`
		ApprovedRoutes []netip.Prefix `json:"approved_routes"`
	} `json:"nodes"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: headscale POLICY FACTS")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	users, nodes := tailnet(os.Args[2])

	var manager *policy.PolicyManager
	measure("prepare", func() {
		if manager, err = policy.NewPolicyManager(text, users, nodes.ViewSlice()); err != nil {
			log.Fatal(err)
		}
	})
	rules := 0
	measure("filters", func() {
		for _, node := range nodes {
			filter, err := manager.FilterForNode(node.View())
			if err != nil {
				log.Fatal(err)
			}
			rules += len(filter)
		}
	})
	fmt.Println("rules", rules)
}

func measure(name string, step func()) {
	start := time.Now()
	step()
	fmt.Println(name, time.Since(start).Seconds())
}

// tailnet reads users and nodes as headscale has them in its database.
func tailnet(path string) (types.Users, types.Nodes) {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var known facts
	if err := json.Unmarshal(text, &known); err != nil {
		log.Fatal(err)
	}
	users := make(types.Users, len(known.Users))
	byName := map[string]*types.User{}
	for index, user := range known.Users {
		users[index] = types.User{Model: gorm.Model{ID: uint(index + 1)}, Name: user.Name, Email: user.Email}
		byName[user.Name] = &users[index]
	}
	var nodes types.Nodes
	for index, fact := range known.Nodes {
		node := &types.Node{
			ID:             types.NodeID(index + 1),
			Hostname:       fact.Name,
			GivenName:      fact.Name,
			IPv4:           fact.IPv4,
			IPv6:           fact.IPv6,
			Tags:           fact.Tags,
			ApprovedRoutes: fact.ApprovedRoutes,
			Hostinfo:       &tailcfg.Hostinfo{RoutableIPs: fact.RoutableIPs},
		}
		if user := byName[fact.User]; user != nil {
			node.UserID, node.User = &user.ID, user
		}
		nodes = append(nodes, node)
	}
	return users, nodes
}
