//! go.work: which modules of this machine a workspace is made of, and what it replaces.
//!
//! The grammar is that of go.mod with other directives, so lines, blocks and words are read by the same code.

use super::error::{ParseError, ParseErrors, Problem};
use super::go_version::GoVersion;
use super::meaning::{godebug, set_go, set_toolchain};
use super::quote::unquote_word;
use super::syntax::{Block, Line, Statement, Tree, parse};
use super::text::{Position, decode};
use super::{Godebug, Replace, replace};

/// The meaning of a go.work file, in the order of the file.
///
/// ```
/// use gomod::modfile::WorkFile;
/// let file = WorkFile::parse(b"go 1.23.0\n\nuse (\n\t./api\n\t./cmd // tools\n)\n")?;
/// assert_eq!(file.uses, ["./api", "./cmd"]);
/// assert_eq!(WorkFile::parse(b"require example.com/a v1.0.0\n").unwrap_err().iter().len(), 1);
/// # Ok::<(), gomod::modfile::ParseErrors>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFile {
    /// The `go` line.
    pub go: Option<GoVersion>,
    /// The `toolchain` line: `default`, `go1`, or a name that begins with `go1.`.
    pub toolchain: Option<String>,
    /// The `godebug` lines.
    pub godebug: Vec<Godebug>,
    /// The directories of the `use` lines, unchecked: absolute, or relative to the go.work file.
    pub uses: Vec<String>,
    /// The `replace` lines. A directory in them is relative to the go.work file.
    pub replace: Vec<Replace>,
}

impl WorkFile {
    /// Reads a go.work file. Anything unknown is an error, and so are more than [`LINES_MAX`](super::LINES_MAX) lines.
    pub fn parse(data: &[u8]) -> Result<Self, ParseErrors> {
        let text = decode(data);
        let tree = parse(&text, |_| true)?;
        let mut reader = Reader::default();
        for statement in &tree.statements {
            reader.statement(&tree, statement);
        }
        if reader.errors.is_empty() { Ok(reader.file) } else { Err(reader.errors) }
    }
}

#[derive(Default)]
struct Reader {
    file: WorkFile,
    errors: ParseErrors,
}

impl Reader {
    fn statement(&mut self, tree: &Tree<'_>, statement: &Statement<'_>) {
        match statement {
            Statement::Block(block) => self.block(tree, block),
            Statement::Line(index) => {
                let Some(line) = tree.lines.get(*index) else { return };
                if let Some((verb, words)) = line.words.split_first() {
                    self.line(verb, words, line);
                }
            }
        }
    }

    fn block(&mut self, tree: &Tree<'_>, block: &Block<'_>) {
        let [verb @ ("godebug" | "use" | "replace")] = *block.words else {
            return self.fail(block.start, Problem::UnknownBlock(block.words.join(" ")));
        };
        for line in tree.lines.get(block.lines.clone()).unwrap_or_default() {
            self.line(verb, &line.words, line);
        }
    }

    fn line(&mut self, verb: &str, words: &[&str], line: &Line<'_>) {
        if let Err(problem) = self.directive(verb, words) {
            self.fail(line.start, problem);
        }
    }

    fn fail(&mut self, position: Position, problem: Problem) {
        self.errors.add(ParseError { position, problem });
    }

    fn directive(&mut self, verb: &str, words: &[&str]) -> Result<(), Problem> {
        match verb {
            "go" => set_go(&mut self.file.go, words, GoVersion::parse)?,
            "toolchain" => set_toolchain(&mut self.file.toolchain, words)?,
            "godebug" => self.file.godebug.push(godebug(words)?),
            "use" => self.file.uses.push(used(words)?),
            "replace" => self.file.replace.push(replace::read(words)?),
            _ => return Err(Problem::UnknownDirective(verb.to_owned())),
        }
        Ok(())
    }
}

fn used(words: &[&str]) -> Result<String, Problem> {
    match *words {
        [word] => Ok(unquote_word(word)?.into_owned()),
        _ => Err(Problem::UseForm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modfile::Replacement;

    #[test]
    fn every_directive_is_read() {
        let text = "go 1.23\ntoolchain go1.23.4\ngodebug a=b\nuse .\nuse (\n\t\"./x y\"\n)\n\
                    replace (\n\texample.com/a => ./a\n)\n";
        let file = WorkFile::parse(text.as_bytes()).unwrap();
        assert_eq!(file.go.unwrap().as_str(), "1.23");
        assert_eq!(file.toolchain.as_deref(), Some("go1.23.4"));
        assert_eq!(
            (file.godebug.len(), file.uses.as_slice()),
            (1, [".", "./x y"].map(String::from).as_slice())
        );
        assert_eq!(file.replace[0].with, Replacement::Directory("./a".into()));
    }

    #[test]
    fn what_is_of_go_mod_alone_is_refused() {
        let text =
            "module m\nuse\nuse a b\ngo 1.23\ngo 1.24\ntoolchain x\nrequire (\n)\ngo (\n)\nuse x (\n)\n";
        let errors = WorkFile::parse(text.as_bytes()).unwrap_err();
        let lines: Vec<_> = errors.iter().map(|error| error.position.line).collect();
        assert_eq!(lines, [1, 2, 3, 5, 6, 7, 9, 11]);
    }
}
