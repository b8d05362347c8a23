//! A tar stream whose names are told relative to one folder.
//!
//! Git makes archives of a part of a tree with names from its root: it must, because attributes are looked up by them. Here the
//! beginning of each name is taken off while the stream goes by. A shorter name always fits where the longer one was.

use std::io::{self, Read};

use super::header::{BLOCK, KIND, SIZE, name_of, number, set_checksum, set_name, set_number};

/// The longest record of names that is read; git's own are hardly longer than a path.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// The stream.
#[derive(Debug)]
pub(crate) struct Relative<R> {
    tar: R,
    /// With a slash at its end; empty for the root.
    folder: String,
    /// What is ready to be read, and how much of it was.
    ready: Vec<u8>,
    read: usize,
    /// How many bytes of content come before the next header, with their padding.
    content: u64,
    /// Whether they are not told.
    hidden: bool,
    /// What a record has said about the name of the next entry.
    name: Name,
    has_ended: bool,
}

/// Where the name of an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// In its header.
    InHeader,
    /// In a record before it, which is told already.
    Told,
    /// In a record before it, and it is not below the folder.
    Outside,
}

impl<R: Read> Relative<R> {
    /// Takes `dir` off all names. Entries that are not below it, such as `dir` itself, are left out.
    pub(crate) fn new(tar: R, dir: &str) -> Self {
        let folder = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        Self {
            tar,
            folder,
            ready: Vec::new(),
            read: 0,
            content: 0,
            hidden: false,
            name: Name::InHeader,
            has_ended: false,
        }
    }

    /// Reads the next header, and makes ready what is told of it.
    fn next_header(&mut self) -> io::Result<()> {
        let mut header = [0; BLOCK];
        self.tar.read_exact(&mut header)?;
        if header == [0; BLOCK] {
            self.has_ended = true;
            self.ready.extend_from_slice(&header);
            return Ok(());
        }
        let size = number(&header[SIZE])?;
        match header[KIND] {
            b'x' => self.record(header, size)?,
            // What holds for all entries is the name of the commit.
            b'g' => (self.content, self.hidden) = (padded(size), true),
            _ => self.entry(header, size)?,
        }
        Ok(())
    }

    /// A record about the next entry: its path is in there when it is long.
    fn record(&mut self, mut header: [u8; BLOCK], size: u64) -> io::Result<()> {
        if size > RECORD_BYTES_MAX {
            return Err(io::Error::other("the archive has a name that is too long"));
        }
        let mut record = Vec::new();
        (&mut self.tar).take(padded(size)).read_to_end(&mut record)?;
        let record = record.get(..usize_of(size)?).unwrap_or_default();
        let (record, name) = renamed(record, self.folder.as_bytes())?;
        self.name = name;
        if name == Name::Outside {
            return Ok(());
        }
        set_number(&mut header, SIZE, record.len() as u64);
        set_checksum(&mut header);
        self.ready.extend_from_slice(&header);
        self.ready.extend_from_slice(&record);
        self.ready.resize(usize_of(padded(self.ready.len() as u64))?, 0);
        Ok(())
    }

    fn entry(&mut self, mut header: [u8; BLOCK], size: u64) -> io::Result<()> {
        (self.content, self.hidden) = (padded(size), false);
        match std::mem::replace(&mut self.name, Name::InHeader) {
            Name::InHeader => match below(&name_of(&header), self.folder.as_bytes()) {
                Some(rest) => {
                    set_name(&mut header, rest)?;
                    set_checksum(&mut header);
                }
                None => self.hidden = true,
            },
            Name::Told => {}
            Name::Outside => self.hidden = true,
        }
        if !self.hidden {
            self.ready.extend_from_slice(&header);
        }
        Ok(())
    }

    /// Content goes through as it is, or not at all.
    fn content(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.content).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.tar.read(&mut buffer[..length])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.content -= read as u64;
        Ok(read)
    }
}

impl<R: Read> Read for Relative<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.read < self.ready.len() {
                let length = (self.ready.len() - self.read).min(buffer.len());
                buffer[..length].copy_from_slice(&self.ready[self.read..self.read + length]);
                self.read += length;
                return Ok(length);
            }
            self.ready.clear();
            self.read = 0;
            if self.has_ended {
                // The rest is padding. Its end is also where the program tells how it fared.
                return self.tar.read(buffer);
            }
            if self.content == 0 {
                self.next_header()?;
            } else if self.hidden {
                let mut skipped = [0; BLOCK];
                self.content(&mut skipped)?;
            } else {
                return self.content(buffer);
            }
        }
    }
}

/// What is left of a name below a folder.
fn below<'a>(name: &'a [u8], folder: &[u8]) -> Option<&'a [u8]> {
    name.strip_prefix(folder).filter(|rest| !rest.is_empty())
}

/// The same record with a path that is relative to the folder.
fn renamed(record: &[u8], folder: &[u8]) -> io::Result<(Vec<u8>, Name)> {
    let broken = || io::Error::other("the archive has a broken record");
    let (mut out, mut rest, mut name) = (Vec::new(), record, Name::InHeader);
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse().ok());
        let (field, behind) = rest.split_at_checked(length.ok_or_else(broken)?).ok_or_else(broken)?;
        match field.get(space + 1..).ok_or_else(broken)?.strip_prefix(b"path=") {
            Some(path) => match below(path.strip_suffix(b"\n").unwrap_or(path), folder) {
                Some(path) => {
                    name = Name::Told;
                    out.extend(field_of(&[b"path=", path, b"\n"].concat()));
                }
                None => return Ok((Vec::new(), Name::Outside)),
            },
            None => out.extend_from_slice(field),
        }
        rest = behind;
    }
    Ok((out, name))
}

/// A field with its own length before it, in which the digits of the length count too.
fn field_of(text: &[u8]) -> Vec<u8> {
    let mut length = text.len() + 2;
    while length != text.len() + 1 + length.to_string().len() {
        length = text.len() + 1 + length.to_string().len();
    }
    [format!("{length} ").as_bytes(), text].concat()
}

fn padded(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64)
}

fn usize_of(size: u64) -> io::Result<usize> {
    usize::try_from(size).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, kind: u8, size: u64) -> [u8; BLOCK] {
        let mut header = [0; BLOCK];
        set_name(&mut header, name.as_bytes()).unwrap();
        set_number(&mut header, SIZE, size);
        header[KIND] = kind;
        set_checksum(&mut header);
        header
    }

    fn with_content(tar: &mut Vec<u8>, name: &str, kind: u8, content: &[u8]) {
        tar.extend(header(name, kind, content.len() as u64));
        tar.extend(content);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }

    /// The names and contents, and whether every checksum is right.
    fn told(tar: &[u8], dir: &str) -> io::Result<Vec<(String, u8, Vec<u8>)>> {
        let (mut out, mut entries) = (Vec::new(), Vec::new());
        Relative::new(tar, dir).read_to_end(&mut out)?;
        let mut at = 0;
        while out[at..at + BLOCK] != [0; BLOCK] {
            let mut header: [u8; BLOCK] = out[at..at + BLOCK].try_into().unwrap();
            let (before, size) = (header, usize_of(number(&header[SIZE])?)?);
            set_checksum(&mut header);
            assert_eq!(header, before, "the checksum is right");
            let name = String::from_utf8(name_of(&header)).unwrap();
            entries.push((name, header[KIND], out[at + BLOCK..at + BLOCK + size].to_vec()));
            at += BLOCK + size.next_multiple_of(BLOCK);
        }
        Ok(entries)
    }

    #[test]
    fn names_lose_the_folder() {
        let long = "x/".repeat(60) + "f.go";
        let mut tar = Vec::new();
        with_content(&mut tar, "pax_global_header", b'g', b"52 comment=abc\n");
        with_content(&mut tar, "a/", b'5', b"");
        with_content(&mut tar, "a/b/", b'5', b"");
        with_content(&mut tar, "a/b/one.go", b'0', b"1\n");
        with_content(&mut tar, &format!("a/b/{long}"), b'0', &[7; 600]);
        with_content(&mut tar, "elsewhere.go", b'0', b"3\n");
        tar.extend([0; 2 * BLOCK]);
        let expected = [("one.go".to_owned(), b'0', b"1\n".to_vec()), (long, b'0', vec![7; 600])];
        assert_eq!(told(&tar, "a/b").unwrap(), expected);
        assert_eq!(told(&tar, "").unwrap().len(), 5);
    }

    #[test]
    fn names_in_records_lose_it_too() {
        let name = "n".repeat(93);
        for (path, expected) in [(format!("a/{name}"), Some(name.clone())), ("a/".to_owned(), None)] {
            let mut tar = Vec::new();
            let record = field_of(format!("path={path}\n").as_bytes());
            with_content(&mut tar, "1.paxheader", b'x', &record);
            with_content(&mut tar, "1.data", b'0', b"text");
            tar.extend([0; 2 * BLOCK]);
            let told = told(&tar, "a").unwrap();
            let Some(name) = expected else {
                assert_eq!(told, []);
                continue;
            };
            assert_eq!(told[0].2, format!("103 path={name}\n").into_bytes());
            assert_eq!(told[1], ("1.data".into(), b'0', b"text".to_vec()));
        }
    }

    #[test]
    fn broken_streams_are_errors() {
        let mut tar = Vec::new();
        with_content(&mut tar, "a/f", b'0', &[1; 700]);
        assert!(told(&tar[..BLOCK + 100], "a").is_err(), "cut in a file");
        assert!(told(&tar[..100], "a").is_err(), "cut in a header");
        let mut tar = Vec::new();
        with_content(&mut tar, "x", b'x', b"99999 path=a/b\n");
        assert!(told(&tar, "a").is_err(), "a record that is shorter than it says");
        assert!(told(&header("x", b'x', 1 << 30), "a").is_err(), "a record that is too long");
    }
}
