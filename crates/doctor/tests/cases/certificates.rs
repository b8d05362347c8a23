//! Certificates of every kind, made once for each host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::fault::Paper;

/// An authority.
pub(crate) struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        (params.not_before, params.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(2060, 1, 1));
        Self { params, key: KeyPair::generate().unwrap() }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.params.clone().self_signed(&self.key).unwrap().der().clone()
    }
}

/// All that can be shown.
pub(crate) struct Office {
    pub(crate) trusted: Authority,
    namesake: Authority,
    inspector: Authority,
    interceptor: Authority,
    made: Mutex<HashMap<(String, Paper), TlsAcceptor>>,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self {
            trusted: Authority::new("trusted authority"),
            namesake: Authority::new("trusted authority"),
            inspector: Authority::new("FortiGate CA"),
            interceptor: Authority::new("some CA"),
            made: Mutex::default(),
        }
    }

    /// What shows this paper at this host.
    pub(crate) fn acceptor(&self, host: &str, paper: Paper) -> TlsAcceptor {
        let mut made = self.made.lock().unwrap();
        made.entry((host.to_owned(), paper)).or_insert_with(|| self.make(host, paper)).clone()
    }

    fn make(&self, host: &str, paper: Paper) -> TlsAcceptor {
        let stranger = Authority::new(&format!("the CA of {host}"));
        let authority = match paper {
            Paper::Unknown | Paper::UnknownEarly => &stranger,
            Paper::Namesake => &self.namesake,
            Paper::Inspector => &self.inspector,
            Paper::Interceptor => &self.interceptor,
            _ => &self.trusted,
        };
        let key = KeyPair::generate().unwrap();
        let params = params(host, paper);
        let certificate = if paper == Paper::SelfSigned {
            params.self_signed(&key)
        } else {
            params.signed_by(&key, &Issuer::new(authority.params.clone(), &authority.key))
        };
        acceptor(certificate.unwrap().der().clone(), &key)
    }
}

fn params(host: &str, paper: Paper) -> CertificateParams {
    let is_other = matches!(paper, Paper::OtherHost | Paper::ExpiredOtherHost);
    let name = if is_other { "elsewhere.test" } else { host };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    // Around the day that `world::now` tells: 2026-06-15.
    let (from, until) = match paper {
        Paper::Ending => ((2025, 6, 1), (2026, 6, 20)),
        Paper::Expired | Paper::ExpiredOtherHost => ((2024, 1, 1), (2024, 6, 1)),
        Paper::Early | Paper::UnknownEarly => ((2028, 1, 1), (2029, 1, 1)),
        _ => ((2026, 4, 1), (2026, 9, 1)),
    };
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    params
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = builder.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}
