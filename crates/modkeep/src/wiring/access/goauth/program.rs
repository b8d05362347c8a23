//! Running a program that is asked for credentials.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use source::upstream::Credentials;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::timeout;
use url::Url;

use super::output;

/// How long a program may take. It may ask its user something.
const RUN_MAX: Duration = Duration::from_mins(1);

/// How much it may print, in bytes.
const OUTPUT_MAX: u64 = 1 << 20;

/// What go sets for all that it runs, where the user has not: in a build nobody sits there to be asked by git.
const QUIET: [(&str, &str); 2] = [("GIT_TERMINAL_PROMPT", "0"), ("GCM_INTERACTIVE", "never")];

/// What is sent to places that begin like this. The headers are marked as secrets, which `Debug` does not show.
#[derive(Debug)]
pub(super) struct Answer {
    /// The beginnings of URLs, without `https://` and without a slash at the end.
    pub(super) prefixes: Vec<String>,
    pub(super) headers: HeaderMap,
}

/// Runs programs, one at a time: two that ask their user something would get in each other's way.
pub(super) struct Programs {
    variables: Vec<(OsString, OsString)>,
    cwd: PathBuf,
    turn: Mutex<()>,
}

impl Programs {
    pub(super) fn new(mut variables: Vec<(OsString, OsString)>, cwd: PathBuf) -> Self {
        for (name, value) in QUIET {
            let is_set = variables.iter().any(|(known, value)| known == name && !value.is_empty());
            if !is_set {
                variables.push((name.into(), value.into()));
            }
        }
        Self { variables, cwd, turn: Mutex::default() }
    }

    /// Asks a program of the user's. About a URL that was refused it is told the head of the answer.
    pub(super) async fn command(&self, words: &[String], refused: Option<(&Url, &str)>) -> Vec<Answer> {
        let Some((program, rest)) = words.split_first() else { return Vec::new() };
        let mut command = Command::new(program);
        command.args(rest).args(refused.map(|(url, _)| url.as_str()));
        let said = self.run(command, refused.map_or("", |(_, head)| head)).await;
        let answers = said.and_then(|text| output::parse(&text));
        answers.unwrap_or_else(|reason| {
            tracing::warn!(program, reason, "a program of GOAUTH gave no credentials");
            Vec::new()
        })
    }

    /// Asks git's helpers about a URL: what to send, and what git is to be told when it was judged.
    pub(super) async fn git_fill(&self, folder: &Path, url: &Url) -> Option<(Answer, String)> {
        let mut command = Command::new("git");
        command.args(["credential", "fill"]).current_dir(folder);
        match self.run(command, &format!("url={url}\n\n")).await {
            Ok(text) => read_git(&text, url).map(|answer| (answer, text)),
            Err(reason) => {
                tracing::warn!(folder = %folder.display(), reason, "git gave no credentials");
                None
            }
        }
    }

    /// Tells git's helpers whether what they gave was good. Anything but a yes or a no says nothing about it.
    pub(super) async fn git_judge(&self, folder: &Path, text: &str, status: StatusCode) {
        let verdict = match status {
            StatusCode::OK => "approve",
            StatusCode::UNAUTHORIZED => "reject",
            _ => return,
        };
        let mut command = Command::new("git");
        command.args(["credential", verdict]).current_dir(folder);
        if let Err(reason) = self.run(command, &format!("{text}\n")).await {
            tracing::warn!(reason, "git was not told whether its credentials are good");
        }
    }

    async fn run(&self, command: Command, input: &str) -> Result<String, String> {
        let _turn = self.turn.lock().await;
        let ran = timeout(RUN_MAX, self.run_now(command, input)).await;
        ran.map_err(|_| format!("it was not done after {} s", RUN_MAX.as_secs()))?
    }

    async fn run_now(&self, mut command: Command, input: &str) -> Result<String, String> {
        if command.as_std().get_current_dir().is_none() {
            command.current_dir(&self.cwd);
        }
        command.env_clear().envs(self.variables.iter().cloned()).kill_on_drop(true);
        // What it says there is shown to nobody, as in go: it may hold a secret, and logs of builds are read by many.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("it cannot be run: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read what it is told has said what it has to say.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let mut said = String::new();
        if let Some(stdout) = child.stdout.take() {
            let read = stdout.take(OUTPUT_MAX).read_to_string(&mut said).await;
            read.map_err(|error| format!("what it says cannot be read: {error}"))?;
        }
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() { Ok(said) } else { Err(format!("it failed ({status})")) }
    }
}

/// The head of an answer in the form that go tells it in: plain line ends, a line for each name, which has capitals.
pub(super) fn head(status: StatusCode, headers: &HeaderMap) -> String {
    let line = |name: &HeaderName| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        format!("{}: {}\n", with_capitals(name), values.collect::<Vec<_>>().join(", "))
    };
    let lines: String = headers.keys().map(line).collect();
    format!("HTTP/1.1 {} {}\n{lines}\n", status.as_str(), status.canonical_reason().unwrap_or_default())
}

/// The name of a header with a capital at the beginning of each part, as `Www-Authenticate`.
fn with_capitals(name: &HeaderName) -> String {
    let mut begins = true;
    let letters = name.as_str().chars().map(|letter| {
        let it = if begins { letter.to_ascii_uppercase() } else { letter };
        begins = letter == '-';
        it
    });
    letters.collect()
}

/// What git says: `name=value` lines. It counts when it is for the beginning of the URL.
fn read_git(text: &str, asked: &Url) -> Option<Answer> {
    let value = |name: &str| {
        let mut lines = text.lines().rev().filter_map(|line| line.split_once('='));
        lines.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let (user, password) = (value("username")?, value("password")?);
    let place = format!("{}/{}", value("host")?, value("path").unwrap_or_default());
    let place = place.trim_end_matches('/').to_owned();
    let rest = output::place_of(asked);
    let rest = rest.strip_prefix(&place)?;
    let is_beginning = value("protocol")? == "https" && (rest.is_empty() || rest.starts_with('/'));
    let credentials = Credentials::basic(user, password).ok().filter(|_| is_beginning)?;
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, credentials.into_header())]);
    Some(Answer { prefixes: vec![place], headers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_is_believed_for_what_it_was_asked_about() {
        let url = Url::parse("https://h.example/team/x/@v/list").unwrap();
        let text = |host: &str, path: &str| {
            format!("protocol=https\nhost={host}\npath={path}\nusername=me\npassword=secret\n")
        };
        let places = |text: &str| read_git(text, &url).map(|answer| answer.prefixes);
        assert_eq!(places(&text("h.example", "")), Some(vec!["h.example".to_owned()]));
        assert_eq!(places(&text("h.example", "team")), Some(vec!["h.example/team".to_owned()]));
        assert_eq!(places(&text("h.example", "tea")), None);
        assert_eq!(places(&text("other.example", "")), None);
        assert_eq!(places("username=me\n"), None);
    }

    #[test]
    fn the_head_of_an_answer_is_told_as_go_tells_it() {
        let mut headers = HeaderMap::from_iter([(header::WWW_AUTHENTICATE, "Basic".parse().unwrap())]);
        headers.append(header::WWW_AUTHENTICATE, "Bearer".parse().unwrap());
        headers.append("x-a", "b".parse().unwrap());
        assert_eq!(
            head(StatusCode::UNAUTHORIZED, &headers),
            "HTTP/1.1 401 Unauthorized\nWww-Authenticate: Basic, Bearer\nX-A: b\n\n"
        );
    }
}
