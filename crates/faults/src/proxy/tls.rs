//! A certificate authority that lives as long as a proxy, and the certificates that it signs, good and bad.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::StartError;
use crate::fault::Certificate;

/// HTTP/2 hides cuts and resets in frames of its own, so only HTTP/1.1 is offered.
const ALPN: &[u8] = b"http/1.1";

/// Who this proxy says it is.
pub(super) struct Identity {
    /// The certificate of the authority, in PEM.
    pub(super) ca_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Identity {
    pub(super) fn make(certificate: Certificate) -> Result<Self, StartError> {
        let ca_key = KeyPair::generate()?;
        let ca_pem = authority().self_signed(&ca_key)?.pem();
        let key = KeyPair::generate()?;
        let shown = params(certificate)?.signed_by(&key, &Issuer::new(authority(), &ca_key))?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = config.with_no_client_auth().with_single_cert(vec![shown.der().clone()], key)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self { ca_pem, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority of a proxy that is broken on purpose");
    params
}

fn params(certificate: Certificate) -> Result<CertificateParams, rcgen::Error> {
    let name = if certificate == Certificate::OtherHost { "another-host.invalid" } else { "127.0.0.1" };
    let mut params = CertificateParams::new([name.to_owned()])?;
    if certificate == Certificate::Expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    Ok(params)
}
