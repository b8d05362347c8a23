//! No input makes a parser panic, and none makes an error print a password.

use std::path::Path;

use modkeep::env::{Env, Platform};
use modkeep::files::Files;
use modkeep::settings::{flags::Given, resolve::resolve};
use modkeep::{go, mask, settings};
use proptest::prelude::*;

const SECRET: &str = "h0rse";

/// A machine whose only file, wherever it is looked for, has this content.
struct Everywhere(Vec<u8>);

impl Files for Everywhere {
    fn read(&self, _: &Path) -> std::io::Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn is_executable(&self, _: &Path) -> bool {
        true
    }

    fn canonical(&self, path: &Path) -> std::io::Result<std::path::PathBuf> {
        Ok(path.to_owned())
    }
}

fn env(vars: &[(&str, &str)]) -> Env {
    let fixed = [("HOME", "/home/u"), ("PATH", "/bin")];
    Env::new(fixed.into_iter().chain(vars.iter().copied()), Path::new("/"), Platform::Unix)
}

/// Lines that look like settings more often than chance would have it.
fn toml() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("listen"),
        Just("place"),
        Just("credential"),
        Just("repository"),
        Just("upstream"),
        Just("[["),
        Just("]]"),
        Just("="),
        Just("\""),
        Just("\n")
    ];
    proptest::collection::vec(prop_oneof![word.prop_map(str::to_owned), "\\PC{0,3}"], 0..24)
        .prop_map(|parts| parts.concat())
}

/// What a password may hold, with what separates things in a list more often than chance would have it.
fn password() -> impl Strategy<Value = String> {
    let part =
        proptest::sample::select(vec![",", "|", "@", "/", "//", "https://", "?", "#", "direct", ":", "%"]);
    proptest::collection::vec(prop_oneof![part.prop_map(str::to_owned), "\\PC{0,3}"], 0..8)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_file_is_read_or_told(text in toml()) {
        let (_, problems) = settings::file::parse(Path::new("/f"), text.as_bytes(), &env(&[]));
        prop_assert!(problems.iter().all(|problem| problem.message.starts_with("/f:")), "{problems:?}");
    }

    #[test]
    fn any_bytes_as_every_file_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = go::env_file::parse(&bytes);
        let _ = resolve(&env(&[]), &Everywhere(bytes), &Given::default());
    }

    /// A password may hold everything that means something in a list. Both of its ends are looked for: one that is cut at a
    /// separator is shown in parts.
    #[test]
    fn no_part_of_a_password_is_printed(middle in password(), host in "(a\\.example(/x)?|[a-z .:/%\\[]{0,6})") {
        let list = format!("https://user:{SECRET}{middle}b4ttery@{host},direct");
        for vars in [[("MODKEEP_UPSTREAM", list.as_str())], [("GOPROXY", list.as_str())]] {
            let result = resolve(&env(&vars), &Everywhere(Vec::new()), &Given::default());
            let printed = format!("{result:?} {}", mask::secrets(&list));
            prop_assert!(!printed.contains(SECRET) && !printed.contains("b4ttery"), "{printed}");
        }
    }

    #[test]
    fn no_list_makes_an_error_print_its_password(before in "[a-z:/ %\\[]{0,6}", after in "[a-z.:/ %\\[]{0,6}", more in "[,|]\\PC{0,6}") {
        let list = format!("https://{before}{SECRET}@{after}{more}");
        prop_assert!(!mask::secrets(&list).contains(SECRET));
        let result = resolve(&env(&[("GOPROXY", &list)]), &Everywhere(Vec::new()), &Given::default());
        prop_assert!(!format!("{result:?}").contains(SECRET), "{result:?}");
    }
}
