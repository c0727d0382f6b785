use crate::hujson::NodeId;
use crate::hujson::read::reader::{Member, Reader};
use crate::model::form::{AUTO_APPROVERS, NODE_ATTR};
use crate::model::{AutoApprovers, List, Network, NodeAttr, RouteApprovers, Selector, ServiceApprovers};

impl Reader<'_> {
    pub(super) fn node_attr(&mut self, id: NodeId) -> Option<NodeAttr> {
        let [target, attr, app, ip_pool] = self.fields(id, &NODE_ATTR)?;
        Some(NodeAttr {
            target: self.selectors(target, "target"),
            attr: self.texts(attr, "attr"),
            app: app.map(|app| self.app(app)),
            ip_pool: self.parsed(ip_pool, "ipPool", Network::parse_with_addresses),
            doc: self.document.doc(id),
            origin: self.document.origin(id),
        })
    }

    pub(super) fn auto_approvers(&mut self, id: NodeId, into: &mut AutoApprovers) {
        let Some([routes, exit_node, services]) = self.fields(id, &AUTO_APPROVERS) else { return };
        if let Some(routes) = routes {
            let mut read: List<Option<RouteApprovers>> = List::default();
            self.declarations(routes, "routes", &mut read, Self::route_approvers);
            into.routes.extend(read.items.into_iter().flatten());
        }
        if exit_node.is_some() {
            into.exit_node = self.names(exit_node, "exitNode");
            let document = self.document;
            let is_it = |id| document.string(id).is_some_and(|key| key.eq_ignore_ascii_case("exitNode"));
            let name = document.members(id).map(|(name, _)| name).find(|&name| is_it(name));
            into.exit_node_doc = name.and_then(|name| document.doc(name));
        }
        if let Some(services) = services {
            let mut read = List::default();
            self.declarations(services, "services", &mut read, Self::service_approvers);
            into.services.extend(read.items);
        }
    }

    fn route_approvers(&mut self, Member { name, value, doc, origin }: Member) -> Option<RouteApprovers> {
        let approvers = self.names(self.present(value), &name);
        let network = self.parse(&name, |text| {
            let parsed = Network::parse_with_addresses(text);
            // Most likely the name of a host.
            let is_word = !name.contains(['/', ':']) && name.contains(|char: char| char.is_alphabetic());
            if is_word {
                parsed.map_err(|problem| {
                    problem.help("hosts are not allowed here: write a prefix, such as `10.0.0.0/16`")
                })
            } else {
                parsed
            }
        })?;
        Some(RouteApprovers { network, approvers, doc, origin })
    }

    fn service_approvers(&mut self, Member { name, value, doc, origin }: Member) -> ServiceApprovers {
        let approvers = self.selectors(self.present(value), &name);
        ServiceApprovers { service: Selector::new(name), approvers, doc, origin }
    }
}
