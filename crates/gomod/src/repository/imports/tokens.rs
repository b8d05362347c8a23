//! Reading a page as go's XML reader does when it is told not to be strict: start and end tags, everything else skipped.

use super::cursor::Cursor;
use super::flaw::{Flaw, SyntaxError};
use super::text::{self, Until};

/// What stands on a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag.
    Start(Element),
    /// The name in an end tag.
    End(String),
    /// Text, a comment, a directive.
    Other,
}

/// An element without its namespace, and of its attributes those of [`KEPT`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
}

/// The attributes that somebody asks for. A page could have a million others.
const KEPT: [&str; 2] = ["name", "content"];

impl Element {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn add(&mut self, (name, value): (String, String)) {
        if KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept)) && self.attribute(&name).is_none() {
            self.attributes.push((name, value));
        }
    }

    /// The first attribute of this name.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a page token by token.
pub(super) struct Tokens<'a> {
    cursor: Cursor<'a>,
    /// The end tag that `<a/>` also is.
    pending_end: Option<String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(page: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(page), pending_end: None }
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        if let Some(name) = self.pending_end.take() {
            return Ok(Some(Token::End(name)));
        }
        let Some(first) = self.cursor.peek() else { return Ok(None) };
        let token = if first == b'<' {
            self.cursor.skip();
            self.markup()
        } else {
            text::read(&mut self.cursor, Until::Tag).map(|_| Token::Other)
        };
        token.map(Some).map_err(|flaw| SyntaxError { line: self.cursor.line(), flaw })
    }

    /// What stands behind a `<`.
    fn markup(&mut self) -> Result<Token, Flaw> {
        match self.cursor.must_peek()? {
            b'/' => self.end_tag(),
            b'?' => self.instruction(),
            b'!' => self.declaration(),
            _ => self.start_tag(),
        }
    }

    fn end_tag(&mut self) -> Result<Token, Flaw> {
        self.cursor.skip();
        let name = self.cursor.local_name("expected element name after </")?;
        self.cursor.skip_spaces();
        match self.cursor.must_take()? {
            b'>' => Ok(Token::End(name)),
            _ => Err(Flaw::Syntax("invalid characters between an end tag's name and >")),
        }
    }

    fn instruction(&mut self) -> Result<Token, Flaw> {
        self.cursor.skip();
        let target = self.cursor.name("expected target name after <?")?;
        self.cursor.skip_spaces();
        let content = self.cursor.take_until(b"?>")?;
        if target == b"xml" {
            check_declaration(&String::from_utf8_lossy(content))?;
        }
        Ok(Token::Other)
    }

    fn declaration(&mut self) -> Result<Token, Flaw> {
        self.cursor.skip();
        match self.cursor.must_take()? {
            b'-' => self.comment()?,
            b'[' => self.cdata()?,
            _ => self.directive()?,
        }
        Ok(Token::Other)
    }

    fn comment(&mut self) -> Result<(), Flaw> {
        if self.cursor.must_take()? != b'-' {
            return Err(Flaw::Syntax("invalid sequence <!- not part of <!--"));
        }
        self.cursor.take_until(b"--")?;
        match self.cursor.must_take()? {
            b'>' => Ok(()),
            _ => Err(Flaw::Syntax("invalid sequence \"--\" not allowed in comments")),
        }
    }

    fn cdata(&mut self) -> Result<(), Flaw> {
        for expected in b"CDATA[" {
            if self.cursor.must_take()? != *expected {
                return Err(Flaw::Syntax("invalid <![ sequence"));
            }
        }
        text::read(&mut self.cursor, Until::CdataEnd).map(drop)
    }

    /// Something like `<!DOCTYPE …>`, up to the `>` that is neither quoted nor in a tag or comment inside.
    fn directive(&mut self) -> Result<(), Flaw> {
        let (mut quote, mut depth) = (None, 0_usize);
        loop {
            let byte = self.cursor.must_take()?;
            match (byte, quote) {
                (b'>', None) if depth == 0 => return Ok(()),
                (b'>', None) => depth -= 1,
                (b'<', None) if !self.comment_inside()? => depth += 1,
                (b'\'' | b'"', None) => quote = Some(byte),
                (_, Some(open)) if byte == open => quote = None,
                _ => {}
            }
        }
    }

    /// Skips a comment behind a `<` in a directive; what has only its beginning is no comment, and its beginning is gone.
    fn comment_inside(&mut self) -> Result<bool, Flaw> {
        for expected in b"!--" {
            if self.cursor.must_peek()? != *expected {
                return Ok(false);
            }
            self.cursor.skip();
        }
        self.cursor.take_until(b"-->")?;
        Ok(true)
    }

    fn start_tag(&mut self) -> Result<Token, Flaw> {
        let name = self.cursor.local_name("expected element name after <")?;
        let mut element = Element { name, attributes: Vec::new() };
        loop {
            self.cursor.skip_spaces();
            match self.cursor.must_peek()? {
                b'>' => {
                    self.cursor.skip();
                    break;
                }
                b'/' => {
                    self.cursor.skip();
                    if self.cursor.must_take()? != b'>' {
                        return Err(Flaw::Syntax("expected /> in element"));
                    }
                    self.pending_end = Some(element.name.clone());
                    break;
                }
                _ => element.add(self.attribute()?),
            }
        }
        Ok(Token::Start(element))
    }

    /// An attribute; one without a value has its name as value.
    fn attribute(&mut self) -> Result<(String, String), Flaw> {
        let name = self.cursor.local_name("expected attribute name in element")?;
        self.cursor.skip_spaces();
        if self.cursor.must_peek()? != b'=' {
            let value = name.clone();
            return Ok((name, value));
        }
        self.cursor.skip();
        self.cursor.skip_spaces();
        let value = match self.cursor.must_peek()? {
            quote @ (b'"' | b'\'') => {
                self.cursor.skip();
                text::read(&mut self.cursor, Until::Quote(quote))?
            }
            _ => self.bare_value()?,
        };
        Ok((name, value))
    }

    fn bare_value(&mut self) -> Result<String, Flaw> {
        let start = self.cursor.at();
        while self.cursor.must_peek()?.is_ascii_alphanumeric()
            || matches!(self.cursor.must_peek()?, b'_' | b':' | b'-')
        {
            self.cursor.skip();
        }
        Ok(String::from_utf8_lossy(self.cursor.since(start)).into_owned())
    }
}

/// Looks at version and encoding of `<?xml …?>`.
fn check_declaration(content: &str) -> Result<(), Flaw> {
    if let Some(version) = parameter(content, "version=").filter(|version| !["", "1.0"].contains(version)) {
        return Err(Flaw::Version(version.to_owned()));
    }
    let charset = parameter(content, "encoding=").unwrap_or_default();
    let is_known = ["", "utf-8", "ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known));
    if is_known { Ok(()) } else { Err(Flaw::Charset(charset.to_owned())) }
}

/// The quoted value behind the first `name` that has one.
fn parameter<'a>(content: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = content;
    loop {
        rest = &rest[rest.find(name)? + name.len()..];
        let quote = rest.chars().next()?;
        rest = &rest[quote.len_utf8()..];
        if quote == '\'' || quote == '"' {
            return rest.split_once(quote).map(|(value, _)| value);
        }
    }
}
