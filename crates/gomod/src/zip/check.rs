//! The rules that a module zip must keep (protocol.md C1 to C3): entry by entry, and then of all names together.

use rawzip::ReaderAt;

use super::collision::Paths;
use super::directory::{Archive, Entry};
use super::error::ZipError;
use super::{MAX_GO_MOD_BYTES, MAX_LICENSE_BYTES, MAX_ZIP_BYTES};
use crate::module::ModuleVersion;
use crate::path::check_file_path;

/// What a zip holds, as its directory says. Sizes are proved only when the content is read, as for the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many files.
    pub files: u64,
    /// How many entries for directories. They count in the hash (protocol.md C21).
    pub directories: u64,
    /// The sum of the sizes of all files, in bytes.
    pub uncompressed_bytes: u64,
    /// Whether there is a go.mod in the root.
    pub has_go_mod: bool,
}

/// Checks that a zip is one that go would unpack as this module version. `len` is the length of the zip in bytes.
///
/// Only the directory and the headers are read, no content; so damaged content passes here and fails in
/// [`hash_zip`](crate::dirhash::hash_zip). File modes do not count (protocol.md C3).
///
/// ```
/// use gomod::{ModuleVersion, zip};
/// let module = ModuleVersion::parse("example.com/m", "v1.0.0")?;
/// let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// assert_eq!(zip::check(&module, empty.as_slice(), 22)?.files, 0);
/// assert!(zip::check(&module, b"not a zip".as_slice(), 9).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check<R: ReaderAt>(module: &ModuleVersion, reader: R, len: u64) -> Result<Summary, ZipError> {
    let archive = Archive::open(reader, len)?;
    let entries = archive.entries()?;
    let mut rules =
        Rules { prefix: format!("{module}/"), paths: Paths::default(), summary: Summary::default() };
    entries.iter().try_for_each(|entry| rules.see(entry))?;
    rules.paths.check()?;
    archive.check_layout(&entries)?;
    Ok(rules.summary)
}

struct Rules<'a> {
    /// `path@version/`, not escaped (protocol.md C1).
    prefix: String,
    paths: Paths<'a>,
    summary: Summary,
}

impl<'a> Rules<'a> {
    fn see(&mut self, entry: &'a Entry) -> Result<(), ZipError> {
        let Some(inside) = entry.name.strip_prefix(&self.prefix) else {
            return Err(ZipError::Prefix { name: entry.name.clone(), prefix: self.prefix.clone() });
        };
        if inside.is_empty() {
            return Ok(());
        }
        let path = inside.strip_suffix('/').unwrap_or(inside);
        if !is_clean(path) {
            return Err(ZipError::NotClean(inside.to_owned()));
        }
        check_file_path(path)?;
        self.paths.add(path, entry.is_dir());
        if entry.is_dir() {
            self.summary.directories += 1;
            return Ok(());
        }
        self.count_file(path, entry.size)
    }

    fn count_file(&mut self, path: &str, size: u64) -> Result<(), ZipError> {
        check_go_mod_place(path)?;
        let total = self.summary.uncompressed_bytes.checked_add(size);
        self.summary.uncompressed_bytes =
            total.filter(|&total| total <= MAX_ZIP_BYTES).ok_or(ZipError::ContentTooLarge)?;
        self.summary.files += 1;
        match path {
            "go.mod" if size > MAX_GO_MOD_BYTES => Err(ZipError::GoModTooLarge(size)),
            "LICENSE" if size > MAX_LICENSE_BYTES => Err(ZipError::LicenseTooLarge(size)),
            "go.mod" => {
                self.summary.has_go_mod = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn is_clean(path: &str) -> bool {
    path.split('/').all(|element| !matches!(element, "" | "." | ".."))
}

/// A go.mod, in whatever case, stands in the root and in lower case (protocol.md C3).
fn check_go_mod_place(path: &str) -> Result<(), ZipError> {
    let base = path.rsplit('/').next().unwrap_or(path);
    if !base.eq_ignore_ascii_case("go.mod") || path == "go.mod" {
        return Ok(());
    }
    let path = path.to_owned();
    if base.len() == path.len() { Err(ZipError::GoModCase(path)) } else { Err(ZipError::NestedGoMod(path)) }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    const P: &str = "example.test/dz@v1.0.0/";

    fn module() -> ModuleVersion {
        ModuleVersion::parse("example.test/dz", "v1.0.0").unwrap()
    }

    fn check_bytes(zip: &[u8]) -> Result<Summary, ZipError> {
        check(&module(), zip, zip.len() as u64)
    }

    /// Checks a zip of files in the folder of the module.
    fn check_files(files: &[&str]) -> Result<Summary, ZipError> {
        let names: Vec<String> = files.iter().map(|file| format!("{P}{file}")).collect();
        let files: Vec<(&str, &[u8])> =
            names.iter().map(|n| (n.as_str(), if n.ends_with('/') { &b""[..] } else { b"x" })).collect();
        check_bytes(&sample::zip(&files))
    }

    #[test]
    fn a_good_zip_is_summed_up() {
        let summary = check_files(&["", "go.mod", "a.go", "d/", "d/b.go", "d/é (1).txt"]).unwrap();
        let expected = Summary { files: 4, directories: 1, uncompressed_bytes: 4, has_go_mod: true };
        assert_eq!(summary, expected);
        assert_eq!(check_files(&[]).unwrap(), Summary::default());
    }

    #[test]
    fn the_folder_is_that_of_the_module_version() {
        for name in
            ["a.go", "example.test/dz@v1.0.1/a.go", "example.test/dz@v1.0.0", "/example.test/dz@v1.0.0/a.go"]
        {
            let error = check_bytes(&sample::zip(&[(name, b"")])).unwrap_err();
            assert!(matches!(error, ZipError::Prefix { .. }), "{error}");
        }
        let module = ModuleVersion::parse("example.test/Dz", "v1.0.0-RC1").unwrap();
        let zip = sample::zip(&[("example.test/Dz@v1.0.0-RC1/a.go", b"")]);
        assert!(check(&module, zip.as_slice(), zip.len() as u64).is_ok(), "names are not escaped");
    }

    #[test]
    fn paths_are_clean_and_allowed() {
        for path in ["../x", "a/../x", "./x", "a//x", "/x", "a//", "/"] {
            let error = check_files(&[path]).unwrap_err();
            assert!(matches!(error, ZipError::NotClean(_)), "{error}");
        }
        for path in ["a:b", "aux.go", "con/", "x.", "a\\b", "...", "e\u{301}", "a\nb", "\0"] {
            let error = check_files(&[path]).unwrap_err();
            assert!(matches!(error, ZipError::Path(_)), "{error}");
        }
    }

    #[test]
    fn collisions_are_found() {
        assert!(matches!(check_files(&["a/x", "A/y"]), Err(ZipError::Collision(Collision::Case(..)))));
        assert!(matches!(check_files(&["a", "a"]), Err(ZipError::Collision(Collision::Duplicate(_)))));
    }

    #[test]
    fn go_mod_is_in_the_root_and_in_lower_case() {
        assert!(matches!(check_files(&["sub/go.mod"]), Err(ZipError::NestedGoMod(_))));
        assert!(matches!(check_files(&["sub/Go.Mod"]), Err(ZipError::NestedGoMod(_))));
        assert!(matches!(check_files(&["GO.MOD"]), Err(ZipError::GoModCase(_))));
        assert!(check_files(&["sub/go.mod/", "sub/_go.mod", "xgo.mod"]).is_ok());
    }

    #[test]
    fn declared_sizes_are_limited() {
        for (path, size, fine) in [
            ("go.mod", MAX_GO_MOD_BYTES, true),
            ("go.mod", MAX_GO_MOD_BYTES + 1, false),
            ("LICENSE", MAX_LICENSE_BYTES, true),
            ("LICENSE", MAX_LICENSE_BYTES + 1, false),
            ("d/LICENSE", MAX_LICENSE_BYTES + 1, true),
            ("a.go", MAX_ZIP_BYTES, true),
            ("a.go", MAX_ZIP_BYTES + 1, false),
        ] {
            let mut zip = sample::zip(&[(&format!("{P}{path}"), b"x")]);
            let at = sample::directory_offset(&zip) + 24;
            zip[at..at + 4].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
            assert_eq!(check_bytes(&zip).is_ok(), fine, "{path} {size}");
        }
    }

    #[test]
    fn the_sum_of_sizes_is_limited() {
        let names = [format!("{P}a"), format!("{P}b")];
        let mut zip = sample::zip(&[(&names[0], b"x"), (&names[1], b"x")]);
        let first = sample::directory_offset(&zip) + 24;
        zip[first..first + 4].copy_from_slice(&u32::try_from(MAX_ZIP_BYTES).unwrap().to_le_bytes());
        assert!(matches!(check_bytes(&zip), Err(ZipError::ContentTooLarge)));
    }

    use super::super::collision::Collision;

    proptest! {
        #[test]
        fn no_damage_makes_the_check_panic(
            at in any::<prop::sample::Index>(),
            to in any::<[u8; 4]>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut zip = sample::zip(&[(&format!("{P}go.mod"), b"module x\n"), (&format!("{P}d/"), b"")]);
            let at = at.index(zip.len() - 3);
            zip[at..at + 4].copy_from_slice(&to);
            let _ = check_bytes(&zip).is_ok();
            zip.truncate(cut.index(zip.len()));
            prop_assert!(check_bytes(&zip).is_err());
        }
    }
}
