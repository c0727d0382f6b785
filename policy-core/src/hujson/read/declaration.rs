use crate::hujson::read::reader::{Member, Reader};
use crate::model::{
    Condition, Dialect, Group, Host, HostAddress, IpSet, IpSetEntry, Posture, Prefix, TagOwners, headscale_word,
    parse_address,
};
use crate::source::Text;

/// The sections that declare names. A declaration counts even if its value cannot be read.
impl Reader<'_> {
    pub(super) fn group(&mut self, Member { name, value, doc, origin }: Member) -> Group {
        let members = self.names(self.present(value), &name);
        Group { name, members, doc, origin }
    }

    pub(super) fn tag_owner(&mut self, Member { name: tag, value, doc, origin }: Member) -> TagOwners {
        let owners = self.names(self.present(value), &tag);
        TagOwners { tag, owners, doc, origin }
    }

    pub(super) fn host(&mut self, Member { name, value, doc, origin }: Member) -> Host {
        let text = self.text(Some(value), &name);
        let address = text.as_ref().and_then(|text| match self.dialect {
            Dialect::Headscale => headscale_word::host_address(text),
            Dialect::Tailscale => self.parse(text, |text| {
                let prefix = || text.parse::<Prefix>().map(HostAddress::Prefix);
                let address = || {
                    parse_address(text).map(HostAddress::Address).map_err(|problem| {
                        match text.contains([',', '-', ' ']) {
                            true => problem.help("a host is one address or prefix; an ip set collects several"),
                            false => problem,
                        }
                    })
                };
                if text.contains('/') { prefix() } else { address() }
            }),
        });
        let text = text.unwrap_or_else(|| Text::escaped("", self.document.origin(value)));
        Host { name, text, address, doc, origin }
    }

    pub(super) fn ip_set(&mut self, Member { name, value, doc, origin }: Member) -> IpSet {
        let entries = self.parsed(self.present(value), &name, IpSetEntry::parse);
        IpSet { name, entries, doc, origin }
    }

    pub(super) fn posture(&mut self, Member { name, value, doc, origin }: Member) -> Posture {
        let conditions = self.parsed(self.present(value), &name, Condition::parse);
        Posture { name, conditions, doc, origin }
    }
}
