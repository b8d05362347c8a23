//! What is known of each subcommand of go: whether it may fetch modules, and whether it may be run a second time.

use std::ffi::{OsStr, OsString};

use crate::quoted;

/// How a subcommand is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It fetches no modules, whatever it is given: go is run as if modkeep were not there.
    Local,
    /// It may fetch modules, and perhaps runs the user's code: go is run once, behind the agent.
    Once,
    /// It may fetch modules and runs none of the user's code before it is done: it may be run again another way.
    Repeatable,
}

/// Every subcommand of go 1.27 with what holds for it. What is not here is [`Kind::Once`]: a go that is newer than this table
/// still gets the ladder.
///
/// `build`, `install` and `vet` run compilers, and generators through none; a tool that `-toolexec` or `-vettool` names
/// is the user's code all the same.
const TABLE: [(&str, Kind); 20] = [
    ("bug", Kind::Local),
    ("build", Kind::Repeatable),
    ("clean", Kind::Once),
    ("doc", Kind::Once),
    ("env", Kind::Local),
    ("fix", Kind::Once),
    ("fmt", Kind::Once),
    ("generate", Kind::Once),
    ("get", Kind::Once),
    ("help", Kind::Local),
    ("install", Kind::Repeatable),
    ("list", Kind::Once),
    ("mod", Kind::Once),
    ("run", Kind::Once),
    ("telemetry", Kind::Local),
    ("test", Kind::Once),
    ("tool", Kind::Once),
    ("version", Kind::Local),
    ("vet", Kind::Repeatable),
    ("work", Kind::Once),
];

/// What may name a program of the user's for go to run while it builds.
const RUNS_TOOLS: [&str; 2] = ["toolexec", "vettool"];

/// The subcommands that build from `vendor/` where there is one.
const READS_VENDOR: [&str; 9] = ["build", "fix", "generate", "install", "list", "run", "test", "tool", "vet"];

/// The subcommands that build packages.
const BUILDS: [&str; 5] = ["build", "install", "run", "test", "vet"];

/// The flags of builds, tests and verbs that have a value, which may be a word of its own.
const TAKES_VALUE: [&str; 49] = [
    "C",
    "asmflags",
    "bench",
    "benchtime",
    "blockprofile",
    "blockprofilerate",
    "buildmode",
    "compat",
    "compiler",
    "count",
    "covermode",
    "coverpkg",
    "coverprofile",
    "cpu",
    "cpuprofile",
    "debug-actiongraph",
    "exec",
    "f",
    "fuzz",
    "fuzzminimizetime",
    "fuzztime",
    "gccgoflags",
    "gcflags",
    "go",
    "installsuffix",
    "ldflags",
    "list",
    "memprofile",
    "memprofilerate",
    "mod",
    "modfile",
    "mutexprofile",
    "mutexprofilefraction",
    "o",
    "outputdir",
    "overlay",
    "p",
    "parallel",
    "pgo",
    "pkgdir",
    "reuse",
    "run",
    "shuffle",
    "skip",
    "tags",
    "timeout",
    "toolexec",
    "trace",
    "vettool",
];

/// The subcommands that have subcommands themselves, whose flags stand behind these. Those of `go tool` stand before the name of the tool.
const HAVE_VERBS: [&str; 2] = ["mod", "work"];

/// The values of `-mod` that leave `vendor/` alone.
const NOT_FROM_VENDOR: [&str; 2] = ["mod", "readonly"];

/// A command line of go, as far as it has to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandLine<'a> {
    /// The folder of `-C`, which must be go's first flag.
    pub folder: Option<&'a OsStr>,
    /// The subcommand; none for a bare `go`.
    pub subcommand: Option<&'a OsStr>,
    /// What is to be done, of a subcommand such as `mod`.
    pub verb: Option<&'a OsStr>,
    /// What stands behind the subcommand.
    pub rest: &'a [OsString],
}

impl<'a> CommandLine<'a> {
    /// Reads the arguments of go: `[-C DIR] SUBCOMMAND …`, or `SUBCOMMAND -C DIR …`.
    pub fn read(args: &'a [OsString]) -> Self {
        let (before, args) = folder(args);
        let (subcommand, rest) =
            args.split_first().map_or((None, args), |(first, rest)| (Some(first.as_os_str()), rest));
        let (behind, rest) = folder(rest);
        let has_verb = subcommand.is_some_and(|name| HAVE_VERBS.iter().any(|known| name == *known));
        let verb = rest.split_first().filter(|_| has_verb);
        let (within, verb) =
            verb.map_or((None, None), |(verb, rest)| (folder(rest).0, Some(verb.as_os_str())));
        Self { folder: before.or(behind).or(within), subcommand, verb, rest }
    }

    /// The arguments `args`, of which this line was read, with one more flag behind the subcommand.
    pub fn with_flag(&self, args: &[OsString], flag: OsString) -> Vec<OsString> {
        let mut args = args.to_vec();
        args.insert(args.len() - self.rest.len(), flag);
        args
    }

    /// How it is run. `goflags` are the flags that go adds by itself.
    pub fn kind(&self, goflags: &str) -> Kind {
        let Some(subcommand) = self.subcommand else { return Kind::Local };
        let known = TABLE.iter().find(|(name, _)| subcommand == *name);
        let kind = known.map_or(Kind::Once, |(_, kind)| *kind);
        if kind == Kind::Repeatable && self.runs_tools(goflags) { Kind::Once } else { kind }
    }

    /// Whether it builds from `vendor/`, where there is one. `goflags` are the flags that go adds by itself.
    pub fn reads_vendor(&self, goflags: &str) -> bool {
        let given = self.mode(goflags);
        let reads = self.subcommand.is_some_and(|name| READS_VENDOR.iter().any(|known| name == *known));
        reads && !given.is_some_and(|mode| NOT_FROM_VENDOR.contains(&mode.as_str()))
    }

    /// The file that takes the place of go.mod (`-modfile`); its hashes are in a file beside it that ends in `.sum`.
    pub fn modfile(&self, goflags: &str) -> Option<String> {
        self.given("modfile", goflags)
    }

    /// The value of `-mod`.
    pub fn mode(&self, goflags: &str) -> Option<String> {
        self.given("mod", goflags)
    }

    /// The value of a flag, from the line or else from the flags that go adds by itself.
    fn given(&self, name: &str, goflags: &str) -> Option<String> {
        self.flag(name).or_else(|| {
            let set = flags(goflags);
            set.iter().rev().find_map(|flag| value(flag, name)).map(str::to_owned)
        })
    }

    /// Whether it builds packages, and can say how (`-debug-actiongraph`).
    pub fn builds(&self) -> bool {
        self.subcommand.is_some_and(|name| BUILDS.iter().any(|known| name == *known))
    }

    /// Whether it is `go mod vendor` or `go work vendor`, which make `vendor/` anew, and not another folder.
    pub fn makes_vendor(&self) -> bool {
        let is_it = self.subcommand.is_some_and(|name| name == "mod" || name == "work");
        let is_elsewhere = |word: &OsString| {
            let word = word.to_string_lossy();
            matches!(&*word, "-o" | "--o") || value(&word, "o").is_some()
        };
        is_it && self.verb.is_some_and(|verb| verb == "vendor") && !self.rest.iter().any(is_elsewhere)
    }

    /// The packages at versions of their own that it installs or runs, such as `example.com/cmd/x@v1.2.3`: they are built without the
    /// project around. What stands behind the package of `go run` is for the program.
    pub fn versioned(&self) -> Vec<&'a str> {
        let taken = match self.subcommand.and_then(OsStr::to_str) {
            Some("install") => usize::MAX,
            Some("run") => 1,
            _ => 0,
        };
        self.operands().take(taken).filter(|word| word.contains('@')).collect()
    }

    /// What stands behind all flags: packages, modules, or words for a program.
    pub fn operands(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut words = self.words().iter().filter_map(|word| word.to_str()).peekable();
        while let Some(flag) = words.next_if(|word| word.starts_with('-')) {
            if TAKES_VALUE.contains(&flag.trim_start_matches('-')) {
                words.next();
            }
        }
        words
    }

    /// What stands behind the subcommand, or behind its verb where it has one.
    fn words(&self) -> &'a [OsString] {
        &self.rest[usize::from(self.verb.is_some())..]
    }

    /// The last value of a flag, `-name=value` or `-name value`, before the first package, or for `test` before `-args`: what stands
    /// behind may be for the user's program.
    fn flag(&self, name: &str) -> Option<String> {
        let reads_on = self.subcommand.is_some_and(|subcommand| subcommand == "test");
        let mut words = self.words().iter().map(|arg| arg.to_string_lossy().into_owned());
        let mut found = None;
        while let Some(word) = words.next().filter(|word| word.starts_with('-') || reads_on) {
            let inner = word.trim_start_matches('-');
            match value(&word, name) {
                Some(value) => found = Some(value.to_owned()),
                None if !word.starts_with('-') => {}
                None if inner == "args" => break,
                None if inner == name => found = words.next(),
                None if TAKES_VALUE.contains(&inner) => drop(words.next()),
                None => {}
            }
        }
        found
    }

    fn runs_tools(&self, goflags: &str) -> bool {
        let given = self.rest.iter().map(|arg| arg.to_string_lossy());
        let inherited = flags(goflags).into_iter().map(Into::into);
        given.chain(inherited).any(|flag| {
            let name = flag.trim_start_matches('-').split('=').next().unwrap_or_default().to_owned();
            flag.starts_with('-') && RUNS_TOOLS.contains(&name.as_str())
        })
    }
}

/// The flags in GOFLAGS; none where it cannot be read, which go says itself.
fn flags(goflags: &str) -> Vec<String> {
    quoted::split(goflags).unwrap_or_default()
}

/// The value in `-name=value`.
fn value<'a>(flag: &'a str, name: &str) -> Option<&'a str> {
    let inner = flag.strip_prefix("--").or(flag.strip_prefix('-'))?;
    inner.strip_prefix(name)?.strip_prefix('=')
}

/// The folder of a leading `-C`, and the arguments behind it.
fn folder(args: &[OsString]) -> (Option<&OsStr>, &[OsString]) {
    match args {
        [flag, folder, rest @ ..] if flag == "-C" || flag == "--C" => (Some(folder), rest),
        [flag, rest @ ..] => {
            let joined =
                flag.to_str().and_then(|flag| flag.strip_prefix("-C=").or(flag.strip_prefix("--C=")));
            joined.map_or((None, args), |folder| (Some(OsStr::new(folder)), rest))
        }
        [] => (None, args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(Into::into).collect()
    }

    fn kind(line: &str) -> Kind {
        CommandLine::read(&args(line)).kind("")
    }

    #[test]
    fn the_subcommand_is_found_behind_a_folder() {
        for line in ["-C sub build ./...", "-C=sub build ./...", "build -C sub ./...", "build -C=sub ./..."] {
            let args = args(line);
            let read = CommandLine::read(&args);
            assert_eq!(
                (read.folder, read.subcommand),
                (Some("sub".as_ref()), Some("build".as_ref())),
                "{line}"
            );
            assert_eq!(read.rest, ["./..."], "{line}");
        }
    }

    #[test]
    fn vendor_is_read_by_builds_that_do_not_say_otherwise() {
        let reads = |line: &str, goflags: &str| CommandLine::read(&args(line)).reads_vendor(goflags);
        assert!(reads("build ./...", "") && reads("test -mod=vendor", "-mod=mod"));
        assert!(reads("run . -mod=mod", "") && reads("test . -args -mod=mod", ""), "that is for the program");
        assert!(reads("build -mod=mod -o x -mod vendor .", "") && !reads("build -o x -mod=mod .", ""));
        for (line, goflags) in
            [("build -mod=mod", ""), ("build -mod readonly .", ""), ("vet", "-x -mod=mod"), ("mod tidy", "")]
        {
            assert!(!reads(line, goflags), "{line}");
        }
        assert!(CommandLine::read(&args("-C x mod vendor")).makes_vendor());
        assert!(!CommandLine::read(&args("mod tidy vendor")).makes_vendor());
    }

    #[test]
    fn tools_at_versions_of_their_own_are_found() {
        let found = |line: &str| {
            let args = args(line);
            CommandLine::read(&args).versioned().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            found("install -tags x@y -v a.example/x@v1.0.0 a.example/y@v1.0.0"),
            ["a.example/x@v1.0.0", "a.example/y@v1.0.0"]
        );
        assert_eq!(found("run a.example/x@v1.0.0 me@b.example"), ["a.example/x@v1.0.0"]);
        for line in ["run . me@b.example", "get a.example/x@v1.0.0", "install ./...", ""] {
            assert!(found(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn flags_are_found_behind_values_packages_and_quotes() {
        let modfile = |line: &str, goflags: &str| CommandLine::read(&args(line)).modfile(goflags);
        for line in ["test -run X -modfile=a .", "test . -modfile=a", "build -buildmode exe -modfile a ."] {
            assert_eq!(modfile(line, "").as_deref(), Some("a"), "{line}");
        }
        assert_eq!(modfile("vet .", "'-modfile=a'").as_deref(), Some("a"));
        for line in [
            "mod download -modfile=a",
            "mod tidy -go 1.21 -modfile a",
            "-C x mod graph -modfile=a",
            "mod vendor -C x -modfile=a",
            "work sync -modfile=a",
            "tool -modfile=a x -modfile=b",
        ] {
            assert_eq!(modfile(line, "").as_deref(), Some("a"), "{line}");
        }
        for line in [
            "run . -modfile=a",
            "test . -args -modfile=a",
            "build -run -modfile=a",
            "tool x -modfile=a",
            "mod",
        ] {
            assert_eq!(modfile(line, ""), None, "{line}");
        }
        let folder = |line: &str| CommandLine::read(&args(line)).folder.map(OsStr::to_owned);
        assert_eq!(folder("mod vendor -C sub"), Some("sub".into()));
        let makes = |line: &str| CommandLine::read(&args(line)).makes_vendor();
        assert!(
            makes("mod vendor -v") && makes("work vendor") && !makes("mod vendor -o x") && !makes("mod tidy")
        );
    }

    #[test]
    fn only_what_runs_no_code_of_the_user_may_run_again() {
        assert_eq!(kind("build ./..."), Kind::Repeatable);
        assert_eq!(kind("build -toolexec=x ./..."), Kind::Once);
        assert_eq!(kind("vet --vettool x"), Kind::Once);
        assert_eq!(CommandLine::read(&args("build")).kind("-toolexec=x"), Kind::Once);
        assert_eq!([kind("test"), kind("run ."), kind("generate"), kind("brandnew")], [Kind::Once; 4]);
        assert_eq!([kind("env"), kind("version"), kind("help"), kind("")], [Kind::Local; 4]);
        assert_eq!(
            [kind("fmt"), kind("clean")],
            [Kind::Once; 2],
            "they load packages, and may download them"
        );
    }
}
