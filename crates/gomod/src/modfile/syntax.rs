//! Tokens to statements.
//!
//! A file is a list of statements: a line of words, or a block `words ( lines )`. Comments matter here only where
//! they carry meaning: before a line (deprecation, rationale) and behind it (`// indirect`). All lines, inside
//! blocks or not, live in one list, so that "the line that a trailing comment belongs to" is an index.

use std::ops::Range;

use super::error::{ParseError, Problem};
use super::lexer::{Kind, Lexer, Token};
use super::text::Position;

/// A line of words.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) words: Vec<&'a str>,
    pub(super) start: Position,
    /// Whole-line comments directly above. In a block an empty text stands for blank lines.
    pub(super) before: Vec<&'a str>,
    /// Comments behind the words.
    pub(super) suffix: Vec<&'a str>,
}

/// `words ( lines )`.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) words: Vec<&'a str>,
    pub(super) start: Position,
    /// Whole-line comments directly above.
    pub(super) before: Vec<&'a str>,
    /// Which of [`Tree::lines`] are inside.
    pub(super) lines: Range<usize>,
}

/// A top-level statement.
#[derive(Debug)]
pub(super) enum Statement<'a> {
    /// Index into [`Tree::lines`].
    Line(usize),
    Block(Block<'a>),
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) statements: Vec<Statement<'a>>,
    pub(super) lines: Vec<Line<'a>>,
}

/// Reads a whole text. The first syntax error ends it, because what follows cannot be trusted.
pub(super) fn parse(text: &str) -> Result<Tree<'_>, ParseError> {
    let mut lexer = Lexer::new(text);
    let ahead = lexer.next_token()?;
    let mut parser = Parser { lexer, ahead, tree: Tree::default(), anchor: None };
    parser.file()?;
    Ok(parser.tree)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    ahead: Token<'a>,
    tree: Tree<'a>,
    /// The line that the next trailing comment belongs to: the last thing that ended on the line it began on. None
    /// when that thing is a parenthesis or a free-standing comment, whose comments mean nothing.
    anchor: Option<usize>,
}

impl<'a> Parser<'a> {
    fn file(&mut self) -> Result<(), ParseError> {
        let mut comments = Vec::new();
        loop {
            match self.ahead.kind {
                Kind::End => return Ok(()),
                Kind::Newline => {
                    self.advance()?;
                    self.drop_free_standing(&mut comments);
                }
                Kind::WholeLineComment => comments.push(self.advance()?.text),
                _ => self.statement(std::mem::take(&mut comments))?,
            }
        }
    }

    /// A blank line cuts the comments above it off from the statement below it.
    fn drop_free_standing(&mut self, comments: &mut Vec<&'a str>) {
        if !comments.is_empty() {
            comments.clear();
            self.anchor = None;
        }
    }

    fn statement(&mut self, before: Vec<&'a str>) -> Result<(), ParseError> {
        let first = self.advance()?;
        let (start, mut end, mut words) = (first.start, first.end, vec![first.text]);
        loop {
            let token = self.advance()?;
            if token.kind.ends_line() {
                self.finish_line(Line { words, start, before, suffix: Vec::new() }, end, token);
                return Ok(());
            }
            if token.kind == Kind::Open && self.ahead.kind.ends_line() {
                return self.block(words, start, before);
            }
            words.push(token.text);
            if token.kind == Kind::Open && self.ahead.kind == Kind::Close {
                let close = self.advance()?;
                if self.ahead.kind.ends_line() {
                    words.pop();
                    return self.empty_block(words, start, before);
                }
                words.push(close.text);
            }
            end = token.end;
        }
    }

    fn empty_block(
        &mut self,
        words: Vec<&'a str>,
        start: Position,
        before: Vec<&'a str>,
    ) -> Result<(), ParseError> {
        self.advance()?;
        self.anchor = None;
        let here = self.tree.lines.len();
        self.tree.statements.push(Statement::Block(Block { words, start, before, lines: here..here }));
        Ok(())
    }

    fn block(
        &mut self,
        words: Vec<&'a str>,
        start: Position,
        before: Vec<&'a str>,
    ) -> Result<(), ParseError> {
        self.anchor = None;
        let first = self.tree.lines.len();
        self.block_lines(start)?;
        self.anchor = None;
        let lines = first..self.tree.lines.len();
        self.tree.statements.push(Statement::Block(Block { words, start, before, lines }));
        Ok(())
    }

    /// The lines of a block and its closing parenthesis.
    fn block_lines(&mut self, block_start: Position) -> Result<(), ParseError> {
        let first = self.tree.lines.len();
        let mut comments: Vec<&'a str> = Vec::new();
        loop {
            match self.ahead.kind {
                Kind::TrailingComment => {
                    self.advance()?;
                }
                Kind::Newline => {
                    self.advance()?;
                    let after_line = comments.is_empty() && self.tree.lines.len() > first;
                    if after_line || comments.last().is_some_and(|last| !last.is_empty()) {
                        comments.push("");
                    }
                }
                Kind::WholeLineComment => comments.push(self.advance()?.text),
                Kind::End => return Err(self.error_ahead(Problem::UnterminatedBlock(block_start))),
                Kind::Close => return self.close_block(),
                Kind::Word | Kind::Open => self.line(std::mem::take(&mut comments))?,
            }
        }
    }

    fn close_block(&mut self) -> Result<(), ParseError> {
        self.advance()?;
        if !self.ahead.kind.ends_line() {
            return Err(self.error_ahead(Problem::TextAfterBlock));
        }
        self.advance()?;
        Ok(())
    }

    /// A line inside a block, where parentheses are words like any other.
    fn line(&mut self, before: Vec<&'a str>) -> Result<(), ParseError> {
        let first = self.advance()?;
        let (start, mut end, mut words) = (first.start, first.end, vec![first.text]);
        loop {
            let token = self.advance()?;
            if token.kind.ends_line() {
                self.finish_line_in_block(Line { words, start, before, suffix: Vec::new() }, end, token);
                return Ok(());
            }
            words.push(token.text);
            end = token.end;
        }
    }

    fn finish_line(&mut self, line: Line<'a>, end: Position, line_end: Token<'a>) {
        self.tree.statements.push(Statement::Line(self.tree.lines.len()));
        self.finish_line_in_block(line, end, line_end);
    }

    /// Keeps a line and hands the comment behind it to its anchor.
    fn finish_line_in_block(&mut self, line: Line<'a>, end: Position, line_end: Token<'a>) {
        if line.start.line == end.line {
            self.anchor = Some(self.tree.lines.len());
        }
        self.tree.lines.push(line);
        if line_end.kind == Kind::TrailingComment
            && let Some(line) = self.anchor.and_then(|index| self.tree.lines.get_mut(index))
        {
            line.suffix.push(line_end.text);
        }
    }

    /// Takes the token ahead and reads the one behind it.
    fn advance(&mut self) -> Result<Token<'a>, ParseError> {
        let next = self.lexer.next_token()?;
        Ok(std::mem::replace(&mut self.ahead, next))
    }

    /// An error behind the token ahead, which is where go says that it is.
    fn error_ahead(&self, problem: Problem) -> ParseError {
        ParseError { position: self.ahead.end, problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_lines_and_lines_hold_words() {
        let tree = parse("module m\nrequire (\n\ta v1 // x\n\n\t// y\n\tb v2\n) // z\n").unwrap();
        assert_eq!(tree.statements.len(), 2);
        let Statement::Block(block) = &tree.statements[1] else { panic!("no block: {tree:?}") };
        assert_eq!((block.words.as_slice(), block.lines.clone()), (["require"].as_slice(), 1..3));
        assert_eq!(tree.lines[1].suffix, ["// x"]);
        assert_eq!(tree.lines[2].before, ["", "// y"]);
        assert!(tree.lines[2].suffix.is_empty());
    }

    #[test]
    fn parentheses_inside_a_line_are_words() {
        let tree = parse("a ( b\nc ( ) d\ne ( )\n").unwrap();
        assert_eq!(tree.lines[0].words, ["a", "(", "b"]);
        assert_eq!(tree.lines[1].words, ["c", "(", ")", "d"]);
        assert!(matches!(&tree.statements[2], Statement::Block(block) if block.lines.is_empty()));
    }

    #[test]
    fn a_blank_line_cuts_comments_off() {
        let tree = parse("// far\n\n// near\nmodule m\n").unwrap();
        assert_eq!(tree.lines[0].before, ["// near"]);
    }

    #[test]
    fn broken_blocks_are_refused() {
        let problem = |text| parse(text).map(|_| ()).unwrap_err().problem;
        assert_eq!(problem("\n a (\nb\n"), Problem::UnterminatedBlock(Position { line: 2, column: 2 }));
        assert_eq!(problem("a (\n) b\n"), Problem::TextAfterBlock);
    }

    #[test]
    fn a_comment_behind_a_line_that_began_higher_up_goes_to_the_line_before() {
        let tree = parse("a b\nc \"x\\\ny\" // indirect\n").unwrap();
        assert_eq!(tree.lines[0].suffix, ["// indirect"]);
    }
}
