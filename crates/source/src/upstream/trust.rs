//! Certificates: those of authorities that are trusted besides the system's, and our own that a place may ask for.

use std::fmt;

use reqwest::{Certificate, Identity};
use rustls::RootCertStore;

use crate::pem::{PemError, certificates, certified_key};

/// Certificate authorities that are trusted besides the system's. By default none.
#[derive(Clone, Default)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// All certificates of a PEM bundle.
    ///
    /// # Errors
    /// One that is no certificate of an authority, or none at all.
    pub fn from_pem(text: &[u8]) -> Result<Self, PemError> {
        let certificates = certificates(text)?;
        for (at, certificate) in certificates.iter().enumerate() {
            let added = RootCertStore::empty().add(certificate.clone());
            added.map_err(|reason| PemError::Certificate { number: at + 1, reason })?;
        }
        let all = certificates.iter().map(|certificate| Certificate::from_der(certificate));
        all.collect::<Result<_, _>>().map(Self).map_err(PemError::Unusable)
    }

    /// Those of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn to_certificates(&self) -> Vec<Certificate> {
        self.0.clone()
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authorities").field(&self.0.len()).finish()
    }
}

/// A certificate that we show to a place that asks for one, with its key. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct ClientCertificate(Identity);

impl ClientCertificate {
    /// From two PEM texts: the certificate first and then those that vouch for it, and the key.
    ///
    /// # Errors
    /// No certificate, no key, or a key that is not the certificate's.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, PemError> {
        certified_key(certificate, key)?;
        let both = [certificate, b"\n", key].concat();
        Identity::from_pem(&both).map(Self).map_err(PemError::Unusable)
    }

    pub(super) fn to_identity(&self) -> Identity {
        self.0.clone()
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}
