//! Calls of hg: with which environment and which settings.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use crate::access::{Access, Credential, Profile, ssh};
use crate::exec::Call;

/// Variables of the user's that would change what hg says.
const TALK_VARIABLES: &[&str] = &["HGPLAINEXCEPT", "HGPROF", "HGDEMANDIMPORT"];

/// A call that reads a clone, by nobody's configuration.
pub(super) fn reading(clone: &Path) -> Call {
    let mut repository = OsString::from("--repository=");
    repository.push(clone);
    strict(Call::new("hg")).env("HGRCPATH", "").arg(repository).args([
        "--config=ui.interactive=false",
        // The remark that hg adds to archives is in no zip, and would hide a file of that name.
        "--config=ui.archivemeta=false",
        "--noninteractive",
    ])
}

/// A call that may ask the remote, in the folder of which the [`Aids`] lie.
pub(super) fn network(access: &Access, aids: &Aids) -> Call {
    let call = match &access.profile {
        Profile::Server { config } => of_server(access, config.as_deref(), aids),
        Profile::User => strict(Call::new("hg").inherit_all_but(TALK_VARIABLES)),
    };
    let call = call.arg("--config=ui.interactive=false").arg(setting("http.timeout", access.stall_seconds()));
    let call = match &access.ca_file {
        Some(file) => call.arg(path_setting("web.cacerts", file)),
        None => call,
    };
    // A server could name any URL as the place of a bundle.
    call.args(["--config=ui.clonebundles=false", "--noninteractive", "--quiet"])
}

fn of_server(access: &Access, config: Option<&Path>, aids: &Aids) -> Call {
    let mut files = OsString::from(config.unwrap_or(Path::new("")));
    if let Some(file) = aids.secrets() {
        files.push(if config.is_some() { ":" } else { "" });
        files.push(file);
    }
    let call = strict(Call::new("hg")).env("HGRCPATH", files).env("PYTHONDONTWRITEBYTECODE", "1");
    let call = if access.ssh.with_agent { call.inherit("SSH_AUTH_SOCK") } else { call };
    let call = call.arg(setting("ui.ssh", ssh::of_server(&access.ssh, access.stall_seconds())));
    call.arg(path_setting("extensions.modkeep_no_redirects", &aids.no_redirects))
}

/// What every call is told. Options that hg would look for anywhere on the line count at its beginning alone, and the
/// configuration that lies in a repository counts nowhere.
fn strict(call: Call) -> Call {
    call.env("HGPLAIN", "+strictflags").env("HGRCSKIPREPO", "1").env("HGENCODING", "UTF-8")
}

fn setting(name: &str, value: impl std::fmt::Display) -> String {
    format!("--config={name}={value}")
}

fn path_setting(name: &str, value: &Path) -> OsString {
    let mut text = OsString::from(format!("--config={name}="));
    text.push(value);
    text
}

/// hg follows a server to any other address and has no setting against it. As an extension, this lets a redirect be an error.
const NO_REDIRECTS: &str = "import urllib.request

urllib.request.HTTPRedirectHandler.redirect_request = lambda *about: None
";

/// What calls to the network need beside their arguments.
#[derive(Debug)]
pub(super) struct Aids {
    /// Our credentials as a configuration of hg, in a file that has no name: it is gone with our process, and no command line
    /// shows it.
    secrets: Option<File>,
    no_redirects: PathBuf,
}

impl Aids {
    /// Writes them, what is no secret into this folder.
    pub(super) fn new(folder: &Path, credentials: &[Credential]) -> io::Result<Self> {
        let no_redirects = folder.join("no-redirects.py");
        fs::write(&no_redirects, NO_REDIRECTS)?;
        if credentials.is_empty() {
            return Ok(Self { secrets: None, no_redirects });
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(auth_section(credentials).as_bytes())?;
        Ok(Self { secrets: Some(file), no_redirects })
    }

    /// Where a child finds the secrets.
    fn secrets(&self) -> Option<String> {
        let file = self.secrets.as_ref()?;
        Some(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()))
    }
}

/// The section of a configuration by which hg knows users and secrets. It lends them to no other host, also after a redirect.
fn auth_section(credentials: &[Credential]) -> String {
    let is_one_line = |credential: &&Credential| {
        let texts = [&credential.host, &credential.user, &credential.secret];
        !texts.iter().any(|text| text.contains(['\n', '\r', '\0']))
    };
    let lines = credentials.iter().filter(is_one_line).enumerate().map(|(at, known)| {
        let Credential { host, user, secret } = known;
        format!(
            "c{at}.prefix = {host}\nc{at}.schemes = https http\nc{at}.username = {user}\nc{at}.password = {secret}\n"
        )
    });
    std::iter::once("[auth]\n".to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line() {
        let credential =
            |secret: &str| Credential { host: "example.com".into(), user: "u".into(), secret: secret.into() };
        let text = auth_section(&[credential("a\n[hooks]\nx = y"), credential("s=1 # 2")]);
        let expected = "[auth]\nc0.prefix = example.com\nc0.schemes = https http\nc0.username = u\nc0.password = s=1 # 2\n";
        assert_eq!(text, expected);
    }
}
