//! What a place is asked, one question after the other until there is trouble.

use http::{HeaderMap, StatusCode, header};
use source::upstream::Authorizer;
use tokio::time::timeout;
use url::Url;

use super::Reserve;
use super::get::{self, Door, Got, Here};
use super::judge::Asked;
use crate::evidence::{Answer, Content, Observation, Outcome, Question, Refusal, Trouble};
use crate::options::Options;
use crate::place::{Kind, Place};

/// No module has a path without a dot in its first element: nobody has to ask anybody else to know that.
const NOBODY: &str = "modkeep-doctor/@v/list";

/// Asks a place that is a server.
pub(super) async fn observe(place: &Place, url: &Url, options: &Options, reserve: Reserve) -> Observation {
    let mut visit = Visit { place, url, options, reserve, seen: Observation::default() };
    let mut open = visit.first();
    while let Some(question) = open.pop() {
        let (asked, outcome) = visit.ask(question).await;
        let more = visit.next(asked, &outcome, question);
        visit.seen.answers.push(Answer { question: asked, outcome });
        match more {
            Next::End => break,
            Next::GoOn => {}
            Next::Without(unneeded) => open.retain(|question| !unneeded.contains(question)),
        }
    }
    visit.seen
}

/// What follows from an answer.
enum Next {
    End,
    GoOn,
    Without(&'static [Question]),
}

struct Visit<'a> {
    place: &'a Place,
    url: &'a Url,
    options: &'a Options,
    reserve: Reserve,
    seen: Observation,
}

impl<'a> Visit<'a> {
    /// The questions, the first one last.
    fn first(&self) -> Vec<Question> {
        use Question::{GoMod, Info, Latest, Lookup, Nobody, Supported, Zip};
        let of_database = |database: &crate::place::Database| match database.module {
            Some(_) => vec![Lookup, Latest],
            None => vec![Latest],
        };
        match &self.place.kind {
            Kind::Database { database, .. } => of_database(database),
            Kind::Proxy { module, mirror, .. } => {
                let mut all = Vec::new();
                if let Some(mirror) = mirror {
                    all.extend(of_database(mirror));
                    all.push(Supported);
                }
                match module {
                    Some(_) => all.extend([Zip, GoMod, Info]),
                    None if mirror.is_none() => all.push(Nobody),
                    None => {}
                }
                all
            }
            Kind::Folder { .. } => Vec::new(),
        }
    }

    /// A question that tells nobody anything: what everybody asks.
    fn harmless(&self) -> Question {
        match &self.place.kind {
            Kind::Database { .. } => Question::Latest,
            kind if kind.database().is_some() => Question::Supported,
            _ => Question::Nobody,
        }
    }

    /// Asks, and says what was asked: behind a certificate that is no good, only what is harmless.
    async fn ask(&mut self, question: Question) -> (Question, Outcome) {
        let patience = self.options.limits.question;
        match timeout(patience, self.answer(question)).await {
            Ok(answered) => answered,
            Err(_) => (question, Outcome::Trouble(Trouble::StalledBody { bytes: 0, waited: patience })),
        }
    }

    /// Asks, and once more where somebody knows better who we are after a "no".
    async fn answer(&mut self, question: Question) -> (Question, Outcome) {
        let (mut asked, mut got) = self.got(question).await;
        if let Ok(refusal) = &got
            && let Some(authorizer) = self.renewed(asked, refusal).await
        {
            (asked, got) = self.got(question).await;
            if let (Ok(got), Ok(url)) = (&got, self.address(asked)) {
                authorizer.judged(&url, got.exchange.response.status()).await;
            }
        }
        let outcome = match got {
            Ok(got) => Asked { question: asked, place: self.place }.judge(got, &self.options.limits).await,
            Err(trouble) => Outcome::Trouble(trouble),
        };
        (asked, outcome)
    }

    async fn got(&mut self, question: Question) -> (Question, Result<Got, Trouble>) {
        let (place, options) = (self.place, self.options);
        let door = match Door::open(place, self.url, options, &mut self.seen).await {
            Ok(door) => door,
            Err(trouble) => return (question, Err(trouble)),
        };
        let login = self.known(question).await;
        let has_secrets = place.is_private || !login.is_empty();
        let question = if self.may_hear(door.is_good(), has_secrets) { question } else { self.harmless() };
        let login = self.told(login, door.is_good());
        let here = Here { place, base: self.url, options };
        (question, door.get(&self.path(question), &login, &here, &mut self.seen).await)
    }

    /// Who we are there, as far as is known.
    async fn known(&self, question: Question) -> HeaderMap {
        if let Some(authorization) = &self.place.access.authorization {
            return HeaderMap::from_iter([(header::AUTHORIZATION, authorization.clone())]);
        }
        match (self.authorizer(), self.address(question)) {
            (Some(authorizer), Ok(url)) => authorizer.headers(&url).await,
            _ => HeaderMap::new(),
        }
    }

    /// Whom to ask who we are: nobody where that is known, or where others could read it (protocol.md B24).
    fn authorizer(&self) -> Option<&'a dyn Authorizer> {
        let place: &'a Place = self.place;
        let access = &place.access;
        let is_asked = access.authorization.is_none() && self.url.scheme() == "https";
        access.authorizer.as_deref().filter(|_| is_asked)
    }

    /// Who knows better who we are, now that the place itself has refused to answer somebody whom it may know.
    async fn renewed(&self, asked: Question, refusal: &Got) -> Option<&'a dyn Authorizer> {
        let (head, url) = (&refusal.exchange.response, self.address(asked).ok()?);
        let is_bad = self.seen.certificate.as_ref().is_some_and(|shown| !shown.is_good());
        let is_refused =
            head.status().is_client_error() && head.status() != StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        if !is_refused || refusal.elsewhere.is_some() || is_bad || self.reserve != Reserve::None {
            return None;
        }
        let authorizer = self.authorizer()?;
        authorizer.renew(&url, head.status(), head.headers()).await.then_some(authorizer)
    }

    fn address(&self, question: Question) -> Result<Url, Trouble> {
        get::below(self.url, &self.path(question))
    }

    /// Who we are, if the place may know.
    fn told(&mut self, login: HeaderMap, is_good: bool) -> HeaderMap {
        if login.is_empty() || (is_good && self.reserve == Reserve::None) {
            return login;
        }
        self.seen.is_withheld = true;
        HeaderMap::new()
    }

    fn may_hear(&self, is_good: bool, has_secrets: bool) -> bool {
        is_good && (self.reserve == Reserve::None || !has_secrets)
    }

    /// The path below the place's URL.
    fn path(&self, question: Question) -> String {
        let module = self.place.kind.module().map(|module| {
            let (path, version) = (module.path().escaped(), module.version().escaped());
            (path.as_str().to_owned(), version)
        });
        let (path, version) = module.unwrap_or_default();
        let root = match &self.place.kind {
            Kind::Proxy { mirror: Some(mirror), .. } => format!("sumdb/{}/", mirror.setting.name),
            _ => String::new(),
        };
        match question {
            Question::Nobody => NOBODY.to_owned(),
            Question::Info => format!("{path}/@v/{version}.info"),
            Question::GoMod => format!("{path}/@v/{version}.mod"),
            Question::Zip => format!("{path}/@v/{version}.zip"),
            Question::Supported => format!("{root}supported"),
            Question::Latest => format!("{root}latest"),
            Question::Lookup => format!("{root}lookup/{path}@{version}"),
        }
    }

    /// What there is still to ask.
    fn next(&self, asked: Question, outcome: &Outcome, wanted: Question) -> Next {
        let is_bad = self.seen.certificate.as_ref().is_some_and(|shown| !shown.is_good());
        if asked != wanted || is_bad {
            return Next::End;
        }
        match outcome {
            Outcome::Absent if asked == Question::Info => Next::Without(&[Question::GoMod, Question::Zip]),
            Outcome::Absent if asked == Question::Supported => {
                Next::Without(&[Question::Latest, Question::Lookup])
            }
            Outcome::Content(Content::Plain | Content::GoMod(_) | Content::Zip(_) | Content::Sums(_))
            | Outcome::Absent
            | Outcome::Untaken(_)
            | Outcome::Wrong(_)
            | Outcome::Unsigned(_) => Next::GoOn,
            Outcome::Status(Refusal { .. }) | Outcome::Page(_) | Outcome::Trouble(_) => Next::End,
        }
    }
}
