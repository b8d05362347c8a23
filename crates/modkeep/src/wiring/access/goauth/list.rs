//! The setting: methods with `;` between them.

use std::path::{Path, PathBuf};

use ladder::quoted;

/// A way to find out who the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Method {
    /// The netrc file.
    Netrc,
    /// git's credential helpers, asked in this folder (protocol.md B27).
    Git(PathBuf),
    /// A program with its arguments (protocol.md B28).
    Command(Vec<String>),
}

/// Reads the setting; `off` gives none.
pub(super) fn parse(setting: &str) -> Result<Vec<Method>, String> {
    let parts: Vec<&str> = setting.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts == ["off"] {
        return Ok(Vec::new());
    }
    parts.into_iter().map(method).collect()
}

fn method(part: &str) -> Result<Method, String> {
    let words = quoted::split(part).map_err(|unclosed| format!("{unclosed} in `{part}`"))?;
    let mut words = words.into_iter();
    match (words.next().as_deref(), words.as_slice()) {
        (Some("off"), _) => Err("`off` must stand alone".to_owned()),
        (Some("netrc"), []) => Ok(Method::Netrc),
        (Some("git"), [folder]) if Path::new(folder).is_absolute() => Ok(Method::Git(folder.into())),
        (Some("git"), _) => Err("`git` wants the absolute path of one folder".to_owned()),
        (Some(program), rest) => {
            Ok(Method::Command([program.to_owned()].into_iter().chain(rest.iter().cloned()).collect()))
        }
        (None, _) => Err("a method is empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_told_apart() {
        let command = |words: &[&str]| Method::Command(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(parse("netrc"), Ok(vec![Method::Netrc]));
        assert_eq!(parse("off"), Ok(Vec::new()));
        let all = parse("git /home/u ; netrc;  /bin/who 'a b' \"c\" d;").unwrap();
        let expected =
            vec![Method::Git("/home/u".into()), Method::Netrc, command(&["/bin/who", "a b", "c", "d"])];
        assert_eq!(all, expected);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (setting, reason) in
            [("off;netrc", "alone"), ("git", "absolute"), ("git rel", "absolute"), ("who 'a", "not closed")]
        {
            assert!(parse(setting).unwrap_err().contains(reason), "{setting}");
        }
    }
}
