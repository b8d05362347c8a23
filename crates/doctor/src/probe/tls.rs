//! Securing a connection, and looking at the certificate whatever it is.
//!
//! A certificate that is no good does not end the handshake: what lies behind it says more, a login page or another clock. Whoever asks
//! looks at [`Shown::is_good`] before anything is sent that not everybody may read. Where we would show a certificate of our own, it ends.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::connect::Unopened;
use super::wire::Wire;
use crate::certificate::Shown;
use crate::evidence::{Stage, Trouble};
use crate::options::{Clock, Options};
use crate::place::Access;
use crate::trust::{Trust, provider};

/// The only protocol that is spoken: it can be told how far an answer came.
const ALPN: &[u8] = b"http/1.1";

/// A secured connection, and what was shown.
pub(super) struct Secured {
    pub(super) wire: Wire,
    pub(super) certificate: Shown,
}

/// Secures the connection to a place.
pub(super) async fn secure(
    wire: Wire,
    name: ServerName<'static>,
    access: &Access,
    options: &Options,
) -> Result<Secured, Unopened> {
    let witness = Arc::new(Witness {
        trust: access.trust.clone(),
        clock: options.clock.clone(),
        is_strict: access.identity.is_some(),
        seen: Mutex::default(),
    });
    let config = config(witness.clone(), access, options)?;
    let secured = handshake(wire, name, config, options.limits.connect).await;
    let seen = witness.take();
    match (secured, seen) {
        (Ok(wire), Some(Ok(certificate))) => Ok(Secured { wire, certificate }),
        (_, Some(Err(flaw))) => Err(Trouble::Tls(format!("its certificate cannot be read: {flaw}")).into()),
        (Ok(_), None) => Err(Trouble::Tls("no certificate was shown".to_owned()).into()),
        (Err(_), Some(Ok(certificate))) if witness.is_strict && !certificate.is_good() => {
            Err(Unopened { trouble: Trouble::Distrusted, certificate: Some(certificate) })
        }
        (Err(trouble), seen) => Err(Unopened { trouble, certificate: seen.and_then(Result::ok) }),
    }
}

/// Secures the connection to an HTTP proxy, which has to show a good certificate.
pub(super) async fn plainly(
    wire: Wire,
    name: ServerName<'static>,
    access: &Access,
    options: &Options,
) -> Result<Wire, Trouble> {
    let verifier = access.trust.verifier().clone();
    let anybody = Access::anonymous(access.trust.clone());
    let config = config(verifier, &anybody, options)?;
    handshake(wire, name, config, options.limits.connect).await
}

fn config(
    verifier: Arc<dyn ServerCertVerifier>,
    access: &Access,
    options: &Options,
) -> Result<ClientConfig, Trouble> {
    let time = Arc::new(At(options.clock.now()));
    let builder = ClientConfig::builder_with_details(provider(), time)
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &access.identity {
        Some(key) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key.clone()))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

async fn handshake(
    wire: Wire,
    name: ServerName<'static>,
    config: ClientConfig,
    patience: Duration,
) -> Result<Wire, Trouble> {
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, wire);
    match timeout(patience, connecting).await {
        Ok(Ok(stream)) => Ok(Wire::new(stream)),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Trouble::Tls(error.to_string()))
        }
        Ok(Err(error)) => Err(Trouble::BrokenOff(format!("in the TLS handshake: {error}"))),
        Err(_) => Err(Trouble::Silent { stage: Stage::Tls, waited: patience }),
    }
}

/// One moment.
#[derive(Debug)]
struct At(SystemTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        self.0.duration_since(SystemTime::UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

/// Looks at what is shown, and keeps it.
struct Witness {
    trust: Trust,
    clock: Clock,
    /// Whether the handshake ends when it is no good.
    is_strict: bool,
    seen: Mutex<Option<Result<Shown, String>>>,
}

impl Witness {
    fn take(&self) -> Option<Result<Shown, String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<_> = std::iter::once(leaf).chain(others).cloned().collect();
        let shown = Shown::look(&chain, name, self.clock.now(), &self.trust);
        let is_good = shown.as_ref().is_ok_and(Shown::is_good);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        if self.is_strict && !is_good {
            return Err(Error::General("the certificate is no good".to_owned()));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trust.verifier().verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trust.verifier().verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust.verifier().supported_verify_schemes()
    }
}
