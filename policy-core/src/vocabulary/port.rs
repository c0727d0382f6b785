//! Well-known ports, by the service that listens on them. A policy file only has their numbers.

/// Port 21: FTP.
pub const _21: u16 = 21;

/// Port 22: SSH. Tailscale SSH requires a rule that allows this port, in addition to the rule in
/// `ssh`.
pub const _22: u16 = 22;

/// Port 25: SMTP, mail between servers.
pub const _25: u16 = 25;

/// Port 53: DNS, over UDP and TCP.
pub const _53: u16 = 53;

/// Port 80: HTTP.
pub const _80: u16 = 80;

/// Port 88: Kerberos.
pub const _88: u16 = 88;

/// Port 123: NTP, over UDP.
pub const _123: u16 = 123;

/// Port 143: IMAP.
pub const _143: u16 = 143;

/// Port 161: SNMP, over UDP.
pub const _161: u16 = 161;

/// Port 389: LDAP.
pub const _389: u16 = 389;

/// Port 443: HTTPS, and HTTP/3 over UDP.
pub const _443: u16 = 443;

/// Port 445: SMB, Windows file sharing.
pub const _445: u16 = 445;

/// Port 465: SMTP with TLS, for mail clients.
pub const _465: u16 = 465;

/// Port 548: AFP, Apple file sharing.
pub const _548: u16 = 548;

/// Port 587: SMTP, for mail clients.
pub const _587: u16 = 587;

/// Port 631: IPP, printing.
pub const _631: u16 = 631;

/// Port 636: LDAP with TLS.
pub const _636: u16 = 636;

/// Port 853: DNS with TLS.
pub const _853: u16 = 853;

/// Port 993: IMAP with TLS.
pub const _993: u16 = 993;

/// Port 1883: MQTT.
pub const _1883: u16 = 1883;

/// Port 2049: NFS.
pub const _2049: u16 = 2049;

/// Port 2375: Docker's API, without encryption.
pub const _2375: u16 = 2375;

/// Port 2379: etcd.
pub const _2379: u16 = 2379;

/// Port 3000: Grafana and others.
pub const _3000: u16 = 3000;

/// Port 3100: Loki.
pub const _3100: u16 = 3100;

/// Port 3306: MySQL and MariaDB.
pub const _3306: u16 = 3306;

/// Port 3389: RDP, Windows Remote Desktop.
pub const _3389: u16 = 3389;

/// Port 5252: the web interface of a Tailscale client.
pub const _5252: u16 = 5252;

/// Port 5353: mDNS, over UDP.
pub const _5353: u16 = 5353;

/// Port 5432: PostgreSQL.
pub const _5432: u16 = 5432;

/// Port 5900: VNC and macOS screen sharing.
pub const _5900: u16 = 5900;

/// Port 6379: Redis and Valkey.
pub const _6379: u16 = 6379;

/// Port 6443: the Kubernetes API.
pub const _6443: u16 = 6443;

/// Port 8080: HTTP, alternative port.
pub const _8080: u16 = 8080;

/// Port 8443: HTTPS, alternative port.
pub const _8443: u16 = 8443;

/// Port 8883: MQTT with TLS.
pub const _8883: u16 = 8883;

/// Port 9090: Prometheus.
pub const _9090: u16 = 9090;

/// Port 9100: the Prometheus node exporter, and raw printing.
pub const _9100: u16 = 9100;

/// Port 9200: Elasticsearch and OpenSearch.
pub const _9200: u16 = 9200;

/// Port 10250: the Kubernetes kubelet.
pub const _10250: u16 = 10250;

/// Port 27017: MongoDB.
pub const _27017: u16 = 27017;

/// Port 32400: Plex.
pub const _32400: u16 = 32400;

/// Port 41641: WireGuard, Tailscale's default port.
pub const _41641: u16 = 41641;
