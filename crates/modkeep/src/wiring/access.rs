//! Who we are to which place, and whom to trust: read from files, once, at the start.
//!
//! What is wrong is told with the name of the file, never with anything that is in it. [`git`] is who we are to hosts of
//! repositories, [`goauth`] asks programs.

mod git;
mod goauth;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use source::upstream::{Access, Authorities, Authorizer, ClientCertificate, Credentials, Netrc};

use crate::env::Env;
use crate::exit::Exit;
use crate::files::Files;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};
use crate::settings::origin::Position;
use crate::settings::place::{Login, Pair, Place};
use crate::settings::secret::Secret;
use goauth::{GoAuth, Helpers};

/// Where credentials are found.
pub(crate) struct Keyring<'a> {
    env: &'a Env,
    files: &'a dyn Files,
    netrc: Netrc,
    helpers: Option<Arc<Helpers>>,
    /// What the user should hear about the netrc file.
    pub(crate) warnings: Vec<Problem>,
}

impl<'a> Keyring<'a> {
    /// Reads the user's netrc file. Without one, or with one that cannot be read, there is nothing in it.
    pub(crate) fn of(env: &'a Env, files: &'a dyn Files) -> Self {
        let read = netrc_path(env).map(|path| (files.read(&path), path));
        let (netrc, warning) = match read {
            None => (Netrc::default(), None),
            Some((Ok(content), _)) => (Netrc::parse(&String::from_utf8_lossy(&content)), None),
            Some((Err(error), _)) if error.kind() == io::ErrorKind::NotFound => (Netrc::default(), None),
            Some((Err(error), path)) => (Netrc::default(), Some(unread_netrc(&path, &error))),
        };
        Self { env, files, netrc, helpers: None, warnings: warning.into_iter().collect() }
    }

    /// The same for a client: what go's GOAUTH says counts (protocol.md B25), and its programs are asked now.
    pub(crate) async fn of_client(env: &'a Env, files: &'a dyn Files) -> Result<Self, Failed> {
        let mut keyring = Self::of(env, files);
        let setting = GoSettings::load(env, files).get("GOAUTH").map(|(value, _)| value);
        match GoAuth::of(setting.as_deref(), &keyring.netrc, env)? {
            GoAuth::Netrc => {}
            GoAuth::Off => keyring.netrc = Netrc::default(),
            GoAuth::Programs(helpers) => {
                helpers.begin().await;
                (keyring.netrc, keyring.helpers) = (Netrc::default(), Some(helpers));
            }
        }
        Ok(keyring)
    }

    /// Whom to ask who we are, where nothing else says it.
    pub(crate) fn authorizer(&self) -> Option<Arc<dyn Authorizer>> {
        self.helpers.clone().map(|helpers| helpers as Arc<dyn Authorizer>)
    }

    /// What the user's netrc file says.
    pub(crate) fn netrc(&self) -> &Netrc {
        &self.netrc
    }

    /// What is used with the place at `url`: what its table says, else what netrc says. The URL's own user wins over both,
    /// where it is asked.
    pub(crate) fn access(&self, place: Option<&Place>, url: &str) -> Result<Access, Failed> {
        let Some(place) = place else {
            return Ok(Access {
                is_authorized: self.is_known(url),
                credentials: self.netrc.find(url),
                ..Access::default()
            });
        };
        let credentials = match &place.login {
            Some(login) => Some(self.credentials(login, place)?),
            None => self.netrc.find(url),
        };
        let certificate = place.certificate.as_ref().map(|pair| self.certificate(pair)).transpose()?;
        let authorities = self.authorities(place.ca_file.as_deref())?;
        let is_authorized = credentials.is_none() && self.is_known(url);
        Ok(Access { credentials, certificate, authorities, is_authorized })
    }

    /// Whether a program has said who we are to the place at `url`.
    fn is_known(&self, url: &str) -> bool {
        self.helpers.as_ref().is_some_and(|helpers| helpers.identify(url))
    }

    /// The authorities in a file, if one is named.
    pub(crate) fn authorities(&self, path: Option<&Path>) -> Result<Authorities, Failed> {
        let Some(path) = path else { return Ok(Authorities::default()) };
        let what = format!("the certificate authorities in {} cannot be used", path.display());
        Authorities::from_pem(&self.read(path)?)
            .map_err(|error| config(Problem::new(what).because(error.to_string())))
    }

    fn certificate(&self, pair: &Pair) -> Result<ClientCertificate, Failed> {
        let (certificate, key) = (self.read(&pair.certificate)?, self.read(&pair.key)?);
        let names = format!("{} with the key in {}", pair.certificate.display(), pair.key.display());
        let what = format!("the client certificate in {names} cannot be used");
        ClientCertificate::from_pem(&certificate, &key)
            .map_err(|error| config(Problem::new(what).because(error.to_string())))
    }

    fn credentials(&self, login: &Login, place: &Place) -> Result<Credentials, Failed> {
        let made = match login {
            Login::User(user, password) => Credentials::basic(user, &self.secret(password, &place.position)?),
            Login::Token(token) => Credentials::bearer(&self.secret(token, &place.position)?),
        };
        made.map_err(|error| {
            let what = format!("{}: the credentials of this place cannot be sent", place.position);
            config(Problem::new(what).because(error.to_string()))
        })
    }

    /// The text of a secret, which the table at this position names.
    fn secret(&self, secret: &Secret, position: &Position) -> Result<String, Failed> {
        match secret {
            Secret::Text(text) => Ok(text.clone()),
            Secret::File(path) => self.line(path),
            Secret::Variable(name) => self.variable(name, position),
        }
    }

    /// The value of a variable. Its name is in no message: it may be the secret itself, written at the wrong key.
    fn variable(&self, name: &str, position: &Position) -> Result<String, Failed> {
        let wrong = |what: &str| {
            let problem = Problem::new(format!("{position}: the variable that `password-env` names {what}"));
            config(problem.advise("set it where modkeep is started, or use `password-file`"))
        };
        let value = self.env.var(name).ok_or_else(|| wrong("is not set, or is empty"))?;
        value.to_str().map(str::to_owned).ok_or_else(|| wrong("is not UTF-8"))
    }

    /// The text of a file, without the line end that editors put behind the last line.
    fn line(&self, path: &Path) -> Result<String, Failed> {
        let text = String::from_utf8(self.read(path)?)
            .map_err(|_| config(Problem::new(format!("{} is not UTF-8", path.display()))))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }

    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>, Failed> {
        self.files.read(path).map_err(|error| {
            let problem = Problem::new(format!("cannot read {}", path.display())).because(error.to_string());
            config(problem.advise("make it a file that the user that runs modkeep may read"))
        })
    }
}

/// The file that go reads (protocol.md B26).
fn netrc_path(env: &Env) -> Option<PathBuf> {
    let named = env.var("NETRC").map(|path| env.cwd().join(path));
    named.or_else(|| env.home().map(|home| home.join(".netrc")))
}

fn unread_netrc(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(format!("cannot read the netrc file {}", path.display()));
    problem
        .because(error.to_string())
        .advise("places are asked without the credentials in it; NETRC names another file")
}

fn config(problem: Problem) -> Failed {
    Failed::new(Exit::Config, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use crate::files::Memory;

    const NETRC: &str = "machine a.example login me password secret";

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::new(vars.iter().copied(), Path::new("/here"), Platform::Unix)
    }

    fn place(login: Option<Login>) -> Place {
        Place {
            identity: "https://a.example".to_owned(),
            private: false,
            login,
            certificate: None,
            ca_file: None,
            position: Position { path: "/m.toml".into(), line: 1, column: 1 },
        }
    }

    fn credentials(keyring: &Keyring<'_>, place: Option<&Place>) -> Option<Credentials> {
        keyring.access(place, "https://a.example").unwrap().credentials
    }

    #[test]
    fn netrc_is_where_go_looks_for_it() {
        let files = Memory::of(&[("/home/u/.netrc", NETRC), ("/here/other", "")]);
        let netrc = Credentials::basic("me", "secret").ok();
        let home = ("HOME", "/home/u");
        assert_eq!(credentials(&Keyring::of(&env(&[home]), &files), None), netrc);
        assert_eq!(credentials(&Keyring::of(&env(&[home, ("NETRC", "other")]), &files), None), None);
        assert_eq!(credentials(&Keyring::of(&env(&[]), &files), None), None);
        let env = env(&[home, ("NETRC", "/missing")]);
        let missing = Keyring::of(&env, &files);
        assert!(missing.warnings.is_empty());
    }

    #[test]
    fn a_table_wins_over_netrc_and_without_a_login_netrc_holds() {
        let files = Memory::of(&[("/home/u/.netrc", NETRC), ("/pw", "from file\r\n"), ("/token", "abc\n")]);
        let env = env(&[("HOME", "/home/u")]);
        let keyring = Keyring::of(&env, &files);
        assert_eq!(credentials(&keyring, Some(&place(None))), Credentials::basic("me", "secret").ok());
        let user = Login::User("you".to_owned(), Secret::File("/pw".into()));
        assert_eq!(
            credentials(&keyring, Some(&place(Some(user)))),
            Credentials::basic("you", "from file").ok()
        );
        let token = Login::Token(Secret::File("/token".into()));
        assert_eq!(credentials(&keyring, Some(&place(Some(token)))), Credentials::bearer("abc").ok());
    }

    #[test]
    fn what_is_wrong_names_the_file_and_no_secret() {
        let files = Memory::of(&[("/bad", "two words"), ("/ca.pem", "secret")]);
        let env = env(&[]);
        let keyring = Keyring::of(&env, &files);
        let told = |login| {
            let failed = keyring.access(Some(&place(Some(login))), "https://a.example").unwrap_err();
            assert_eq!(failed.exit, Exit::Config);
            format!("{failed:?}")
        };
        let missing = told(Login::Token(Secret::File("/missing".into())));
        assert!(missing.contains("cannot read /missing"), "{missing}");
        let bad = told(Login::Token(Secret::File("/bad".into())));
        assert!(bad.contains("/m.toml:1:1") && !bad.contains("words"), "{bad}");
        let ca = format!("{:?}", keyring.authorities(Some(Path::new("/ca.pem"))).unwrap_err());
        assert!(ca.contains("/ca.pem") && ca.contains("no certificate") && !ca.contains("secret"), "{ca}");
    }
}
