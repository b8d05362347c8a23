//! The settings of who signs, and whose signatures are believed.

use std::path::PathBuf;

use super::text_of;
use crate::env::Env;
use crate::settings::values::{self, Trusted};
use crate::settings::{DefaultValue, Invalid, Setting, Shape, Spec};

/// The folder of secret keys, below the user's folder of settings.
pub const KEYS_FOLDER: &str = "modkeep/keys";

/// The file of keys that the user trusts, below the user's folder of settings.
pub const TRUSTED_FILE: &str = "modkeep/trusted-keys";

/// The file of keys that the whole machine trusts.
pub const SYSTEM_TRUSTED_FILE: &str = "/etc/modkeep/trusted-keys";

/// What signs.
pub static SIGNING_KEY: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "signing-key",
        value_name: "FILE",
        shape: Shape::Text,
        expects: "the path of a secret key or of a folder with one, such as ~/.config/modkeep/keys/me.key",
        default: DefaultValue::FromEnv(
            keys_folder,
            "$XDG_CONFIG_HOME/modkeep/keys, else ~/.config/modkeep/keys",
        ),
        go: None,
        may_hold_secrets: false,
        doc: "The file of the secret key that bundles and snapshots are signed with.\n\nOr a folder: then the one key in \
              it. `modkeep bundle key new` makes one.",
    },
    parse: values::signing_key,
};

/// Whose signatures are believed.
pub static TRUSTED_KEYS: Setting<Vec<Trusted>> = Setting {
    spec: Spec {
        key: "trusted-keys",
        value_name: "KEYS",
        shape: Shape::Text,
        expects: "verifier keys (name+hash+base64) or files with one a line, separated by commas",
        default: DefaultValue::FromEnv(
            trusted_files,
            "$XDG_CONFIG_HOME/modkeep/trusted-keys (else ~/.config/modkeep/trusted-keys) and /etc/modkeep/trusted-keys",
        ),
        go: None,
        may_hold_secrets: false,
        doc: "The public keys whose signatures on bundles and snapshots are believed.\n\nEach is a key, or a file with one \
              key a line. What is set here stands in the place of the default files, to which `modkeep bundle key trust` \
              adds. Never taken from a project or from what is to be verified.",
    },
    parse: values::trusted_keys,
};

/// Without a home there is no folder of keys, which is no mistake: most commands sign nothing.
fn keys_folder(env: &Env) -> Result<String, Invalid> {
    env.config_home().map_or(Ok(String::new()), |folder| text_of(folder.join(KEYS_FOLDER)))
}

fn trusted_files(env: &Env) -> Result<String, Invalid> {
    let Some(folder) = env.config_home() else { return Ok(SYSTEM_TRUSTED_FILE.to_owned()) };
    Ok(format!("{},{SYSTEM_TRUSTED_FILE}", text_of(folder.join(TRUSTED_FILE))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use std::path::Path;

    #[test]
    fn without_a_home_nothing_is_signed_and_the_machines_keys_are_trusted() {
        let env = Env::new::<&str, &str>([], Path::new("/"), Platform::Unix);
        assert_eq!(keys_folder(&env), Ok(String::new()));
        assert_eq!(trusted_files(&env).as_deref(), Ok(SYSTEM_TRUSTED_FILE));
        let env = Env::new([("XDG_CONFIG_HOME", "/c")], Path::new("/"), Platform::Unix);
        assert_eq!(keys_folder(&env).as_deref(), Ok("/c/modkeep/keys"));
        assert_eq!(trusted_files(&env).as_deref(), Ok("/c/modkeep/trusted-keys,/etc/modkeep/trusted-keys"));
    }
}
