//! go.mod files: lines and blocks of every directive, in every spelling, good and bad.

use super::{damage, paths, versions};
use crate::dice::Dice;

const VERBS: [&str; 14] = [
    "module",
    "go",
    "toolchain",
    "godebug",
    "require",
    "require",
    "require",
    "exclude",
    "replace",
    "replace",
    "retract",
    "retract",
    "tool",
    "ignore",
];

/// A whole file: clean, with a few bad lines, or damaged anywhere, even inside a character.
pub(crate) fn file(dice: &mut Dice) -> Vec<u8> {
    let sloppiness = dice.pick(&[0, 0, 0, 3, 15]);
    let mut writer = Writer { dice, sloppiness, text: String::new() };
    writer.file();
    let text = writer.text;
    spoiled(dice, text)
}

/// The verbs of a go.work file, and one that is none.
const WORK_VERBS: [&str; 7] = ["use", "use", "use", "replace", "replace", "godebug", "require"];

/// A whole go.work file, in the same conditions.
pub(crate) fn work_file(dice: &mut Dice) -> Vec<u8> {
    let sloppiness = dice.pick(&[0, 0, 0, 3, 15]);
    let mut writer = Writer { dice, sloppiness, text: String::new() };
    writer.work_file();
    let text = writer.text;
    spoiled(dice, text)
}

/// The text as it is, or in one of the ways in which files come to harm.
fn spoiled(dice: &mut Dice, text: String) -> Vec<u8> {
    // Repeated until there are more errors than are kept.
    let text = if dice.chance(3) { text.repeat(8) } else { text };
    let text = if dice.chance(30) { text.replace('\n', "\r\n") } else { text };
    let text = if dice.chance(20) { damage(dice, &text) } else { text };
    let mut bytes = text.into_bytes();
    if dice.chance(10) && !bytes.is_empty() {
        let at = dice.below(bytes.len());
        bytes[at] = dice.byte();
    }
    bytes
}

struct Writer<'a> {
    dice: &'a mut Dice,
    /// How many words in a hundred are bad.
    sloppiness: usize,
    text: String,
}

impl Writer<'_> {
    fn file(&mut self) {
        if self.dice.chance(90) {
            self.comments("");
            self.statement("module");
        }
        for verb in ["go", "toolchain"] {
            if self.dice.chance(40) {
                self.statement(verb);
            }
        }
        for _ in 0..self.dice.below(5) {
            self.comments("");
            let verb = if self.bad() { self.dice.pick(&VERBS) } else { self.dice.pick(&VERBS[3..]) };
            self.statement(verb);
        }
        if self.dice.chance(10) {
            self.text.truncate(self.text.trim_end().len());
        }
    }

    fn work_file(&mut self) {
        for verb in ["go", "toolchain", "go"] {
            if self.dice.chance(if self.text.is_empty() { 60 } else { 10 }) {
                self.statement(verb);
            }
        }
        for _ in 0..self.dice.below(5) {
            self.comments("");
            let verbs = if self.bad() { &WORK_VERBS[..] } else { &WORK_VERBS[..6] };
            let verb = self.dice.pick(verbs);
            self.statement(verb);
        }
    }

    fn bad(&mut self) -> bool {
        self.dice.chance(self.sloppiness)
    }

    fn statement(&mut self, verb: &str) {
        let verb =
            if self.bad() { self.dice.pick(&["requires", "\"go\"", "use", "(", ")", "=>"]) } else { verb };
        self.text.push_str(verb);
        let may_have_block = !matches!(verb, "go" | "toolchain") || self.bad();
        if may_have_block && self.dice.chance(if verb == "module" { 10 } else { 40 }) {
            self.block(verb);
        } else {
            self.text.push(' ');
            self.line(verb);
        }
    }

    fn block(&mut self, verb: &str) {
        let open = if self.bad() {
            self.dice.pick(&[" x (", "(x", " ( )", " ()"])
        } else {
            self.dice.pick(&[" (", "(", " ("])
        };
        self.text.push_str(open);
        self.line_end();
        let lines = if verb == "module" { 1 } else { self.dice.below(4) };
        for _ in 0..lines {
            self.comments("\t");
            self.text.push('\t');
            self.line(verb);
        }
        let close = if self.bad() { self.dice.pick(&[") x", "", "))", ") ("]) } else { ")" };
        self.text.push_str(close);
        self.line_end();
    }

    /// The words behind a verb, and the end of the line.
    fn line(&mut self, verb: &str) {
        let words = self.words(verb);
        self.text.push_str(&words);
        self.line_end();
    }

    fn line_end(&mut self) {
        if self.dice.chance(25) {
            let comment = self.dice.pick(&[
                " // indirect",
                " // indirect; why",
                "// indirect",
                " // indirectly",
                " //",
                " // a reason",
                " // Deprecated: x",
                "\t//indirect",
            ]);
            self.text.push_str(comment);
        }
        let end = self.dice.pick(&["\n", "\n", "\n", "\n\n", " \t\n"]);
        self.text.push_str(end);
    }

    fn comments(&mut self, indent: &str) {
        for _ in 0..self.dice.below(3) {
            let comment = self.dice.pick(&[
                "// why",
                "//",
                "// Deprecated: use b",
                "//Deprecated:  gone",
                "",
                "// deprecated: no",
                "// \u{e9} \u{4e2d}",
            ]);
            self.text.push_str(indent);
            self.text.push_str(comment);
            self.text.push('\n');
        }
    }

    fn words(&mut self, verb: &str) -> String {
        let mut words = match verb {
            "module" | "tool" => self.path(),
            "ignore" => self.quoted("./node modules"),
            "use" if self.dice.chance(50) => self.quoted("./a b"),
            "use" => self.dice.pick(&[".", "./api", "../x", "/abs", "", "./a ./b"]).to_owned(),
            "go" => self.go_version(),
            "toolchain" => self.toolchain(),
            "godebug" => self.godebug(),
            "retract" => self.interval(),
            "replace" => self.replacement(),
            _ => self.path_and_version(),
        };
        if self.bad() {
            words.push_str(self.dice.pick(&[
                " more",
                " \"",
                " `raw`",
                " (",
                " ,",
                " // x",
                " /* y */",
                " \"a\\\nb\"",
            ]));
        }
        words
    }

    fn path(&mut self) -> String {
        let path =
            if self.bad() { paths::any_module_path(self.dice) } else { paths::good_module_path(self.dice) };
        if self.dice.chance(15) { self.quoted(&path) } else { path }
    }

    /// A string literal in one of its spellings.
    fn quoted(&mut self, text: &str) -> String {
        if self.bad() {
            let odd = [
                "`raw`",
                "'a'",
                "\"\\q\"",
                "\"\\xff\"",
                "\"\\ud800\"",
                "a\"b",
                "\"\\400\"",
                "\"open",
                "`open",
                "\"\\'\"",
            ];
            return self.dice.pick(&odd).to_owned();
        }
        match (self.dice.below(5), text.split_at_checked(1)) {
            (0, Some((first, rest))) => {
                format!("\"\\x{:02x}{rest}\"", first.bytes().next().unwrap_or_default())
            }
            (1, Some((first, rest))) => {
                format!("\"\\u{:04x}{rest}\"", u32::from(first.chars().next().unwrap_or('a')))
            }
            (2, _) => format!("\"{text}\\303\\251\""),
            (3, _) => format!("\"{text}\\t\\\"\""),
            _ => format!("\"{text}\""),
        }
    }

    /// A version that fits the path, unless it should not.
    fn version_for(&mut self, path: &str) -> String {
        if self.bad() {
            return versions::any_version(self.dice);
        }
        let major = match path.trim_matches('"').rsplit_once("/v") {
            Some((_, major)) if major.bytes().all(|b| b.is_ascii_digit()) => major.to_owned(),
            _ => self.dice.pick(&["0", "1"]).to_owned(),
        };
        let rest = self.dice.pick(&[
            ".2.3",
            ".0.0-pre",
            "",
            ".1",
            ".2.3+meta",
            ".0.0+incompatible",
            ".0.0-20240102030405-abcdefabcdef",
        ]);
        let version = format!("v{major}{rest}");
        if self.dice.chance(5) { format!("\"{version}\"") } else { version }
    }

    fn path_and_version(&mut self) -> String {
        let path = self.path();
        let version = self.version_for(&path);
        let space = self.dice.pick(&[" ", " ", "\t", "  "]);
        format!("{path}{space}{version}")
    }

    fn replacement(&mut self) -> String {
        let left = if self.dice.chance(50) { self.path() } else { self.path_and_version() };
        let arrow = if self.bad() { self.dice.pick(&["->", "=", "=> =>"]) } else { "=>" };
        let right = if self.bad() || self.dice.chance(4) {
            self.dice
                .pick(&[
                    "a.b/c@v1.0.0",
                    "a.b/c",
                    "./a v1.0.0",
                    "..\\x",
                    "C:\\x",
                    ".\\x v1",
                    "\"./a\\q\"",
                    "./a v1 x",
                ])
                .to_owned()
        } else if self.dice.chance(50) {
            self.dice
                .pick(&["./a", "..", "/abs/dir", "../b c/d", "c:/x", "\"./with space\""])
                .replace(' ', "_")
        } else {
            self.path_and_version()
        };
        format!("{left} {arrow} {right}")
    }

    fn interval(&mut self) -> String {
        let (low, high) = (versions::any_version(self.dice), versions::canonical(self.dice));
        let low = if low.is_empty() || self.dice.chance(70) {
            high.clone()
        } else {
            low.replace(['"', '`', '\''], "")
        };
        if self.bad() {
            let odd = [
                "",
                "[",
                "[v1",
                "[v1,",
                "[v1,v2",
                "[v1 v2]",
                "[v1,v2)",
                "(v1,v2]",
                "v1 more",
                "[\"\\q\",v1]",
                "[]",
                "v1 v2",
            ];
            return self.dice.pick(&odd).to_owned();
        }
        if self.dice.chance(50) { low } else { format!("[{low}, {high}]") }
    }

    fn go_version(&mut self) -> String {
        let bad = [
            "1",
            "v1.21",
            "1.021",
            "go1.21",
            "1.21.x",
            "v1.22.3",
            "1.21-rc1",
            "0.1",
            "1.21 1.22",
            "",
            "1.2x",
            "\"1.21\"",
        ];
        let good = ["1.20", "1.21", "1.23.0", "1.24rc1", "1.25.3"];
        let version = if self.bad() { self.dice.pick(&bad) } else { self.dice.pick(&good) };
        version.to_owned()
    }

    fn toolchain(&mut self) -> String {
        let bad = ["go2", "1.21", "go", "go11", "Default", "go1.21 x", ""];
        let good = ["default", "go1", "go1.21.0", "go1.23-custom", "go1.x"];
        let name = if self.bad() { self.dice.pick(&bad) } else { self.dice.pick(&good) };
        name.to_owned()
    }

    fn godebug(&mut self) -> String {
        let bad = ["x", "a=b,c=d", "a=\"b\"", "a = b", "", "a='b'"];
        let good = ["default=go1.21", "panicnil=1", "a=b=c", "=", "a="];
        let pair = if self.bad() { self.dice.pick(&bad) } else { self.dice.pick(&good) };
        pair.to_owned()
    }
}
