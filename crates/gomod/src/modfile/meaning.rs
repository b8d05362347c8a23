//! Lines to meaning: one function for each short directive, and the collection of what is wrong.

use std::sync::Arc;

use super::comment::{comment_text, comments_of, deprecation, is_indirect};
use super::error::{Directive, ParseError, ParseErrors, Problem};
use super::go_version::{GoVersion, is_toolchain};
use super::quote::unquote_word;
use super::syntax::{Block, Line, Statement, Tree, parse};
use super::text::{Position, decode};
use super::{Exclude, GoMod, Godebug, Module, Require, Retract, replace, retract};
use crate::module::{canonical_version, check_path_major};
use crate::path::split_path_version;
use crate::version::Version;

/// Whose go.mod is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The user's own: everything must be understood.
    Strict,
    /// That of a dependency: what is not understood or does not concern others is skipped.
    Lax,
}

impl Mode {
    fn reads(self, directive: Directive) -> bool {
        use Directive::{Go, Ignore, Module, Require, Retract};
        self == Self::Strict || matches!(directive, Go | Module | Retract | Require | Ignore)
    }
}

/// Whether lenient reading looks at lines and blocks that begin with this word.
fn concerns_others(verb: &str) -> bool {
    Directive::of_word(verb).is_some_and(|directive| Mode::Lax.reads(directive))
}

/// Reads a file, or says what is wrong with it.
pub(super) fn read(data: &[u8], mode: Mode) -> Result<GoMod, ParseErrors> {
    let text = decode(data);
    let wanted = if mode == Mode::Strict { |_: &str| true } else { concerns_others };
    let tree = parse(&text, wanted)?;
    let mut reader = Reader { mode, file: GoMod::default(), errors: ParseErrors::default() };
    for statement in &tree.statements {
        reader.statement(&tree, statement);
    }
    if reader.errors.is_empty() { Ok(reader.file) } else { Err(reader.errors) }
}

struct Reader {
    mode: Mode,
    file: GoMod,
    errors: ParseErrors,
}

impl Reader {
    fn statement(&mut self, tree: &Tree<'_>, statement: &Statement<'_>) {
        match statement {
            Statement::Block(block) => self.block(tree, block),
            Statement::Line(index) => {
                let Some(line) = tree.lines.get(*index) else { return };
                if let Some((verb, words)) = line.words.split_first() {
                    self.line(verb, words, line, None);
                }
            }
        }
    }

    fn block(&mut self, tree: &Tree<'_>, block: &Block<'_>) {
        match *block.words {
            [verb] if may_have_block(verb) => {
                let comments = comment_text(block.before, &[]).into();
                for line in tree.lines.get(block.lines.clone()).unwrap_or_default() {
                    self.line(verb, &line.words, line, Some(&comments));
                }
            }
            _ if self.mode == Mode::Strict => {
                self.fail(block.start, Problem::UnknownBlock(block.words.join(" ")));
            }
            _ => {}
        }
    }

    /// Reads a line. `of_block` are the comments of the block that it is in.
    fn line(&mut self, verb: &str, words: &[&str], line: &Line<'_>, of_block: Option<&Arc<str>>) {
        let result = match Directive::of_word(verb) {
            Some(directive) if self.mode.reads(directive) => self.directive(directive, words, line, of_block),
            None if self.mode == Mode::Strict => Err(Problem::UnknownDirective(verb.to_owned())),
            _ => Ok(()),
        };
        if let Err(problem) = result {
            self.fail(line.start, problem);
        }
    }

    fn fail(&mut self, position: Position, problem: Problem) {
        self.errors.add(ParseError { position, problem });
    }

    fn directive(
        &mut self,
        directive: Directive,
        words: &[&str],
        line: &Line<'_>,
        of_block: Option<&Arc<str>>,
    ) -> Result<(), Problem> {
        match directive {
            Directive::Module => self.module(words, line, of_block)?,
            Directive::Go => self.go(words)?,
            Directive::Toolchain => self.toolchain(words)?,
            Directive::Godebug => self.file.godebug.push(godebug(words)?),
            Directive::Require => self.require(words, line)?,
            Directive::Exclude => self.exclude(words)?,
            Directive::Replace => self.file.replace.push(replace::read(words)?),
            Directive::Retract => self.retract(words, line, of_block)?,
            Directive::Tool => self.file.tool.push(only_text(directive, words)?),
            Directive::Ignore => self.file.ignore.push(only_text(directive, words)?),
        }
        Ok(())
    }

    fn module(
        &mut self,
        words: &[&str],
        line: &Line<'_>,
        of_block: Option<&Arc<str>>,
    ) -> Result<(), Problem> {
        if self.file.module.is_some() {
            return Err(Problem::Repeated(Directive::Module));
        }
        // A broken first line still makes a second one a repetition.
        let deprecated = deprecation(&comments_of(line, of_block)).map(str::to_owned);
        let module = self.file.module.insert(Module { path: String::new(), deprecated });
        module.path = only_text(Directive::Module, words)?;
        Ok(())
    }

    fn go(&mut self, words: &[&str]) -> Result<(), Problem> {
        let parse = if self.mode == Mode::Lax { GoVersion::parse_lax } else { GoVersion::parse };
        set_go(&mut self.file.go, words, parse)
    }

    fn toolchain(&mut self, words: &[&str]) -> Result<(), Problem> {
        set_toolchain(&mut self.file.toolchain, words)
    }

    fn require(&mut self, words: &[&str], line: &Line<'_>) -> Result<(), Problem> {
        let (path, version) = module_version(Directive::Require, words)?;
        self.file.require.push(Require { path, version, indirect: is_indirect(line) });
        Ok(())
    }

    fn exclude(&mut self, words: &[&str]) -> Result<(), Problem> {
        let (path, version) = module_version(Directive::Exclude, words)?;
        self.file.exclude.push(Exclude { path, version });
        Ok(())
    }

    /// In the file of a dependency a line that cannot be understood may be the syntax of a newer go; it is skipped.
    fn retract(
        &mut self,
        words: &[&str],
        line: &Line<'_>,
        of_block: Option<&Arc<str>>,
    ) -> Result<(), Problem> {
        match (retract::read(words), self.mode) {
            (Err(_), Mode::Lax) => {}
            (Err(problem), Mode::Strict) => return Err(problem),
            (Ok((_, [extra, ..])), Mode::Strict) => {
                return Err(Problem::RetractExtra((*extra).to_owned()));
            }
            (Ok(((low, high), _)), _) => {
                self.file.retract.push(Retract { low, high, rationale: comments_of(line, of_block) });
            }
        }
        Ok(())
    }
}

/// `go` and `toolchain` are written on one line only.
fn may_have_block(verb: &str) -> bool {
    let directive = Directive::of_word(verb);
    directive.is_some_and(|directive| !matches!(directive, Directive::Go | Directive::Toolchain))
}

/// The `go` line, of which there may be one.
pub(super) fn set_go(
    go: &mut Option<GoVersion>,
    words: &[&str],
    parse: fn(&str) -> Option<GoVersion>,
) -> Result<(), Problem> {
    if go.is_some() {
        return Err(Problem::Repeated(Directive::Go));
    }
    let word = only_word(Directive::Go, words)?;
    *go = Some(parse(word).ok_or_else(|| Problem::GoVersion(word.to_owned()))?);
    Ok(())
}

/// The `toolchain` line, of which there may be one.
pub(super) fn set_toolchain(toolchain: &mut Option<String>, words: &[&str]) -> Result<(), Problem> {
    if toolchain.is_some() {
        return Err(Problem::Repeated(Directive::Toolchain));
    }
    let word = only_word(Directive::Toolchain, words)?;
    if !is_toolchain(word) {
        return Err(Problem::Toolchain(word.to_owned()));
    }
    *toolchain = Some(word.to_owned());
    Ok(())
}

fn only_word<'a>(directive: Directive, words: &[&'a str]) -> Result<&'a str, Problem> {
    match *words {
        [word] => Ok(word),
        _ => Err(Problem::Form(directive)),
    }
}

fn only_text(directive: Directive, words: &[&str]) -> Result<String, Problem> {
    Ok(unquote_word(only_word(directive, words)?)?.into_owned())
}

/// Quotes and commas are kept for a future syntax.
pub(super) fn godebug(words: &[&str]) -> Result<Godebug, Problem> {
    let form = || Problem::Form(Directive::Godebug);
    let word = only_word(Directive::Godebug, words)?;
    let (key, value) = word.split_once('=').ok_or_else(form)?;
    if word.contains(['"', '`', '\'', ',']) {
        return Err(form());
    }
    Ok(Godebug { key: key.to_owned(), value: value.to_owned() })
}

fn module_version(directive: Directive, words: &[&str]) -> Result<(String, Version), Problem> {
    let [path, version] = *words else { return Err(Problem::Form(directive)) };
    let path = unquote_word(path)?;
    let version = read_version(directive, &path, version)?;
    let suffix = major_suffix(&path)?;
    check_major(directive, &path, suffix, &version)?;
    Ok((path.into_owned(), version))
}

/// A version word, made canonical.
pub(super) fn read_version(directive: Directive, path: &str, word: &str) -> Result<Version, Problem> {
    let text = unquote_word(word)?;
    let canonical = canonical_version(&text).and_then(|canonical| Version::parse(&canonical).ok());
    canonical.ok_or_else(|| Problem::Version { directive, path: path.to_owned(), version: text.into_owned() })
}

/// The major version suffix of a path, which is all that is checked of it.
pub(super) fn major_suffix(path: &str) -> Result<&str, Problem> {
    let split = split_path_version(path);
    split.map(|(_, suffix)| suffix).ok_or_else(|| Problem::MajorSuffix(path.to_owned()))
}

/// The version beside a path must have the major version that the path asks for.
pub(super) fn check_major(
    directive: Directive,
    path: &str,
    suffix: &str,
    version: &Version,
) -> Result<(), Problem> {
    check_path_major(version.as_str(), suffix).map_err(|error| Problem::WrongMajor {
        directive,
        path: path.to_owned(),
        flaw: error.flaw,
    })
}

#[cfg(test)]
mod tests {
    use super::super::error::{ERRORS_MAX, MESSAGE_BYTES_MAX};
    use super::*;
    use crate::modfile::Replacement;

    fn strict(text: &str) -> Result<GoMod, String> {
        GoMod::parse(text.as_bytes()).map_err(|errors| errors.to_string())
    }

    fn lax(text: &str) -> GoMod {
        GoMod::parse_lax(text.as_bytes()).unwrap()
    }

    const FULL: &str = "\
// About m.
//
// Deprecated: use n
// instead.
module \"example.com/m\"

go 1.23.0
toolchain go1.23.4
godebug (
\tdefault=go1.21
\ta=b=c
)
require (
\texample.com/a v1.2
\texample.com/b/v2 v2.0.0 // indirect
\texample.com/c v3.0.0+incompatible // indirect; why
)
exclude example.com/a v1.2.3+meta
replace example.com/a v1.2.0 => example.com/fork v1.2.1
replace example.com/b/v2 => ../b
// All bad.
retract (
\tv1.0.0
\t[v1.1.0, v1.1.9] // leaks
)
tool example.com/t/cmd
ignore \"./node modules\"
";

    #[test]
    fn every_directive_is_read() {
        let file = strict(&FULL.replace('\n', "\r\n")).unwrap();
        let module = file.module.unwrap();
        assert_eq!(module.path, "example.com/m");
        assert_eq!(module.deprecated.as_deref(), Some("use n\ninstead."));
        assert_eq!(file.go.unwrap().as_str(), "1.23.0");
        assert_eq!(file.toolchain.as_deref(), Some("go1.23.4"));
        assert_eq!(file.godebug[1], Godebug { key: "a".into(), value: "b=c".into() });
        let require: Vec<_> = file.require.iter().map(|r| (r.version.as_str(), r.indirect)).collect();
        assert_eq!(require, [("v1.2.0", false), ("v2.0.0", true), ("v3.0.0+incompatible", true)]);
        assert_eq!(file.exclude[0].version.as_str(), "v1.2.3");
        assert!(
            matches!(&file.replace[0].with, Replacement::Module { path, .. } if path == "example.com/fork")
        );
        assert_eq!(file.replace[1].with, Replacement::Directory("../b".into()));
        assert_eq!((file.retract[0].low.as_str(), &*file.retract[0].rationale), ("v1.0.0", "All bad."));
        assert_eq!((file.retract[1].high.as_str(), &*file.retract[1].rationale), ("v1.1.9", "leaks"));
        assert_eq!(file.tool, ["example.com/t/cmd"]);
        assert_eq!(file.ignore, ["./node modules"]);
    }

    #[test]
    fn a_dependency_is_read_for_what_concerns_others() {
        let file = lax(FULL);
        assert_eq!((file.require.len(), file.retract.len(), file.ignore.len()), (3, 2, 1));
        assert_eq!(
            (file.replace.len(), file.exclude.len(), file.tool.len(), file.godebug.len()),
            (0, 0, 0, 0)
        );
        assert_eq!(file.toolchain, None);
    }

    #[test]
    fn a_dependency_may_be_written_for_a_newer_go() {
        let file = lax("module m\ngo v1.99.x\nnew thing\nnewer ( x\nold new (\n\ty\n)\nretract [v1, v2)\n");
        assert_eq!(file.go.unwrap().as_str(), "1.99");
        assert!(file.retract.is_empty());
        assert!(GoMod::parse_lax(b"require example.com/a v2.0.0\n").is_err());
    }

    #[test]
    fn module_may_have_a_block() {
        assert_eq!(strict("module (\n\texample.com/m\n)\n").unwrap().module.unwrap().path, "example.com/m");
        assert!(strict("go (\n\t1.21\n)\n").is_err());
    }

    #[test]
    fn errors_are_collected_line_by_line() {
        let errors = strict("module m\nmodule n\n  bad line\nrequire a.b/c/v1 v1.0.0\n").unwrap_err();
        let places: Vec<_> =
            errors.lines().filter_map(|line| line.split_once(": ")).map(|(p, _)| p).collect();
        assert_eq!(places, ["2:1", "3:3", "4:1"]);
    }

    #[test]
    fn the_lines_of_a_block_share_its_comment() {
        let text = format!("// {}\nretract (\n{})\n", "why ".repeat(100), "\tv1.0.0\n".repeat(1000));
        for file in [strict(&text).unwrap(), lax(&text)] {
            assert_eq!(file.retract.len(), 1000);
            assert!(file.retract.iter().all(|r| Arc::ptr_eq(&r.rationale, &file.retract[0].rationale)));
        }
    }

    #[test]
    fn errors_are_counted_and_the_first_are_kept() {
        let errors = GoMod::parse("x y\n".repeat(ERRORS_MAX + 5).as_bytes()).unwrap_err();
        assert_eq!((errors.iter().len(), errors.more()), (ERRORS_MAX, 5));
        let text = errors.to_string();
        assert_eq!(text.lines().count(), ERRORS_MAX + 1);
        assert!(text.ends_with("\nand 5 more"), "{text}");
        let all = GoMod::parse("x y\n".repeat(ERRORS_MAX).as_bytes()).unwrap_err();
        assert_eq!((all.more(), all.to_string().lines().count()), (0, ERRORS_MAX));
    }

    #[test]
    fn a_message_does_not_repeat_a_whole_file() {
        for text in [format!("{}\n", "x".repeat(1 << 20)), format!("{}(\n)\n", "\u{ad} ".repeat(9000))] {
            let message = GoMod::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.len() <= MESSAGE_BYTES_MAX + 20, "{}", message.len());
        }
    }

    #[test]
    fn lenient_reading_takes_any_number_of_lines_that_it_skips() {
        let skipped = "a\n".repeat(super::super::LINES_MAX + 1);
        let text = format!("{skipped}replace (\n{skipped})\n{}module m\n", "tool (\n)\n".repeat(9));
        assert_eq!(lax(&text).module.unwrap().path, "m");
        let error = strict(&text).unwrap_err();
        assert!(error.contains("more than"), "{error}");
    }

    #[test]
    fn quotes_are_kept_from_words_that_have_none() {
        for bad in ["\"go\" 1.21", "go \"1.21\"", "godebug a=\"b\"", "module `m`", "module 'm'"] {
            assert!(strict(bad).is_err(), "{bad}");
        }
    }
}
