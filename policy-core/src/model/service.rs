/// TCP and UDP ports with the names of their services, either IANA's or the usual ones.
#[rustfmt::skip]
const SERVICES: &[(u16, &str)] = &[
    (20, "ftp-data"), (21, "ftp"), (22, "ssh"), (23, "telnet"), (25, "smtp"), (53, "dns"),
    (69, "tftp"), (80, "http"), (88, "kerberos"), (110, "pop3"), (123, "ntp"), (143, "imap"),
    (161, "snmp"), (179, "bgp"), (389, "ldap"), (443, "https"), (445, "smb"), (465, "submissions"),
    (514, "syslog"), (548, "afp"), (554, "rtsp"), (587, "submission"), (631, "ipp"), (636, "ldaps"),
    (853, "dns-over-tls"), (873, "rsync"), (989, "ftps-data"), (990, "ftps"), (993, "imaps"),
    (995, "pop3s"), (1433, "mssql"), (1883, "mqtt"), (2049, "nfs"), (2375, "docker"),
    (2376, "docker-tls"), (2379, "etcd"), (3306, "mysql"), (3389, "rdp"), (5060, "sip"),
    (5061, "sips"), (5353, "mdns"), (5432, "postgresql"), (5671, "amqps"), (5672, "amqp"),
    (5900, "vnc"), (5985, "winrm"), (6379, "redis"), (8080, "http-alt"), (8883, "mqtts"),
    (9418, "git"), (11211, "memcached"), (27017, "mongodb"),
];

/// Other names that people write for a service.
const ALIASES: &[(&str, &str)] = &[("domain", "dns"), ("postgres", "postgresql")];

/// Returns the name of the service on a port.
///
/// ```
/// use policy_core::model::service_name;
/// assert_eq!(service_name(443), Some("https"));
/// assert_eq!(service_name(444), None);
/// ```
pub fn service_name(port: u16) -> Option<&'static str> {
    SERVICES.iter().find(|(known, _)| *known == port).map(|(_, name)| *name)
}

/// Returns every name of a service, with its port.
pub fn service_ports() -> impl Iterator<Item = (&'static str, u16)> {
    let aliases = ALIASES.iter().filter_map(|(alias, name)| Some((*alias, service_port(name)?)));
    SERVICES.iter().map(|(port, name)| (*name, *port)).chain(aliases)
}

/// Returns the port of a service by its name, ignoring case. Tailscale accepts only numbers.
pub fn service_port(name: &str) -> Option<u16> {
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    let name = alias.map_or(name, |(_, name)| name);
    SERVICES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(port, _)| *port)
}
