//! Settings as flags: the clap arguments are made from the table, and so is their help.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, ValueParser};
use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use crate::settings::{AnySetting, Shape, Spec, table, variables};

/// Which settings a command takes as flags.
pub trait Group {
    /// The settings, in the order in which help shows them.
    fn settings() -> &'static [&'static dyn AnySetting];
}

/// Every setting: for `serve` and for `config`.
#[derive(Debug, Clone, Copy)]
pub struct All;

impl Group for All {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::ALL
    }
}

/// What commands need that only look into the data folder.
#[derive(Debug, Clone, Copy)]
pub struct OfStore;

impl Group for OfStore {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_STORE
    }
}

/// What `store verify` needs: the data folder, and who vouches for what is in it.
#[derive(Debug, Clone, Copy)]
pub struct OfVerify;

impl Group for OfVerify {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_VERIFY
    }
}

/// What `import` needs: where to keep things, and how long to wait for a proxy.
#[derive(Debug, Clone, Copy)]
pub struct OfImport;

impl Group for OfImport {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_IMPORT
    }
}

/// What the client needs: everything about places, and nothing about serving.
#[derive(Debug, Clone, Copy)]
pub struct OfClient;

impl Group for OfClient {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_CLIENT
    }
}

/// What the agent of a user needs: what the client does, and where to listen.
#[derive(Debug, Clone, Copy)]
pub struct OfAgent;

impl Group for OfAgent {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_AGENT
    }
}

/// What commands need that only have to know where the agent listens.
#[derive(Debug, Clone, Copy)]
pub struct OfPort;

impl Group for OfPort {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_PORT
    }
}

/// What commands need that look after keys.
#[derive(Debug, Clone, Copy)]
pub struct OfKeys;

impl Group for OfKeys {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_KEYS
    }
}

/// What `bundle` needs: who signs, who is believed, and where things are fetched.
#[derive(Debug, Clone, Copy)]
pub struct OfBundle;

impl Group for OfBundle {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_BUNDLE
    }
}

/// What `bundle record` needs: all that the client does, and who signs.
#[derive(Debug, Clone, Copy)]
pub struct OfRecord;

impl Group for OfRecord {
    fn settings() -> &'static [&'static dyn AnySetting] {
        &table::OF_RECORD
    }
}

/// What was given on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The texts by key.
    pub values: BTreeMap<&'static str, String>,
    /// The file of `--config`.
    pub config: Option<PathBuf>,
}

/// The settings of a group as arguments of a clap command: use it as a flattened field.
#[derive(Clone)]
pub struct Flags<G> {
    /// What was given.
    pub given: Given,
    group: PhantomData<G>,
}

impl<G> fmt::Debug for Flags<G> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.fmt(out)
    }
}

impl<G: Group> Args for Flags<G> {
    fn augment_args(command: Command) -> Command {
        let flags = G::settings().iter().map(|setting| flag(setting.spec()));
        command.next_help_heading("Settings").args(flags).arg(config_flag()).next_help_heading(None)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<G: Group> FromArgMatches for Flags<G> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let text = |key: &'static str| Some((key, matches.get_one::<String>(key)?.clone()));
        let values = G::settings().iter().filter_map(|setting| text(setting.spec().key)).collect();
        let given = Given { values, config: matches.get_one("config").cloned() };
        Ok(Self { given, group: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(spec: &'static Spec) -> Arg {
    let short = spec.doc.split("\n\n").next().unwrap_or_default();
    let default = format!("[default: {}]", spec.describe_default());
    Arg::new(spec.key)
        .long(spec.key)
        .value_name(spec.value_name)
        .value_parser(parser(spec.shape))
        .help(format!("{short} {default}"))
        .long_help(format!("{}\n\n[env: {}] {default}", spec.doc, spec.variable()))
}

fn parser(shape: Shape) -> ValueParser {
    match shape {
        Shape::Text => ValueParser::string(),
        Shape::OneOf(choices) => {
            let value = |choice: super::Choice| PossibleValue::new(choice.name).help(choice.meaning);
            PossibleValuesParser::new(choices().into_iter().map(value)).into()
        }
    }
}

fn config_flag() -> Arg {
    let short = "Read this settings file in the place of the user's and the system's.";
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .value_parser(clap::value_parser!(PathBuf))
        .help(short)
        .long_help(format!("{short}\n\n[env: {}]", variables::CONFIG))
}

impl Spec {
    /// The default in words, with go's own setting before it where there is one.
    pub fn describe_default(&self) -> String {
        let default = self.default.describe();
        self.go.map_or(default.clone(), |name| format!("go's {name}, else {default}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<G: Group>(args: &[&str]) -> Result<Given, Error> {
        let command = Flags::<G>::augment_args(Command::new("t"));
        let matches = command.try_get_matches_from([&["t"], args].concat())?;
        Ok(Flags::<G>::from_arg_matches(&matches)?.given)
    }

    #[test]
    fn each_setting_of_the_group_is_a_flag() {
        for setting in table::ALL {
            let Spec { key, shape, .. } = setting.spec();
            let text = if let Shape::OneOf(choices) = shape { choices()[0].name } else { "text" };
            let given = parse::<All>(&[&format!("--{key}"), text]).unwrap();
            assert_eq!(given.values, BTreeMap::from([(*key, text.to_owned())]));
            let of_store = table::OF_STORE.iter().any(|other| other.spec().key == *key);
            assert_eq!(parse::<OfStore>(&[&format!("--{key}={text}")]).is_ok(), of_store, "{key}");
        }
    }

    #[test]
    fn the_file_is_a_flag_and_nothing_given_is_nothing_set() {
        assert_eq!(parse::<All>(&["--config", "/f"]).unwrap().config, Some("/f".into()));
        assert_eq!(parse::<All>(&[]).unwrap(), Given::default());
        assert!(parse::<All>(&["--fallback", "never"]).is_err());
    }
}
