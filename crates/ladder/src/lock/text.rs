//! The text of a modkeep.lock: TOML, strictly read, and written in one way only.

use std::collections::BTreeMap;
use std::fmt;

use gomod::ModuleVersion;
use gomod::gosum::GoSum;
use gomod::module::compare_for_list;
use serde::{Deserialize, Serialize};
use vcs::Hold;

use super::Lock;
use super::entry::{Module, Tool, field};

/// What the number of a form is that this program reads and writes.
const SCHEMA: u32 = 1;

/// What stands in front.
const HEAD: &str = "\
# Which commit of which repository each module in go.sum was built from: builds from repositories are held to it.
# `modkeep lock` writes this file, and `modkeep lock --check` says whether that has to be done again. Commit it beside go.sum.
";

/// What stands at the end: without it, the file was cut short, be it between two modules.
const TAIL: &str = "# end";

/// What is wrong with a text.
#[derive(Debug, thiserror::Error)]
pub enum LockFlaw {
    /// It is no TOML, or has other fields.
    #[error("{0}")]
    Form(String),
    /// The last line is missing.
    #[error("its last line, {TAIL:?}, is missing: it was cut short")]
    Cut,
    /// It is of another form.
    #[error("its schema is {0}, and this modkeep reads {SCHEMA}")]
    Schema(u32),
    /// An entry says something impossible.
    #[error("{}: {field} is wrong: {}", .entry.escape_debug(), .why.replace('\n', " "))]
    Field {
        /// Which module or tool.
        entry: String,
        /// What of it.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// Two entries are about the same.
    #[error("{0} is in it twice")]
    Twice(String),
}

/// The file as TOML has it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    hold: String,
    #[serde(default, rename = "module", skip_serializing_if = "Vec::is_empty")]
    modules: Vec<Module>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tools: BTreeMap<String, Tool>,
}

impl Lock {
    /// Reads a text. Nothing in it is passed over: what nobody understands may have been meant to hold something.
    ///
    /// # Errors
    /// It is not such a file, or says something impossible.
    pub fn parse(content: &[u8]) -> Result<Self, LockFlaw> {
        let text = std::str::from_utf8(content).map_err(|error| LockFlaw::Form(error.to_string()))?;
        let file: File = toml::from_str(text).map_err(|error| LockFlaw::Form(told(text, &error)))?;
        if file.schema != SCHEMA {
            return Err(LockFlaw::Schema(file.schema));
        }
        if text.lines().next_back() != Some(TAIL) {
            return Err(LockFlaw::Cut);
        }
        let hold = Hold::parse(&file.hold).ok_or_else(|| {
            field("the lock", "hold", format!("{:?} is none of commit, tag, tree", file.hold))
        })?;
        let mut lock = Self { hold, ..Self::default() };
        for module in file.modules {
            let (version, anchor) = module.read()?;
            if lock.modules.insert(version.clone(), anchor).is_some() {
                return Err(LockFlaw::Twice(version.to_string()));
            }
        }
        for (name, tool) in file.tools {
            let sums = tool.read(&name)?;
            lock.tools.insert(name, sums);
        }
        Ok(lock)
    }

    fn file(&self) -> File {
        let mut modules: Vec<_> = self.modules.iter().collect();
        let key = |version: &ModuleVersion| (version.path().to_string(), version.version().to_string());
        modules.sort_by(|(a, _), (b, _)| {
            let (a, b) = (key(a), key(b));
            compare_for_list((&a.0, &a.1), (&b.0, &b.1))
        });
        let tool = |sums: &GoSum| Tool { sums: sums.to_string().lines().map(str::to_owned).collect() };
        File {
            schema: SCHEMA,
            hold: self.hold.to_string(),
            modules: modules.into_iter().map(|(version, anchor)| Module::of(version, anchor)).collect(),
            tools: self.tools.iter().map(|(name, sums)| (name.clone(), tool(sums))).collect(),
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = toml::to_string_pretty(&self.file()).map_err(|_| fmt::Error)?;
        writeln!(f, "{HEAD}{text}\n{TAIL}")
    }
}

/// The error with its line, in one line.
fn told(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', " ");
    let before = error.span().and_then(|span| text.get(..span.start));
    before.map_or(message.clone(), |before| format!("line {}: {message}", 1 + before.matches('\n').count()))
}

#[cfg(test)]
pub(super) mod tests {
    use gomod::repository::Vcs;
    use proptest::prelude::*;
    use vcs::Anchor;

    use super::*;

    const LINES: &str = "example.com/t v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\
                         example.com/t v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn anchor(url: &str, n: u8) -> Anchor {
        let commit = format!("{n:02x}").repeat(20);
        let [url, root, subdir] =
            [url, "a.example/m", if n.is_multiple_of(2) { "sub" } else { "" }].map(str::to_owned);
        let (tag, tree) = (
            (!n.is_multiple_of(3)).then(|| format!("v1.{n}.0")),
            (!n.is_multiple_of(5)).then(|| commit.clone()),
        );
        Anchor { vcs: Vcs::Git, url, root, subdir, tag, commit, tree, h1: gomod::dirhash::hash_go_mod(&[n]) }
    }

    /// A lock with a bit of everything.
    pub(in super::super) fn sample() -> Lock {
        let version = |path: &str, version: &str| ModuleVersion::parse(path, version).unwrap();
        let modules = [
            (version("a.example/m", "v1.10.0"), anchor("https://a.example/m", 1)),
            (version("a.example/m", "v1.9.0"), anchor("https://a.example/m", 2)),
            (version("a.example/m/sub", "v1.0.0"), anchor("ssh://git@a.example/m", 15)),
        ];
        let tools = [("example.com/t/cmd/x@v1.0.0".to_owned(), GoSum::parse(LINES.as_bytes()).unwrap())];
        Lock { hold: Hold::Tree, modules: modules.into(), tools: tools.into() }
    }

    #[test]
    fn it_is_written_sorted_and_read_back() {
        let text = sample().to_string();
        assert!(text.starts_with("# ") && text.contains("\nschema = 1\nhold = \"tree\"\n"), "{text}");
        assert!(text.contains("[tools.\"example.com/t/cmd/x@v1.0.0\"]\nsums = [\n"), "{text}");
        let order: Vec<_> =
            ["\"v1.9.0\"", "\"v1.10.0\"", "/sub\""].iter().map(|part| text.find(part)).collect();
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{order:?} {text}");
        assert_eq!(Lock::parse(text.as_bytes()).unwrap(), sample());
        assert_eq!(Lock::parse(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn whatever_is_not_understood_is_an_error() {
        let text = sample().to_string();
        for (from, to) in [
            ("schema = 1", "schema = 2"),
            ("hold = \"tree\"", "hold = \"branch\""),
            ("hold = \"tree\"", "hold = \"tree\"\nlater = 1"),
            ("v1.10.0\"", "v1.9.0\""),
            ("v1.10.0\"", "1.10\""),
            ("vcs = \"git\"", "vcs = \"cvs\""),
            ("commit = \"0101", "commit = \"01"),
            ("commit = \"0101", "commit = \"XX01"),
            ("url = \"https://a.example/m\"", "url = \"https://a.example/m --x\""),
            ("url = \"https://a.example/m\"", "url = \"--upload-pack=x\""),
            ("subdir = \"sub\"", "subdir = \"../sub\""),
            ("h1:", "h2:"),
            ("t v1.0.0 h1:", "t v1.0.0/go.mod/x h1:"),
            ("[[module]]", "<<<<<<< HEAD\n[[module]]"),
            ("\n# end\n", "\n"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            assert!(Lock::parse(changed.as_bytes()).is_err(), "{from} -> {to}");
        }
        let name = "\"example.com/t/cmd/x@v1.0.0\"";
        let forged = text
            .replace(name, "\"x\\nhelp: do\"")
            .replace("example.com/t v1.0.0 h1:", "example.com/t v1.0.0 h2:");
        let told = Lock::parse(forged.as_bytes()).unwrap_err().to_string();
        assert!(told.contains("help: do") && !told.contains('\n'), "{told}");
        let cut = Lock::parse(b"schema = 1\nhold = \"commit\"\n[[module]]\npath = \"a").unwrap_err();
        assert!(cut.to_string().contains("line 4"), "{cut}");
    }

    proptest! {
        #[test]
        fn every_lock_reads_back(entries in proptest::collection::btree_map((0u8..40, 0u8..40), 0u8..200, 0..12), hold in 0usize..3) {
            let entry = |((path, minor), n): ((u8, u8), u8)| {
                let version = ModuleVersion::parse(&format!("a.example/m{path}"), &format!("v1.{minor}.0")).unwrap();
                (version, anchor("https://a.example/\"\u{fc}'#", n))
            };
            let lock = Lock { hold: Hold::ALL[hold], modules: entries.into_iter().map(entry).collect(), ..sample() };
            prop_assert_eq!(Lock::parse(lock.to_string().as_bytes()).unwrap(), lock);
        }

        #[test]
        fn a_lock_that_is_cut_is_none_and_noise_is_no_reason_to_panic(at in 1usize..2000, noise in any::<Vec<u8>>()) {
            let text = sample().to_string();
            let kept = text.len().saturating_sub(2 + at % text.len());
            prop_assert!(Lock::parse(&text.as_bytes()[..kept]).is_err());
            let _ = Lock::parse(&noise);
        }
    }
}
