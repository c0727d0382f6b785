//! A push that was reviewed before it is done.

use std::fmt;

use policy_core::hujson::Document;
use policy_core::json::{Value, json};

use crate::api::PolicyVersion;
use crate::etag::ETag;

use super::target::Target;
use super::version_name::version_name;
use super::wanted::Wanted;

/// The version of the format.
const VERSION: u64 = 1;

/// A push that was reviewed before it is done. It names both versions by their hashes, so it approves this change only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The tailnet.
    pub target: Target,
    /// The version that was live.
    pub from: ETag,
    /// The version to write.
    pub to: ETag,
    /// The difference, for the reader. Nothing depends on it.
    pub difference: String,
}

impl Plan {
    /// Creates a plan for a change.
    pub fn new(target: Target, live: &PolicyVersion, wanted: &Wanted, difference: impl Into<String>) -> Plan {
        Plan { target, from: version_name(live), to: wanted.etag().clone(), difference: difference.into() }
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// Fails if the text is not a plan of this version of the program.
    pub fn parse(text: &str) -> Result<Plan, PlanError> {
        let document = Document::parse(text).map_err(|_| PlanError::NotAPlan)?;
        let value = document.value(document.root());
        match value.get("planVersion").and_then(Value::as_u64) {
            None => return Err(PlanError::NotAPlan),
            Some(VERSION) => {}
            Some(version) => return Err(PlanError::Version(version)),
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str).ok_or(PlanError::NotAPlan);
        let etag = |name: &str| ETag::parse(text(name)?).ok_or(PlanError::NotAPlan);
        Ok(Plan {
            target: Target { api: text("api")?.to_owned(), tailnet: text("tailnet")?.to_owned() },
            from: etag("from")?,
            to: etag("to")?,
            difference: text("difference")?.to_owned(),
        })
    }

    /// Returns the text of the plan.
    pub fn to_json(&self) -> String {
        let value = json!({
            "planVersion": VERSION,
            "api": self.target.api,
            "tailnet": self.target.tailnet,
            "from": self.from.as_str(),
            "to": self.to.as_str(),
            "difference": self.difference,
        });
        format!("{value:#}\n")
    }

    /// Checks that the plan was made for exactly this change.
    ///
    /// # Errors
    /// Returns what has moved since.
    pub fn is_current(&self, target: &Target, live: &ETag, wanted: &Wanted) -> Result<(), StalePlan> {
        if self.target != *target {
            return Err(StalePlan::Target { planned: self.target.clone(), actual: target.clone() });
        }
        if self.from != *live {
            return Err(StalePlan::Live { planned: self.from.clone(), actual: live.clone() });
        }
        if self.to != *wanted.etag() {
            return Err(StalePlan::Wanted { planned: self.to.clone(), actual: wanted.etag().clone() });
        }
        Ok(())
    }
}

/// The reason why a plan does not approve a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StalePlan {
    /// It is for another tailnet.
    Target {
        /// The tailnet of the plan.
        planned: Target,
        /// The tailnet of the push.
        actual: Target,
    },
    /// The live policy has changed since.
    Live {
        /// The version of the plan.
        planned: ETag,
        /// The live version.
        actual: ETag,
    },
    /// The policy to push has changed since.
    Wanted {
        /// The version of the plan.
        planned: ETag,
        /// The version to push.
        actual: ETag,
    },
}

impl fmt::Display for StalePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StalePlan::Target { planned, actual } => {
                write!(f, "the plan is for {planned}, and this push is for {actual}")
            }
            StalePlan::Live { planned, actual } => {
                let (planned, actual) = (planned.short(), actual.short());
                write!(f, "the plan is void: it replaces the version `{planned}`, and `{actual}` is live")
            }
            StalePlan::Wanted { planned, actual } => {
                let (planned, actual) = (planned.short(), actual.short());
                write!(f, "the plan is void: it writes the version `{planned}`, and the policy to push is `{actual}`")
            }
        }
    }
}

impl std::error::Error for StalePlan {}

/// The reason why a text is not a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// It is something else.
    NotAPlan,
    /// It has another version.
    Version(u64),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::NotAPlan => f.write_str("the file is not a plan of a push"),
            PlanError::Version(version) => {
                write!(f, "the plan has the version {version}, and this program reads version {VERSION}")
            }
        }
    }
}

impl std::error::Error for PlanError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Revision;

    fn target(tailnet: &str) -> Target {
        Target { api: "https://api.tailscale.com".to_owned(), tailnet: tailnet.to_owned() }
    }

    fn plan(wanted: &Wanted) -> Plan {
        let live =
            PolicyVersion { text: "{}".to_owned(), revision: Revision::ETag(ETag::of_policy("{}")), request_id: None };
        Plan::new(target("-"), &live, wanted, "+ `group:ops` can reach `tag:db` on `tcp:22`\n")
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let plan = plan(&Wanted::parse(r#"{"grants": []}"#).unwrap());
        assert_eq!(Plan::parse(&plan.to_json()), Ok(plan));
    }

    #[test]
    fn other_files_are_not_plans() {
        let written = plan(&Wanted::parse(r#"{"grants": []}"#).unwrap()).to_json();
        for (text, expected) in [
            (String::new(), PlanError::NotAPlan),
            ("{}".to_owned(), PlanError::NotAPlan),
            ("[]".to_owned(), PlanError::NotAPlan),
            (r#"{"planVersion": 1}"#.to_owned(), PlanError::NotAPlan),
            (written.replace("\"planVersion\": 1", "\"planVersion\": 2"), PlanError::Version(2)),
            (written.replace("\"from\": \"", "\"from\": \"x"), PlanError::NotAPlan),
        ] {
            assert_eq!(Plan::parse(&text), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_plan_is_void_if_anything_moved() {
        let wanted = Wanted::parse(r#"{"grants": []}"#).unwrap();
        let other = Wanted::parse(r#"{"acls": []}"#).unwrap();
        let (plan, live) = (plan(&wanted), ETag::of_policy("{}"));
        assert_eq!(plan.is_current(&target("-"), &live, &wanted), Ok(()));
        for (result, expected) in [
            (
                plan.is_current(&target("example.com"), &live, &wanted),
                "the plan is for the credential's tailnet at `https://api.tailscale.com`, and this push is for \
                 `example.com` at `https://api.tailscale.com`"
                    .to_owned(),
            ),
            (
                plan.is_current(&target("-"), other.etag(), &wanted),
                format!(
                    "the plan is void: it replaces the version `{}`, and `{}` is live",
                    live.short(),
                    other.etag().short()
                ),
            ),
            (
                plan.is_current(&target("-"), &live, &other),
                format!(
                    "the plan is void: it writes the version `{}`, and the policy to push is `{}`",
                    wanted.etag().short(),
                    other.etag().short()
                ),
            ),
        ] {
            assert_eq!(result.unwrap_err().to_string(), expected);
        }
    }
}
