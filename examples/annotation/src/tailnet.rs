//! The policy of a tailnet with a cluster.

policy_macros::policy! {
    tagOwners {
        /// The pod of the Tailscale operator
        tag:k8s-operator = autogroup:admin;
        /// Proxies that the operator starts
        tag:k8s = tag:k8s-operator;
        /// The wiki
        tag:wiki = tag:k8s-operator;
    }

    grants {
        autogroup:member -> tag:wiki on tcp:443;
        /// The nodes of the cluster pull images.
        tag:k8s -> svc:registry on tcp:443;
    }

    autoApprovers {
        services {
            svc:registry = tag:k8s;
        }
    }
}
