//! Keys as commands find them: in files, behind settings, and never in messages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::env::Platform;
use crate::files::Disk;
use crate::settings::flags::Given;
use crate::settings::resolve::resolve;

/// A user with a home, and variables.
struct User {
    home: TempDir,
    vars: Vec<(String, String)>,
}

impl User {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), vars: Vec::new() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    fn env(&self) -> Env {
        let home = [("HOME".to_owned(), self.path("").display().to_string())];
        // Also where the machine that runs the tests has settings of its own, they are of a file that this user names.
        let config = self.path("m.toml");
        fs::write(&config, "").unwrap();
        let config = [("MODKEEP_CONFIG".to_owned(), config.display().to_string())];
        Env::new(home.into_iter().chain(config).chain(self.vars.clone()), self.home.path(), Platform::Unix)
    }

    fn settings(&self) -> Settings {
        resolve(&self.env(), &Disk, &Given::default()).unwrap().settings
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

fn told(failed: &Failed) -> String {
    format!("{:?}", failed.problems)
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_key_is_the_users_alone_and_signs() {
    let user = User::new();
    let failed = signer(&user.settings()).unwrap_err();
    assert!(told(&failed).contains("bundle key new"), "{failed:?}");
    let (key, path) = secret::create(&user.env(), "me@corp.example").unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(signer(&user.settings()).unwrap().verifier(), key.verifier());
    let by_name = User::new().with("MODKEEP_SIGNING_KEY", &path.display().to_string());
    assert_eq!(signer(&by_name.settings()).unwrap().verifier(), key.verifier());
    let (other, _) = secret::create(&user.env(), "other").unwrap();
    assert_ne!(other.verifier().public_key(), key.verifier().public_key(), "each has a seed of its own");
    assert!(told(&signer(&user.settings()).unwrap_err()).contains("2 secret keys"));
}

#[test]
fn a_key_is_not_overwritten_and_its_name_leads_nowhere() {
    let user = User::new();
    let (_, path) = secret::create(&user.env(), "a").unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(secret::create(&user.env(), "a").unwrap_err().exit, Exit::Usage);
    assert_eq!(fs::read(&path).unwrap(), before);
    for bad in ["", "../a", "a/b", ".a", "-a", "a b", "a+b", "a,b", "ä", &"a".repeat(65)] {
        assert_eq!(secret::create(&user.env(), bad).unwrap_err().exit, Exit::Usage, "{bad}");
    }
    assert_eq!(secret::all(&secret::folder(&user.env()).unwrap()).unwrap(), [path]);
}

#[test]
fn a_key_that_others_can_use_or_that_is_none_signs_nothing_and_is_not_shown() {
    let user = User::new();
    let (key, path) = secret::create(&user.env(), "a").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let failed = signer(&user.settings()).unwrap_err();
    assert!(told(&failed).contains("mode is 0640") && told(&failed).contains("chmod 600"), "{failed:?}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, key.to_secret_string().replace("+a+", "+b+")).unwrap();
    let failed = signer(&user.settings()).unwrap_err();
    // PRIVATE+KEY+NAME+HASH+SECRET, where the last part may have a + in it too.
    let secret_part = key.to_secret_string().splitn(5, '+').last().unwrap().to_owned();
    assert!(failed.exit == Exit::Config && !told(&failed).contains(&secret_part), "{failed:?}");
}

#[test]
fn trusted_keys_are_those_of_the_files_each_once() {
    let user = User::new();
    assert!(!trusted(&user.settings()).unwrap().iter().any(|key| key.name() == "a"), "no file, no keys");
    let keys = ["a", "b"].map(|name| secret::create(&user.env(), name).unwrap().0.verifier());
    let path = list::add(&user.env(), &[keys[0].clone()]).unwrap();
    fs::write(&path, format!("# mine\n\n  {}", fs::read_to_string(&path).unwrap().trim_end())).unwrap();
    list::add(&user.env(), &[keys[1].clone(), keys[0].clone(), keys[1].clone()]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("# mine\n\n  {}\n{}\n", keys[0], keys[1]));
    let found = trusted(&user.settings()).unwrap();
    assert_eq!(found.iter().filter(|key| keys.contains(key)).count(), 2);
}

#[test]
fn what_the_variable_names_stands_in_the_place_of_the_files_and_the_flag_of_both() {
    let user = User::new();
    let [a, b, c] = ["a", "b", "c"].map(|name| secret::create(&user.env(), name).unwrap().0.verifier());
    list::add(&user.env(), &[a]).unwrap();
    fs::write(user.path("named"), format!("{c}\n{c}\n")).unwrap();
    let user = user.with("MODKEEP_TRUSTED_KEYS", &format!("{b},named"));
    assert_eq!(trusted(&user.settings()).unwrap(), [b, c.clone()]);
    let given = KeyArgs { keys: vec![c.to_string()] };
    assert_eq!(given.trusted(&user.settings(), &user.env()).unwrap(), [c]);
}

#[test]
fn a_named_file_must_be_there_and_a_wrong_line_spoils_its_file() {
    let user = User::new().with("MODKEEP_TRUSTED_KEYS", "none");
    assert_eq!(trusted(&user.settings()).unwrap_err().exit, Exit::Config);
    let user = User::new();
    let path = list::of_user(&user.env()).unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "# ok\nno key\n").unwrap();
    assert!(told(&trusted(&user.settings()).unwrap_err()).contains("trusted-keys:2: "));
    let key = secret::create(&user.env(), "a").unwrap().0.verifier();
    assert!(list::add(&user.env(), &[key]).is_err(), "a file that is not understood is not written");
    assert_eq!(fs::read_to_string(&path).unwrap(), "# ok\nno key\n");
}

#[test]
fn a_secret_key_is_never_taken_for_a_public_one_nor_repeated() {
    let user = User::new();
    let secret = secret::create(&user.env(), "a").unwrap().0.to_secret_string();
    let given = KeyArgs { keys: vec![secret.clone()] };
    let failed = given.trusted(&user.settings(), &user.env()).unwrap_err();
    assert!(failed.exit == Exit::Usage && !told(&failed).contains(&secret[12..]), "{failed:?}");
    for variable in ["MODKEEP_TRUSTED_KEYS", "MODKEEP_SIGNING_KEY"] {
        let user = User::new().with(variable, &secret);
        let failed = resolve(&user.env(), &Disk, &Given::default()).unwrap_err();
        assert!(!told(&failed).contains(&secret[12..]), "{failed:?}");
    }
}
