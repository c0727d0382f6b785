//! The tailnet of BlumeOps, by topic.

policy_macros::policy! {
    //! Tailnet policy of tail8d86e.ts.net.
    //! Written in Rust in blumeops-policy/src/tailnet.rs: edit it there, not here.

    users {
        /// Runs the homelab
        erich = "blume.erich@gmail.com", owner;
        /// Watches films on it
        allison = "acmdavis@gmail.com", member;
    }

    devices {
        /// Mac Mini, the primary server
        indri = tag:homelab, tag:blumeops, tag:forge, tag:loki, tag:registry, tag:k8s-api, tag:flyio-target;
        /// The second server
        ringtail = tag:homelab, tag:blumeops;
        /// The NAS
        sifaka = tag:nas, tag:blumeops;
        /// Erich's laptop. A tag would remove its user, and with that the SSH rules for him.
        gilbert = erich;

        /// Tailscale operator of the cluster
        operator         = tag:k8s-operator;
        ingress-grafana  = tag:k8s, tag:grafana;
        ingress-kiwix    = tag:k8s, tag:kiwix;
        ingress-miniflux = tag:k8s, tag:feed;
        ingress-postgres = tag:k8s, tag:pg;
        /// One of the short-lived containers of the CI
        ci-runner = tag:ci-gateway;
        /// The public reverse proxy
        flyio-proxy = tag:flyio-proxy;
    }

    let https = tcp:443;
    /// Owners of most tags: admins, and Pulumi, whose OAuth client has `tag:blumeops`.
    let iac = autogroup:admin, tag:blumeops;
    /// The operator tags the proxies that it starts.
    let cluster = iac, tag:k8s-operator;

    groups {
        /// Users of Jellyfin, once it runs
        #[allow(unused_group, reason = "Jellyfin does not run yet")]
        group:allisonflix = erich, allison;
    }

    tagOwners {
        /// Everything that Pulumi manages
        tag:blumeops = iac;
        /// Servers
        tag:homelab = iac;
        /// Machines that people work on. No device has this tag yet, but Pulumi could assign it.
        #[allow(unused_tag, reason = "no machine has it yet")]
        tag:workstation = iac;
        /// Storage
        tag:nas = iac;

        //! --- Services ---
        /// Dashboards
        tag:grafana = iac;
        /// Offline Wikipedia and the like
        tag:kiwix = iac;
        /// Forgejo: git, issues and CI
        tag:forge = iac;
        /// Python packages
        tag:devpi = iac;
        /// Logs
        tag:loki = iac;
        /// PostgreSQL
        tag:pg = iac;
        /// Miniflux, the feed reader
        tag:feed = iac;
        /// Zot, the container registry
        tag:registry = iac;

        //! --- Kubernetes ---
        /// API server of the cluster (minikube)
        tag:k8s-api = iac;
        /// The pod of the Tailscale operator
        tag:k8s-operator = cluster;
        /// Ingress proxies. Each carries the tag of the service behind it, too.
        tag:k8s = cluster;

        //! --- From outside ---
        /// CI containers, which push images
        tag:ci-gateway = iac;
        /// The reverse proxy on Fly.io
        tag:flyio-proxy = iac;
        /// Targets of that proxy
        tag:flyio-target = cluster;
    }

    //! --- Access ---
    grants {
        //! Admins reach everything.
        autogroup:admin -> * on *;

        //! Members reach what is meant for people, but not Grafana, Loki or the NAS.
        autogroup:member -> tag:kiwix on https;
        autogroup:member -> tag:forge on https, tcp:22;
        autogroup:member -> tag:devpi on https;
        autogroup:member -> tag:feed on https;
        autogroup:member -> tag:pg on tcp:5432;

        //! Servers trust each other, and keep their backups on the NAS.
        tag:homelab -> tag:homelab on *;
        tag:homelab -> tag:nas on *;

        //! The proxy on Fly.io faces the internet, so it reaches what is tagged for it and nothing else.
        tag:flyio-proxy -> tag:flyio-target on https;

        //! CI pushes images.
        tag:ci-gateway -> tag:registry on https;

        /// The cluster pulls and pushes images.
        tag:k8s -> tag:registry on https;
        /// ArgoCD follows the forge on indri: HTTP on 3001, SSH on 2200.
        tag:k8s -> tag:homelab on tcp:3001, tcp:2200;
        /// PostgreSQL, the metrics of CloudNativePG, Prometheus and Loki, all behind the cluster's ingress
        tag:homelab -> tag:k8s on https, tcp:5432, tcp:9187;
    }

    ssh {
        /// People get into their own machines.
        check autogroup:member -> autogroup:self as autogroup:nonroot;
        /// Ansible, run by hand
        check autogroup:admin -> tag:homelab as autogroup:nonroot checkPeriod 12h;
        check autogroup:admin -> tag:nas as autogroup:nonroot checkPeriod 12h;
        /// Ansible between servers. Nobody is there to answer a check.
        accept tag:homelab -> tag:homelab as autogroup:nonroot;
    }

    autoApprovers {
        services {
            /// Proxies of a ProxyGroup host each other's services, which an Ingress over several clusters needs.
            tag:k8s = tag:k8s;
        }
    }

    tests {
        /// Erich, as an admin, reaches everything.
        erich {
            accept tag:grafana:443, tag:kiwix:443, tag:feed:443, tag:loki:3100, tag:pg:5432, tag:homelab:22;
            accept tag:registry:443, tag:k8s-api:443;
        }
        /// Allison, as a member, reaches the services, but not the infrastructure behind them.
        #[allow(reachable_device, reason = "indri serves the forge as well as what is not for members")]
        allison {
            accept tag:kiwix:443, tag:forge:443, tag:feed:443, tag:pg:5432;
            deny tag:grafana:443, tag:loki:3100, tag:nas:445, tag:registry:443, tag:k8s-api:443;
        }
        tag:homelab { accept tag:homelab:22, tag:nas:445, tag:k8s:443, tag:k8s:5432, tag:k8s:9187; }
        tag:k8s { accept tag:registry:443, tag:homelab:3001, tag:homelab:2200; }
        tag:ci-gateway { accept tag:registry:443; }
        #[allow(reachable_device, reason = "indri is a server as well as a target of the proxy")]
        tag:flyio-proxy {
            accept tag:flyio-target:443;
            deny tag:k8s:443, tag:homelab:443, tag:homelab:22, tag:nas:445, tag:registry:443;
        }
    }

    invariants {
        /// The public proxy reaches its targets and nothing else.
        only tag:flyio-proxy -> tag:flyio-target on https;
        /// Members do not reach the infrastructure behind the services.
        #[allow(reachable_device, reason = "indri serves the forge as well as the logs")]
        never autogroup:member except autogroup:admin -> tag:nas, tag:grafana, tag:loki;
    }
}
