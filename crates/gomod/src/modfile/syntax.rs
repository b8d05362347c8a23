//! Tokens to statements.
//!
//! A file is a list of statements: a line of words, or a block `words ( lines )`. Comments matter here only where
//! they carry meaning: before a line (deprecation, rationale) and behind it (`// indirect`). All lines, inside
//! blocks or not, live in one list, so that "the line that a trailing comment belongs to" is an index.
//!
//! A line of two bytes takes a hundred here, so what is kept has limits: lines that nobody will read are dropped at once,
//! the others are at most [`LINES_MAX`], of a line at most [`WORDS_MAX`] words are kept, and comments above a line are
//! one piece of the text.

use std::ops::Range;

use super::LINES_MAX;
use super::error::{ParseError, Problem};
use super::lexer::{Kind, Lexer, Token};
use super::text::Position;

/// Words of a line that are kept: one more than the longest form of a directive has. More cannot make it right or wrong
/// in another way.
const WORDS_MAX: usize = 8;

/// A line of words.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The first words, [`WORDS_MAX`] at most.
    pub(super) words: Vec<&'a str>,
    pub(super) start: Position,
    /// The piece of the text with the whole-line comments directly above; in a block with the blank lines between them
    /// and the line before.
    pub(super) before: &'a str,
    /// Comments behind the words.
    pub(super) suffix: Vec<&'a str>,
}

/// `words ( lines )`.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) words: Vec<&'a str>,
    pub(super) start: Position,
    /// The piece of the text with the whole-line comments directly above.
    pub(super) before: &'a str,
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

/// Reads a whole text and keeps the lines and blocks whose first word is `wanted`. The first syntax error ends it, because
/// what follows cannot be trusted.
pub(super) fn parse(text: &str, wanted: fn(&str) -> bool) -> Result<Tree<'_>, ParseError> {
    let mut lexer = Lexer::new(text);
    let ahead = lexer.next_token()?;
    let mut parser = Parser { text, lexer, ahead, wanted, tree: Tree::default(), anchor: None };
    parser.file()?;
    Ok(parser.tree)
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    ahead: Token<'a>,
    wanted: fn(&str) -> bool,
    tree: Tree<'a>,
    /// The line that the next trailing comment belongs to: the last thing that ended on the line it began on. None
    /// when that thing is a parenthesis or a free-standing comment, whose comments mean nothing.
    anchor: Option<usize>,
}

impl<'a> Parser<'a> {
    fn file(&mut self) -> Result<(), ParseError> {
        let mut comments = self.offset();
        loop {
            match self.ahead.kind {
                Kind::End => return Ok(()),
                Kind::Newline => {
                    self.drop_free_standing(comments);
                    self.advance()?;
                    comments = self.offset();
                }
                Kind::WholeLineComment => drop(self.advance()?),
                _ => {
                    self.statement(self.text_from(comments))?;
                    comments = self.offset();
                }
            }
        }
    }

    /// A blank line cuts the comments above it off from the statement below it.
    fn drop_free_standing(&mut self, comments: usize) {
        if comments < self.offset() {
            self.anchor = None;
        }
    }

    fn statement(&mut self, before: &'a str) -> Result<(), ParseError> {
        let first = self.advance()?;
        let (start, mut end, mut words) = (first.start, first.end, vec![first.text]);
        loop {
            let token = self.advance()?;
            if token.kind.ends_line() {
                let line = Line { words, start, before, suffix: Vec::new() };
                return self.finish_statement(line, end, token);
            }
            if token.kind == Kind::Open && self.ahead.kind.ends_line() {
                return self.block(words, start, before);
            }
            if token.kind == Kind::Open && self.ahead.kind == Kind::Close {
                let close = self.advance()?;
                if self.ahead.kind.ends_line() {
                    return self.empty_block(words, start, before);
                }
                keep_word(&mut words, token.text);
                keep_word(&mut words, close.text);
            } else {
                keep_word(&mut words, token.text);
            }
            end = token.end;
        }
    }

    fn empty_block(
        &mut self,
        words: Vec<&'a str>,
        start: Position,
        before: &'a str,
    ) -> Result<(), ParseError> {
        self.advance()?;
        self.anchor = None;
        let here = self.tree.lines.len();
        self.keep_block(Block { words, start, before, lines: here..here })
    }

    fn block(&mut self, words: Vec<&'a str>, start: Position, before: &'a str) -> Result<(), ParseError> {
        self.anchor = None;
        let first = self.tree.lines.len();
        let wanted = self.wants(&words);
        self.block_lines(start, wanted)?;
        self.anchor = None;
        let lines = first..self.tree.lines.len();
        self.keep_block(Block { words, start, before, lines })
    }

    /// The lines of a block and its closing parenthesis.
    fn block_lines(&mut self, block_start: Position, wanted: bool) -> Result<(), ParseError> {
        // What stands directly behind the opening parenthesis ends its line.
        if self.ahead.kind != Kind::End {
            self.advance()?;
        }
        let (first, mut before) = (self.tree.lines.len(), self.offset());
        loop {
            match self.ahead.kind {
                Kind::Newline | Kind::WholeLineComment | Kind::TrailingComment => drop(self.advance()?),
                Kind::End => return Err(self.error_ahead(Problem::UnterminatedBlock(block_start))),
                Kind::Close => return self.close_block(),
                Kind::Word | Kind::Open => {
                    let above = self.text_from(before);
                    // Blank lines below the opening parenthesis belong to no line.
                    let is_first = self.tree.lines.len() == first;
                    let above = if is_first && !above.contains("//") { "" } else { above };
                    self.line(above, wanted)?;
                    before = self.offset();
                }
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
    fn line(&mut self, before: &'a str, wanted: bool) -> Result<(), ParseError> {
        let first = self.advance()?;
        let (start, mut end, mut words) = (first.start, first.end, vec![first.text]);
        loop {
            let token = self.advance()?;
            if token.kind.ends_line() {
                let line = Line { words, start, before, suffix: Vec::new() };
                return self.finish_line(line, end, token, wanted);
            }
            keep_word(&mut words, token.text);
            end = token.end;
        }
    }

    fn finish_statement(
        &mut self,
        line: Line<'a>,
        end: Position,
        line_end: Token<'a>,
    ) -> Result<(), ParseError> {
        let wanted = self.wants(&line.words);
        if wanted {
            check_room(self.tree.statements.len(), line.start)?;
            self.tree.statements.push(Statement::Line(self.tree.lines.len()));
        }
        self.finish_line(line, end, line_end, wanted)
    }

    /// Keeps a line that is wanted and hands the comment behind it to its anchor.
    fn finish_line(
        &mut self,
        line: Line<'a>,
        end: Position,
        line_end: Token<'a>,
        wanted: bool,
    ) -> Result<(), ParseError> {
        if line.start.line == end.line {
            self.anchor = wanted.then_some(self.tree.lines.len());
        }
        if wanted {
            check_room(self.tree.lines.len(), line.start)?;
            self.tree.lines.push(line);
        }
        if line_end.kind == Kind::TrailingComment
            && let Some(line) = self.anchor.and_then(|index| self.tree.lines.get_mut(index))
        {
            line.suffix.push(line_end.text);
        }
        Ok(())
    }

    fn keep_block(&mut self, block: Block<'a>) -> Result<(), ParseError> {
        if self.wants(&block.words) {
            check_room(self.tree.statements.len(), block.start)?;
            self.tree.statements.push(Statement::Block(block));
        }
        Ok(())
    }

    fn wants(&self, words: &[&str]) -> bool {
        words.first().is_some_and(|verb| (self.wanted)(verb))
    }

    /// Where the token ahead begins, in bytes.
    fn offset(&self) -> usize {
        self.ahead.offset
    }

    /// The text from an offset up to the token ahead.
    fn text_from(&self, offset: usize) -> &'a str {
        self.text.get(offset..self.offset()).unwrap_or_default()
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

/// Adds a word, unless there are more than enough.
fn keep_word<'a>(words: &mut Vec<&'a str>, word: &'a str) {
    if words.len() < WORDS_MAX {
        words.push(word);
    }
}

fn check_room(kept: usize, position: Position) -> Result<(), ParseError> {
    if kept < LINES_MAX { Ok(()) } else { Err(ParseError { position, problem: Problem::TooManyLines }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Tree<'_>, ParseError> {
        super::parse(text, |_| true)
    }

    #[test]
    fn blocks_hold_lines_and_lines_hold_words() {
        let tree = parse("module m\nrequire (\n\ta v1 // x\n\n\t// y\n\tb v2\n) // z\n").unwrap();
        assert_eq!(tree.statements.len(), 2);
        let Statement::Block(block) = &tree.statements[1] else { panic!("no block: {tree:?}") };
        assert_eq!((block.words.as_slice(), block.lines.clone()), (["require"].as_slice(), 1..3));
        assert_eq!(tree.lines[1].suffix, ["// x"]);
        assert_eq!(tree.lines[2].before, "\n\t// y\n\t");
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
        assert_eq!(tree.lines[0].before, "// near\n");
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

    #[test]
    fn blank_lines_count_between_lines_only() {
        let tree = parse("a (\n\n\tb\n\n\tc\n\td\n)\n").unwrap();
        let before: Vec<_> = tree.lines.iter().map(|line| line.before).collect();
        assert_eq!(before, ["", "\n\t", ""]);
    }

    #[test]
    fn what_nobody_wants_is_not_kept() {
        let text = format!("{}skip (\n{})\nskip ( )\nkeep a\n", "skip b // c\n".repeat(10), "d\n".repeat(10));
        let tree = super::parse(&text, |verb| verb == "keep").unwrap();
        assert_eq!((tree.lines.len(), tree.statements.len()), (1, 1));
        assert!(tree.lines[0].suffix.is_empty());
    }

    #[test]
    fn lines_blocks_and_words_are_limited() {
        for piece in ["a\n", "a()\n", "a (\n)\n"] {
            let most = piece.repeat(LINES_MAX);
            assert_eq!(parse(&most).unwrap().statements.len(), LINES_MAX, "{piece:?}");
            assert_eq!(parse(&(most + piece)).unwrap_err().problem, Problem::TooManyLines, "{piece:?}");
        }
        let block = |lines: usize| format!("a (\n{})\n", "b\n".repeat(lines));
        assert_eq!(parse(&block(LINES_MAX)).unwrap().lines.len(), LINES_MAX);
        assert_eq!(parse(&block(LINES_MAX + 1)).unwrap_err().position.line, LINES_MAX + 2);
        assert_eq!(parse(&"a ".repeat(100)).unwrap().lines[0].words.len(), WORDS_MAX);
    }
}
