//! What came of the questions: each outcome that is no answer is a cause.

use super::Finding;
use crate::cause::Cause;
use crate::evidence::{Answer, Observation, Outcome, Page, Question, Refusal, Trouble};

pub(super) fn findings(seen: &Observation) -> Vec<Finding> {
    let found = |answer: &Answer| {
        let (cause, what) = cause(answer, seen)?;
        let asked = answer.question.name();
        // What happens before anything is asked has nothing to do with the question.
        let is_before = matches!(&answer.outcome, Outcome::Trouble(trouble) if is_of_connection(trouble));
        Some(Finding::new(cause, if is_before { what } else { format!("asked for {asked}: {what}") }))
    };
    seen.answers.iter().filter_map(found).collect()
}

fn cause(answer: &Answer, seen: &Observation) -> Option<(Cause, String)> {
    match &answer.outcome {
        Outcome::Content(_) | Outcome::Untaken(_) => None,
        Outcome::Absent => absent(answer.question),
        Outcome::Status(refusal) => status(refusal, seen),
        Outcome::Page(page) => Some((Cause::Page, told_page(page))),
        Outcome::Wrong(why) => Some((Cause::WrongContent, why.clone())),
        Outcome::Unsigned(why) => Some((Cause::BadSignature, why.clone())),
        Outcome::Trouble(trouble) => of_trouble(trouble, seen),
    }
}

/// A proxy may lack a module, and mirror no database. A database has a head.
fn absent(question: Question) -> Option<(Cause, String)> {
    let what = "it says that there is none, which no database can (404)";
    (question == Question::Latest).then(|| (Cause::UnexpectedStatus, what.to_owned()))
}

fn status(refusal: &Refusal, seen: &Observation) -> Option<(Cause, String)> {
    let cause = match refusal.status {
        // Who was not told who we are cannot be blamed for asking.
        401 | 403 if seen.is_withheld => return None,
        401 => Cause::Unauthorized,
        403 | 451 => Cause::Forbidden,
        407 => Cause::ProxyAuthentication,
        429 => Cause::RateLimited,
        511 => Cause::Page,
        500.. => Cause::ServerError,
        _ => Cause::UnexpectedStatus,
    };
    Some((cause, told_status(refusal)))
}

fn told_status(refusal: &Refusal) -> String {
    let Refusal { status, text, retry_after, by_proxy } = refusal;
    let from = by_proxy.as_ref().map_or_else(String::new, |proxy| format!(" from {proxy}"));
    let text = text.as_ref().map_or_else(String::new, |text| format!(": {text}"));
    let wait = retry_after.as_ref().map_or_else(String::new, |wait| format!(" (Retry-After: {wait})"));
    format!("status {status}{from}{text}{wait}")
}

fn told_page(page: &Page) -> String {
    let title = page.title.as_ref().map_or_else(String::new, |title| format!(" with the title {title:?}"));
    let from = page.elsewhere.as_ref().map_or_else(String::new, |host| format!(" of {host}"));
    format!("an HTML page{title}{from}")
}

fn of_trouble(trouble: &Trouble, seen: &Observation) -> Option<(Cause, String)> {
    let cause = match trouble {
        Trouble::Dns(_) => Cause::Dns,
        Trouble::NoRoute(_) => Cause::NoRoute,
        Trouble::Refused(_) => Cause::Refused,
        Trouble::Unconnected(_) => Cause::Unconnected,
        Trouble::Silent { .. } => Cause::TimeoutBeforeHeaders,
        Trouble::StalledHead { .. } => Cause::TimeoutInHeaders,
        Trouble::StalledBody { .. } => Cause::TimeoutInBody,
        Trouble::Tls(_) => Cause::TlsFailed,
        Trouble::BrokenOff(_) => Cause::BrokenOff,
        Trouble::NotHttp(_) => Cause::NotHttp,
        Trouble::Redirect(_) => Cause::BadRedirect,
        Trouble::Folder(_) => Cause::Folder,
        Trouble::Tunnel(refusal) => return status(refusal, seen),
        // The certificate is told about by itself.
        Trouble::Distrusted => return None,
    };
    let through = seen.way.through.as_ref().filter(|_| is_of_connection(trouble));
    let through = through.map_or_else(String::new, |proxy| format!(" (through the HTTP proxy {proxy})"));
    Some((cause, format!("{trouble}{through}")))
}

fn is_of_connection(trouble: &Trouble) -> bool {
    use crate::evidence::Stage;
    match trouble {
        Trouble::Silent { stage, .. } => *stage != Stage::Answer,
        Trouble::Dns(_)
        | Trouble::NoRoute(_)
        | Trouble::Refused(_)
        | Trouble::Unconnected(_)
        | Trouble::Tls(_)
        | Trouble::Tunnel(_)
        | Trouble::Folder(_) => true,
        _ => false,
    }
}
