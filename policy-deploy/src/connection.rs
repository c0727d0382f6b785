//! Which tailnet of which control plane is asked, and with which credential.

use crate::base_url::BaseUrl;
use crate::config_error::ConfigError;
use crate::credentials::{Credentials, HEADSCALE_KEY};
use crate::environment::Environment;
use crate::tailnet_id::TailnetId;

const BASE_URL: &[&str] = &["TAILSCALE_BASE_URL"];
const TAILNET: &[&str] = &["TAILSCALE_TAILNET", "TS_TAILNET"];

/// Which tailnet of which control plane is asked, and with which credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The address of the API.
    pub base_url: BaseUrl,
    /// The tailnet.
    pub tailnet: TailnetId,
    /// The credential.
    pub credentials: Credentials,
}

impl Connection {
    /// Reads it from environment variables. An option of the command line replaces its variable.
    ///
    /// # Errors
    /// Fails if one of the settings is invalid or ambiguous.
    pub fn from_environment(
        environment: &Environment<'_>,
        api_url: Option<&str>,
        tailnet: Option<&str>,
    ) -> Result<Connection, ConfigError> {
        let base_url = match api_url {
            Some(text) => BaseUrl::parse(text)?,
            None => match environment.variable(BASE_URL)? {
                Some(variable) => BaseUrl::parse(&variable.value)?,
                None => BaseUrl::parse(BaseUrl::TAILSCALE)?,
            },
        };
        let tailnet = match tailnet {
            Some(text) => TailnetId::parse(text)?,
            None => match environment.variable(TAILNET)? {
                Some(variable) => TailnetId::parse(&variable.value)?,
                None => TailnetId::default(),
            },
        };
        let credentials = Credentials::from_environment(environment)?;
        if base_url.is_tailscale()
            && let Some(variable) = environment.variable(&[HEADSCALE_KEY])?
        {
            let message = format_args!("`{}` is a key of headscale, and the API is Tailscale's", variable.name);
            let help = "set `TAILSCALE_BASE_URL` to the address of the headscale server";
            return Err(ConfigError::new(message).help(help));
        }
        Ok(Connection { base_url, tailnet, credentials })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        variables: &[(&str, &str)],
        api_url: Option<&str>,
        tailnet: Option<&str>,
    ) -> Result<(String, String), ConfigError> {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let connection = Connection::from_environment(&Environment::new(&lookup), api_url, tailnet)?;
        Ok((connection.base_url.to_string(), connection.tailnet.to_string()))
    }

    #[test]
    fn an_option_replaces_its_variable() {
        let key = ("TS_API_KEY", "k");
        let url = ("TAILSCALE_BASE_URL", "https://headscale.example.com/");
        let tailnet = ("TS_TAILNET", "example.com");
        for (variables, api_url, id, expected) in [
            (&[key][..], None, None, ("https://api.tailscale.com", "-")),
            (
                &[key, ("TAILSCALE_BASE_URL", ""), ("TAILSCALE_TAILNET", "")],
                None,
                None,
                ("https://api.tailscale.com", "-"),
            ),
            (&[key, url, tailnet], None, None, ("https://headscale.example.com", "example.com")),
            (&[key, url, tailnet], Some("https://other.example.com"), Some("-"), ("https://other.example.com", "-")),
            (&[("HEADSCALE_CLI_API_KEY", "k"), url], None, None, ("https://headscale.example.com", "-")),
        ] {
            let expected = (expected.0.to_owned(), expected.1.to_owned());
            assert_eq!(read(variables, api_url, id), Ok(expected), "{variables:?}");
        }
        assert_eq!(read(&[key], None, Some("")).unwrap_err().message, "the name of the tailnet is empty");
        let error = read(&[("HEADSCALE_CLI_API_KEY", "hidden")], None, None).unwrap_err();
        assert_eq!(error.message, "`HEADSCALE_CLI_API_KEY` is a key of headscale, and the API is Tailscale's");
        assert!(error.help.is_some_and(|help| help.contains("`TAILSCALE_BASE_URL`")));
    }
}
