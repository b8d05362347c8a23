//! Whether content has the form of an answer to its question. Whether it is the *right* content is for a checksum to say.
//!
//! Used on what comes back from a place ([`Checked`](crate::Checked)), and by a store on files that strangers put into it.

use std::io;

use gomod::gosumdb::{Lookup, split_records};
use gomod::modfile::{GoMod, ParseErrors};
use gomod::tlog::{TilePath, TreeHead};
use gomod::zip::{self, ReaderAt, ZipError};
use gomod::{H1, ModuleVersion, Version, dirhash};

use crate::go_words;
use crate::info::{self, InfoFlaw};
use crate::{Ask, SumDbPath, VersionList};

/// The module of go's own distributions.
const TOOLCHAIN: &str = "golang.org/toolchain";

/// Why content is not an answer to its question. The text goes to the client.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// It is larger than its kind may be ([`Kind::size_max`](crate::Kind::size_max)).
    #[error("it has {0} bytes, more than such a file may have")]
    TooLarge(u64),
    /// A list that names no version.
    #[error("the answer is not a version list (a login or error page?)")]
    NotAList,
    /// A text that is not UTF-8.
    #[error("the answer is not valid UTF-8")]
    NotText,
    /// An `.info` that go would refuse.
    #[error("the answer is not a module's .info: {0}")]
    NotInfo(String),
    /// An `.info` about another version.
    #[error("the .info is for version {found} instead of {asked}")]
    OtherVersion {
        /// The version that was asked for.
        asked: String,
        /// The version that it names.
        found: String,
    },
    /// An `.info` whose version is none.
    #[error("the .info names no valid version but {0:?}")]
    NoVersion(String),
    /// A go.mod that go cannot read.
    #[error("the go.mod cannot be parsed: {0}")]
    BadGoMod(ParseErrors),
    /// A go.mod of a module, with nothing in it.
    #[error("the go.mod is empty")]
    EmptyGoMod,
    /// A zip that go would refuse, with the reason in go's words.
    #[error("go would refuse the module zip: {0}")]
    BadZip(String),
    /// The same, and it is so made that reading it takes longer than any honest zip.
    #[error("go would refuse the module zip: {0}")]
    Bomb(String),
    /// What a checksum database does not say.
    #[error("the answer is not that of a checksum database: {0}")]
    NotSumDb(String),
    /// The content could not be read. Nothing is known about it.
    #[error("it cannot be read back: {0}")]
    Io(#[from] io::Error),
}

impl From<InfoFlaw> for FormError {
    fn from(flaw: InfoFlaw) -> Self {
        Self::NotInfo(flaw.to_string())
    }
}

/// Checks that `size` bytes of `content` have the form that `ask` asks for, and gives the content hash of a `.mod` or `.zip`.
///
/// Blocks: a large zip takes seconds to read and hash.
///
/// # Errors
/// The first rule of the form that is broken; or [`FormError::Io`], which says nothing about the content.
pub fn check<R: ReaderAt>(ask: &Ask, content: R, size: u64) -> Result<Option<H1>, FormError> {
    if size > ask.kind().size_max() {
        return Err(FormError::TooLarge(size));
    }
    match ask {
        Ask::Zip(module) => check_zip(module, content, size).map(Some),
        _ => check_text(ask, &read(&content, size)?),
    }
}

fn read(content: &impl ReaderAt, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match content.read_at(rest, done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => done += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

fn check_text(ask: &Ask, bytes: &[u8]) -> Result<Option<H1>, FormError> {
    match ask {
        Ask::List(_) => check_list(bytes).map(|()| None),
        Ask::Latest(_) => check_info(bytes, None).map(|()| None),
        Ask::Info(..) => check_info(bytes, ask.version().as_ref()).map(|()| None),
        Ask::Mod(module) | Ask::Zip(module) => check_mod(module, bytes).map(Some),
        Ask::SumDb(ask) => check_sumdb(&ask.path, bytes).map(|()| None),
    }
}

fn check_list(bytes: &[u8]) -> Result<(), FormError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormError::NotText)?;
    VersionList::parse(text).map(drop).ok_or(FormError::NotAList)
}

fn check_info(bytes: &[u8], asked: Option<&ModuleVersion>) -> Result<(), FormError> {
    let found = info::version_of(bytes)?;
    match asked.map(|asked| asked.version().as_str()) {
        Some(asked) if asked != found => Err(FormError::OtherVersion { asked: asked.to_owned(), found }),
        None if Version::parse(&found).is_err() => Err(FormError::NoVersion(found)),
        _ => Ok(()),
    }
}

/// go's lenient parser skips directives that it does not know, so that to it a web page is a go.mod. What has no module
/// line must therefore please the strict one, or be the one line that some toolchains have for a go.mod. The strict one
/// likes an empty text, which a broken place sends most easily, and which go takes for no module.
fn check_mod(module: &ModuleVersion, bytes: &[u8]) -> Result<H1, FormError> {
    if bytes.trim_ascii().is_empty() && module.path().as_str() != TOOLCHAIN {
        return Err(FormError::EmptyGoMod);
    }
    let lenient = GoMod::parse_lax(bytes).map_err(FormError::BadGoMod)?;
    if lenient.module.is_none() && !is_bare_toolchain(module, bytes) {
        GoMod::parse(bytes).map_err(FormError::BadGoMod)?;
    }
    Ok(dirhash::hash_go_mod(bytes))
}

/// The go.mod of some toolchains is their path alone, without the word `module`. go never reads it.
fn is_bare_toolchain(module: &ModuleVersion, bytes: &[u8]) -> bool {
    module.path().as_str() == TOOLCHAIN && bytes.trim_ascii() == TOOLCHAIN.as_bytes()
}

/// Nothing is proven here, but a login page is told from an answer. What `supported` says does not matter (protocol.md G9).
fn check_sumdb(path: &SumDbPath, bytes: &[u8]) -> Result<(), FormError> {
    let not_one = |why: String| Err(FormError::NotSumDb(why));
    match path {
        SumDbPath::Supported => Ok(()),
        SumDbPath::Latest => match std::str::from_utf8(bytes).ok().map(TreeHead::parse) {
            Some(Ok(_)) => Ok(()),
            Some(Err(flaw)) => not_one(flaw.to_string()),
            None => Err(FormError::NotText),
        },
        SumDbPath::Lookup(_) => Lookup::parse(bytes).map(drop).or_else(|flaw| not_one(flaw.to_string())),
        SumDbPath::Tile(TilePath::Hashes(tile)) if bytes.len() == tile.size_bytes() => Ok(()),
        SumDbPath::Tile(TilePath::Hashes(tile)) => {
            not_one(format!("a tile of {} bytes instead of {}", bytes.len(), tile.size_bytes()))
        }
        SumDbPath::Tile(TilePath::Data(_)) => {
            split_records(bytes).map(drop).or_else(|flaw| not_one(flaw.to_string()))
        }
    }
}

fn check_zip<R: ReaderAt>(module: &ModuleVersion, content: R, size: u64) -> Result<H1, FormError> {
    let checked = zip::check(module, &content, size).and_then(|_| dirhash::hash_zip(&content, size));
    checked.map_err(|flaw| match flaw {
        ZipError::Io(error) => FormError::Io(error),
        ZipError::Overlap { .. } => FormError::Bomb(go_words::about(module, &flaw)),
        flaw => FormError::BadZip(go_words::about(module, &flaw)),
    })
}

#[cfg(test)]
mod tests {
    use gomod::ModulePath;

    use super::*;

    fn module(path: &str, version: &str) -> ModuleVersion {
        ModuleVersion::parse(path, version).unwrap()
    }

    fn is_mod(path: &str, version: &str, text: &str) -> bool {
        check(&Ask::Mod(module(path, version)), text.as_bytes(), text.len() as u64).is_ok()
    }

    #[test]
    fn a_toolchain_needs_no_module_line_and_a_page_is_no_go_mod() {
        let toolchain = "v0.0.1-go1.22.0.linux-amd64";
        assert!(is_mod(TOOLCHAIN, toolchain, "golang.org/toolchain\n"));
        assert!(is_mod(TOOLCHAIN, toolchain, ""));
        assert!(is_mod(TOOLCHAIN, toolchain, "go 1.22\n"));
        for page in ["<html>\n", "golang.org/toolchain\n<html>\n", "Please log in\n"] {
            assert!(!is_mod(TOOLCHAIN, toolchain, page), "{page}");
            assert!(!is_mod("example.com/m", "v1.0.0", page), "{page}");
            assert!(!is_mod("example.com/m", "v1.0.0", ""));
        }
        assert!(!is_mod("example.com/m", "v1.0.0", "golang.org/toolchain\n"));
    }

    #[test]
    fn what_ends_before_its_size_could_not_be_read() {
        let latest = Ask::Latest(ModulePath::parse("example.com/m").unwrap());
        let info: &[u8] = br#"{"Version":"v1.0.0"}"#;
        assert!(check(&latest, info, info.len() as u64).is_ok());
        assert!(matches!(check(&latest, info, 100), Err(FormError::Io(_))));
        assert!(matches!(check(&latest, info, 2 << 20), Err(FormError::TooLarge(_))));
    }

    #[test]
    fn a_zip_that_is_none_is_refused_in_gos_words() {
        let zip = Ask::Zip(module("example.com/m", "v1.0.0"));
        let told = check(&zip, &b"<html>"[..], 6).unwrap_err().to_string();
        assert!(told.contains("zip: not a valid zip file"), "{told}");
    }
}
