//! The report for people: a line for what is well, and cause, evidence and fix for what is not. No line is longer than 80 columns, unless
//! a word is.

use std::io::{self, Write};
use std::time::Duration;

use bytesize::ByteSize;
use doctor::{Content, Examined, Finding, Outcome, Place, Question, Severity};

use super::Report;
use super::caches::Cache;
use super::finding::Local;

/// Columns of a line.
const WIDTH: usize = 80;

/// Writes all of it.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let places = report.places.examined.iter().zip(&report.diagnosis.places);
    places.into_iter().try_for_each(|(place, examined)| place_of(place, examined, out))?;
    for (name, why) in &report.places.passed_over {
        paragraph("-", 9, &format!("{name}: {why}"), out)?;
    }
    machine(report, out)?;
    report.local.iter().filter(|local| local.area == "project").try_for_each(|found| local(found, out))?;
    summary(report, out)
}

fn place_of(place: &Place, examined: &Examined, out: &mut dyn Write) -> io::Result<()> {
    let worst = examined.findings.iter().map(Finding::severity).max();
    let facts = facts(place, examined);
    let told = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    paragraph(mark(worst), 9, &format!("{}{told}", examined.name), out)?;
    examined.findings.iter().try_for_each(|finding| remote(finding, out))
}

fn mark(worst: Option<Severity>) -> &'static str {
    match worst {
        None | Some(Severity::Note) => "ok",
        Some(Severity::Warning) => "WARNING",
        Some(Severity::Broken) => "BROKEN",
    }
}

/// What is well there.
fn facts(place: &Place, examined: &Examined) -> Vec<String> {
    let seen = &examined.seen;
    let mut facts = Vec::new();
    facts.extend(seen.first_byte.map(|took| format!("{} ms", took.as_millis())));
    let good = seen.certificate.as_ref().filter(|shown| shown.is_good());
    facts.extend(good.map(|shown| format!("certificate good for {}", days(shown.left()))));
    facts.extend(seen.way.through.as_ref().map(|proxy| format!("through {proxy}")));
    facts.extend(seen.answers.iter().filter_map(|answer| fact(place, examined, answer)));
    facts
}

fn fact(place: &Place, examined: &Examined, answer: &doctor::Answer) -> Option<String> {
    let module = place.kind.module();
    let database = place.kind.database();
    match (&answer.outcome, answer.question) {
        (Outcome::Content(Content::Zip(_)), _) if examined.findings.is_empty() => {
            Some(format!("has {}", module?))
        }
        (Outcome::Absent, Question::Info) => Some(format!("does not have {}", module?)),
        (Outcome::Content(_), Question::Supported) => Some(format!("mirrors {}", database?.setting.name)),
        (Outcome::Content(_), Question::Latest) if matches!(place.kind, doctor::Kind::Database { .. }) => {
            Some("signs its tree".to_owned())
        }
        (Outcome::Untaken(why), question) => Some(format!("{} not compared: {why}", question.name())),
        _ => None,
    }
}

fn days(span: Duration) -> String {
    match span.as_secs() / 86_400 {
        0 => format!("{} h", span.as_secs() / 3600),
        days => format!("{days} days"),
    }
}

fn remote(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let cause = finding.cause;
    body(&format!("{}: {}", cause.code(), cause.meaning()), &finding.evidence, cause.fix(), out)
}

fn local(found: &Local, out: &mut dyn Write) -> io::Result<()> {
    let mark = if found.severity == Severity::Note { "note" } else { mark(Some(found.severity)) };
    paragraph(mark, 9, &format!("{}: {}", found.cause, found.message), out)?;
    details(&found.evidence, found.fix, out)
}

fn body(head: &str, evidence: &[String], fix: &str, out: &mut dyn Write) -> io::Result<()> {
    paragraph("", 9, head, out)?;
    details(evidence, fix, out)
}

fn details(evidence: &[String], fix: &str, out: &mut dyn Write) -> io::Result<()> {
    evidence.iter().try_for_each(|line| paragraph("", 11, line, out))?;
    paragraph("", 11, &format!("fix: {fix}"), out)
}

/// The clock and the caches.
fn machine(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let clock = &report.diagnosis.machine;
    let caches: Vec<&Local> = report.local.iter().filter(|local| local.area == "cache").collect();
    let worst = clock.iter().map(Finding::severity).chain(caches.iter().map(|local| local.severity)).max();
    let sizes: Vec<String> = report.caches.iter().map(cache).collect();
    paragraph(mark(worst), 9, &format!("this machine: {}", sizes.join(", ")), out)?;
    clock.iter().try_for_each(|finding| remote(finding, out))?;
    caches.into_iter().try_for_each(|found| {
        body(&format!("{}: {}", found.cause, found.message), &found.evidence, found.fix, out)
    })
}

fn cache(cache: &Cache) -> String {
    let Cache { name, bytes, is_measured, exists, .. } = cache;
    match (exists, is_measured) {
        (false, _) => format!("{name} not there yet"),
        (true, true) => format!("{name} {}", ByteSize(*bytes)),
        (true, false) => format!("{name} over {}", ByteSize(*bytes)),
    }
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = [Severity::Broken, Severity::Warning, Severity::Note].map(|severity| report.count(severity));
    match counts {
        [0, 0, 0] => writeln!(out, "all is well"),
        [0, 0, notes] => writeln!(out, "all is well; notes: {notes}"),
        [broken, warnings, notes] => {
            writeln!(out, "broken: {broken}, warnings: {warnings}, notes: {notes}")
        }
    }
}

/// A text in lines that end before the width does, indented, with a mark before the first.
fn paragraph(mark: &str, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
    for (at, line) in wrapped(text, WIDTH - indent).iter().enumerate() {
        let mark = if at == 0 { mark } else { "" };
        writeln!(out, "{mark:<indent$}{line}")?;
    }
    Ok(())
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_width_does() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one", 7), ["one"]);
        assert_eq!(wrapped("much-too-long word", 5), ["much-too-long", "word"]);
        let mut out = Vec::new();
        paragraph("BROKEN", 9, &"word ".repeat(30), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.len() <= WIDTH) && text.starts_with("BROKEN   word"), "{text}");
    }
}
