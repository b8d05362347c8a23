//! The list of what to fetch from a proxy, in whatever form people have one.
//!
//! A line per module (`path@version`, `path version`, `path@all`), a go.sum, what `go list -m all` prints, or the JSON of
//! `go mod download -json`. Where it has hashes, what is fetched must match them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use gomod::{H1, ModulePath, ModuleVersion};
use serde::Deserialize;
use source::Ask;

use super::place::Place;
use super::questions::for_version;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem, write_warnings};

/// The largest list that is read, in bytes: a go.sum of a million modules is smaller.
const LIST_MAX: u64 = 256 << 20;

/// How many wrong lines are told. More of them means that it is another kind of file.
const WRONG_MAX: usize = 10;

/// The suffix of a go.sum line that is about the go.mod alone.
const GO_MOD: &str = "/go.mod";

/// What a list names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct List {
    /// Files, with the hash that their content must have.
    pub(super) files: BTreeMap<Ask, Option<H1>>,
    /// Modules of which all listed versions are meant.
    pub(super) all: BTreeSet<ModulePath>,
}

/// Reads the list that goes with `place`: a proxy needs one, a folder has none.
pub(super) fn read(
    place: &Place,
    file: Option<&str>,
    session: &mut Session<'_>,
) -> Result<Option<List>, Failed> {
    let usage = |message: &str, advice: &str| Failed::new(Exit::Usage, Problem::new(message).advise(advice));
    match (place, file) {
        (Place::Proxy(_), None) => {
            let advice = "name them with --modules FILE; a go.sum will do, and - reads from stdin";
            Err(usage("a proxy cannot be asked for everything that it has", advice))
        }
        (Place::Proxy(_), Some(file)) => {
            let (list, skipped) = parse(&text_of(file, session)?, file)?;
            write_warnings(&skipped, session.err)?;
            Ok(Some(list))
        }
        (_, None) => Ok(None),
        (_, Some(_)) => Err(usage("--modules is for proxies; a folder is imported whole", "leave it out")),
    }
}

fn text_of(file: &str, session: &Session<'_>) -> Result<String, Failed> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().lock().take(LIST_MAX).read_to_string(&mut text),
        _ => std::fs::File::open(session.env.cwd().join(file))
            .and_then(|file| file.take(LIST_MAX).read_to_string(&mut text)),
    };
    match read {
        Ok(size) if size as u64 == LIST_MAX => Err(unreadable(file, "it is too large for a list")),
        Ok(_) => Ok(text),
        Err(error) => Err(unreadable(file, &error.to_string())),
    }
}

fn unreadable(file: &str, cause: &str) -> Failed {
    let problem = Problem::new(format!("cannot read the list of modules {file}")).because(cause);
    Failed::new(Exit::Unavailable, problem.advise("name another file with --modules"))
}

/// The list, and the lines that name nothing that can be fetched.
fn parse(text: &str, file: &str) -> Result<(List, Vec<Problem>), Failed> {
    let mut list = List::default();
    if text.trim_start().starts_with('{') {
        list.take_json(text).map_err(|error| unreadable(file, &error))?;
        return Ok((list, Vec::new()));
    }
    let (mut wrong, mut skipped) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let problem = |why: String| Problem::new(format!("{file}:{}: {why}", number + 1));
        match list.take_line(line) {
            Ok(Line::Taken) => {}
            Ok(Line::WithoutVersion) => skipped.push(problem(format!(
                "`{}` has no version and is skipped; write path@all for all of them",
                line.trim()
            ))),
            Err(why) => wrong.push(problem(why)),
        }
    }
    if wrong.is_empty() {
        return Ok((list, skipped));
    }
    wrong.truncate(WRONG_MAX);
    Err(Failed { exit: Exit::Usage, problems: wrong })
}

/// What a line came to.
enum Line {
    Taken,
    /// A path alone: the main module in `go list -m all`, or a folder in the place of a module.
    WithoutVersion,
}

/// One object of `go mod download -json` or `go list -m -json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    path: String,
    version: Option<String>,
    sum: Option<String>,
    go_mod_sum: Option<String>,
    replace: Option<Box<Described>>,
}

impl List {
    fn take_line(&mut self, line: &str) -> Result<Line, String> {
        // `old v1.0.0 => new v1.2.0`: go downloads what stands behind the arrow.
        let line = line.rsplit_once(" => ").map_or(line, |(_, replacement)| replacement);
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|word| !word.starts_with('#') && !word.starts_with("//"))
        else {
            return Ok(Line::Taken);
        };
        match (first.split_once('@'), words.next()) {
            (Some((path, "all")), None) => {
                self.all.insert(ModulePath::parse(path).map_err(|error| error.to_string())?);
            }
            (Some((path, version)), None) => self.take(path, version, None, None)?,
            (None, Some(version)) => {
                let hash = words.next().filter(|word| word.starts_with("h1:"));
                match version.strip_suffix(GO_MOD) {
                    Some(version) => self.take_mod(path_and(first, version)?, hash_of(hash)?),
                    None => self.take(first, version, hash, None)?,
                }
            }
            (None, None) => return Ok(Line::WithoutVersion),
            (Some(_), Some(_)) => return Err("write path@version, or path and version".to_owned()),
        }
        Ok(Line::Taken)
    }

    fn take_json(&mut self, text: &str) -> Result<(), String> {
        let objects = serde_json::Deserializer::from_str(text).into_iter::<Described>();
        for object in objects {
            let described = object.map_err(|error| error.to_string())?;
            let module = described.replace.as_deref().unwrap_or(&described);
            if let Some(version) = &module.version {
                self.take(&module.path, version, module.sum.as_deref(), module.go_mod_sum.as_deref())?;
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        path: &str,
        version: &str,
        zip: Option<&str>,
        go_mod: Option<&str>,
    ) -> Result<(), String> {
        let module = path_and(path, version)?;
        for_version(&module).for_each(|ask| _ = self.files.entry(ask).or_insert(None));
        if let Some(hash) = hash_of(zip)? {
            self.files.insert(Ask::Zip(module.clone()), Some(hash));
        }
        if let Some(hash) = hash_of(go_mod)? {
            self.files.insert(Ask::Mod(module), Some(hash));
        }
        Ok(())
    }

    /// A version of which go needs the go.mod alone, to choose among others.
    fn take_mod(&mut self, module: ModuleVersion, hash: Option<H1>) {
        self.files.insert(Ask::Mod(module), hash);
    }
}

fn path_and(path: &str, version: &str) -> Result<ModuleVersion, String> {
    ModuleVersion::parse(path, version).map_err(|error| error.to_string())
}

fn hash_of(text: Option<&str>) -> Result<Option<H1>, String> {
    text.map(|text| H1::parse(text).map_err(|error| error.to_string())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn addresses(text: &str) -> Vec<String> {
        let (list, _) = parse(text, "list").unwrap();
        let files =
            list.files.iter().map(|(ask, hash)| format!("{ask}{}", if hash.is_some() { " h1" } else { "" }));
        files.chain(list.all.iter().map(|module| format!("{module} all"))).collect()
    }

    #[test]
    fn every_form_of_a_list_names_the_same_files() {
        let expected = ["a.example/m@v1.0.0.info", "a.example/m@v1.0.0.mod", "a.example/m@v1.0.0.zip"];
        for text in [
            "# comment\n\na.example/m@v1.0.0\n",
            "a.example/m v1.0.0",
            "b.example/x v0.9.0 => a.example/m v1.0.0",
            "{\"Path\":\"main\",\"Main\":true}\n{\"Path\":\"a.example/m\",\"Version\":\"v1.0.0\"}",
        ] {
            assert_eq!(addresses(text), expected, "{text}");
        }
        assert_eq!(addresses("a.example/m@all"), ["a.example/m all"]);
    }

    #[test]
    fn the_hashes_of_a_go_sum_are_remembered() {
        let text = format!(
            "a.example/m v1.0.0 {HASH}\na.example/m v1.0.0/go.mod {HASH}\na.example/n v1.0.0/go.mod {HASH}\n"
        );
        assert_eq!(
            addresses(&text),
            [
                "a.example/m@v1.0.0.info",
                "a.example/m@v1.0.0.mod h1",
                "a.example/n@v1.0.0.mod h1",
                "a.example/m@v1.0.0.zip h1"
            ]
        );
        let json = format!(
            "{{\"Path\":\"a.example/m\",\"Version\":\"v1.0.0\",\"Sum\":\"{HASH}\",\"GoModSum\":\"{HASH}\"}}"
        );
        assert_eq!(addresses(&json)[1..], ["a.example/m@v1.0.0.mod h1", "a.example/m@v1.0.0.zip h1"]);
    }

    #[test]
    fn what_has_no_version_is_skipped_and_what_is_wrong_is_named_by_its_line() {
        let (list, skipped) = parse("example.com/main\na.example/m v1.0.0 => ./m\n", "list").unwrap();
        assert_eq!((list, skipped.len()), (List::default(), 2));
        let failed = parse("a.example/m v1.0.0\na.example/m main\nnodot v1.0.0", "list").unwrap_err();
        let told: Vec<_> = failed.problems.iter().map(ToString::to_string).collect();
        assert!(told[0].starts_with("list:2: ") && told[1].starts_with("list:3: "), "{told:?}");
    }
}
