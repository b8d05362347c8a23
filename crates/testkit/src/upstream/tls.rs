//! A certificate authority of its own, and a loopback certificate signed by it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The protocols offered by ALPN, preferred first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

pub(super) struct Identity {
    ca_pem: String,
    acceptor: TlsAcceptor,
}

impl Identity {
    pub(super) fn generate() -> Self {
        let ca_key = KeyPair::generate().expect("a key");
        let ca = ca_params().self_signed(&ca_key).expect("a certificate");
        let key = KeyPair::generate().expect("a key");
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let params = CertificateParams::new(names).expect("valid names");
        let leaf = params.signed_by(&key, &Issuer::new(ca_params(), &ca_key)).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a private key");
        Self { ca_pem: ca.pem(), acceptor: make_acceptor(leaf.der().clone(), key) }
    }

    pub(super) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "testkit authority");
    params
}

/// Names its provider, since a test process may have installed none.
fn make_acceptor(leaf: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("the provider knows TLS 1.3").with_no_client_auth();
    let mut config = builder.with_single_cert(vec![leaf], key).expect("the key belongs to the certificate");
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    TlsAcceptor::from(Arc::new(config))
}
