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
use source::upstream::{Authorizer, Credentials, Netrc};
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
        let with_netrc = methods.contains(&Method::Netrc);
        let netrc = if with_netrc { netrc.clone() } else { Netrc::default() };
        let variables: Vec<(OsString, OsString)> =
            env.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let programs = Programs::new(variables, env.cwd().to_owned());
        Self {
            methods,
            netrc,
            programs,
            known: Mutex::default(),
            begun: OnceCell::new(),
            given: Mutex::default(),
        }
    }

    /// Runs every program once without a URL, as go does before its first request.
    pub(crate) async fn begin(&self) {
        self.begun.get_or_init(|| self.ask(None)).await;
    }

    /// Whether somebody has said who we are there, and the place can tell by it.
    pub(crate) fn identify(&self, url: &str) -> bool {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "https");
        url.is_some_and(|url| !self.found(&url).is_empty())
    }

    /// Asks all programs, about a URL that was refused or about none; those that stand first have the last word.
    async fn ask(&self, refused: Option<(&Url, &str)>) {
        for method in self.methods.iter().rev() {
            let answers = match method {
                Method::Netrc => continue,
                Method::Git(folder) => self.ask_git(folder, refused).await,
                Method::Command(words) => self.programs.command(words, refused).await,
            };
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            for Answer { prefixes, headers } in answers {
                known.extend(prefixes.into_iter().map(|prefix| (prefix, headers.clone())));
            }
        }
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
        let of_netrc = || {
            let credentials = self.netrc.find(url.as_str()).map(Credentials::into_header);
            credentials.map(|value| HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
        };
        let is_netrc_first = self.methods.first() == Some(&Method::Netrc);
        let first = if is_netrc_first { of_netrc() } else { None };
        first.or_else(|| self.said(url)).or_else(of_netrc).unwrap_or_default()
    }

    fn said(&self, url: &Url) -> Option<HeaderMap> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = output::place_of(url);
        let mut place = whole.as_str();
        loop {
            if let Some(headers) = known.get(place) {
                return Some(headers.clone());
            }
            place = place.rsplit_once('/')?.0;
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
