//! The connection to the control plane, from options and environment variables.

use std::time::Duration;

use clap::{Arg, ArgMatches};
use policy_core::model;
use policy_deploy::{Client, Connection, Environment, HttpTransport};

use crate::argument;
use crate::failure::Failure;
use crate::output;

const API_URL: &str = "api-url";
const TAILNET_ID: &str = "tailnet-id";
const TIMEOUT: &str = "timeout";

/// Defines the options of every command that asks the control plane. A credential is never an option, because others
/// can read the command line.
pub(crate) fn arguments() -> [Arg; 3] {
    let option = |name: &'static str, value_name: &'static str| Arg::new(name).long(name).value_name(value_name);
    [
        option(API_URL, "URL").help("The address of the API; by default, TAILSCALE_BASE_URL, or else Tailscale's"),
        // The id of a tailnet may begin with `-`.
        option(TAILNET_ID, "ID")
            .allow_hyphen_values(true)
            .help("The tailnet; by default, TAILSCALE_TAILNET, or else that of the credential"),
        option(TIMEOUT, "TIME")
            .value_parser(parse_time)
            .default_value("30s")
            .help("How long a request may take, such as 90s or 2m"),
    ]
    .map(|argument| argument.help_heading("Connection"))
}

/// Returns a client for the tailnet that the options and the environment name. It sends nothing yet.
///
/// # Errors
/// Fails if there is no credential, or if a setting is invalid.
pub(crate) fn client(matches: &ArgMatches) -> Result<Client, Failure> {
    let environment = Environment::process();
    let [api_url, tailnet] = [API_URL, TAILNET_ID].map(|name| argument::get_text(matches, name));
    let connection = Connection::from_environment(&environment, api_url, tailnet)?;
    if !connection.base_url.is_tailscale() {
        output::say(&format!("note: the API is that of {}\n", connection.base_url));
    }
    let transport = HttpTransport::new(&environment, matches.get_one::<Duration>(TIMEOUT).copied())?;
    Ok(Client::connect(Box::new(transport), connection))
}

/// Reads a length of time that is longer than zero.
pub(crate) fn parse_time(text: &str) -> Result<Duration, &'static str> {
    let problem = "write a time such as 90s or 2m";
    let time: model::Duration = text.parse().map_err(|_| problem)?;
    u64::try_from(time.0).ok().filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos).ok_or(problem)
}
