use crate::model::{App, List, Network, Selector};
use crate::source::{Origin, Text};

/// An entry of `nodeAttrs`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NodeAttr {
    /// `target`
    pub target: List<Selector>,
    /// `attr`: names of attributes. Tailscale accepts any name.
    pub attr: List<Text>,
    /// `app`
    pub app: Option<App>,
    /// `ipPool`: the addresses for new devices.
    pub ip_pool: List<Network>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

/// Node attributes that Tailscale documents or its client reads. Tailscale accepts any other attribute,
/// too.
pub const NODE_ATTRIBUTES: &[&str] = &[
    "auto-exit-node",
    "cache-network-maps",
    "client-side-reachability",
    "client-side-reachability-routecheck",
    "debug-always-stun",
    "debug-disable-subnets-if-pac",
    "debug-disable-upnp",
    "debug-no-wg-trim",
    "default-auto-update",
    "disable-android-bind-to-active-network",
    "disable-cache-network-maps",
    "disable-captive-portal-detection",
    "disable-delta-updates",
    "disable-hosts-file-updates",
    "disable-ipv4",
    "disable-linux-cgnat-drop-rule",
    "disable-local-dns-override-via-nrpt",
    "disable-magicsock-crypto-routing",
    "disable-relay-client",
    "disable-relay-server",
    "disable-skip-status-queue",
    "disable-split-dns-when-no-custom-resolvers",
    "disable-tun-tcp-gro",
    "disable-tun-udp-gro",
    "disable-udp-gro",
    "disable-udp-gso",
    "disable-web-client",
    "dns-forwarder-disable-tcp-retries",
    "dns-subdomain-resolve",
    "drive:access",
    "drive:share",
    "emit-runtime-metrics",
    "force-register-magicdns-ipv4-only",
    "funnel",
    "https",
    "linux-netfilter?v=iptables",
    "linux-netfilter?v=nftables",
    "log-exit-flows",
    "magicdns-aaaa",
    "mullvad",
    "native-ipv4",
    "never-gso-equal-tail",
    "nextdns:no-device-info",
    "one-cgnat?v=false",
    "one-cgnat?v=true",
    "only-tcp-443",
    "peer-mtu-enable",
    "probe-udp-lifetime",
    "randomize-client-port",
    "scope-quad100-macos",
    "service-host",
    "silent-disco",
    "ssh-aggregator",
    "ssh-behavior-v1",
    "ssh-behavior-v2",
    "ssh-env-vars",
    "store-appc-routes",
    "suggest-exit-node",
    "suggest-exit-node-ui",
    "tailnet-display-name",
    "tailnet.maxKeyDuration",
    "traffic-steering",
    "user-dial-routes",
];
