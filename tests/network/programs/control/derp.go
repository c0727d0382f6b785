package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stun"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

// startRelay starts a DERP relay and a STUN server, and returns the map that leads to them.
//
// Nodes need both to find each other, although their packets then go directly.
func startRelay(host string) (*tailcfg.DERPMap, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), logger.Discard)))
	server.Listener.Close()
	server.Listener = listener
	// A relay takes over its connections, which is not possible with HTTP/2.
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	server.StartTLS()

	const stunPort = 3478
	socket, err := net.ListenPacket("udp4", fmt.Sprintf("%s:%d", host, stunPort))
	if err != nil {
		return nil, err
	}
	go answerStun(socket)

	node := &tailcfg.DERPNode{
		Name: "1", RegionID: 1, HostName: host, IPv4: host, IPv6: "none", STUNTestIP: host,
		STUNPort: stunPort, DERPPort: listener.Addr().(*net.TCPAddr).Port, InsecureForTests: true,
	}
	region := &tailcfg.DERPRegion{RegionID: 1, RegionCode: "lab", Nodes: []*tailcfg.DERPNode{node}}
	return &tailcfg.DERPMap{OmitDefaultRegions: true, Regions: map[int]*tailcfg.DERPRegion{1: region}}, nil
}

func answerStun(socket net.PacketConn) {
	var buffer [1500]byte
	for {
		length, from, err := socket.ReadFrom(buffer[:])
		if err != nil {
			return
		}
		id, err := stun.ParseBindingRequest(buffer[:length])
		if err != nil {
			continue
		}
		sender := from.(*net.UDPAddr).AddrPort()
		socket.WriteTo(stun.Response(id, netip.AddrPortFrom(sender.Addr().Unmap(), sender.Port())), from)
	}
}
