//! The page of `--html`: one file that loads nothing, runs nothing but its own script, and shows what strangers said as text.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ladder::trace::{OfPlace, Request, Totals, Trace, Trouble};
use sha2::{Digest as _, Sha256};

use super::words::{count, size, span, visible};

/// What the page looks like.
const STYLE: &str = include_str!("page.css");

/// What lets its reader look for rows.
const SCRIPT: &str = include_str!("page.js");

/// How long a name may be that is shown, in characters.
const NAME_CHARS_MAX: usize = 500;

/// The page of a run of `command`.
pub(super) fn page(trace: &Trace, command: &str) -> String {
    let mut html = String::new();
    // Writing to a string does not fail.
    let _ = write_page(&mut html, trace, command);
    html
}

fn write_page(html: &mut String, trace: &Trace, command: &str) -> fmt::Result {
    let (policy, title) = (policy(), text(command));
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )?;
    let totals = trace.totals();
    sums(html, &totals, trace.left_out)?;
    places(html, &totals.places)?;
    troubles(html, &totals.troubles)?;
    requests(html, trace)?;
    write!(html, "<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

/// Nothing is loaded, and only the style and the script of this page count, whatever else gets into it.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn sums(html: &mut String, totals: &Totals, left_out: usize) -> fmt::Result {
    let Totals { requests, bytes, failures, wall, longest: (chained, length), .. } = totals;
    write!(html, "<p>{}, {}, in {}", count(*requests, "request"), size(*bytes), span(*wall))?;
    if *chained > 0 {
        write!(html, "; longest chain: {}, {}", count(*chained, "request"), span(*length))?;
    }
    if *failures > 0 {
        write!(html, "; {} without an answer that go could use", count(*failures, "request"))?;
    }
    if left_out > 0 {
        write!(html, "; the last {left_out} are not shown: so many are not remembered")?;
    }
    html.write_str("</p>\n")
}

fn places(html: &mut String, places: &[OfPlace]) -> fmt::Result {
    if places.is_empty() {
        return Ok(());
    }
    html.write_str(
        "<table class=\"places\">\n<thead><tr><th>from</th><th>place</th><th class=\"number\">requests</th>\
         <th class=\"number\">size</th><th class=\"number\">waited for</th></tr></thead>\n<tbody>\n",
    )?;
    for OfPlace { via, name, requests, bytes, waited } in places {
        let (name, size, waited) = (text(name), size(*bytes), span(*waited));
        writeln!(
            html,
            "<tr><td>{via}</td><td class=\"name\">{name}</td><td class=\"number\">{requests}</td>\
             <td class=\"number\">{size}</td><td class=\"number\">{waited}</td></tr>"
        )?;
    }
    html.write_str("</tbody>\n</table>\n")
}

fn troubles(html: &mut String, troubles: &[Trouble]) -> fmt::Result {
    if troubles.is_empty() {
        return Ok(());
    }
    html.write_str("<p>Could not help:</p>\n<ul>\n")?;
    for Trouble { name, kind, note, count } in troubles {
        let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
        writeln!(
            html,
            "<li>{times}: <span class=\"name\">{}</span>: {kind}: {}</li>",
            text(name),
            text(note)
        )?;
    }
    html.write_str("</ul>\n")
}

fn requests(html: &mut String, trace: &Trace) -> fmt::Result {
    html.write_str(
        "<p id=\"sieve\" hidden><label>Show <input type=\"search\" id=\"words\" placeholder=\"module, place, status\"></label> \
         <label><input type=\"checkbox\" id=\"troubled\"> only where somebody could not help</label></p>\n\
         <table id=\"requests\">\n<thead><tr><th class=\"number\">start</th><th class=\"number\">took</th>\
         <th class=\"number\">status</th><th class=\"number\">size</th><th>from</th><th>asked</th>\
         <th class=\"time\">",
    )?;
    write!(html, "0 – {}</th></tr></thead>\n<tbody>\n", span(trace.end()))?;
    let chain: BTreeSet<usize> = trace.longest_chain().into_iter().collect();
    let end = trace.end();
    for (at, request) in trace.requests.iter().enumerate() {
        let via = trace.via(request);
        row(html, request, via, chain.contains(&at), end)?;
    }
    html.write_str("</tbody>\n</table>\n<p class=\"pale\">The darker bars are the longest chain: each came after the answer to the one before.</p>\n")
}

fn row(html: &mut String, request: &Request, via: &str, is_chained: bool, end: Duration) -> fmt::Result {
    let is_troubled = request.is_failure() || request.troubles().next().is_some();
    let classes = [(is_chained, "chain"), (request.is_failure(), "bad"), (is_troubled, "troubled")];
    let classes: Vec<&str> = classes.iter().filter(|(is, _)| *is).map(|(_, class)| *class).collect();
    let (begun, took, status) = (span(request.begun), span(request.took), request.status);
    let bytes = request.bytes.map(size).unwrap_or_default();
    write!(
        html,
        "<tr class=\"{}\"><td class=\"number\">{begun}</td><td class=\"number\">{took}</td><td class=\"number\">{status}</td>\
         <td class=\"number\">{bytes}</td><td>{via}</td><td class=\"name\">",
        classes.join(" ")
    )?;
    asked(html, request)?;
    html.write_str("</td><td>")?;
    bar(html, request, end)?;
    html.write_str("</td></tr>\n")
}

/// What was asked for; behind it, who was asked.
fn asked(html: &mut String, request: &Request) -> fmt::Result {
    if request.attempts.is_empty() {
        return html.write_str(&text(&request.asked));
    }
    write!(html, "<details><summary>{}</summary><ul>", text(&request.asked))?;
    for attempt in &request.attempts {
        write!(html, "<li>{}</li>", text(&attempt.to_string()))?;
    }
    html.write_str("</ul></details>")
}

/// In thousandths of the run, as attributes: a policy that forbids styles of single elements lets them be.
fn bar(html: &mut String, request: &Request, end: Duration) -> fmt::Result {
    let thousandth = |moment: Duration| moment.as_micros() * 1000 / end.as_micros().max(1);
    let from = thousandth(request.begun).min(997);
    let width = (thousandth(request.ended()).min(1000)).saturating_sub(from).max(3);
    write!(
        html,
        "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect x=\"{from}\" y=\"1\" width=\"{width}\" height=\"8\"/></svg>"
    )
}

/// A text that is nothing but text, wherever it stands in the page.
fn text(stranger: &str) -> String {
    let mut safe = String::new();
    for c in stranger.chars().take(NAME_CHARS_MAX).map(visible) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use source::{Attempt, FailureKind, Origin};

    use super::super::samples::{request, trace};
    use super::*;

    #[test]
    fn what_strangers_say_is_text() {
        let evil = "</td><script>alert(1)</script>\" onload='x'&\u{202e}";
        let attempt = Attempt {
            origin: Origin::new(evil),
            failed: Some(FailureKind::Unavailable),
            note: evil.into(),
            took: Duration::ZERO,
        };
        let hostile = Request {
            asked: evil.to_owned(),
            origin: Some(Origin::new(evil)),
            attempts: vec![attempt],
            ..request("a.example/m", 0, 1)
        };
        let html = page(&trace(vec![hostile]), evil);
        assert_eq!(html.matches("<script>").count(), 1, "our own");
        assert!(!html.contains("onload='") && !html.contains('\u{202e}'), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    }

    #[test]
    fn it_loads_nothing_and_allows_its_own_script_alone() {
        let html = page(&trace(vec![request("a.example/m", 0, 50)]), "go build");
        for loading in ["src=", "href=", "url(", "@import", "style=", " on"] {
            let in_tags =
                html.split('<').filter_map(|tag| tag.split('>').next()).any(|tag| tag.contains(loading));
            assert!(!in_tags, "{loading}");
        }
        let hash = STANDARD.encode(Sha256::digest(SCRIPT));
        assert!(html.contains(&format!("script-src 'sha256-{hash}'; ")), "{html}");
        assert!(html.contains("<rect x=\"0\" y=\"1\" width=\"500\" height=\"8\"/>"), "{html}");
    }

    #[test]
    fn a_large_run_has_a_row_for_each_request() {
        let requests = (0..2000).map(|n| request(&format!("m{n}.example/m"), n, 10)).collect();
        let html = page(&trace(requests), "go build");
        assert_eq!(html.matches("<rect ").count(), 2000);
        assert!(html.len() < 1 << 20, "{}", html.len());
    }
}
