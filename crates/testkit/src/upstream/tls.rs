//! A certificate authority of its own, and certificates signed by it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// The protocols offered by ALPN, preferred first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate authority. Each is another one, which nobody trusts who was not told to.
pub struct Authority {
    key: KeyPair,
    pem: String,
}

/// A certificate with its key, in PEM.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let pem = ca_params().self_signed(&key).expect("a certificate").pem();
        Self { key, pem }
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these host names and addresses.
    pub fn issue(&self, names: &[&str]) -> Issued {
        self.sign(&params(names))
    }

    /// The same, but it was good in the year 2000 only.
    pub fn issue_expired(&self, names: &[&str]) -> Issued {
        let mut params = params(names);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let leaf = params.signed_by(&key, &Issuer::new(ca_params(), &self.key)).expect("a certificate");
        Issued { certificate: leaf.pem(), key: key.serialize_pem() }
    }
}

/// What a server shows, and whether it asks to be shown something.
pub(super) struct Identity {
    ca_pem: String,
    config: ServerConfig,
}

impl Identity {
    pub(super) fn issued(authority: &Authority, names: &[&str], clients: Option<&Authority>) -> Self {
        let issued = authority.issue(names);
        Self { ca_pem: authority.pem.clone(), config: config(&issued, clients) }
    }

    /// The same for a server that does not speak HTTP/2.
    pub(super) fn without_http2(mut self) -> Self {
        self.config.alpn_protocols.retain(|protocol| protocol != b"h2");
        self
    }

    pub(super) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::new(self.config.clone()))
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("valid names")
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "testkit authority");
    params
}

/// What shows this certificate to clients and, if there is an authority for them, asks for theirs. Names its provider, since a
/// test process may have installed none.
pub(crate) fn make_acceptor(issued: &Issued, clients: Option<&Authority>) -> TlsAcceptor {
    TlsAcceptor::from(Arc::new(config(issued, clients)))
}

fn config(issued: &Issued, clients: Option<&Authority>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("the provider knows TLS 1.3");
    let builder = match clients {
        Some(authority) => builder.with_client_cert_verifier(verifier(authority)),
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).expect("a private key");
    let chain = vec![certificate(&issued.certificate)];
    let mut config = builder.with_single_cert(chain, key).expect("the key belongs to the certificate");
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    config
}

/// Takes clients with a certificate of this authority, and those without any.
fn verifier(authority: &Authority) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&authority.pem)).expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    builder.allow_unauthenticated().build().expect("a verifier")
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}
