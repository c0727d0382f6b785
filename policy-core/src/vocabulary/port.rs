//! Well-known ports, by the service that listens on them. A policy file only has their numbers.

use crate::vocabulary::values;

values! { u16:
    /// Port 21: FTP.
    _21 = 21;
    /// Port 22: SSH. Tailscale SSH requires a rule that allows this port, in addition to the rule in
    /// `ssh`.
    _22 = 22;
    /// Port 25: SMTP, mail between servers.
    _25 = 25;
    /// Port 53: DNS, over UDP and TCP.
    _53 = 53;
    /// Port 80: HTTP.
    _80 = 80;
    /// Port 88: Kerberos.
    _88 = 88;
    /// Port 123: NTP, over UDP.
    _123 = 123;
    /// Port 143: IMAP.
    _143 = 143;
    /// Port 161: SNMP, over UDP.
    _161 = 161;
    /// Port 389: LDAP.
    _389 = 389;
    /// Port 443: HTTPS, and HTTP/3 over UDP.
    _443 = 443;
    /// Port 445: SMB, Windows file sharing.
    _445 = 445;
    /// Port 465: SMTP with TLS, for mail clients.
    _465 = 465;
    /// Port 548: AFP, Apple file sharing.
    _548 = 548;
    /// Port 587: SMTP, for mail clients.
    _587 = 587;
    /// Port 631: IPP, printing.
    _631 = 631;
    /// Port 636: LDAP with TLS.
    _636 = 636;
    /// Port 853: DNS with TLS.
    _853 = 853;
    /// Port 993: IMAP with TLS.
    _993 = 993;
    /// Port 1883: MQTT.
    _1883 = 1883;
    /// Port 2049: NFS.
    _2049 = 2049;
    /// Port 2375: Docker's API, without encryption.
    _2375 = 2375;
    /// Port 2379: etcd.
    _2379 = 2379;
    /// Port 3000: Grafana and others.
    _3000 = 3000;
    /// Port 3100: Loki.
    _3100 = 3100;
    /// Port 3306: MySQL and MariaDB.
    _3306 = 3306;
    /// Port 3389: RDP, Windows Remote Desktop.
    _3389 = 3389;
    /// Port 5252: the web interface of a Tailscale client.
    _5252 = 5252;
    /// Port 5353: mDNS, over UDP.
    _5353 = 5353;
    /// Port 5432: PostgreSQL.
    _5432 = 5432;
    /// Port 5900: VNC and macOS screen sharing.
    _5900 = 5900;
    /// Port 6379: Redis and Valkey.
    _6379 = 6379;
    /// Port 6443: the Kubernetes API.
    _6443 = 6443;
    /// Port 8080: HTTP, alternative port.
    _8080 = 8080;
    /// Port 8443: HTTPS, alternative port.
    _8443 = 8443;
    /// Port 8883: MQTT with TLS.
    _8883 = 8883;
    /// Port 9090: Prometheus.
    _9090 = 9090;
    /// Port 9100: the Prometheus node exporter, and raw printing.
    _9100 = 9100;
    /// Port 9200: Elasticsearch and OpenSearch.
    _9200 = 9200;
    /// Port 10250: the Kubernetes kubelet.
    _10250 = 10250;
    /// Port 27017: MongoDB.
    _27017 = 27017;
    /// Port 32400: Plex.
    _32400 = 32400;
    /// Port 41641: WireGuard, Tailscale's default port.
    _41641 = 41641;
}
