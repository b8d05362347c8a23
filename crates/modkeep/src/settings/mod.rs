//! Settings: each is written once, in [`table`], and everything else follows from that entry.
//!
//! From one entry come the flag and its help ([`flags`]), the `MODKEEP_…` variable ([`variables`]), the key in
//! `modkeep.toml` ([`file`](mod@file)), the JSON Schema ([`schema`]), the default, and a typed value for the program.
//! [`resolve`] decides which of the places that set a value wins, and remembers which it was ([`origin`]).

pub mod address;
pub mod credential;
pub mod entry;
pub mod file;
pub mod flags;
pub mod key;
pub mod nearest;
pub mod origin;
pub mod place;
pub mod project;
pub mod redirect;
pub mod repository;
pub mod resolve;
pub mod schema;
pub mod secret;
pub mod table;
pub mod values;
pub mod variables;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::exit::Exit;
use crate::mask;
use crate::report::{Failed, Problem};
use credential::Credential;
use origin::Origin;
use place::Place;
use redirect::Redirect;
use repository::{Repository, Rewrite};

/// What one setting is, apart from its type.
#[derive(Debug)]
pub struct Spec {
    /// The name in all its spellings: `--key`, `key =` in a file, `MODKEEP_KEY` with `_` for `-`.
    pub key: &'static str,
    /// What stands for the value in help, in capitals.
    pub value_name: &'static str,
    /// Which texts are allowed.
    pub shape: Shape,
    /// What a good value is, to end the sentence "expects …", with an example.
    pub expects: &'static str,
    /// What holds when nobody sets it.
    pub default: DefaultValue,
    /// The setting of go that is asked before the default, such as `GOPROXY`.
    pub go: Option<&'static str>,
    /// Whether the value may hold URLs with passwords: masked when printed, refused as a flag.
    pub may_hold_secrets: bool,
    /// What it is for: the first paragraph alone for `-h`, all of it for `--help` and the schema.
    pub doc: &'static str,
}

/// Which texts a setting takes. In a file every value is a string, as it is on the command line.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Any text that its parser accepts.
    Text,
    /// One of these words.
    OneOf(fn() -> Vec<Choice>),
}

/// One word that a setting takes, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word.
    pub name: &'static str,
    /// Its meaning in one line.
    pub meaning: &'static str,
}

/// What holds when nobody sets a value.
#[derive(Debug, Clone, Copy)]
pub enum DefaultValue {
    /// This text.
    Text(&'static str),
    /// Whatever the setting with this key has come to.
    SameAs(&'static str),
    /// A text that depends on the environment, and how to write it in documents.
    FromEnv(fn(&Env) -> Result<String, Invalid>, &'static str),
}

impl DefaultValue {
    /// The default in words, for help and schema.
    pub fn describe(&self) -> String {
        match self {
            Self::Text("") => "none".to_owned(),
            Self::Text(text) | Self::FromEnv(_, text) => (*text).to_owned(),
            Self::SameAs(key) => format!("the value of {key}"),
        }
    }
}

/// Why a text is not a value of its setting, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// What relative paths in a value are relative to, and what `~` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The working directory for flags and variables, the file's folder for files.
    pub folder: PathBuf,
    /// The user's home, where there is one.
    pub home: Option<PathBuf>,
}

impl Base {
    /// Paths begin at `folder`.
    pub fn new(folder: &Path, env: &Env) -> Self {
        Self { folder: folder.to_owned(), home: env.home().map(Path::to_owned) }
    }
}

/// One setting with the type of its value.
pub struct Setting<T: 'static> {
    /// Name, default and documentation.
    pub spec: Spec,
    /// Text to value; the only parser, wherever the text stands.
    pub parse: fn(&str, &Base) -> Result<T, Invalid>,
}

/// A setting of any type, so that all can stand in one list.
pub trait AnySetting: Sync {
    /// Name, default and documentation.
    fn spec(&self) -> &Spec;

    /// Whether the text is a value of this setting.
    fn check(&self, text: &str, base: &Base) -> Result<(), Invalid>;
}

impl<T> AnySetting for Setting<T> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn check(&self, text: &str, base: &Base) -> Result<(), Invalid> {
        (self.parse)(text, base).map(drop)
    }
}

impl fmt::Debug for dyn AnySetting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.spec().key)
    }
}

impl Spec {
    /// The text as it may be printed.
    pub fn masked(&self, text: &str) -> String {
        let text = mask::signer_keys(text);
        if self.may_hold_secrets { mask::secrets(&text) } else { text }
    }
}

impl dyn AnySetting {
    /// The problem of a text that is not a value of this setting.
    pub fn problem(&self, value: &Value, invalid: &Invalid) -> Problem {
        let spec = self.spec();
        Problem::new(format!(
            "{}`{}` cannot be \"{}\"",
            value.origin.prefix(),
            spec.key,
            spec.masked(&value.text)
        ))
        .because(self.reason(value, invalid))
        .advise(format!("{} expects {}", value.origin.name_of(spec), spec.expects))
    }

    /// Why the text is not a value. A parser may repeat its input, so where that holds a password, the reason is asked for
    /// again with the password masked.
    fn reason(&self, value: &Value, invalid: &Invalid) -> String {
        let masked = self.spec().masked(&value.text);
        if masked == value.text {
            return invalid.to_string();
        }
        let of_masked = self.check(&masked, &value.base).err();
        of_masked.map_or_else(
            || "the part before @ is not valid in a URL".to_owned(),
            |invalid| invalid.to_string(),
        )
    }
}

/// One setting's text, and where it was found.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// The text, not masked.
    pub text: String,
    /// Who set it.
    pub origin: Origin,
    /// What relative paths in it are relative to.
    pub base: Base,
}

impl fmt::Debug for Value {
    /// Masks what might be a password, so that no log of the settings tells it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} ({})", mask::secrets(&mask::signer_keys(&self.text)), self.origin)
    }
}

/// What all settings have come to, each with its origin. Every text has passed its parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<&'static str, Value>,
    places: Vec<Place>,
    redirects: Vec<Redirect>,
    repositories: Vec<Repository>,
    rewrites: Vec<Rewrite>,
    credentials: Vec<Credential>,
    files: Vec<PathBuf>,
}

impl Settings {
    /// The value in the type that the program works with.
    pub fn get<T>(&self, setting: &Setting<T>) -> Result<T, Failed> {
        let any: &dyn AnySetting = setting;
        let value = self.value(any)?;
        let wrong = |invalid| Failed::new(Exit::Config, any.problem(value, &invalid));
        (setting.parse)(&value.text, &value.base).map_err(wrong)
    }

    /// The text and where it came from.
    pub fn value(&self, setting: &dyn AnySetting) -> Result<&Value, Failed> {
        let key = setting.spec().key;
        let missing = || Problem::new(format!("the setting `{key}` is not in the table of settings"));
        self.values.get(key).ok_or_else(|| Failed::new(Exit::Config, missing()))
    }

    /// The same settings with this text for one of them; who has set it, and where, stays as it is.
    #[must_use]
    pub fn with_text(mut self, setting: &dyn AnySetting, text: String) -> Self {
        if let Some(value) = self.values.get_mut(setting.spec().key) {
            value.text = text;
        }
        self
    }

    /// What files say about single places, those of the nearest file first, one entry per URL.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What a file says about the place with this URL.
    pub fn place(&self, url: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.is_at(url))
    }

    /// Which modules are to be fetched elsewhere, the rules of the nearest file first.
    pub fn redirects(&self) -> &[Redirect] {
        &self.redirects
    }

    /// Where files say that repositories are, those of the nearest file first, one entry per prefix.
    pub fn repositories(&self) -> &[Repository] {
        &self.repositories
    }

    /// Which beginnings of addresses are replaced, those of the nearest file first, one entry per beginning.
    pub fn rewrites(&self) -> &[Rewrite] {
        &self.rewrites
    }

    /// Who we are to hosts of repositories, those of the nearest file first, one entry per host.
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The settings files that were read, nearest first.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}
