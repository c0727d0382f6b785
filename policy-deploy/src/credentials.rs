//! The credential with which the control plane is asked.

use std::fmt;

use crate::config_error::ConfigError;
use crate::environment::{Environment, Variable};
use crate::secret::Secret;

const KEY: &[&str] = &["TAILSCALE_API_KEY", "TS_API_KEY", HEADSCALE_KEY];
/// The variable of headscale's own command line.
pub(crate) const HEADSCALE_KEY: &str = "HEADSCALE_CLI_API_KEY";
const CLIENT_ID: &[&str] = &["TAILSCALE_OAUTH_CLIENT_ID", "TS_OAUTH_ID"];
const CLIENT_SECRET: &[&str] = &["TAILSCALE_OAUTH_CLIENT_SECRET", "TS_OAUTH_SECRET"];
const SCOPES: &[&str] = &["TAILSCALE_OAUTH_SCOPES"];
const TAGS: &[&str] = &["TAILSCALE_OAUTH_TAGS"];
const IDENTITY_TOKEN: &[&str] = &["TAILSCALE_IDENTITY_TOKEN", "TS_ID_TOKEN"];
const AUDIENCE: &[&str] = &["TAILSCALE_AUDIENCE", "TS_AUDIENCE"];
const GITHUB_URL: &[&str] = &["ACTIONS_ID_TOKEN_REQUEST_URL"];
const GITHUB_TOKEN: &[&str] = &["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];

/// The credential with which the control plane is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// An API access token of Tailscale, or an API key of headscale.
    Key(Secret),
    /// An OAuth client, which gets a token for an hour.
    OAuthClient {
        /// The id of the client.
        id: String,
        /// Its secret.
        secret: Secret,
        /// The scopes that the token should have, separated by spaces. Without them, it has all of the client's.
        scopes: Option<String>,
        /// The tags of what the token creates, separated by spaces.
        tags: Option<String>,
    },
    /// A federated identity, which exchanges a token of somebody else for one of Tailscale's.
    Federated {
        /// The id of the client.
        id: String,
        /// Where the identity token comes from.
        identity: Identity,
    },
}

/// The source of an identity token.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// The token itself, a JWT.
    Token(Secret),
    /// GitHub, which issues one to a job with `permissions: id-token: write`.
    GitHub {
        /// Where to ask for it.
        url: String,
        /// The token of the job.
        token: Secret,
        /// The audience that the identity token is for.
        audience: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::Key(_) => "Credentials::Key(…)",
            Credentials::OAuthClient { .. } => "Credentials::OAuthClient(…)",
            Credentials::Federated { .. } => "Credentials::Federated(…)",
        })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Identity::Token(_) => "Identity::Token(…)",
            Identity::GitHub { .. } => "Identity::GitHub(…)",
        })
    }
}

impl Credentials {
    /// The environment variables with a secret. A program that runs commands of others hides them.
    pub const VARIABLES: &[&str] = &[
        "TAILSCALE_API_KEY",
        "TS_API_KEY",
        HEADSCALE_KEY,
        "TAILSCALE_OAUTH_CLIENT_SECRET",
        "TS_OAUTH_SECRET",
        "TAILSCALE_IDENTITY_TOKEN",
        "TS_ID_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    ];

    /// Reads the credential from environment variables. docs/credentials.md lists them.
    ///
    /// # Errors
    /// Fails if there is none, or only half of one, or more than one, or if one cannot be sent.
    pub fn from_environment(environment: &Environment<'_>) -> Result<Credentials, ConfigError> {
        let key = environment.variable(KEY)?;
        let id = environment.variable(CLIENT_ID)?;
        let secret = environment.variable(CLIENT_SECRET)?;
        let identity = environment.variable(IDENTITY_TOKEN)?;
        match (key, id, secret, identity) {
            (Some(key), None, None, None) => Ok(Credentials::Key(sendable(key)?)),
            (None, Some(id), Some(secret), None) => Ok(Credentials::OAuthClient {
                id: id.value,
                secret: sendable(secret)?,
                scopes: environment.variable(SCOPES)?.map(|scopes| separated_by_spaces(&scopes.value)),
                tags: environment.variable(TAGS)?.map(|tags| separated_by_spaces(&tags.value)),
            }),
            (None, Some(id), None, Some(token)) => {
                Ok(Credentials::Federated { id: id.value, identity: Identity::Token(sendable(token)?) })
            }
            (None, Some(id), None, None) => {
                let identity = github(environment, &id.value)?.ok_or_else(|| id_alone(&id))?;
                Ok(Credentials::Federated { id: id.value, identity })
            }
            (None, None, Some(secret), None) => Err(half(&secret, "TAILSCALE_OAUTH_CLIENT_ID", "the client's id")),
            (None, None, None, Some(token)) => Err(half(&token, "TAILSCALE_OAUTH_CLIENT_ID", "the client's id")),
            (None, None, None, None) => {
                let help = "set `TAILSCALE_API_KEY` to an API access token, or `TAILSCALE_OAUTH_CLIENT_ID` and \
                            `TAILSCALE_OAUTH_CLIENT_SECRET` to those of an OAuth client";
                Err(ConfigError::new("there is no credential for the control plane").help(help))
            }
            (key, id, secret, identity) => Err(several(&[key, secret, identity], id.as_ref())),
        }
    }

    /// Returns whether a new token can be got when one has expired.
    pub(crate) fn is_renewable(&self) -> bool {
        !matches!(self, Credentials::Key(_))
    }
}

/// Returns GitHub as the issuer of the identity token, if this is a job of it that may ask for one.
fn github(environment: &Environment<'_>, id: &str) -> Result<Option<Identity>, ConfigError> {
    let (url, token) = (environment.variable(GITHUB_URL)?, environment.variable(GITHUB_TOKEN)?);
    let (Some(url), Some(token)) = (url, token) else { return Ok(None) };
    let audience = environment.variable(AUDIENCE)?;
    let audience = audience.map_or_else(|| format!("api.tailscale.com/{id}"), |audience| audience.value);
    Ok(Some(Identity::GitHub { url: url.value, token: sendable(token)?, audience }))
}

/// Returns the value as a secret that fits in a header.
fn sendable(variable: Variable) -> Result<Secret, ConfigError> {
    if variable.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Secret::new(variable.value));
    }
    let message = format_args!("the value of `{}` has a space, a line end or a letter outside of ASCII", variable.name);
    let help = format_args!("set `{}` to the token alone, without quotes and without its name", variable.name);
    Err(ConfigError::new(message).help(help))
}

fn separated_by_spaces(text: &str) -> String {
    let words = text.split(|letter: char| letter == ',' || letter.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn half(found: &Variable, missing: &str, what: &str) -> ConfigError {
    ConfigError::new(format_args!("`{}` is set, but `{missing}` is not", found.name))
        .help(format_args!("set `{missing}` to {what}"))
}

fn id_alone(id: &Variable) -> ConfigError {
    let help = "set `TAILSCALE_OAUTH_CLIENT_SECRET` to the client's secret. For a federated identity, set \
                `TAILSCALE_IDENTITY_TOKEN` to its JWT, or give the job of GitHub `permissions: id-token: write`";
    ConfigError::new(format_args!("`{}` is set, but neither a secret nor an identity token is", id.name)).help(help)
}

fn several(found: &[Option<Variable>], id: Option<&Variable>) -> ConfigError {
    let mut names: Vec<&str> = found.iter().flatten().map(|variable| variable.name).collect();
    // The id belongs to the secret or to the identity token, so it is only a kind of its own beside a key.
    if names.len() < 2 {
        names.extend(id.map(|variable| variable.name));
    }
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let message = format_args!("there is more than one credential: {listed} are set");
    ConfigError::new(message).help("unset all variables but those of one credential")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Credentials, ConfigError> {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Credentials::from_environment(&Environment::new(&lookup))
    }

    const ID: (&str, &str) = ("TAILSCALE_OAUTH_CLIENT_ID", "kid");
    const SECRET: (&str, &str) = ("TAILSCALE_OAUTH_CLIENT_SECRET", "tskey-client-hidden");
    const JWT: (&str, &str) = ("TAILSCALE_IDENTITY_TOKEN", "a.b.c");
    const URL: (&str, &str) = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.example/token?x=1");
    const TOKEN: (&str, &str) = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hidden-job");

    #[test]
    fn each_kind_is_found_under_each_of_its_names() {
        for name in ["TAILSCALE_API_KEY", "TS_API_KEY", "HEADSCALE_CLI_API_KEY"] {
            assert_eq!(read(&[(name, "k")]), Ok(Credentials::Key(Secret::new("k"))), "{name}");
        }
        let client = |scopes: Option<&str>, tags: Option<&str>| Credentials::OAuthClient {
            id: "kid".to_owned(),
            secret: Secret::new("tskey-client-hidden"),
            scopes: scopes.map(str::to_owned),
            tags: tags.map(str::to_owned),
        };
        let with_scopes = [
            ID,
            SECRET,
            ("TAILSCALE_OAUTH_SCOPES", "policy_file, devices:core:read"),
            ("TAILSCALE_OAUTH_TAGS", "tag:ci"),
        ];
        let federated = |identity| Credentials::Federated { id: "kid".to_owned(), identity };
        let github = |audience: &str| Identity::GitHub {
            url: URL.1.to_owned(),
            token: Secret::new("hidden-job"),
            audience: audience.to_owned(),
        };
        let token = || Identity::Token(Secret::new("a.b.c"));
        for (variables, expected) in [
            (&[ID, SECRET][..], client(None, None)),
            (&[("TS_OAUTH_ID", "kid"), ("TS_OAUTH_SECRET", "tskey-client-hidden"), URL, TOKEN], client(None, None)),
            (&with_scopes, client(Some("policy_file devices:core:read"), Some("tag:ci"))),
            (&[ID, JWT], federated(token())),
            (&[("TS_OAUTH_ID", "kid"), ("TS_ID_TOKEN", "a.b.c"), URL, TOKEN], federated(token())),
            (&[ID, URL, TOKEN], federated(github("api.tailscale.com/kid"))),
            (&[ID, URL, TOKEN, ("TAILSCALE_AUDIENCE", "mine")], federated(github("mine"))),
            // Empty variables are not set.
            (&[ID, JWT, ("TAILSCALE_API_KEY", ""), ("TAILSCALE_OAUTH_CLIENT_SECRET", " ")], federated(token())),
        ] {
            assert!(read(variables) == Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn an_incomplete_or_ambiguous_credential_is_explained_by_the_names_of_its_variables() {
        let key = ("TS_API_KEY", "hidden");
        for (variables, message, help) in [
            (&[][..], "there is no credential for the control plane", "set `TAILSCALE_API_KEY`"),
            (&[("TAILSCALE_API_KEY", "")], "there is no credential for the control plane", "set `TAILSCALE_API_KEY`"),
            (
                &[ID],
                "`TAILSCALE_OAUTH_CLIENT_ID` is set, but neither a secret nor an identity token is",
                "set `TAILSCALE_OAUTH_CLIENT_SECRET`",
            ),
            (&[ID, URL], "`TAILSCALE_OAUTH_CLIENT_ID` is set, but neither", "`permissions: id-token: write`"),
            (
                &[SECRET],
                "`TAILSCALE_OAUTH_CLIENT_SECRET` is set, but `TAILSCALE_OAUTH_CLIENT_ID` is not",
                "set `TAILSCALE_OAUTH_CLIENT_ID`",
            ),
            (
                &[JWT],
                "`TAILSCALE_IDENTITY_TOKEN` is set, but `TAILSCALE_OAUTH_CLIENT_ID` is not",
                "set `TAILSCALE_OAUTH_CLIENT_ID`",
            ),
            (
                &[key, ID, SECRET],
                "more than one credential: `TS_API_KEY` and `TAILSCALE_OAUTH_CLIENT_SECRET` are set",
                "unset all",
            ),
            (&[key, ID], "more than one credential: `TS_API_KEY` and `TAILSCALE_OAUTH_CLIENT_ID` are set", "unset all"),
            (
                &[ID, SECRET, JWT],
                "`TAILSCALE_OAUTH_CLIENT_SECRET` and `TAILSCALE_IDENTITY_TOKEN` are set",
                "unset all variables but those of one",
            ),
            (
                &[key, ("TAILSCALE_API_KEY", "hidden2")],
                "`TAILSCALE_API_KEY` and `TS_API_KEY` mean the same",
                "unset `TS_API_KEY`",
            ),
            (
                &[("TAILSCALE_API_KEY", "hidden\nx")],
                "the value of `TAILSCALE_API_KEY` has a space, a line end",
                "the token alone",
            ),
        ] {
            let error = read(variables).unwrap_err();
            assert!(error.message.contains(message), "{variables:?}: {error}");
            assert!(error.help.as_deref().is_some_and(|actual| actual.contains(help)), "{variables:?}: {error:?}");
            assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
        }
    }

    #[test]
    fn no_credential_is_shown() {
        for variables in [&[("TS_API_KEY", "hidden")][..], &[ID, SECRET], &[ID, URL, TOKEN]] {
            assert!(!format!("{:?}", read(variables)).contains("hidden"));
        }
    }
}
