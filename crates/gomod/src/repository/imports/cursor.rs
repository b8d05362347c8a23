//! A place on a page, and the steps from it that every reader makes.

use super::flaw::Flaw;
use super::names;

/// A place on a page.
pub(super) struct Cursor<'a> {
    page: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(page: &'a [u8]) -> Self {
        Self { page, at: 0 }
    }

    /// The line, counted from 1.
    pub(super) fn line(&self) -> usize {
        let read = self.page.get(..self.at).unwrap_or(self.page);
        read.split(|byte| *byte == b'\n').count()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.page.get(self.at).copied()
    }

    pub(super) fn must_peek(&self) -> Result<u8, Flaw> {
        self.peek().ok_or(Flaw::End)
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.page.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn must_take(&mut self) -> Result<u8, Flaw> {
        let byte = self.must_peek()?;
        self.skip();
        Ok(byte)
    }

    pub(super) fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\r' | b'\n' | b'\t')) {
            self.skip();
        }
    }

    /// Goes behind the next `end` and gives what stands before it.
    pub(super) fn take_until(&mut self, end: &[u8]) -> Result<&'a [u8], Flaw> {
        let rest = self.page.get(self.at..).unwrap_or_default();
        let Some(length) = rest.windows(end.len()).position(|window| window == end) else {
            self.at = self.page.len();
            return Err(Flaw::End);
        };
        self.at += length + end.len();
        Ok(&rest[..length])
    }

    /// A name, whole and checked; `missing` when there is none.
    pub(super) fn name(&mut self, missing: &'static str) -> Result<&'a [u8], Flaw> {
        let start = self.at;
        while names::may_have(self.must_peek()?) {
            self.skip();
        }
        let name = self.since(start);
        if name.is_empty() {
            return Err(Flaw::Syntax(missing));
        }
        names::check(name)?;
        Ok(name)
    }

    pub(super) fn local_name(&mut self, missing: &'static str) -> Result<String, Flaw> {
        let name = self.name(missing)?;
        names::local(name).map(str::to_owned).ok_or(Flaw::Syntax(missing))
    }
}
