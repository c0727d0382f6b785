//! Tailscale's own capabilities whose bodies are known.

use crate::model::Shape;

/// One of Tailscale's own app capabilities, with the shape of its bodies. The sources are
/// Tailscale's documentation and the programs that read the bodies.
///
/// ```
/// use policy_core::model::KnownCapability;
/// let relay = KnownCapability::of_grants().iter().find(|known| known.name == "tailscale.com/cap/relay");
/// assert_eq!(relay.map(|relay| relay.shape().to_string()).as_deref(), Some("{}"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct KnownCapability {
    /// The name, such as `tailscale.com/cap/drive`.
    pub name: &'static str,
    /// A sentence about its purpose.
    pub doc: &'static str,
    shape: &'static str,
}

impl KnownCapability {
    /// Returns the capabilities that grants can give.
    pub fn of_grants() -> &'static [KnownCapability] {
        OF_GRANTS
    }

    /// Returns the capabilities that node attributes can give.
    pub fn of_node_attributes() -> &'static [KnownCapability] {
        OF_NODE_ATTRIBUTES
    }

    /// Returns the shape of its bodies. Each field has a comment.
    pub fn shape(&self) -> Shape {
        // A test parses all shapes.
        self.shape.parse().unwrap_or(Shape::Any)
    }
}

const OF_GRANTS: &[KnownCapability] = &[
    KnownCapability {
        name: "tailscale.com/cap/drive",
        doc: "Access to folders that devices share with Taildrive.",
        shape: r#"{
            // The names of the shares, or `*` for all.
            shares: [string];
            // `rw` to read and write, `ro` to read only.
            access?: "rw" | "ro";
        }"#,
    },
    KnownCapability {
        name: "tailscale.com/cap/golink",
        doc: "Permissions in golink, the service for short links.",
        shape: r"{
            // True to allow editing and deleting the links of all users.
            admin?: bool;
        }",
    },
    KnownCapability {
        name: "tailscale.com/cap/kubernetes",
        doc: "Access to the Kubernetes API through the proxy of Tailscale's Kubernetes operator.",
        shape: r"{
            // The identity that the proxy uses for calls to the Kubernetes API.
            impersonate?: {
                // The Kubernetes groups, such as `system:masters`.
                groups?: [string];
            };
            // The tag of the devices that record sessions. At most one tag.
            recorder?: [string];
            // True to refuse a session if no recorder can be reached.
            enforceRecorder?: bool;
            // True to record requests to the Kubernetes API as events, too.
            enableEvents?: bool;
        }",
    },
    KnownCapability {
        name: "tailscale.com/cap/pam",
        doc: "Permissions in Tailscale's privileged access management.",
        // Each kind of service has its own settings.
        shape: r"{
            // The version of the permissions.
            version?: string;
            // The permissions, by kind of service.
            permissions?: {
                // Permissions for databases.
                database?: any;
                // Permissions for SSH.
                ssh?: any;
                // Permissions for Kubernetes.
                kubernetes?: any;
                // Permissions for Amazon S3.
                aws_s3?: any;
                // Permissions for web applications.
                http?: any;
                // Permissions for RDP.
                rdp?: any;
                // Permissions for VNC.
                vnc?: any;
                // Permissions for other TCP services.
                tcp?: any;
            };
        }",
    },
    KnownCapability {
        name: "tailscale.com/cap/proxy-to-grafana",
        doc: "A role in Grafana, behind Tailscale's `proxy-to-grafana`.",
        shape: r#"{
            // The role.
            role: "viewer" | "editor" | "admin";
        }"#,
    },
    KnownCapability { name: "tailscale.com/cap/relay", doc: "Use of a peer relay. Its body is empty.", shape: "{}" },
    KnownCapability {
        name: "tailscale.com/cap/secrets",
        doc: "Access to secrets in setec, a service for secrets.",
        shape: r#"{
            // The actions that are allowed on the secrets.
            action: ["get" | "info" | "put" | "create-version" | "activate" | "delete"];
            // The names of the secrets. `*` in a name matches any text.
            secret: [string];
        }"#,
    },
    KnownCapability {
        name: "tailscale.com/cap/tailsql",
        doc: "Access to data sources of TailSQL.",
        // The documentation has `dataSrc`, and the program reads `src`.
        shape: r"{
            // The data sources, or `*` for all. The documentation has this name of the field.
            dataSrc?: [string];
            // The data sources, or `*` for all. The program reads this name of the field.
            src?: [string];
        }",
    },
    KnownCapability {
        name: "tailscale.com/cap/tsidp",
        doc: "Permissions in tsidp, an identity provider for the tailnet.",
        shape: r"{
            // True to allow the pages for administrators.
            allow_admin_ui?: bool;
            // True to allow dynamic registration of clients.
            allow_dcr?: bool;
            // The users whose tokens may be exchanged, or `*` for all.
            users?: [string];
            // The resources for which tokens may be exchanged, or `*` for all.
            resources?: [string];
            // Claims to add to tokens.
            extraClaims?: any;
            // True to add these claims to the answers of the user info endpoint, too.
            includeInUserInfo?: bool;
        }",
    },
    KnownCapability {
        name: "tailscale.com/cap/webui",
        doc: "Permissions in the web interface of a device.",
        shape: r#"{
            // The settings that can be changed, or `*` for all.
            canEdit?: ["*" | "ssh" | "subnets" | "exitnodes" | "account"];
        }"#,
    },
];

const OF_NODE_ATTRIBUTES: &[KnownCapability] = &[KnownCapability {
    name: "tailscale.com/app-connectors",
    doc: "An app connector: devices that route the traffic to some domains.",
    shape: r"{
        // The name in the admin console.
        name: string;
        // The tags of the devices that act as connectors, or `*` for all.
        connectors: [string];
        // The domains. `*.example.com` matches the subdomains of `example.com` only.
        domains?: [string];
        // Other routes that the connectors advertise.
        routes?: [string];
        // Applications whose domains Tailscale knows, in the form of the admin console.
        presets?: any;
    }",
}];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    #[test]
    fn every_known_shape_can_be_read_and_explains_its_fields() {
        fn check(name: &str, shape: &Shape) {
            match shape {
                Shape::List(item) => check(name, item),
                Shape::Record(fields) => fields.iter().for_each(|Field { name: field, shape, doc, .. }| {
                    let doc = doc.as_deref().unwrap_or_default();
                    assert!(doc.ends_with('.') && !doc.contains('\n'), "`{field}` of `{name}`: {doc:?}");
                    check(name, shape);
                }),
                _ => {}
            }
        }
        for known in OF_GRANTS.iter().chain(OF_NODE_ATTRIBUTES) {
            assert!(matches!(known.shape(), Shape::Record(_)), "{}", known.name);
            assert!(known.doc.ends_with('.'), "{}", known.name);
            check(known.name, &known.shape());
        }
    }
}
