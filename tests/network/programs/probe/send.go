package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// The protocols that have answers of their own.
const (
	icmpv4 = 1
	tcp    = 6
	udp    = 17
	icmpv6 = 58
	sctp   = 132
)

// send opens a connection, and returns who answered.
func (probe *probe) send(patience time.Duration) string {
	deadline := time.Now().Add(patience)
	switch {
	case probe.Account != "":
		return probe.login()
	case probe.Protocol == tcp:
		return probe.connect(deadline)
	case probe.Protocol == udp:
		return probe.exchange(deadline)
	case probe.Protocol == icmpv4, probe.Protocol == icmpv6:
		return probe.ping(deadline)
	default:
		return probe.packet(deadline)
	}
}

func (probe *probe) target() string {
	return net.JoinHostPort(probe.To, strconv.Itoa(int(probe.Port)))
}

// line returns the first line that a connection sends.
func line(connection net.Conn) string {
	text, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(text)
}

func (probe *probe) connect(deadline time.Time) string {
	dialer := net.Dialer{Deadline: deadline}
	if probe.From != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(probe.From)}
	}
	connection, err := dialer.Dial("tcp", probe.target())
	if err != nil {
		return ""
	}
	defer connection.Close()
	// The connection is open. The name is the lab's own, so it gets more time.
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	return line(connection)
}

func (probe *probe) exchange(deadline time.Time) string {
	dialer := net.Dialer{Deadline: deadline}
	if probe.From != "" {
		dialer.LocalAddr = &net.UDPAddr{IP: net.ParseIP(probe.From)}
	}
	connection, err := dialer.Dial("udp", probe.target())
	if err != nil {
		return ""
	}
	defer connection.Close()
	if _, err := connection.Write([]byte("?")); err != nil {
		return ""
	}
	connection.SetDeadline(deadline)
	if name := line(connection); name != "?" {
		return name
	}
	return ""
}

func (probe *probe) open() (*net.IPConn, error) {
	var from *net.IPAddr
	if probe.From != "" {
		from = &net.IPAddr{IP: net.ParseIP(probe.From)}
	}
	family := "ip4"
	if strings.Contains(probe.To, ":") {
		family = "ip6"
	}
	return net.DialIP(fmt.Sprintf("%s:%d", family, probe.Protocol), from, &net.IPAddr{IP: net.ParseIP(probe.To)})
}

func (probe *probe) ping(deadline time.Time) string {
	connection, err := probe.open()
	if err != nil {
		return ""
	}
	defer connection.Close()
	var kind icmp.Type = ipv4.ICMPTypeEcho
	var reply icmp.Type = ipv4.ICMPTypeEchoReply
	if probe.Protocol == icmpv6 {
		kind, reply = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply
	}
	echo := &icmp.Echo{ID: int(probe.ID & 0xffff), Seq: int(probe.ID >> 16 & 0xffff)}
	bytes, err := (&icmp.Message{Type: kind, Body: echo}).Marshal(nil)
	if err != nil {
		return ""
	}
	if _, err := connection.Write(bytes); err != nil {
		return ""
	}
	connection.SetDeadline(deadline)
	var buffer [1500]byte
	for {
		// Read would not remove the header of IPv4.
		length, _, err := connection.ReadFromIP(buffer[:])
		if err != nil {
			return ""
		}
		message, err := icmp.ParseMessage(int(probe.Protocol), buffer[:length])
		if err != nil || message.Type != reply {
			continue
		}
		if body, ok := message.Body.(*icmp.Echo); ok && body.ID == echo.ID && body.Seq == echo.Seq {
			return "echo"
		}
	}
}

// packet sends one packet of another protocol, with its ID at the end. The receiver records it.
func (probe *probe) packet(deadline time.Time) string {
	connection, err := probe.open()
	if err != nil {
		return ""
	}
	defer connection.Close()
	var header []byte
	if probe.Protocol == sctp {
		header = make([]byte, 12)
		binary.BigEndian.PutUint16(header, 50123)
		binary.BigEndian.PutUint16(header[2:], probe.Port)
	} else {
		header = make([]byte, 4)
	}
	connection.Write(binary.BigEndian.AppendUint64(header, probe.ID))
	time.Sleep(time.Until(deadline))
	return ""
}

// login logs in to an account without a key or a password, and returns the account, or why not.
//
// A server that waits for a check neither accepts nor refuses.
func (probe *probe) login() string {
	connection, err := net.DialTimeout("tcp", probe.target(), 2*time.Second)
	if err != nil {
		return ""
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(20 * time.Second))
	exchanged, refused := false, false
	config := &ssh.ClientConfig{
		User: probe.Account,
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error {
			exchanged = true
			connection.SetDeadline(time.Now().Add(3 * time.Second))
			return nil
		},
		BannerCallback: func(message string) error {
			refused = refused || strings.Contains(message, "does not permit")
			return nil
		},
	}
	established, channels, requests, err := ssh.NewClientConn(connection, probe.target(), config)
	switch {
	case err == nil:
	case refused:
		return "refused"
	case exchanged && strings.Contains(err.Error(), "i/o timeout"):
		return "waits"
	default:
		return "error: " + err.Error()
	}
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	client := ssh.NewClient(established, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "error: " + err.Error()
	}
	account, err := session.Output("id -un")
	if err != nil {
		return "error: " + err.Error()
	}
	return "as " + strings.TrimSpace(string(account))
}
