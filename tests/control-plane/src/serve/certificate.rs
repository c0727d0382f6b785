//! A certificate for this machine.

use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::base64;

/// A certificate that signs itself, for `localhost` and `127.0.0.1`, with its key. Clients must be
/// told to trust it.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate as PEM, such as `SSL_CERT_FILE` names it.
    pub pem: String,
    pub(super) config: Arc<ServerConfig>,
}

impl Certificate {
    /// Makes a certificate with a new key.
    ///
    /// # Panics
    /// Panics if the machine has no random numbers.
    pub fn generate() -> Certificate {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let encoded = base64::encode(cert.der());
        let lines: Vec<&str> = encoded.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Certificate { pem, config: Arc::new(config) }
    }
}
