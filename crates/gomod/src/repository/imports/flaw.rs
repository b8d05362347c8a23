//! What go cannot read.

use std::fmt;

use crate::excerpt::excerpt;

/// What cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    End,
    Syntax(&'static str),
    Character(char),
    Name(String),
    Version(String),
    Charset(String),
}

/// Why go cannot read a page, in its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) flaw: Flaw,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format_args!("XML syntax error on line {}", self.line);
        match &self.flaw {
            Flaw::End => write!(f, "{place}: unexpected EOF"),
            Flaw::Syntax(what) => write!(f, "{place}: {what}"),
            Flaw::Character(c) => write!(f, "{place}: illegal character code U+{:04X}", u32::from(*c)),
            Flaw::Name(name) => write!(f, "{place}: invalid XML name: {}", excerpt(name)),
            Flaw::Version(version) => {
                write!(f, "unsupported version {version:?} of XML; only version 1.0 is supported")
            }
            Flaw::Charset(charset) => write!(f, "can't decode XML document using charset {charset:?}"),
        }
    }
}

impl std::error::Error for SyntaxError {}
