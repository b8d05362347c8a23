//! Characters to tokens.
//!
//! A go.mod file is made of lines of words. Quotes stay on a quoted word: whether it is a good string literal is
//! for the directive to say, because lenient reading must skip lines that it does not understand. A comment takes
//! its line end with it, so it is also the end of its line.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::error::{ParseError, Problem};
use super::text::Position;

/// What a token is to the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word, a quoted word, or one of `[ ] { } ,`.
    Word,
    /// `(`
    Open,
    /// `)`
    Close,
    /// The end of a line.
    Newline,
    /// A comment with nothing before it on its line.
    WholeLineComment,
    /// A comment behind something else on its line.
    TrailingComment,
    /// The end of the file; asked again, it comes again.
    End,
}

impl Kind {
    /// Whether a line of words ends here.
    pub(super) fn ends_line(self) -> bool {
        matches!(self, Self::Newline | Self::TrailingComment | Self::End)
    }
}

/// One token with its place. `text` is as written; a comment has lost its line end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: Position,
    pub(super) end: Position,
    /// Where it begins in the text, in bytes.
    pub(super) offset: usize,
}

/// Hands out the tokens of a text one by one.
pub(super) struct Lexer<'a> {
    /// The length of the whole text, in bytes.
    len: usize,
    rest: &'a str,
    here: Position,
    /// Nothing but white space so far on this line.
    line_is_blank: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { len: text.len(), rest: text, here: Position::START, line_is_blank: true }
    }

    /// The next token. After an error the lexer is of no further use.
    pub(super) fn next_token(&mut self) -> Result<Token<'a>, ParseError> {
        while matches!(self.peek(), Some(' ' | '\t' | '\r')) {
            self.bump();
        }
        self.refuse_block_comment()?;
        let (text, start, was_blank) = (self.rest, self.here, self.line_is_blank);
        let offset = self.len - text.len();
        let kind = self.scan(was_blank)?;
        let text = &text[..text.len() - self.rest.len()];
        Ok(Token { kind, text: without_line_end(kind, text), start, end: self.here, offset })
    }

    fn scan(&mut self, line_was_blank: bool) -> Result<Kind, ParseError> {
        if self.rest.starts_with("//") {
            self.comment();
            return Ok(if line_was_blank { Kind::WholeLineComment } else { Kind::TrailingComment });
        }
        let Some(c) = self.peek() else { return Ok(Kind::End) };
        match c {
            '\n' => Ok(self.mark(Kind::Newline)),
            '(' => Ok(self.mark(Kind::Open)),
            ')' => Ok(self.mark(Kind::Close)),
            '[' | ']' | '{' | '}' | ',' => Ok(self.mark(Kind::Word)),
            '"' | '`' => self.quoted(c),
            c if is_word_char(c) => self.word(),
            c => Err(self.error(Problem::UnexpectedCharacter(c))),
        }
    }

    fn mark(&mut self, kind: Kind) -> Kind {
        self.bump();
        kind
    }

    fn comment(&mut self) {
        while !matches!(self.bump(), None | Some('\n')) {}
    }

    /// A quoted word up to its closing quote. A backslash protects whatever follows it, even a line end.
    fn quoted(&mut self, quote: char) -> Result<Kind, ParseError> {
        let start = self.here;
        let unterminated = || ParseError { position: start, problem: Problem::UnterminatedString };
        self.bump();
        loop {
            if self.peek() == Some('\n') {
                return Err(self.error(Problem::NewlineInString));
            }
            let c = self.bump().ok_or_else(unterminated)?;
            if c == quote {
                return Ok(Kind::Word);
            }
            if c == '\\' && quote == '"' {
                self.bump().ok_or_else(unterminated)?;
            }
        }
    }

    fn word(&mut self) -> Result<Kind, ParseError> {
        while self.peek().is_some_and(is_word_char) && !self.rest.starts_with("//") {
            self.refuse_block_comment()?;
            self.bump();
        }
        Ok(Kind::Word)
    }

    fn refuse_block_comment(&self) -> Result<(), ParseError> {
        if self.rest.starts_with("/*") { Err(self.error(Problem::BlockComment)) } else { Ok(()) }
    }

    fn error(&self, problem: Problem) -> ParseError {
        ParseError { position: self.here, problem }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        self.here = self.here.after(c);
        self.line_is_blank = c == '\n' || self.line_is_blank && c.is_whitespace();
        Some(c)
    }
}

fn without_line_end(kind: Kind, text: &str) -> &str {
    match kind {
        Kind::WholeLineComment | Kind::TrailingComment => {
            text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
        }
        _ => text,
    }
}

/// Whether `c` may stand in a bare word: printable, no white space, none of the marks. A byte order mark is not
/// printable, so a file that begins with one is refused, as go refuses it.
fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_graphic() && !matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | ',');
    }
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter
            | GeneralCategoryGroup::Mark
            | GeneralCategoryGroup::Number
            | GeneralCategoryGroup::Punctuation
            | GeneralCategoryGroup::Symbol
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<(Kind, &str)>, ParseError> {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            let token = lexer.next_token()?;
            if token.kind == Kind::End {
                return Ok(found);
            }
            found.push((token.kind, token.text));
        }
    }

    #[test]
    fn a_line_is_words_and_marks() {
        let expected = [
            (Kind::Word, "retract"),
            (Kind::Word, "["),
            (Kind::Word, "v1.0.0"),
            (Kind::Word, ","),
            (Kind::Word, "\"v1.1.0\""),
            (Kind::Word, "]"),
            (Kind::TrailingComment, "// why"),
        ];
        assert_eq!(tokens("retract [v1.0.0,\"v1.1.0\"] // why\r\n").unwrap(), expected);
    }

    #[test]
    fn comments_know_whether_they_stand_alone() {
        let found = tokens(" \t// alone\nword// behind").unwrap();
        assert_eq!(found[0], (Kind::WholeLineComment, "// alone"));
        assert_eq!(found[2], (Kind::TrailingComment, "// behind"));
    }

    #[test]
    fn errors_point_at_their_place() {
        let place = |text| tokens(text).map_err(|e| (e.problem, e.position.to_string())).unwrap_err();
        assert_eq!(place("a /* b */"), (Problem::BlockComment, "1:3".into()));
        assert_eq!(place("a/* b */"), (Problem::BlockComment, "1:2".into()));
        assert_eq!(place("\nx \"abc"), (Problem::UnterminatedString, "2:3".into()));
        assert_eq!(place("x `ab\n`"), (Problem::NewlineInString, "1:6".into()));
        assert_eq!(place("\u{feff}module a"), (Problem::UnexpectedCharacter('\u{feff}'), "1:1".into()));
    }
}
