//! Whom to trust: the authorities of this system, and those that the user names besides.

use std::fmt;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;

/// The authorities that count.
#[derive(Clone)]
pub struct Trust(Arc<dyn ServerCertVerifier>);

impl Trust {
    /// Those of the system, as for everything else that asks places, and these.
    ///
    /// # Errors
    /// The system has none and none is given, or one that is given is none.
    pub fn of_system(more: &[CertificateDer<'static>]) -> Result<Self, rustls::Error> {
        let verifier =
            rustls_platform_verifier::Verifier::new_with_extra_roots(more.iter().cloned(), provider())?;
        Ok(Self(Arc::new(verifier)))
    }

    /// These alone.
    ///
    /// # Errors
    /// None is given, or one is none.
    pub fn only(authorities: &[CertificateDer<'static>]) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        authorities.iter().try_for_each(|authority| roots.add(authority.clone()))?;
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        built.map(|verifier| Self(verifier)).map_err(|error| rustls::Error::General(error.to_string()))
    }

    pub(crate) fn verifier(&self) -> &Arc<dyn ServerCertVerifier> {
        &self.0
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

/// The provider, by its name: a process may have installed none.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
