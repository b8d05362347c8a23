//! Serving https: the certificate that is shown, and how it is changed while connections are open.
//!
//! Each connection is made with the whole configuration that holds at its accept. So a new certificate is seen by the next
//! connection, also by a client that could resume an old session, and an open one goes on as it is.

use std::io;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use source::pem::{PemError, certified_key};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::connection::{GRACE, asked_to_end};

/// The protocols that are offered (ALPN), preferred first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate to serve with, with its key. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct ServerCertificate {
    config: Arc<ServerConfig>,
    not_after: SystemTime,
}

/// Why nothing can be served with a certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be read, or the key is another's.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// It can be read, but when it ends cannot.
    #[error("the certificate does not say until when it is valid")]
    Validity,
    /// The library for TLS does not take it.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

impl ServerCertificate {
    /// From two PEM texts: the certificate first and then those that vouch for it, and the key.
    ///
    /// # Errors
    /// What no client could be served with.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let certified = certified_key(certificate, key)?;
        let not_after = not_after(&certified).ok_or(CertificateError::Validity)?;
        Ok(Self { config: Arc::new(config(certified)?), not_after })
    }

    /// Until when clients accept it.
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }
}

fn config(certified: CertifiedKey) -> Result<ServerConfig, rustls::Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// A time before 1970 counts as 1970: long over in any case.
fn not_after(certified: &CertifiedKey) -> Option<SystemTime> {
    let (_, certificate) = X509Certificate::from_der(certified.cert.first()?).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// The certificate that connections are made with from now on. Clones share it.
#[derive(Debug, Clone)]
pub struct Tls {
    current: Arc<RwLock<ServerCertificate>>,
}

impl Tls {
    /// Begins with this certificate.
    pub fn new(certificate: ServerCertificate) -> Self {
        Self { current: Arc::new(RwLock::new(certificate)) }
    }

    /// Shows this certificate to all that connect from now on.
    pub fn replace(&self, certificate: ServerCertificate) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current.config))
    }
}

/// Waits for the client's part of the handshake: for `patience`, and only a moment when the server is to end.
pub(super) async fn shake_hands<IO: AsyncRead + AsyncWrite + Unpin>(
    handshake: Accept<IO>,
    patience: Duration,
    ending: &mut watch::Receiver<bool>,
) -> Option<TlsStream<IO>> {
    let mut shaking = pin!(timeout(patience, handshake));
    let shaken = tokio::select! {
        shaken = shaking.as_mut() => shaken,
        () = asked_to_end(ending) => timeout(GRACE, shaking).await.ok()?,
    };
    told(shaken)
}

fn told<T>(shaken: Result<io::Result<T>, Elapsed>) -> Option<T> {
    match shaken {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no TLS connection");
            None
        }
        Err(_) => {
            tracing::debug!("connection cut: the client does not finish the TLS handshake");
            None
        }
    }
}
