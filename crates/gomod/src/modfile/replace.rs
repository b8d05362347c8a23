//! `replace`: a module, at one version or all, and what stands in for it.

use super::error::{Directive, Problem};
use super::meaning::{check_major, major_suffix, read_version};
use super::quote::unquote_word;
use super::{Replace, Replacement};

const REPLACE: Directive = Directive::Replace;

/// The words of the two sides of a line; the parts in brackets of `path [version] => path [version]` may lack.
struct Sides<'a> {
    path: &'a str,
    version: Option<&'a str>,
    new_path: &'a str,
    new_version: Option<&'a str>,
}

/// Reads the words behind `replace`.
pub(super) fn read(words: &[&str]) -> Result<Replace, Problem> {
    let sides = split_at_arrow(words)?;
    let path = unquote_word(sides.path)?;
    let suffix = major_suffix(&path)?;
    let version = sides.version.map(|word| read_version(REPLACE, &path, word)).transpose()?;
    if let Some(version) = &version {
        check_major(REPLACE, &path, suffix, version)?;
    }
    let new_path = unquote_word(sides.new_path)?;
    let with = match sides.new_version {
        Some(word) => replacement_module(&new_path, word)?,
        None => replacement_directory(&new_path)?,
    };
    Ok(Replace { path: path.into_owned(), version, with })
}

/// An arrow in second place splits the line, else one in third place.
fn split_at_arrow<'a>(words: &[&'a str]) -> Result<Sides<'a>, Problem> {
    let (path, version, right) = match *words {
        [path, "=>", ref right @ ..] => (path, None, right),
        [path, version, "=>", ref right @ ..] => (path, Some(version), right),
        _ => return Err(Problem::Form(REPLACE)),
    };
    match *right {
        [new_path] => Ok(Sides { path, version, new_path, new_version: None }),
        [new_path, new_version] => Ok(Sides { path, version, new_path, new_version: Some(new_version) }),
        _ => Err(Problem::Form(REPLACE)),
    }
}

fn replacement_module(path: &str, version: &str) -> Result<Replacement, Problem> {
    let version = read_version(REPLACE, path, version)?;
    if is_directory(path) {
        return Err(Problem::DirectoryWithVersion(path.to_owned()));
    }
    Ok(Replacement::Module { path: path.to_owned(), version })
}

fn replacement_directory(path: &str) -> Result<Replacement, Problem> {
    if is_directory(path) {
        let windows = path.contains('\\');
        let path = path.to_owned();
        return if windows {
            Err(Problem::ReplacementBackslash(path))
        } else {
            Ok(Replacement::Directory(path))
        };
    }
    if path.contains('@') {
        return Err(Problem::ReplacementAt(path.to_owned()));
    }
    Err(Problem::ReplacementNeedsVersion(path.to_owned()))
}

/// Whether a path names a directory rather than a module. Windows spellings count everywhere, since go.mod files move
/// between machines.
fn is_directory(path: &str) -> bool {
    let (first, rooted) = match path.find(['/', '\\']) {
        Some(end) => (&path[..end], end == 0),
        None => (path, false),
    };
    let bytes = path.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    rooted || matches!(first, "." | "..") || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_begin_with_a_root_a_dot_or_a_drive() {
        for good in ["/", "/a", ".", "./a", "..", "../a", "\\a", ".\\a", "..\\a", "C:", "c:x", "C:\\x"] {
            assert!(is_directory(good), "{good}");
        }
        for bad in ["", "a", ".a", "...", "a/./b", "1:", ":a", "a.b/c"] {
            assert!(!is_directory(bad), "{bad}");
        }
    }

    #[test]
    fn an_arrow_as_a_path_is_found_where_go_looks_for_it() {
        let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        assert!(read(&words("=> => ./x")).is_ok());
        assert_eq!(read(&words("a => =>")), Err(Problem::ReplacementNeedsVersion("=>".into())));
        assert_eq!(read(&words("a v1 v2 => ./x")), Err(Problem::Form(REPLACE)));
        assert_eq!(read(&words("a =>")), Err(Problem::Form(REPLACE)));
    }
}
