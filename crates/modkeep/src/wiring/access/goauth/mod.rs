//! GOAUTH: the programs that know who the user is to which host (protocol.md B25).
//!
//! * [`list`]: what the setting says.
//! * [`output`]: what a program says.
//! * [`program`]: running one.

mod list;
mod output;
mod program;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use source::upstream::{Authorizer, Netrc};
use tokio::sync::OnceCell;
use url::Url;

use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use list::Method;
use program::{Answer, Programs};

/// What go does without the setting.
const DEFAULT: &str = "netrc";

/// What the setting comes to.
pub(crate) enum GoAuth {
    /// The netrc file and nothing else: what is known is known from the start.
    Netrc,
    /// Nobody says who we are.
    Off,
    /// There are programs to ask.
    Programs(Arc<Helpers>),
}

impl GoAuth {
    /// Reads the setting. `netrc` is what the file of that name says.
    pub(crate) fn of(setting: Option<&str>, netrc: &Netrc, env: &Env) -> Result<Self, Failed> {
        let methods = list::parse(setting.filter(|text| !text.is_empty()).unwrap_or(DEFAULT));
        let methods = methods.map_err(|reason| {
            let problem = Problem::new(format!("GOAUTH cannot be used: {reason}"));
            Failed::new(Exit::Config, problem.advise("`go help goauth` explains it"))
        })?;
        Ok(match &methods[..] {
            [] => Self::Off,
            [Method::Netrc] => Self::Netrc,
            _ => Self::Programs(Arc::new(Helpers::new(methods, netrc, env))),
        })
    }
}

/// The programs, and what they have said so far. `Debug` shows nothing of that.
pub(crate) struct Helpers {
    methods: Vec<Method>,
    netrc: Netrc,
    programs: Programs,
    /// What is sent, by the beginning of the URL without its scheme.
    known: Mutex<BTreeMap<String, HeaderMap>>,
    begun: OnceCell<()>,
    /// What git has given last for a URL, to be told whether it was good.
    given: Mutex<BTreeMap<String, (PathBuf, String)>>,
}

impl Helpers {
    fn new(methods: Vec<Method>, netrc: &Netrc, env: &Env) -> Self {
        let variables: Vec<(OsString, OsString)> =
            env.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let programs = Programs::new(variables, env.cwd().to_owned());
        Self {
            methods,
            netrc: netrc.clone(),
            programs,
            known: Mutex::default(),
            begun: OnceCell::new(),
            given: Mutex::default(),
        }
    }

    /// Asks everybody once without a URL, as go does before its first request.
    pub(crate) async fn begin(&self) {
        self.begun.get_or_init(|| self.ask(None)).await;
    }

    /// Whether somebody has said who we are there, and the place can tell by it.
    pub(crate) fn identify(&self, url: &str) -> bool {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "https");
        url.is_some_and(|url| !self.found(&url).is_empty())
    }

    /// Asks everybody, about a URL that was refused or about none; who stands first has the last word about the same beginning of a URL.
    async fn ask(&self, refused: Option<(&Url, &str)>) {
        for method in self.methods.iter().rev() {
            let answers = match method {
                Method::Netrc => self.of_netrc(),
                Method::Git(folder) => self.ask_git(folder, refused).await,
                Method::Command(words) => self.programs.command(words, refused).await,
            };
            for answer in answers {
                self.keep(answer);
            }
        }
    }

    /// What has no headers takes back what was said of the same beginnings: shorter ones count then.
    fn keep(&self, answer: Answer) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for prefix in answer.prefixes {
            if answer.headers.is_empty() {
                known.remove(&prefix);
            } else {
                known.insert(prefix, answer.headers.clone());
            }
        }
    }

    /// The netrc file, from its end: of two entries for one place the first counts.
    fn of_netrc(&self) -> Vec<Answer> {
        let entries = self.netrc.entries().rev();
        let answers = entries.map(|(place, credentials)| Answer {
            prefixes: vec![place.to_owned()],
            headers: HeaderMap::from_iter([(header::AUTHORIZATION, credentials.clone().into_header())]),
        });
        answers.collect()
    }

    /// git is asked about URLs alone.
    async fn ask_git(&self, folder: &Path, refused: Option<(&Url, &str)>) -> Vec<Answer> {
        let Some((url, _)) = refused else { return Vec::new() };
        let Some((answer, text)) = self.programs.git_fill(folder, url).await else { return Vec::new() };
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.insert(url.to_string(), (folder.to_owned(), text));
        vec![answer]
    }

    /// What is sent: of the beginnings of the URL that are known, the longest counts.
    fn found(&self, url: &Url) -> HeaderMap {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = output::place_of(url);
        let mut place = whole.as_str();
        loop {
            if let Some(headers) = known.get(place) {
                return headers.clone();
            }
            let Some((shorter, _)) = place.rsplit_once('/') else { return HeaderMap::new() };
            place = shorter;
        }
    }
}

impl std::fmt::Debug for Helpers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Helpers").field("methods", &self.methods.len()).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Authorizer for Helpers {
    async fn headers(&self, url: &Url) -> HeaderMap {
        self.begin().await;
        self.found(url)
    }

    async fn renew(&self, url: &Url, status: StatusCode, answer: &HeaderMap) -> bool {
        let before = self.found(url);
        self.ask(Some((url, &program::head(status, answer)))).await;
        let now = self.found(url);
        !now.is_empty() && now != before
    }

    async fn judged(&self, url: &Url, status: StatusCode) {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner).remove(url.as_str());
        if let Some((folder, text)) = given {
            self.programs.git_judge(&folder, &text, status).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use source::upstream::Credentials;

    use super::*;
    use crate::env::Platform;

    const NETRC: &str = "machine a.example login me password host\nmachine a.example/team login me password team\n\
                         machine a.example login me password again\n";

    /// A method that prints this; what stands in it for a line end is `\n`.
    fn says(text: &str) -> String {
        format!("/bin/sh -c 'printf \"{text}\"'")
    }

    async fn helpers(setting: &str, vars: &[(&str, &str)]) -> Arc<Helpers> {
        let env = Env::new(vars.iter().copied(), Path::new("/"), Platform::Unix);
        let Ok(GoAuth::Programs(helpers)) = GoAuth::of(Some(setting), &Netrc::parse(NETRC), &env) else {
            panic!("{setting} has programs");
        };
        helpers.begin().await;
        helpers
    }

    /// The program's word, or the password of netrc.
    fn sent(helpers: &Helpers, url: &str) -> String {
        let headers = helpers.found(&Url::parse(url).unwrap());
        let is_of = |password: &&str| {
            let value = Credentials::basic("me", password).unwrap().into_header();
            headers.get(header::AUTHORIZATION) == Some(&value)
        };
        let of_netrc = ["host", "team", "again"].into_iter().find(is_of);
        let said = headers.get("x-who").map(|value| value.to_str().unwrap());
        said.or(of_netrc).unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn netrc_and_programs_have_one_map_and_the_longest_beginning_counts() {
        let program = says(r"https://a.example\n\nX-Who: p\n\nhttps://a.example/team/x\n\nX-Who: p\n\n");
        for (setting, of_x, of_team, of_host) in [
            (format!("netrc; {program}"), "p", "team", "host"),
            (format!("{program}; netrc"), "p", "team", "p"),
            (program, "p", "p", "p"),
        ] {
            let helpers = helpers(&setting, &[]).await;
            assert_eq!(sent(&helpers, "https://a.example/team/x/@v/list"), of_x, "{setting}");
            assert_eq!(sent(&helpers, "https://a.example/team/y"), of_team, "{setting}");
            assert_eq!(sent(&helpers, "https://a.example/other"), of_host, "{setting}");
            assert_eq!(sent(&helpers, "https://b.example/team/x"), "", "{setting}");
        }
    }

    #[tokio::test]
    async fn no_headers_take_back_what_was_said_of_the_place() {
        let nothing = says(r"https://a.example/team\n\n\n");
        let helpers = helpers(&format!("{nothing}; netrc"), &[]).await;
        assert_eq!(sent(&helpers, "https://a.example/team/x"), "host");
    }

    #[tokio::test]
    async fn git_asks_nobody_at_the_terminal_unless_the_user_wants_it() {
        let program = says(r"https://b.example\n\nX-Who: $GIT_TERMINAL_PROMPT $GCM_INTERACTIVE\n\n");
        let wanted = [("GIT_TERMINAL_PROMPT", "1"), ("GCM_INTERACTIVE", "")];
        for (vars, expected) in [(&[][..], "0 never"), (&wanted[..], "1 never")] {
            assert_eq!(sent(&*helpers(&program, vars).await, "https://b.example"), expected);
        }
    }
}
