//! Reads `modkeep.toml`.
//!
//! The file is walked as a tree with positions, not deserialized into a struct: so all mistakes are told at once, each
//! with line and column, and each value remembers its line. The source line itself is never repeated in an error: it may
//! hold a password.

mod credentials;
mod redirects;
mod repositories;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::env::Env;
use crate::report::Problem;
use crate::settings::credential::Credential;
use crate::settings::key::Kind;
use crate::settings::nearest::nearest;
use crate::settings::origin::{Origin, Position};
use crate::settings::place::Place;
use crate::settings::place::keys;
use crate::settings::place::read::Fields;
use crate::settings::redirect::Redirect;
use crate::settings::repository::{Repository, Rewrite};
use crate::settings::{AnySetting, Base, Value, table};

/// The key of the tables that describe single places.
pub const PLACE: &str = "place";

/// The key of the tables that send clients elsewhere.
pub const REDIRECT: &str = "redirect";

/// The key of the tables that say where repositories are.
pub const REPOSITORY: &str = "repository";

/// The key of the tables that replace the beginnings of addresses.
pub const REWRITE: &str = "rewrite";

/// The key of the tables that say who we are to hosts of repositories.
pub const CREDENTIAL: &str = "credential";

/// The keys of a `[[redirect]]` table.
pub const REDIRECT_KEYS: [&str; 4] = ["paths", "to", "max-age", "what"];

/// What one file sets.
#[derive(Debug, Default)]
pub struct FileLayer {
    /// The file.
    pub path: PathBuf,
    /// Its settings by key. Only values that their parser accepts are here.
    pub values: BTreeMap<&'static str, Value>,
    /// Its `[[place]]` tables in order.
    pub places: Vec<Place>,
    /// Its `[[redirect]]` tables in order.
    pub redirects: Vec<Redirect>,
    /// Its `[[repository]]` tables in order.
    pub repositories: Vec<Repository>,
    /// Its `[[rewrite]]` tables in order.
    pub rewrites: Vec<Rewrite>,
    /// Its `[[credential]]` tables in order.
    pub credentials: Vec<Credential>,
}

/// Reads a file's content. What is wrong in it is returned beside what is right.
pub fn parse(path: &Path, content: &[u8], env: &Env) -> (FileLayer, Vec<Problem>) {
    let layer = FileLayer { path: path.to_owned(), ..FileLayer::default() };
    let Ok(text) = std::str::from_utf8(content) else {
        return (layer, vec![Problem::new(format!("{} is not UTF-8", path.display()))]);
    };
    let base = Base::new(path.parent().unwrap_or(path), env);
    let mut reader = Reader { text, base, layer, problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let position = reader.position(error.span().map_or(0, |span| span.start));
        reader.problems.push(Problem::new(format!("{position}: this is not TOML")).because(error.message()));
    }
    reader.root(root.get_ref());
    (reader.layer, reader.problems)
}

/// Reads one table, which begins at this offset.
type ReadTable = fn(&mut Reader<'_>, &DeTable<'_>, usize);

/// The tables, and what reads each of one kind.
const TABLES: [(&str, ReadTable); 5] = [
    (PLACE, |reader, table, start| reader.place(table, start)),
    (REDIRECT, |reader, table, start| reader.redirect(table, start)),
    (REPOSITORY, |reader, table, start| reader.repository(table, start)),
    (REWRITE, |reader, table, start| reader.rewrite(table, start)),
    (CREDENTIAL, |reader, table, start| reader.credential(table, start)),
];

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

struct Reader<'a> {
    text: &'a str,
    base: Base,
    layer: FileLayer,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            let tables = TABLES.iter().find(|(name, _)| key.get_ref() == name);
            match (tables, table::find(key.get_ref())) {
                (Some((name, read)), _) => self.tables(name, value, *read),
                (None, Some(setting)) => self.setting(setting, key, value),
                (None, None) => {
                    let settings = table::ALL.iter().map(|setting| setting.spec().key);
                    self.unknown(key, settings.chain(TABLES.map(|(name, _)| name)));
                }
            }
        }
    }

    fn setting(&mut self, setting: &'static dyn AnySetting, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let spec = setting.spec();
        let Some(text) = value.get_ref().as_str() else {
            let expects = format!("a string with {}", spec.expects);
            return self.wrong_type(spec.key, &expects, value);
        };
        let position = self.position(key.span().start);
        let value = Value { text: text.to_owned(), origin: Origin::File(position), base: self.base.clone() };
        match setting.check(text, &self.base) {
            Ok(()) => drop(self.layer.values.insert(spec.key, value)),
            Err(invalid) => self.problems.push(setting.problem(&value, &invalid)),
        }
    }

    fn tables(&mut self, key: &str, value: &Spanned<DeValue<'_>>, read: ReadTable) {
        let Some(array) = value.get_ref().as_array() else {
            return self.wrong_type(key, &format!("one or more tables, each begun with [[{key}]]"), value);
        };
        for element in array {
            match element.get_ref().as_table() {
                Some(fields) => read(self, fields, element.span().start),
                None => self.wrong_type(key, &format!("tables, each begun with [[{key}]]"), element),
            }
        }
    }

    fn place(&mut self, table: &DeTable<'_>, start: usize) {
        let known = self.problems.len();
        let mut fields = Fields::default();
        for (key, value) in table {
            let Some(found) = keys::find(key.get_ref()) else {
                self.unknown(key, keys::ALL.iter().map(|key| key.name));
                continue;
            };
            match (found.kind, value.get_ref()) {
                (Kind::Text, DeValue::String(text)) => {
                    fields.texts.insert(found.name, text.clone().into_owned());
                }
                (Kind::Mark, DeValue::Boolean(is)) => fields.private = *is,
                _ => self.wrong_type(found.name, found.expects, value),
            }
        }
        if self.problems.len() == known {
            match fields.place(&self.base, &self.position(start)) {
                Ok(place) => self.layer.places.push(place),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    fn unknown<'k>(&mut self, key: &Key<'_>, known: impl IntoIterator<Item = &'k str>) {
        let position = self.position(key.span().start);
        let problem =
            Problem::new(format!("{position}: `{}` is not a key that modkeep knows", key.get_ref()));
        self.problems.push(match nearest(key.get_ref(), known) {
            Some(near) => problem.advise(format!("the nearest key is `{near}`")),
            None => problem,
        });
    }

    fn wrong_type(&mut self, key: &str, expects: &str, value: &Spanned<DeValue<'_>>) {
        let position = self.position(value.span().start);
        let found = value.get_ref().type_str();
        let message = format!("{position}: `{key}` has a value of the wrong type ({found})");
        self.problems.push(Problem::new(message).advise(format!("`{key}` expects {expects}")));
    }

    fn position(&self, offset: usize) -> Position {
        Position::of(&self.layer.path, self.text, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;

    fn read(text: &str) -> (FileLayer, Vec<Problem>) {
        let env = Env::new([("HOME", "/home/u")], Path::new("/here"), Platform::Unix);
        parse(Path::new("/etc/m.toml"), text.as_bytes(), &env)
    }

    /// The one problem of the text: its message, and its help or else its first cause.
    fn problem(text: &str) -> (String, String) {
        let (_, mut problems) = read(text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let problem = problems.remove(0);
        (problem.message, problem.help.or(problem.causes.first().cloned()).unwrap_or_default())
    }

    #[test]
    fn values_remember_their_line() {
        let (layer, problems) = read("# c\nlisten = \"127.0.0.1:1\"\ndata = \"rel\"\n");
        assert_eq!(problems, []);
        assert_eq!(layer.values["listen"].origin.to_string(), "/etc/m.toml:2");
        assert_eq!(layer.values["data"].base.folder, Path::new("/etc"));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_with_its_place() {
        let (message, help) = problem("\nlog_format = \"json\"\n");
        assert_eq!(message, "/etc/m.toml:2:1: `log_format` is not a key that modkeep knows");
        assert_eq!(help, "the nearest key is `log-format`");
        let (message, help) = problem("[[place]]\nurl = \"a.example\"\n privat = true\n");
        assert_eq!(message, "/etc/m.toml:3:2: `privat` is not a key that modkeep knows");
        assert_eq!(help, "the nearest key is `private`");
        let (_, help) = problem("[[place]]\nurl = \"a.example\"\npassword_file = \"x\"\n");
        assert_eq!(help, "the nearest key is `password-file`");
    }

    #[test]
    fn a_wrong_type_is_told_with_what_is_expected() {
        let (message, help) = problem("listen = 3000");
        assert_eq!(message, "/etc/m.toml:1:10: `listen` has a value of the wrong type (integer)");
        assert!(help.starts_with("`listen` expects a string with an IP address and a port"), "{help}");
        for (text, expects) in [
            ("place = 1", "one or more tables"),
            ("place = [1]", "tables, each"),
            ("[[place]]\nurl = 1", "a string with a URL"),
            ("[[place]]\nurl = \"a.example\"\nprivate = \"yes\"", "true or false"),
        ] {
            assert!(problem(text).1.contains(expects), "{text}");
        }
    }

    #[test]
    fn a_place_needs_a_url() {
        assert!(problem("[[place]]\nprivate = true").0.ends_with("has no `url`"));
        assert!(problem("[[place]]\nurl = \"word\"").0.ends_with("is not a URL"));
        let (layer, _) =
            read("[[place]]\nurl = \"a.example\"\n[[place]]\nurl = \"b.example\"\nprivate = true");
        assert_eq!(layer.places.iter().map(|place| place.private).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let (layer, problems) = read("listn = \"x\"\nlisten = \"x\"\nlog = \n[[place]]\ndata = 1\n");
        assert!(problems.len() >= 4, "{problems:?}");
        assert!(layer.values.is_empty());
    }

    #[test]
    fn a_password_is_never_repeated() {
        for text in [
            "upstream = \"https://u:secret@\"\n",
            "upstream = \"https://u:secret@a.example\n",
            "upstream = https://u:secret@a.example\n",
            "upstream = \"u:secret@foo bar://\"\n",
            "[[place]]\nurl = \"a.example\"\npassword = \"secret\"\n",
            "[[place]]\nurl = \"a.example\"\ntoken = secret\n",
        ] {
            let (_, problems) = read(text);
            assert!(!problems.is_empty(), "{text}");
            assert!(!format!("{problems:?}").contains("secret"), "{problems:?}");
        }
    }

    #[test]
    fn columns_count_characters_and_no_content_panics() {
        assert!(problem("\"ä\" = 1").0.starts_with("/etc/m.toml:1:1:"));
        let (_, problems) = read("log = \"info\" # ä\nlog = \"ä\" ö");
        assert!(problems[0].message.starts_with("/etc/m.toml:2:11: this is not TOML"), "{problems:?}");
        let (_, problems) =
            parse(Path::new("/f"), b"\xff", &Env::new::<&str, &str>([], Path::new("/"), Platform::Unix));
        assert_eq!(problems[0].message, "/f is not UTF-8");
    }
}
