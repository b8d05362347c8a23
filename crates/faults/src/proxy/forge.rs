//! Contents that are well formed and false.

use std::io::Write as _;

use bytes::Bytes;
use rawzip::path::EntryPath;
use rawzip::{Error, ZipArchiveWriter};

/// An .info of a version that nobody asks for.
pub(super) const OTHER_INFO: &str =
    "{\"Version\":\"v0.0.1-not.this.version\",\"Time\":\"2020-01-01T00:00:00Z\"}";

/// Stands in the place of the version in [`other_zip`].
const OTHER_VERSION: &str = "v0.0.1-not.this.version";

/// A zip that is right for another version of the module that `path`, the path of a request for a zip, asks for.
pub(super) fn other_zip(path: &str) -> Result<Vec<u8>, Error> {
    let (module, _) = module_and_version(path);
    zip(&format!("{module}@{OTHER_VERSION}/"), &["other.go"])
}

/// A zip that holds what is asked for and a file that lands beside the folder it is unpacked to.
pub(super) fn evil_zip(path: &str) -> Result<Vec<u8>, Error> {
    let (module, version) = module_and_version(path);
    zip(&format!("{module}@{version}/"), &["good.go", "../../../evil.go"])
}

/// `content` with one bit turned in the middle.
pub(super) fn flipped(content: Bytes) -> Bytes {
    let mut content = Vec::from(content);
    let middle = content.len() / 2;
    if let Some(byte) = content.get_mut(middle) {
        *byte ^= 1;
    }
    content.into()
}

/// A .mod that says the same and has another hash.
pub(super) fn other_mod(good: &Bytes) -> Bytes {
    [good.as_ref(), b"\n// this line is not in the repository\n"].concat().into()
}

/// A zip of empty Go files with these names behind `prefix`, written as they are.
fn zip(prefix: &str, names: &[&str]) -> Result<Vec<u8>, Error> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for name in names {
        let name = format!("{prefix}{name}");
        let (mut entry, config) = archive.new_file(EntryPath::verbatim(name.as_bytes())).start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(b"package other\n")?;
        let (_, descriptor) = writer.finish()?;
        entry.finish(descriptor)?;
    }
    archive.finish()
}

/// The module and the version that a request for a zip names, without the escape of capitals.
fn module_and_version(path: &str) -> (String, String) {
    let path = unescaped(path.trim_start_matches('/').trim_end_matches(".zip"));
    let (module, version) = path.split_once("/@v/").unwrap_or((&path, "v0.0.0"));
    (module.to_owned(), version.to_owned())
}

/// Without `!` and `%21` (protocol.md A12, A15): the letter behind one is a capital.
fn unescaped(path: &str) -> String {
    let mut parts = path.split('!').flat_map(|part| part.split("%21"));
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut whole, part| {
        let mut letters = part.chars();
        whole.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        whole + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use testkit::module::zip::names;

    use super::*;

    #[test]
    fn zips_are_made_for_the_module_that_was_asked_for() {
        let path = "/example.com/%21big/!thing/@v/v1.2.3-!r!c1.zip";
        assert_eq!(
            names(&other_zip(path).unwrap()),
            [format!("example.com/Big/Thing@{OTHER_VERSION}/other.go")]
        );
        let evil = names(&evil_zip(path).unwrap());
        assert_eq!(evil[0], "example.com/Big/Thing@v1.2.3-RC1/good.go");
        assert!(evil[1].contains("/../../../evil.go"), "{evil:?}");
    }

    #[test]
    fn any_path_makes_a_zip() {
        for path in ["", "/", "!", "/@v/.zip", "%21", "/é!é/@v/"] {
            assert!(other_zip(path).is_ok() && evil_zip(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn one_byte_is_another_one() {
        let good = Bytes::from_static(b"abcde");
        assert_eq!(flipped(good), "abbde");
        assert!(flipped(Bytes::new()).is_empty());
    }

    #[test]
    fn the_other_info_is_about_the_other_version() {
        assert!(OTHER_INFO.contains(OTHER_VERSION));
    }
}
