//! Decides what each setting is: a pure function of the environment, the files and the flags.
//!
//! Strongest first: flag, `MODKEEP_…` variable, settings files (the user's before the system's), go's own setting of the
//! same meaning, default. `--config` or `MODKEEP_CONFIG` names one file that is read in the place of both: a test or a
//! service then depends on no other. No file of the working directory is ever read.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::exit::Exit;
use crate::files::Files;
use crate::go::GoSettings;
use crate::mask;
use crate::report::{Failed, Problem};
use crate::settings::entry;
use crate::settings::file::{self, FileLayer};
use crate::settings::flags::Given;
use crate::settings::origin::Origin;
use crate::settings::place::{self, Place};
use crate::settings::{AnySetting, Base, DefaultValue, Settings, Value, table, variables};

/// The settings that hold for the whole machine.
pub const SYSTEM_FILE: &str = "/etc/modkeep/modkeep.toml";

/// The settings, and what should be told about them although it stops nothing.
#[derive(Debug)]
pub struct Resolved {
    /// What each setting is.
    pub settings: Settings,
    /// Variables that mean nothing, and places that are in no list.
    pub warnings: Vec<Problem>,
}

/// Finds every setting. On failure all problems are told, with [`Exit::Usage`] if only flags are wrong and
/// [`Exit::Config`] otherwise.
pub fn resolve(env: &Env, files: &dyn Files, given: &Given) -> Result<Resolved, Failed> {
    let mut problems = Vec::new();
    let layers = read_layers(env, files, given, &mut problems);
    let sources = Sources { env, given, layers, go: GoSettings::load(env, files) };
    let mut values = BTreeMap::new();
    for setting in table::ALL {
        match sources.find(setting) {
            Ok(value) => drop(values.insert(setting.spec().key, value)),
            Err(wrong) => problems.push(wrong),
        }
    }
    if !problems.is_empty() {
        return Err(failed(problems));
    }
    let places = merged_places(&sources.layers);
    let layers = sources.layers;
    let settings = Settings {
        values,
        places,
        redirects: layers.iter().flat_map(|layer| layer.redirects.iter().cloned()).collect(),
        repositories: entry::merged(layers.iter().flat_map(|layer| &layer.repositories)),
        rewrites: entry::merged(layers.iter().flat_map(|layer| &layer.rewrites)),
        credentials: entry::merged(layers.iter().flat_map(|layer| &layer.credentials)),
        files: layers.into_iter().map(|layer| layer.path).collect(),
    };
    let mut warnings = variables::unknown(env);
    warnings.extend(unlisted_places(&settings)?);
    Ok(Resolved { settings, warnings })
}

/// A problem, and which exit code it asks for.
type Wrong = (Exit, Problem);

fn failed(wrongs: Vec<Wrong>) -> Failed {
    let exit = if wrongs.iter().all(|(exit, _)| *exit == Exit::Usage) { Exit::Usage } else { Exit::Config };
    Failed { exit, problems: wrongs.into_iter().map(|(_, problem)| problem).collect() }
}

struct Sources<'a> {
    env: &'a Env,
    given: &'a Given,
    layers: Vec<FileLayer>,
    go: GoSettings<'a>,
}

impl Sources<'_> {
    /// The strongest value of a setting, checked.
    fn find(&self, setting: &'static dyn AnySetting) -> Result<Value, Wrong> {
        let value = match self.explicit(setting)?.or_else(|| self.of_go(setting)) {
            Some(value) => value,
            None => self.default(setting)?,
        };
        let exit = if matches!(value.origin, Origin::Flag(_)) { Exit::Usage } else { Exit::Config };
        let checked = setting.check(&value.text, &value.base);
        checked.map_err(|invalid| (exit, setting.problem(&value, &invalid)))?;
        Ok(value)
    }

    fn explicit(&self, setting: &'static dyn AnySetting) -> Result<Option<Value>, Wrong> {
        if let Some(value) = self.flag(setting)? {
            return Ok(Some(value));
        }
        let variable = variables::value(setting, self.env).map_err(|problem| (Exit::Config, problem))?;
        let in_file = || self.layers.iter().find_map(|layer| layer.values.get(setting.spec().key)).cloned();
        Ok(variable.or_else(in_file))
    }

    fn flag(&self, setting: &'static dyn AnySetting) -> Result<Option<Value>, Wrong> {
        let spec = setting.spec();
        let Some(text) = self.given.values.get(spec.key) else { return Ok(None) };
        if spec.may_hold_secrets && mask::has_secrets(text) {
            let message = format!(
                "--{} has a user, password or query in it, which everybody on this machine can read",
                spec.key
            );
            let help = format!("set {} or `{}` in modkeep.toml", spec.variable(), spec.key);
            return Err((Exit::Usage, Problem::new(message).advise(help)));
        }
        Ok(Some(self.value(text.clone(), Origin::Flag(spec.key))))
    }

    fn of_go(&self, setting: &'static dyn AnySetting) -> Option<Value> {
        let name = setting.spec().go?;
        let (text, found) = self.go.get(name)?;
        Some(self.value(text, Origin::Go(name, found)))
    }

    fn default(&self, setting: &'static dyn AnySetting) -> Result<Value, Wrong> {
        let spec = setting.spec();
        match spec.default {
            DefaultValue::Text(text) => Ok(self.value(text.to_owned(), Origin::Default)),
            DefaultValue::FromEnv(of, _) => {
                let missing = |reason: super::Invalid| {
                    let problem =
                        Problem::new(format!("`{}` has no default here", spec.key)).because(reason.0);
                    (
                        Exit::Config,
                        problem.advise(format!("set it with --{} or {}", spec.key, spec.variable())),
                    )
                };
                Ok(self.value(of(self.env).map_err(missing)?, Origin::Default))
            }
            DefaultValue::SameAs(key) => self.same_as(key),
        }
    }

    fn same_as(&self, key: &'static str) -> Result<Value, Wrong> {
        let unknown =
            || (Exit::Config, Problem::new(format!("the default names the unknown setting `{key}`")));
        let other = self.find(table::find(key).ok_or_else(unknown)?)?;
        Ok(Value { origin: Origin::SameAs(key), ..other })
    }

    fn value(&self, text: String, origin: Origin) -> Value {
        Value { text, origin, base: Base::new(self.env.cwd(), self.env) }
    }
}

/// Reads the settings files, nearest first.
fn read_layers(env: &Env, files: &dyn Files, given: &Given, problems: &mut Vec<Wrong>) -> Vec<FileLayer> {
    let named = given.config.clone().or_else(|| env.var(variables::CONFIG).map(PathBuf::from));
    let must_exist = named.is_some();
    let paths = named.map_or_else(|| usual_files(env), |path| vec![env.cwd().join(path)]);
    let mut layers = Vec::new();
    for path in paths {
        match files.read(&path) {
            Ok(content) => {
                let (layer, wrong) = file::parse(&path, &content, env);
                problems.extend(wrong.into_iter().map(|problem| (Exit::Config, problem)));
                layers.push(layer);
            }
            Err(error) if !must_exist && is_missing(&error) => {}
            Err(error) => problems.push((Exit::Config, unreadable(&path, &error))),
        }
    }
    layers
}

fn usual_files(env: &Env) -> Vec<PathBuf> {
    let user = env.config_home().map(|folder| folder.join("modkeep/modkeep.toml"));
    user.into_iter().chain([PathBuf::from(SYSTEM_FILE)]).collect()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The problem of a settings file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem =
        Problem::new(format!("cannot read the settings file {}", path.display())).because(error.to_string());
    match error.kind() {
        io::ErrorKind::PermissionDenied => problem.advise("make it readable for the user that runs modkeep"),
        _ => problem,
    }
}

/// One entry per place: what the nearest file says of it, and the last of two tables in one file. That a place is private is
/// not taken back by a table that does not mention it: names would leak by an oversight.
fn merged_places(layers: &[FileLayer]) -> Vec<Place> {
    let mut merged: Vec<Place> = Vec::new();
    for place in layers.iter().flat_map(|layer| layer.places.iter().rev()) {
        match merged.iter_mut().find(|known| known.identity == place.identity) {
            Some(known) => known.private |= place.private,
            None => merged.push(place.clone()),
        }
    }
    merged
}

fn unlisted_places(settings: &Settings) -> Result<Vec<Problem>, Failed> {
    let listed: Vec<String> = place::identities(&settings.get(&table::UPSTREAM)?).collect();
    Ok(settings.places.iter().filter(|place| !listed.contains(&place.identity)).map(unlisted).collect())
}

fn unlisted(place: &Place) -> Problem {
    let message =
        format!("{}: the place {} is not in the upstream list", place.position, place::shown(place));
    Problem::new(message).advise("this table has no effect until `upstream` names the place")
}

#[cfg(test)]
mod tests;
