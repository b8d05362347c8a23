//! What the go command prints about a zip that it refuses.
//!
//! Through a proxy that checks zips go never sees the bad one, so that its user would read a sentence that nobody else has ever
//! asked about. In go's own words they find the advice that is known. Where go's words say less than is known, ours follow.

use gomod::ModuleVersion;
use gomod::path::{PathError, PathFlaw};
use gomod::zip::{Collision, MAX_GO_MOD_BYTES, MAX_LICENSE_BYTES, MAX_ZIP_BYTES, ZipError};

/// The reason as go gives it: while it downloads, or when it unpacks (protocol.md C5).
pub(crate) fn about(module: &ModuleVersion, flaw: &ZipError) -> String {
    match flaw {
        ZipError::Malformed(_) | ZipError::EntryCount { .. } | ZipError::Directory { .. } => {
            format!("zip: not a valid zip file ({flaw})")
        }
        ZipError::Method { .. } => format!("zip: unsupported compression algorithm ({flaw})"),
        ZipError::Content { .. } => format!("zip: checksum error ({flaw})"),
        ZipError::Prefix { name, .. } => format!("zip for {module} has unexpected file {name}"),
        flaw => format!("unzip {module}.zip: {}", when_unpacking(module, flaw)),
    }
}

fn when_unpacking(module: &ModuleVersion, flaw: &ZipError) -> String {
    let file = |name: &str, why: &str| format!("{module}/{name}: {why}");
    match flaw {
        ZipError::ZipTooLarge(size) => {
            format!("module zip file is too large ({size} bytes; limit is {MAX_ZIP_BYTES} bytes)")
        }
        ZipError::ContentTooLarge => {
            format!(
                "total uncompressed size of module contents too large (max size is {MAX_ZIP_BYTES} bytes)"
            )
        }
        ZipError::GoModTooLarge(_) => {
            file("go.mod", &format!("go.mod file too large (max size is {MAX_GO_MOD_BYTES} bytes)"))
        }
        ZipError::LicenseTooLarge(_) => {
            file("LICENSE", &format!("LICENSE file too large (max size is {MAX_LICENSE_BYTES} bytes)"))
        }
        ZipError::NotClean(name) => file(name, "file path is not clean"),
        ZipError::NestedGoMod(name) => file(name, "go.mod file not in module root directory"),
        ZipError::GoModCase(name) => file(name, "go.mod files must have lowercase names"),
        ZipError::Path(error) => file(&error.path, &about_path(error)),
        ZipError::Collision(collision) => about_collision(collision, file),
        other => other.to_string(),
    }
}

fn about_collision(collision: &Collision, file: impl Fn(&str, &str) -> String) -> String {
    match collision {
        Collision::Case(one, other) => {
            file(other, &format!("case-insensitive file name collision: {one:?} and {other:?}"))
        }
        Collision::FileAndDirectory(name) => {
            file(name, &format!("entry {name:?} is both a file and a directory"))
        }
        Collision::Duplicate(name) => file(name, &format!("multiple entries for file {name:?}")),
    }
}

fn about_path(error: &PathError) -> String {
    let flaw = match &error.flaw {
        PathFlaw::Empty => "empty string".to_owned(),
        PathFlaw::DoubleSlash => "double slash".to_owned(),
        PathFlaw::TrailingSlash => "trailing slash".to_owned(),
        PathFlaw::EmptyElement => "empty path element".to_owned(),
        PathFlaw::OnlyDots(element) => format!("invalid path element {element:?}"),
        PathFlaw::TrailingDot(_) => "trailing dot in path element".to_owned(),
        PathFlaw::Character(c) => format!("invalid char {c:?}"),
        // go names the part that Windows looks at, which ends at the first dot.
        PathFlaw::WindowsName(element) => {
            let short = element.split('.').next().unwrap_or_default();
            format!("{short:?} disallowed as path element component on Windows")
        }
        // None of the others is looked for in a file's path (protocol.md A2, A3).
        other => other.to_string(),
    };
    format!("malformed {} path {:?}: {flaw}", error.kind, error.path)
}
