//! The report for programs: one object. Fields may be added, none changes its meaning.

use std::time::Duration;

use doctor::{Examined, Finding, Kind, Place, Severity, Shown};
use serde_json::{Value, json};

use super::Report;
use super::caches::Cache;
use super::finding::Local;

/// The form of the object.
const SCHEMA: u32 = 1;

/// All of it.
pub(super) fn of(report: &Report) -> Value {
    let places = report.places.examined.iter().zip(&report.diagnosis.places);
    let places: Vec<Value> = places.map(|(place, examined)| place_of(place, examined)).collect();
    let passed_over = report.places.passed_over.iter();
    let passed_over: Vec<Value> =
        passed_over.map(|(name, why)| json!({ "name": name, "reason": why })).collect();
    let local = |area: &str| -> Vec<Value> {
        report.local.iter().filter(|found| found.area == area).map(local).collect()
    };
    let mut machine: Vec<Value> = report.diagnosis.machine.iter().map(remote).collect();
    machine.extend(local("cache"));
    json!({
        "schema": SCHEMA,
        "worst": report.worst().map(Severity::name),
        "places": places,
        "passed_over": passed_over,
        "machine": { "findings": machine, "caches": report.caches.iter().map(cache).collect::<Vec<_>>() },
        "project": { "findings": local("project") },
    })
}

fn place_of(place: &Place, examined: &Examined) -> Value {
    let seen = &examined.seen;
    let way = &seen.way;
    let asked: Vec<&str> = seen.answers.iter().map(|answer| answer.question.name()).collect();
    json!({
        "name": examined.name,
        "kind": kind(&place.kind),
        "private": place.is_private,
        "module": place.kind.module().map(ToString::to_string),
        "asked": asked,
        "through": way.through,
        "addresses": way.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "ms": {
            "dns": milliseconds(way.dns),
            "tcp": milliseconds(way.tcp),
            "tls": milliseconds(way.tls),
            "first_byte": milliseconds(seen.first_byte),
        },
        "certificate": seen.certificate.as_ref().map(certificate),
        "findings": examined.findings.iter().map(remote).collect::<Vec<_>>(),
    })
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Proxy { .. } => "proxy",
        Kind::Folder { .. } => "folder",
        Kind::Database { .. } => "database",
    }
}

fn milliseconds(span: Option<Duration>) -> Option<u64> {
    span.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

fn certificate(shown: &Shown) -> Value {
    json!({
        "subject": shown.subject,
        "issuer": shown.issuer,
        "names": shown.names,
        "not_before": humantime::format_rfc3339_seconds(shown.not_before).to_string(),
        "not_after": humantime::format_rfc3339_seconds(shown.not_after).to_string(),
        "days_left": shown.left().as_secs() / 86_400,
        "good": shown.is_good(),
    })
}

fn remote(finding: &Finding) -> Value {
    let cause = finding.cause;
    json!({
        "cause": cause.code(),
        "severity": cause.severity().name(),
        "message": cause.meaning(),
        "evidence": finding.evidence,
        "fix": cause.fix(),
    })
}

fn local(found: &Local) -> Value {
    let Local { cause, severity, message, evidence, fix, .. } = found;
    json!({ "cause": cause, "severity": severity.name(), "message": message, "evidence": evidence, "fix": fix })
}

fn cache(cache: &Cache) -> Value {
    let Cache { name, folder, exists, writable, bytes, is_measured, free } = cache;
    json!({
        "name": name,
        "folder": folder.display().to_string(),
        "exists": exists,
        "writable": writable,
        "bytes": bytes,
        "measured_whole": is_measured,
        "free": free,
    })
}
