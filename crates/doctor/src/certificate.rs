//! A certificate as a place has shown it: what it says, and whom it convinces.

use std::time::{Duration, SystemTime};

use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate};

use crate::trust::Trust;

/// A certificate, and what is to be said of it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Whom it is for.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// Host names and addresses that it is good for.
    pub names: Vec<String>,
    /// From when it is good.
    pub not_before: SystemTime,
    /// Until when it is good.
    pub not_after: SystemTime,
    /// The key of who vouches for it, as far as it says so.
    pub issuer_key: Vec<u8>,
    /// All who vouch in the chain that was shown.
    pub issuers: Vec<String>,
    /// Whether it vouches for itself.
    pub is_self_signed: bool,
    /// Whether it is for the host that was asked.
    pub is_for_host: bool,
    /// Whether the authorities convince, its time apart.
    pub trust: Result<(), Distrust>,
    /// When it was looked at, by the clock that counts.
    pub at: SystemTime,
}

/// Why a chain does not convince.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distrust {
    /// No authority that we trust vouches for it.
    Unknown,
    /// A certificate between it and the authority is out of its time.
    OutOfTime(String),
    /// Another reason.
    Other(String),
}

impl Shown {
    /// Looks at a chain, the certificate of the place first.
    pub(crate) fn look(
        chain: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        at: SystemTime,
        trust: &Trust,
    ) -> Result<Self, String> {
        let (leaf, others) = chain.split_first().ok_or("the chain is empty")?;
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(|error| error.to_string())?;
        let (not_before, not_after) = (time(parsed.validity().not_before), time(parsed.validity().not_after));
        let is_self_signed = parsed.subject().as_raw() == parsed.issuer().as_raw();
        let inside = at.clamp(not_before, not_after.max(not_before));
        Ok(Self {
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            names: names(&parsed),
            not_before,
            not_after,
            issuer_key: issuer_key(&parsed),
            issuers: issuers(chain),
            is_self_signed,
            is_for_host: is_for(leaf, host),
            trust: convinces(leaf, others, host, inside, is_self_signed, trust),
            at,
        })
    }

    /// Whether it is out of its time.
    pub fn is_out_of_time(&self) -> bool {
        self.is_expired() || self.is_early()
    }

    /// Whether its time is over.
    pub fn is_expired(&self) -> bool {
        self.at > self.not_after
    }

    /// Whether its time has not come.
    pub fn is_early(&self) -> bool {
        self.at < self.not_before
    }

    /// How long it is good from now on.
    pub fn left(&self) -> Duration {
        self.not_after.duration_since(self.at).unwrap_or_default()
    }

    /// How long it is good in all.
    pub fn life(&self) -> Duration {
        self.not_after.duration_since(self.not_before).unwrap_or_default()
    }

    /// Whether all is well with it.
    pub fn is_good(&self) -> bool {
        !self.is_out_of_time() && self.is_for_host && self.trust.is_ok()
    }
}

/// Asks the authorities at a moment at which the certificate is good, so that what they say is about everything else.
fn convinces(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    at: SystemTime,
    is_self_signed: bool,
    trust: &Trust,
) -> Result<(), Distrust> {
    let now = UnixTime::since_unix_epoch(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
    match trust.verifier().verify_server_cert(leaf, others, host, &[], now) {
        // Names are looked at only behind the chain.
        Ok(_)
        | Err(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => Ok(()),
        Err(Error::InvalidCertificate(error)) => Err(distrust(&error, is_self_signed)),
        Err(error) => Err(Distrust::Other(error.to_string())),
    }
}

fn distrust(error: &CertificateError, is_self_signed: bool) -> Distrust {
    match error {
        // Or one that only has the name of an authority that we trust, and another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Distrust::Unknown,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Distrust::OutOfTime(error.to_string()),
        // Who vouches for itself is often an authority too, which is told before it is told to be unknown.
        _ if is_self_signed => Distrust::Unknown,
        other => Distrust::Other(other.to_string()),
    }
}

fn is_for(leaf: &CertificateDer<'_>, host: &ServerName<'_>) -> bool {
    ParsedCertificate::try_from(leaf).is_ok_and(|leaf| verify_server_name(&leaf, host).is_ok())
}

fn issuers(chain: &[CertificateDer<'_>]) -> Vec<String> {
    let issuer = |certificate: &CertificateDer<'_>| {
        X509Certificate::from_der(certificate).ok().map(|(_, parsed)| parsed.issuer().to_string())
    };
    chain.iter().filter_map(issuer).collect()
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(|bytes| std::net::IpAddr::from(bytes).to_string());
    let sixteen = <[u8; 16]>::try_from(bytes).map(|bytes| std::net::IpAddr::from(bytes).to_string());
    four.or(sixteen).ok()
}

/// The identifier of the key that vouches; without one, the name.
fn issuer_key(certificate: &X509Certificate<'_>) -> Vec<u8> {
    let identifier =
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(key) => {
                key.key_identifier.as_ref().map(|key| key.0.to_vec())
            }
            _ => None,
        });
    identifier.unwrap_or_else(|| certificate.issuer().as_raw().to_vec())
}

/// Dates before 1970 and behind the end of time are cut.
fn time(time: ASN1Time) -> SystemTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}
