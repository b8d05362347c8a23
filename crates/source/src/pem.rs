//! Certificates and keys from PEM text, looked at whole when they are read.
//!
//! So what is wrong is told then, and not as a failed handshake later. Messages repeat nothing of the text: it may be a key.

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// What is wrong in a PEM text.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// Nothing of the kind that is needed is in it.
    #[error("there is no {0} in it; it has to be PEM, with a line -----BEGIN … -----")]
    Missing(&'static str),
    /// A section does not end or is not base64.
    #[error("it is not PEM: {0}")]
    Syntax(&'static str),
    /// PEM, but the content is no certificate that can be used.
    #[error("certificate {number} in it cannot be used: {reason}")]
    Certificate {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        reason: rustls::Error,
    },
    /// The key is of an unknown kind, or it is another certificate's.
    #[error("the key cannot be used with the certificate: {0}")]
    Key(rustls::Error),
    /// The library for requests does not take what the one for TLS does.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[source] reqwest::Error),
}

/// All certificates of the text.
///
/// # Errors
/// None, or text that is not PEM.
pub fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let all = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
    let all = all.map_err(|error| flaw(&error, "certificate"))?;
    if all.is_empty() { Err(PemError::Missing("certificate")) } else { Ok(all) }
}

/// A certificate, first in its text and with those that vouch for it behind, with its key.
///
/// # Errors
/// No certificate, no key, or a key that is not the certificate's.
pub fn certified_key(certificate: &[u8], key: &[u8]) -> Result<CertifiedKey, PemError> {
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| flaw(&error, "private key without a passphrase"))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(PemError::Key)
}

fn flaw(error: &pem::Error, wanted: &'static str) -> PemError {
    match error {
        pem::Error::NoItemsFound => PemError::Missing(wanted),
        pem::Error::MissingSectionEnd { .. } => PemError::Syntax("a section has no line -----END … -----"),
        pem::Error::IllegalSectionStart { .. } => PemError::Syntax("a line -----BEGIN … ----- is not whole"),
        pem::Error::Base64Decode(_) => PemError::Syntax("a section is not base64"),
        _ => PemError::Syntax("a section is too large or cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_broken_is_named_and_not_repeated() {
        let section =
            |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        let told = |text: &str| certificates(text.as_bytes()).unwrap_err().to_string();
        assert!(told("secret").contains("no certificate"), "{}", told("secret"));
        assert!(told(&section("secret!")).contains("base64"), "{}", told(&section("secret!")));
        assert!(told("-----BEGIN CERTIFICATE-----\nsecret").contains("END"));
        assert!(told("-----BEGIN secret\n").contains("not whole"));
        let no_key = certified_key(section("aaaa").as_bytes(), b"").unwrap_err().to_string();
        assert!(no_key.contains("no private key"), "{no_key}");
        let no_pair = certified_key(
            section("aaaa").as_bytes(),
            b"-----BEGIN PRIVATE KEY-----\nYWFh\n-----END PRIVATE KEY-----",
        );
        assert!(matches!(no_pair, Err(PemError::Key(_))), "{no_pair:?}");
    }
}
