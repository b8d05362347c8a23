//! The element-by-element check of module, import and file paths (protocol.md A2 to A5).
//!
//! The rules exist so that a path means the same on every file system: no `..`, nothing that differs only on Windows, no
//! characters that need quoting. All three kinds share one walk; they differ in the characters that they allow.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::error::{PathError, PathFlaw, PathKind};
use super::major::split_path_version;

/// The device names of Windows, each also reserved with any extension (protocol.md A3.6). COM and LPT are numbered 1 to 9.
const WINDOWS_NAMES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
const WINDOWS_NUMBERED: [&str; 2] = ["COM", "LPT"];

/// Checks a module path: characters, host name in front, major version suffix (protocol.md A5).
///
/// ```
/// use gomod::path::check_path;
/// assert!(check_path("github.com/Azure/go-autorest/v14").is_ok());
/// for bad in ["", "fmt", "Example.com/x", "example.com/x/v1", "example.com//x", "example.com/../x"] {
///     assert!(check_path(bad).is_err(), "{bad}");
/// }
/// ```
pub fn check_path(path: &str) -> Result<(), PathError> {
    module_flaw(path).map_or(Ok(()), |flaw| Err(PathError::new(PathKind::Module, path, flaw)))
}

/// Checks an import path: like a module path, but with `+` and without a rule for the first element (protocol.md A1, A4).
pub fn check_import_path(path: &str) -> Result<(), PathError> {
    checked(PathKind::Import, path)
}

/// Checks the path of a file in a module: any letter of any script, spaces and most ASCII signs (protocol.md A4).
///
/// ```
/// use gomod::path::check_file_path;
/// assert!(check_file_path("docs/año (1).md").is_ok());
/// for bad in ["/etc/passwd", "a/../b", "a:b", "aux.go", "cafe\u{301}.go", "a\nb"] {
///     assert!(check_file_path(bad).is_err(), "{bad}");
/// }
/// ```
pub fn check_file_path(path: &str) -> Result<(), PathError> {
    checked(PathKind::File, path)
}

fn checked(kind: PathKind, path: &str) -> Result<(), PathError> {
    walk(kind, path).map_err(|flaw| PathError::new(kind, path, flaw))
}

fn module_flaw(path: &str) -> Option<PathFlaw> {
    walk(PathKind::Module, path).and_then(|()| check_host(path)).err().or_else(|| {
        match split_path_version(path) {
            Some(_) => None,
            None => Some(PathFlaw::MajorSuffix),
        }
    })
}

/// The rules for the whole text, then each element (protocol.md A2).
fn walk(kind: PathKind, path: &str) -> Result<(), PathFlaw> {
    if path.is_empty() {
        return Err(PathFlaw::Empty);
    }
    if kind != PathKind::File && path.starts_with('-') {
        return Err(PathFlaw::LeadingDash);
    }
    if path.contains("//") {
        return Err(PathFlaw::DoubleSlash);
    }
    if path.ends_with('/') {
        return Err(PathFlaw::TrailingSlash);
    }
    path.split('/').try_for_each(|element| check_element(kind, element))
}

/// The rules for one element (protocol.md A3).
pub(crate) fn check_element(kind: PathKind, element: &str) -> Result<(), PathFlaw> {
    check_dots(kind, element)?;
    if let Some(bad) = element.chars().find(|&c| !allowed(kind, c)) {
        return Err(PathFlaw::Character(bad));
    }
    let stem = element.split('.').next().unwrap_or(element);
    if is_windows_name(stem) {
        return Err(PathFlaw::WindowsName(element.to_owned()));
    }
    if kind != PathKind::File && is_short_name(stem) {
        return Err(PathFlaw::ShortName(element.to_owned()));
    }
    Ok(())
}

fn check_dots(kind: PathKind, element: &str) -> Result<(), PathFlaw> {
    if element.is_empty() {
        return Err(PathFlaw::EmptyElement);
    }
    if element.bytes().all(|b| b == b'.') {
        return Err(PathFlaw::OnlyDots(element.to_owned()));
    }
    if kind == PathKind::Module && element.starts_with('.') {
        return Err(PathFlaw::LeadingDot(element.to_owned()));
    }
    if element.ends_with('.') {
        return Err(PathFlaw::TrailingDot(element.to_owned()));
    }
    Ok(())
}

/// The characters of each kind (protocol.md A4).
fn allowed(kind: PathKind, c: char) -> bool {
    match kind {
        PathKind::Module | PathKind::Escaped => allowed_in_module(c),
        PathKind::Import => allowed_in_module(c) || c == '+',
        PathKind::File => allowed_in_file(c),
    }
}

fn allowed_in_module(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~')
}

/// Outside ASCII only general category L is a letter to Go; `char::is_alphabetic` is a larger set (protocol.md A4, L2).
fn allowed_in_file(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || " !#$%&()+,-.=@[]^_{}~".contains(c)
    } else {
        c.general_category_group() == GeneralCategoryGroup::Letter
    }
}

fn is_windows_name(stem: &str) -> bool {
    if WINDOWS_NAMES.iter().any(|name| name.eq_ignore_ascii_case(stem)) {
        return true;
    }
    stem.split_at_checked(3).is_some_and(|(name, number)| {
        WINDOWS_NUMBERED.iter().any(|n| n.eq_ignore_ascii_case(name))
            && matches!(number.as_bytes(), [b'1'..=b'9'])
    })
}

fn is_short_name(stem: &str) -> bool {
    stem.rsplit_once('~')
        .is_some_and(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The first element of a module path must look like a host name in lower case (protocol.md A5).
fn check_host(path: &str) -> Result<(), PathFlaw> {
    let host = path.split('/').next().unwrap_or(path);
    if !host.contains('.') {
        return Err(PathFlaw::HostWithoutDot);
    }
    let host_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    host.chars().find(|&c| !host_char(c)).map_or(Ok(()), |c| Err(PathFlaw::HostCharacter(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// path, and whether it holds as a module, an import and a file path.
    const VERDICTS: &[(&str, bool, bool, bool)] = &[
        ("x.y/z", true, true, true),
        ("x.y", true, true, true),
        ("", false, false, false),
        ("-x.y/z", false, false, true),
        ("x-.y/z", true, true, true),
        ("/x.y/z", false, false, false),
        ("x.y//z", false, false, false),
        ("x.y/z/", false, false, false),
        ("x.y/./z", false, false, false),
        ("x.y/.../z", false, false, false),
        ("x.y/.z", false, true, true),
        ("x.y/z.", false, false, false),
        ("x.y/a..b", true, true, true),
        ("xy/z", false, true, true),
        ("X.y/z", false, true, true),
        ("x.y/Z", true, true, true),
        ("x_.y/z", false, true, true),
        ("x.y/a+b", false, true, true),
        ("x.y/a b", false, false, true),
        ("x.y/a~b", true, true, true),
        ("x.y/a~", true, true, true),
        ("x.y/a~1", false, false, true),
        ("x.y/a~1.b", false, false, true),
        ("x.y/a.b~1", true, true, true),
        ("x.y/a~x1", true, true, true),
        ("x.y/con", false, false, false),
        ("x.y/Con.txt", false, false, false),
        ("x.y/aUx.foo.go", false, false, false),
        ("x.y/com9", false, false, false),
        ("x.y/com0", true, true, true),
        ("x.y/com10", true, true, true),
        ("x.y/lpt1", false, false, false),
        ("x.y/console", true, true, true),
        ("x.y/v1", false, true, true),
        ("x.y/v2", true, true, true),
        ("x.y/v2.0", false, true, true),
        ("x.y/é", false, false, true),
        ("x.y/e\u{301}", false, false, false),
        ("x.y/\u{0663}", false, false, false),
        ("x.y/\u{1F600}", false, false, false),
        ("x.y/\u{A0}", false, false, false),
        ("x.y/\u{2160}", false, false, false),
        ("x.y/a\"b", false, false, false),
        ("x.y/a:b", false, false, false),
        ("x.y/a\\b", false, false, false),
        ("x.y/a\0b", false, false, false),
        ("x.y/a\u{7f}", false, false, false),
        ("x.y/!#$%&()+,-.=@[]^_{}~", false, false, true),
    ];

    #[test]
    fn the_three_kinds_agree_with_the_table() {
        for &(path, module, import, file) in VERDICTS {
            assert_eq!(check_path(path).is_ok(), module, "module {path:?}");
            assert_eq!(check_import_path(path).is_ok(), import, "import {path:?}");
            assert_eq!(check_file_path(path).is_ok(), file, "file {path:?}");
        }
    }

    #[test]
    fn messages_use_the_frame_that_go_prints() {
        let message = check_path("example.com//x").unwrap_err().to_string();
        assert_eq!(message, "malformed module path \"example.com//x\": it holds a double slash");
        assert!(check_file_path("a:b").unwrap_err().to_string().starts_with("malformed file path \"a:b\": "));
    }

    #[test]
    fn letters_follow_the_tables_of_unicode_17() {
        assert!(check_file_path("\u{16EA0}").is_ok(), "new in 17.0");
        assert_eq!(unicode_properties::UNICODE_VERSION, (17, 0, 0));
    }
}
