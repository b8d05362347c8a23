//! Which keys are trusted, as a setting names them.

use std::path::PathBuf;

use gomod::gosumdb::VerifierKey;

use super::{optional_file, path};
use crate::mask::SIGNER_KEY;
use crate::settings::{Base, Invalid};

/// A member of the list of trusted keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// A key itself.
    Key(VerifierKey),
    /// A file with one key a line.
    File(PathBuf),
}

/// Reads keys and files of keys, separated by commas. What has the form of a key is one: a mistake in it is not taken for the
/// name of a file that is not there.
pub fn trusted_keys(text: &str, base: &Base) -> Result<Vec<Trusted>, Invalid> {
    let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
    members.map(|member| trusted(member, base)).collect()
}

/// Reads the path of a secret key. The key itself is refused: settings can be read by more people than it.
pub fn signing_key(text: &str, base: &Base) -> Result<Option<PathBuf>, Invalid> {
    if text.contains(SIGNER_KEY) {
        return Err(Invalid(
            "a secret key stands where its file belongs; put it into a file of mode 600".to_owned(),
        ));
    }
    optional_file(text, base)
}

fn trusted(text: &str, base: &Base) -> Result<Trusted, Invalid> {
    if text.starts_with(SIGNER_KEY) {
        return Err(Invalid("a secret key stands where public ones belong; make a new one".to_owned()));
    }
    if !looks_like_a_key(text) {
        return path(text, base).map(Trusted::File);
    }
    VerifierKey::parse(text).map(Trusted::Key).map_err(|error| Invalid(error.to_string()))
}

fn looks_like_a_key(text: &str) -> bool {
    const HASH_DIGITS: usize = 8;
    let hash = text.split('+').nth(1);
    text.split('+').count() > 2
        && hash.is_some_and(|hash| hash.len() == HASH_DIGITS && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    fn read(text: &str) -> Result<Vec<Trusted>, Invalid> {
        trusted_keys(text, &Base { folder: "/base".into(), home: None })
    }

    #[test]
    fn keys_and_files_stand_in_one_list() {
        let key = VerifierKey::parse(KEY).unwrap();
        let file = Trusted::File(Path::new("/base/c++/keys").to_owned());
        assert_eq!(read(&format!("{KEY}, c++/keys,")), Ok(vec![Trusted::Key(key), file]));
        assert_eq!(read(""), Ok(vec![]));
    }

    #[test]
    fn a_mistyped_key_is_no_file_and_a_secret_one_is_not_repeated() {
        assert!(read(&KEY.replace("golang", "example")).unwrap_err().0.contains("hash"));
        let secret = "PRIVATE+KEY+a+00000000+c2VjcmV0";
        let invalid = read(secret).unwrap_err().0;
        assert!(invalid.contains("secret key") && !invalid.contains("c2VjcmV0"), "{invalid}");
        assert!(signing_key(secret, &Base { folder: "/base".into(), home: None }).is_err());
    }
}
