//! `.checksums`: the hash of every file of a vendor folder, in the form that `sha256sum -c` reads.
//!
//! One line a file: 64 hex digits, two spaces, the path below the folder. As coreutils has it, a name that holds a newline, a
//! carriage return or a backslash is written with escapes, and its line begins with a backslash. The lines are sorted by the bytes
//! of the name, so that the same folder always has the same list, byte for byte: a signature needs only the hash of the list.

use std::fmt::Write as _;

use super::digest::{Digest, HEX_DIGITS};
use super::name::Name;

/// The most files and folders that a vendor folder may have: a million, ten times what the largest have. It bounds the memory of a hostile one.
pub const FILES_MAX: usize = 1_000_000;

/// The longest list that is read: 256 MiB, which [`FILES_MAX`] names of usual length do not reach.
pub const LIST_BYTES_MAX: u64 = 256 << 20;

/// The hashes of the files of a folder, sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List(Vec<(Name, Digest)>);

/// Why a text is no list, and on which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {flaw}")]
pub struct ListError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub flaw: ListFlaw,
}

/// What is wrong with a line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListFlaw {
    /// It has not the form.
    #[error("a line has the form \"sha256  path\"")]
    Form,
    /// An escape that coreutils does not write.
    #[error("the name has an escape that is none of \\\\, \\n and \\r")]
    Escape,
    /// The name leads nowhere, or out of the folder, or to the list itself.
    #[error("the path is not that of a file below vendor/")]
    Path,
    /// The name is not behind the one on the line before.
    #[error("the paths are not sorted, or one comes twice")]
    Order,
    /// More than [`FILES_MAX`] lines.
    #[error("there are more than {FILES_MAX} files")]
    TooMany,
    /// The last line has no end.
    #[error("the last line has no end: the file was cut short")]
    Cut,
}

impl List {
    /// Makes a list of files, each of which is there once.
    pub(super) fn new(mut files: Vec<(Name, Digest)>) -> Self {
        files.sort();
        Self(files)
    }

    /// Reads a list: exactly what [`List::to_text`] writes, no other spelling of it.
    pub fn parse(text: &[u8]) -> Result<Self, ListError> {
        Self::parse_at_most(FILES_MAX, text)
    }

    fn parse_at_most(max: usize, text: &[u8]) -> Result<Self, ListError> {
        let mut files: Vec<(Name, Digest)> = Vec::new();
        let lines = text.split_inclusive(|&byte| byte == b'\n');
        for (index, line) in lines.enumerate() {
            let wrong = |flaw| ListError { line: index + 1, flaw };
            let line = line.strip_suffix(b"\n").ok_or(wrong(ListFlaw::Cut))?;
            let (name, digest) = read_line(line).map_err(wrong)?;
            if files.last().is_some_and(|(last, _)| *last >= name) {
                return Err(wrong(ListFlaw::Order));
            }
            if files.len() >= max {
                return Err(wrong(ListFlaw::TooMany));
            }
            files.push((name, digest));
        }
        Ok(Self(files))
    }

    /// The text of the file.
    pub fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (name, digest) in &self.0 {
            let mut hash = String::with_capacity(HEX_DIGITS);
            // Writing into a String cannot fail.
            let _ = write!(hash, "{digest}");
            let escaped = escape(name.as_bytes());
            if escaped.len() > name.as_bytes().len() {
                text.push(b'\\');
            }
            text.extend([hash.as_bytes(), b"  ", &escaped, b"\n"].concat());
        }
        text
    }

    /// The files, sorted by name.
    pub fn files(&self) -> &[(Name, Digest)] {
        &self.0
    }

    /// The hash of a file.
    pub fn get(&self, name: &Name) -> Option<Digest> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
        self.0.get(at).map(|(_, digest)| *digest)
    }
}

fn read_line(line: &[u8]) -> Result<(Name, Digest), ListFlaw> {
    let (is_escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
    let (hash, rest) = line.split_at_checked(HEX_DIGITS).ok_or(ListFlaw::Form)?;
    let digest = Digest::parse(hash).ok_or(ListFlaw::Form)?;
    let name = rest.strip_prefix(b"  ").ok_or(ListFlaw::Form)?;
    let plain = if is_escaped { unescape(name)? } else { name.to_vec() };
    // One file has one spelling, so that two texts are never the same list.
    if (escape(&plain) != name) || (is_escaped != (plain.len() < name.len())) {
        return Err(ListFlaw::Escape);
    }
    let name = Name::parse(&plain).filter(|name| !name.is_top(super::CHECKSUMS)).ok_or(ListFlaw::Path)?;
    Ok((name, digest))
}

fn escape(name: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(name.len());
    for &byte in name {
        match byte {
            b'\\' => escaped.extend(b"\\\\"),
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            byte => escaped.push(byte),
        }
    }
    escaped
}

fn unescape(name: &[u8]) -> Result<Vec<u8>, ListFlaw> {
    let mut bytes = name.iter();
    let mut plain = Vec::with_capacity(name.len());
    while let Some(&byte) = bytes.next() {
        plain.push(match (byte, byte == b'\\') {
            (byte, false) => byte,
            (_, true) => match bytes.next() {
                Some(b'\\') => b'\\',
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                _ => return Err(ListFlaw::Escape),
            },
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&[u8]]) -> List {
        List::new(names.iter().map(|name| (Name::parse(name).unwrap(), Digest::of(name))).collect())
    }

    #[test]
    fn what_was_written_is_read_and_sorted_by_bytes() {
        let names: &[&[u8]] =
            &[b"b", b"a/b", b"a.b", b"a b", b"x\ny", b"x\\ny", b"x\r", b"\xff\xc3", b"*star"];
        let list = list(names);
        assert_eq!(List::parse(&list.to_text()), Ok(list.clone()));
        let text = list.to_text();
        let first: Vec<&[u8]> = text.split(|b| *b == b'\n').take(3).map(|line| &line[66..]).collect();
        assert_eq!(first, [&b"*star"[..], b"a b", b"a.b"]);
        assert_eq!(list.get(&Name::parse(b"a/b").unwrap()), Some(Digest::of(b"a/b")));
        assert_eq!(list.get(&Name::parse(b"a/c").unwrap()), None);
    }

    #[test]
    fn a_list_of_too_many_files_is_refused() {
        let text = list(&[b"a", b"b", b"c"]).to_text();
        assert!(List::parse_at_most(3, &text).is_ok());
        let error = List::parse_at_most(2, &text).unwrap_err();
        assert_eq!(error, ListError { line: 3, flaw: ListFlaw::TooMany });
    }

    #[test]
    fn only_odd_names_are_escaped() {
        let text = String::from_utf8(list(&[b"a\\b\nc"]).to_text()).unwrap();
        assert!(text.starts_with('\\') && text.ends_with("  a\\\\b\\nc\n"), "{text}");
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let hash = Digest::of(b"");
        let flaw = |text: String| List::parse(text.as_bytes()).unwrap_err();
        for (line, expected) in [
            (format!("{hash} *a\n"), ListFlaw::Form),
            (format!("{hash}  a"), ListFlaw::Cut),
            ("\n".to_owned(), ListFlaw::Form),
            (format!("{}  a\n", hash.to_string().to_uppercase()), ListFlaw::Form),
            (format!("\\{hash}  a\n"), ListFlaw::Escape),
            (format!("{hash}  a\\b\n"), ListFlaw::Escape),
            (format!("\\{hash}  a\\t\n"), ListFlaw::Escape),
            (format!("\\{hash}  a\\\n"), ListFlaw::Escape),
            (format!("{hash}  ../a\n"), ListFlaw::Path),
            (format!("{hash}  .checksums\n"), ListFlaw::Path),
        ] {
            assert_eq!(flaw(line.clone()), ListError { line: 1, flaw: expected }, "{line}");
        }
        for second in ["a", "b"] {
            let error = flaw(format!("{hash}  b\n{hash}  {second}\n"));
            assert_eq!(error, ListError { line: 2, flaw: ListFlaw::Order });
        }
    }
}
