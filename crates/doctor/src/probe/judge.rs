//! What an answer is worth by itself: whether it has the form of what was asked for, and what it holds that can be compared.

use gomod::gosumdb::{Lookup, VerifierKey};
use gomod::note::Note;
use gomod::tlog::TreeHead;
use gomod::{ModuleVersion, Revision};
use http::{HeaderMap, StatusCode, header};
use source::form;
use source::{Ask, VersionList};

use super::exchange;
use super::get::Got;
use crate::evidence::{Content, Outcome, Page, Question};
use crate::options::Limits;
use crate::place::{Database, Place};

/// Bytes of the largest answer that is no zip: 16 MiB, as for a go.mod.
const TEXT_MAX: u64 = 16 << 20;

/// Characters of a title that are shown.
const TITLE_MAX: usize = 80;

/// What is known of the question.
pub(super) struct Asked<'a> {
    pub(super) question: Question,
    pub(super) place: &'a Place,
}

impl Asked<'_> {
    /// Takes the answer in, and judges it.
    pub(super) async fn judge(&self, got: Got, limits: &Limits) -> Outcome {
        let Got { exchange, elsewhere } = got;
        let status = exchange.response.status();
        if self.is_absence(status) {
            return Outcome::Absent;
        }
        if status != StatusCode::OK {
            let refusal = exchange::refusal(&exchange.response, None);
            let text = exchange.text(limits).await;
            return Outcome::Status(crate::evidence::Refusal { text, ..refusal });
        }
        let headers = exchange.response.headers().clone();
        let max = if self.question == Question::Zip { limits.zip_max } else { TEXT_MAX };
        match exchange.body(max, limits).await {
            Err(trouble) => Outcome::Trouble(trouble),
            Ok(None) => Outcome::Untaken(format!("it has more than {} MiB", max >> 20)),
            Ok(Some(body)) if is_page(&headers, &body) => {
                Outcome::Page(Page { title: title(&body), elsewhere })
            }
            Ok(Some(body)) => self.content(body).await,
        }
    }

    /// Whether this status says that what was asked for is not there. A path that no module has may also be called a bad request.
    fn is_absence(&self, status: StatusCode) -> bool {
        match status.as_u16() {
            404 | 410 => true,
            400 => self.question == Question::Nobody,
            _ => false,
        }
    }

    /// The content of a good answer, or what is wrong with it.
    async fn content(&self, body: Vec<u8>) -> Outcome {
        match self.place.kind.module() {
            Some(module) if self.question == Question::Zip => zip(module, body).await,
            Some(module) => self.of_module(module, &body),
            None => self.plain(&body),
        }
    }

    fn of_module(&self, module: &ModuleVersion, body: &[u8]) -> Outcome {
        match self.question {
            Question::Info => {
                let revision = Revision::parse(module.version().as_str());
                let ask = revision.map(|revision| Ask::Info(module.path().clone(), revision));
                ask.map_or_else(|error| Outcome::Wrong(error.to_string()), |ask| formed(&ask, body))
            }
            Question::GoMod => formed(&Ask::Mod(module.clone()), body),
            Question::Lookup => self.lookup(module, body),
            Question::Zip | Question::Nobody | Question::Supported | Question::Latest => self.plain(body),
        }
    }

    fn plain(&self, body: &[u8]) -> Outcome {
        match (self.question, self.place.kind.database()) {
            (Question::Latest, Some(Database { setting, .. })) => {
                head(body, &setting.key).map_or_else(Outcome::Unsigned, |_| Outcome::Content(Content::Plain))
            }
            (Question::Nobody, _) => {
                let list = std::str::from_utf8(body).ok().and_then(VersionList::parse);
                let is_none = || Outcome::Wrong("the answer is not a version list".to_owned());
                list.map_or_else(is_none, |_| Outcome::Content(Content::Plain))
            }
            _ => Outcome::Content(Content::Plain),
        }
    }

    /// The record is taken when it comes with a head that the database has signed and that can hold it. Whether it stands in the
    /// database's tree is proven by whoever uses it.
    fn lookup(&self, module: &ModuleVersion, body: &[u8]) -> Outcome {
        let Some(Database { setting, .. }) = self.place.kind.database() else { return self.plain(body) };
        let lookup = match Lookup::parse(body) {
            Ok(lookup) => lookup,
            Err(flaw) => return Outcome::Wrong(flaw.to_string()),
        };
        match head(lookup.note, &setting.key) {
            Err(flaw) => Outcome::Unsigned(flaw),
            Ok(head) if lookup.id >= head.size => {
                Outcome::Wrong(format!("record {} is said to be in a tree of {}", lookup.id, head.size))
            }
            Ok(_) => match lookup.sums(module) {
                sums if sums.zip.is_none() && sums.go_mod.is_none() => {
                    Outcome::Wrong(format!("the record is not about {module}"))
                }
                sums => Outcome::Content(Content::Sums(sums)),
            },
        }
    }
}

fn head(note: &[u8], key: &VerifierKey) -> Result<TreeHead, String> {
    let note = Note::open(note, std::slice::from_ref(key)).map_err(|error| error.to_string())?;
    TreeHead::parse(note.text()).map_err(|error| error.to_string())
}

/// A zip takes a while to read and hash: that is nothing for the threads that everybody waits for.
async fn zip(module: &ModuleVersion, body: Vec<u8>) -> Outcome {
    let ask = Ask::Zip(module.clone());
    let judged = tokio::task::spawn_blocking(move || formed(&ask, &body)).await;
    judged.unwrap_or_else(|error| Outcome::Untaken(error.to_string()))
}

fn formed(ask: &Ask, body: &[u8]) -> Outcome {
    match form::check(ask, body, body.len() as u64) {
        Err(flaw) => Outcome::Wrong(flaw.to_string()),
        Ok(None) => Outcome::Content(Content::Plain),
        Ok(Some(hash)) if matches!(ask, Ask::Zip(_)) => Outcome::Content(Content::Zip(hash)),
        Ok(Some(hash)) => Outcome::Content(Content::GoMod(hash)),
    }
}

/// Whether it is a web page, which no answer of a proxy or a database is.
fn is_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let start = body.trim_ascii_start();
    let begins =
        |with: &str| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    begins("<!doctype html") || begins("<html") || (kind.starts_with("text/html") && begins("<"))
}

fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body)).into_owned();
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let to = from + lower.get(from..)?.find("</title>")?;
    let title: String = text.get(from..to)?.chars().filter(|c| !c.is_control()).take(TITLE_MAX).collect();
    Some(title.trim().to_owned()).filter(|title| !title.is_empty())
}
