//! What is wrong with a certificate.

use std::time::{Duration, SystemTime};

use super::Finding;
use super::interception::Interception;
use crate::cause::Cause;
use crate::certificate::{Distrust, Shown};
use crate::evidence::Observation;
use crate::options::Limits;

/// Names of a certificate that are told.
const NAMES_MAX: usize = 5;

pub(super) fn findings(
    seen: &Observation,
    interception: Option<Interception>,
    limits: &Limits,
) -> Vec<Finding> {
    let Some(shown) = &seen.certificate else { return Vec::new() };
    let mut findings = Vec::new();
    findings.extend(time(shown));
    if !shown.is_for_host {
        findings.push(Finding::new(Cause::CertificateWrongHost, format!("it is for {}", names(shown))));
    }
    findings.extend(trust(shown, interception));
    if findings.is_empty() {
        findings.extend(ending(shown, limits));
    }
    findings
}

fn time(shown: &Shown) -> Option<Finding> {
    if shown.is_expired() {
        let what = format!("it was good until {}, {} ago", date(shown.not_after), since(shown));
        return Some(Finding::new(Cause::CertificateExpired, what));
    }
    let wait = shown.not_before.duration_since(shown.at).ok().filter(|_| shown.is_early())?;
    let what = format!("it is good from {}, in {}", date(shown.not_before), days(wait));
    Some(Finding::new(Cause::CertificateNotYetValid, what))
}

fn since(shown: &Shown) -> String {
    days(shown.at.duration_since(shown.not_after).unwrap_or_default())
}

fn trust(shown: &Shown, interception: Option<Interception>) -> Option<Finding> {
    let issued = format!("issued by {:?}", shown.issuer);
    match (&shown.trust, interception) {
        (Ok(()), _) => None,
        (Err(Distrust::Unknown), Some(interception)) => {
            Some(Finding { cause: Cause::Interception, evidence: vec![issued, interception.0] })
        }
        (Err(Distrust::Unknown), None) => {
            let itself = if shown.is_self_signed { ", which is itself" } else { "" };
            Some(Finding::new(Cause::CertificateUnknownAuthority, format!("{issued}{itself}")))
        }
        (Err(Distrust::OutOfTime(why)), _) => {
            let what = format!("one between it and its authority is out of its time: {why}");
            Some(Finding::new(Cause::CertificateExpired, what))
        }
        (Err(Distrust::Other(why)), _) => {
            Some(Finding { cause: Cause::CertificateUnusable, evidence: vec![issued, why.clone()] })
        }
    }
}

/// A certificate that is good for a week from its first day on is no reason to worry.
fn ending(shown: &Shown, limits: &Limits) -> Option<Finding> {
    let left = shown.left();
    let is_soon = left < limits.expiring && left < shown.life() / 3;
    let what = || format!("it is good until {}, {} more", date(shown.not_after), days(left));
    is_soon.then(|| Finding::new(Cause::CertificateExpiring, what()))
}

fn names(shown: &Shown) -> String {
    if shown.names.is_empty() {
        return format!("{:?}, and names no host", shown.subject);
    }
    let told: Vec<&str> = shown.names.iter().take(NAMES_MAX).map(String::as_str).collect();
    match shown.names.len().checked_sub(NAMES_MAX) {
        None | Some(0) => told.join(", "),
        Some(more) => format!("{} and {more} more", told.join(", ")),
    }
}

fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

fn days(span: Duration) -> String {
    let hours = span.as_secs() / 3600;
    match hours / 24 {
        0 => format!("{hours} h"),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
