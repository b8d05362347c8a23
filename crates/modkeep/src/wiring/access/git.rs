//! Who we are to the hosts of repositories, over http and https: the `[[credential]]` tables, then netrc.

use std::fmt;

use source::upstream::Credentials;

use super::{Keyring, config};
use crate::report::{Failed, Problem};
use crate::settings::Settings;
use crate::settings::credential::Credential;

/// A user and a password for one host. `Debug` shows the host alone.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct GitCredential {
    /// The host in lower case, with its port where that is not the one of https.
    pub(crate) host: String,
    /// The user.
    pub(crate) user: String,
    /// The password or token, in one line.
    pub(crate) password: String,
}

impl fmt::Debug for GitCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitCredential").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Keyring<'_> {
    /// One entry per host: what its table says, else the first that netrc says about it. An entry of netrc for a path below a
    /// host is left out, since git would use it for the whole host.
    ///
    /// # Errors
    /// A file or variable that a table names and that cannot be read, and a password that cannot be sent. The message names the
    /// table's place, never what is in it.
    pub(crate) fn git_credentials(&self, settings: &Settings) -> Result<Vec<GitCredential>, Failed> {
        let tables = settings.credentials().iter().map(|table| self.git_credential(table));
        let mut credentials: Vec<GitCredential> = tables.collect::<Result<_, _>>()?;
        for machine in self.netrc.machines() {
            if !credentials.iter().any(|known| known.host == machine.host) {
                let [host, user, password] =
                    [machine.host, machine.login, machine.password].map(str::to_owned);
                credentials.push(GitCredential { host, user, password });
            }
        }
        Ok(credentials)
    }

    fn git_credential(&self, table: &Credential) -> Result<GitCredential, Failed> {
        let Credential { host, user, password, position } = table;
        let password = self.secret(password, position)?;
        // Git reads user and password line by line: a line end in one would be an answer of its own.
        Credentials::basic(user, &password).map_err(|error| {
            let what = format!("{position}: the password of this credential cannot be sent");
            config(Problem::new(what).because(error.to_string()))
        })?;
        Ok(GitCredential { host: host.clone(), user: user.clone(), password })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::env::{Env, Platform};
    use crate::exit::Exit;
    use crate::files::Memory;
    use crate::settings::flags::Given;
    use crate::settings::resolve::resolve;

    const NETRC: &str = "machine a.example login netrc password 1\nmachine b.example login netrc password 2\n\
                         machine b.example login again password 3\nmachine c.example/x login netrc password 4";

    /// What the keyring has with these tables and variables, and a file `/pw` with this content.
    fn credentials(
        tables: &str,
        vars: &[(&str, &str)],
        password: &str,
    ) -> Result<Vec<GitCredential>, Failed> {
        let fixed = [("HOME", "/home/u"), ("MODKEEP_CONFIG", "/m.toml")];
        let env = Env::new(fixed.into_iter().chain(vars.iter().copied()), Path::new("/here"), Platform::Unix);
        let files = Memory::of(&[("/m.toml", tables), ("/pw", password), ("/home/u/.netrc", NETRC)]);
        let settings = resolve(&env, &files, &Given::default()).unwrap().settings;
        Keyring::of(&env, &files).git_credentials(&settings)
    }

    fn told(found: &[GitCredential]) -> Vec<String> {
        found.iter().map(|it| format!("{} {} {}", it.host, it.user, it.password)).collect()
    }

    #[test]
    fn a_table_wins_over_netrc_and_netrc_over_nobody() {
        let found = credentials("", &[], "").unwrap();
        assert_eq!(told(&found), ["a.example netrc 1", "b.example netrc 2"]);
        let table = "[[credential]]\nhost = \"B.example\"\nuser = \"me\"\npassword-file = \"pw\"\n";
        let found = credentials(table, &[], "from file\r\n").unwrap();
        assert_eq!(told(&found), ["b.example me from file", "a.example netrc 1"]);
        let shown = format!("{found:?}");
        assert!(!shown.contains("from file") && !shown.contains("netrc"), "{shown}");
    }

    #[test]
    fn a_password_can_be_in_a_variable() {
        let table = "[[credential]]\nhost = \"c.example\"\nuser = \"me\"\npassword-env = \"GIT_TOKEN\"\n";
        let found = credentials(table, &[("GIT_TOKEN", "abc")], "").unwrap();
        assert_eq!(told(&found)[0], "c.example me abc");
        for vars in [&[][..], &[("GIT_TOKEN", "")]] {
            let failed = credentials(table, vars, "").unwrap_err();
            let shown = format!("{failed:?}");
            assert_eq!(failed.exit, Exit::Config);
            assert!(
                shown.contains("/m.toml:1:1: the variable that `password-env` names is not set"),
                "{shown}"
            );
            assert!(!shown.contains("GIT_TOKEN"), "{shown}");
        }
    }

    #[test]
    fn a_password_of_two_lines_is_refused_and_not_repeated() {
        let file = "[[credential]]\nhost = \"a.example\"\nuser = \"me\"\npassword-file = \"/pw\"\n";
        let variable = file.replace("password-file = \"/pw\"", "password-env = \"P\"");
        let password = "secret\nusername=other";
        for failed in [credentials(file, &[], password), credentials(&variable, &[("P", password)], "")] {
            let shown = format!("{:?}", failed.unwrap_err());
            assert!(shown.contains("/m.toml:1:1") && shown.contains("control characters"), "{shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn a_missing_file_is_told_by_name() {
        let table = "[[credential]]\nhost = \"a.example\"\nuser = \"me\"\npassword-file = \"/missing\"\n";
        let shown = format!("{:?}", credentials(table, &[], "").unwrap_err());
        assert!(shown.contains("cannot read /missing"), "{shown}");
    }
}
