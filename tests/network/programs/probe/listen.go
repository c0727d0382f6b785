package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// listener answers with its name.
type listener struct {
	name      string
	ports     []uint16
	protocols []uint8

	mutex sync.Mutex
	ids   []uint64
}

// awaitAddresses waits until the interface of the tailnet has exactly these addresses.
func awaitAddresses(wanted []string) error {
	slices.Sort(wanted)
	var has []string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		has = nil
		if device, err := net.InterfaceByName("tailscale0"); err == nil {
			addresses, _ := device.Addrs()
			for _, address := range addresses {
				if own := address.(*net.IPNet).IP; !own.IsLinkLocalUnicast() {
					has = append(has, own.String())
				}
			}
		}
		slices.Sort(has)
		if slices.Equal(has, wanted) {
			return nil
		}
	}
	return fmt.Errorf("tailscale0 has the addresses %v, and not %v", has, wanted)
}

// listen answers on a port over TCP and UDP.
func (listener *listener) listen(port uint16) error {
	if slices.Contains(listener.ports, port) {
		return nil
	}
	connections, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	go listener.answerConnections(connections)
	socket, err := net.ListenPacket("udp4", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	go listener.answerDatagrams4(ipv4.NewPacketConn(socket))
	socket, err = net.ListenPacket("udp6", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	go listener.answerDatagrams6(ipv6.NewPacketConn(socket))
	listener.ports = append(listener.ports, port)
	return nil
}

func (listener *listener) answerConnections(connections net.Listener) {
	for {
		connection, err := connections.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		} else if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		fmt.Fprintln(connection, listener.name)
		connection.Close()
	}
}

// answerDatagrams4 answers from the address that a datagram was for. A namespace that stands for a
// network has all of its addresses.
func (listener *listener) answerDatagrams4(socket *ipv4.PacketConn) {
	socket.SetControlMessage(ipv4.FlagDst, true)
	var buffer [1500]byte
	for {
		_, control, from, err := socket.ReadFrom(buffer[:])
		if err != nil || control == nil {
			continue
		}
		socket.WriteTo([]byte(listener.name+"\n"), &ipv4.ControlMessage{Src: control.Dst}, from)
	}
}

func (listener *listener) answerDatagrams6(socket *ipv6.PacketConn) {
	socket.SetControlMessage(ipv6.FlagDst, true)
	var buffer [1500]byte
	for {
		_, control, from, err := socket.ReadFrom(buffer[:])
		if err != nil || control == nil {
			continue
		}
		socket.WriteTo([]byte(listener.name+"\n"), &ipv6.ControlMessage{Src: control.Dst}, from)
	}
}

// receive records the packets of a protocol. Each ends with its ID.
func (listener *listener) receive(protocol uint8) error {
	if slices.Contains(listener.protocols, protocol) {
		return nil
	}
	for _, family := range []string{"ip4", "ip6"} {
		socket, err := net.ListenPacket(fmt.Sprintf("%s:%d", family, protocol), "")
		if err != nil {
			return err
		}
		go func() {
			var buffer [1500]byte
			for {
				length, _, err := socket.ReadFrom(buffer[:])
				if err != nil || length < 8 {
					continue
				}
				listener.mutex.Lock()
				listener.ids = append(listener.ids, binary.BigEndian.Uint64(buffer[length-8:]))
				listener.mutex.Unlock()
			}
		}()
	}
	listener.protocols = append(listener.protocols, protocol)
	return nil
}

// received returns the IDs of the packets since the last call.
func (listener *listener) received() []uint64 {
	listener.mutex.Lock()
	defer listener.mutex.Unlock()
	ids := listener.ids
	listener.ids = nil
	return ids
}
