//! The names of class members.

use std::fmt;

use crate::access::Family;
use crate::model::Role;

/// The name of one member of a [`Class`](super::Class), in parts.
///
/// [`Display`](fmt::Display) writes it as messages show it: `` `bob` (if an admin) on `laptop` ``.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClassName {
    /// The user, tag, device, address or description, with words of the policy in backticks.
    pub base: String,
    /// The role that the member is assumed to have, and that no fact gives them.
    pub assumed_role: Option<Role>,
    /// The device that the member uses, if the policy names one of its addresses.
    pub device: Option<String>,
    /// The family of the member's address, if the policy distinguishes the families of its
    /// addresses.
    pub family: Option<Family>,
    /// True if the member is an address behind an assumed subnet router.
    pub is_routed: bool,
    /// True if the member is a public address behind an exit node, and the policy distinguishes
    /// that from other ways to it.
    pub is_by_exit_node: bool,
}

impl ClassName {
    /// Makes a name without conditions.
    pub fn new(base: impl Into<String>) -> ClassName {
        ClassName {
            base: base.into(),
            assumed_role: None,
            device: None,
            family: None,
            is_routed: false,
            is_by_exit_node: false,
        }
    }

    /// Returns `true` if this names a special case of `other`: the same member under more conditions.
    pub fn is_variant_of(&self, other: &ClassName) -> bool {
        self.base == other.base
            && self != other
            && (other.assumed_role.is_none() || other.assumed_role == self.assumed_role)
            && (other.device.is_none() || other.device == self.device)
            && (other.family.is_none() || other.family == self.family)
            && (!other.is_routed || self.is_routed)
            && (!other.is_by_exit_node || self.is_by_exit_node)
    }

    /// Returns the conditions under which the base is the member, such as "if an admin" and "on `laptop`".
    pub fn conditions(&self) -> Vec<String> {
        let role = self.assumed_role.map(|role| format!("if {}", role.with_article()));
        let device = self.device.as_ref().map(|device| format!("on `{device}`"));
        let family = self.family.map(|family| format!("over {family}"));
        let router = self.is_routed.then(|| "behind a subnet router".to_owned());
        let exit_node = self.is_by_exit_node.then(|| "through an exit node".to_owned());
        [role, device, family, router, exit_node].into_iter().flatten().collect()
    }
}

impl fmt::Display for ClassName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)?;
        if let Some(role) = self.assumed_role {
            write!(f, " (if {})", role.with_article())?;
        }
        if let Some(device) = &self.device {
            write!(f, " on `{device}`")?;
        }
        if let Some(family) = self.family {
            write!(f, " over {family}")?;
        }
        if self.is_routed {
            f.write_str(", behind a subnet router")?;
        }
        if self.is_by_exit_node {
            f.write_str(", through an exit node")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_follow_the_base_in_order() {
        let bob = ClassName::new("`bob`");
        let admin = ClassName { assumed_role: Some(Role::Admin), ..bob.clone() };
        let on_laptop = ClassName { device: Some("laptop".to_owned()), ..admin.clone() };
        let routed = ClassName { is_routed: true, ..ClassName::new("any other private address") };
        assert_eq!(bob.to_string(), "`bob`");
        assert_eq!(admin.to_string(), "`bob` (if an admin)");
        assert_eq!(on_laptop.to_string(), "`bob` (if an admin) on `laptop`");
        assert_eq!(on_laptop.conditions(), ["if an admin", "on `laptop`"]);
        assert_eq!(routed.to_string(), "any other private address, behind a subnet router");
        assert!(admin.is_variant_of(&bob) && on_laptop.is_variant_of(&bob) && on_laptop.is_variant_of(&admin));
        assert!(!bob.is_variant_of(&bob) && !bob.is_variant_of(&admin) && !routed.is_variant_of(&bob));
    }
}
