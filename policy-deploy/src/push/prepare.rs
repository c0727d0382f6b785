//! The steps of a push before anybody is asked.

use policy_core::hujson::Document;

use crate::api::{ApiError, ApiErrorKind, PolicyVersion, Verdict};
use crate::etag::is_same_policy;

use super::backup::can_be_put_back;
use super::operator::{Operator, Step};
use super::options::PushOptions;
use super::prepared::Prepared;
use super::provenance::Provenance;
use super::session::Session;
use super::stop::Stop;
use super::version_name::version_name;
use super::wanted::{Wanted, at_line, is_open};

/// The result of [`prepare`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preparation {
    /// The wanted policy is live already.
    AlreadyLive(PolicyVersion),
    /// The wanted policy can be written, if it is approved.
    Ready(Box<Prepared>),
}

/// Reads the live policy, and finds out whether the wanted policy may and can replace it. It writes nothing.
///
/// # Errors
/// Returns the reason to stop.
pub fn prepare(
    session: &mut Session<'_>,
    wanted: &Wanted,
    options: &PushOptions,
    operator: &mut dyn Operator,
) -> Result<Preparation, Stop> {
    operator.begin(Step::Read);
    let live = session.read().map_err(Stop::Unread)?;
    if is_same_policy(&live.text, wanted.text()) {
        return Ok(Preparation::AlreadyLive(live));
    }
    check_readable(&live, options)?;
    if wanted.is_open() && !options.allow_open && !is_open(&live.text) {
        return Err(Stop::Opens);
    }
    if let Some(plan) = &options.plan {
        plan.is_current(&options.target, &version_name(&live), wanted).map_err(Stop::StalePlan)?;
    }
    let provenance = check_provenance(&live, options, operator)?;

    operator.begin(Step::Validate);
    let verdict = ask(session, wanted.text()).map_err(Stop::NotValidated)?;
    if let Some(verdict) = verdict.as_ref().filter(|verdict| !verdict.is_accepted()) {
        return Err(Stop::Rejected(verdict.clone()));
    }
    operator.begin(Step::ValidateLive);
    let live_verdict = if can_be_put_back(&live.text) { ask(session, &live.text) } else { Ok(None) };
    if options.may_put_back {
        match &live_verdict {
            Ok(Some(verdict)) if !verdict.is_accepted() => return Err(Stop::LiveRejected(verdict.clone())),
            Ok(_) => {}
            Err(error) => return Err(Stop::NotValidated(error.clone())),
        }
    }
    let (target, wanted) = (options.target.clone(), wanted.clone());
    Ok(Preparation::Ready(Box::new(Prepared { target, live, wanted, provenance, verdict, live_verdict })))
}

fn check_readable(live: &PolicyVersion, options: &PushOptions) -> Result<(), Stop> {
    if options.may_put_back && !can_be_put_back(&live.text) {
        return Err(Stop::LiveEmpty);
    }
    match Document::parse(live.text.as_str()) {
        Err(error) if !options.force_unreadable => Err(Stop::LiveUnreadable(at_line(&error))),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn check_provenance(
    live: &PolicyVersion,
    options: &PushOptions,
    operator: &mut dyn Operator,
) -> Result<Provenance, Stop> {
    let name = version_name(live);
    match &options.overwrite {
        Some(named) if *named != name => return Err(Stop::OtherThanNamed { named: named.clone(), live: name }),
        Some(_) | None => {}
    }
    match operator.provenance(live) {
        Provenance::Foreign(reason) if options.overwrite.is_none() => Err(Stop::Foreign { live: name, reason }),
        provenance @ (Provenance::Earlier(_) | Provenance::NewTailnet | Provenance::Foreign(_)) => Ok(provenance),
    }
}

/// Returns the server's verdict, or `None` if the server has no such call.
fn ask(session: &mut Session<'_>, text: &str) -> Result<Option<Verdict>, ApiError> {
    match session.validate(text) {
        Ok(verdict) => Ok(Some(verdict)),
        Err(error) if error.kind == ApiErrorKind::NotSupported => Ok(None),
        Err(error) => Err(error),
    }
}
