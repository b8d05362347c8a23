//! `modkeep store rm`: removes versions that are named.

use std::path::Path;

use clap::Args;
use gomod::ModulePath;
use gomod::glob::Pattern;
use store::disk::gc::Outcome;
use store::disk::{Unit, units_of_module};

use crate::commands::Session;
use crate::commands::store::removal::{Consent, Removal};
use crate::commands::store::selection::{data_folder, malformed};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfStore};

/// The arguments of `modkeep store rm`.
#[derive(Debug, Clone, Args)]
pub struct RmArgs {
    /// What to remove: a module, or some of its versions, such as example.com/m, example.com/m@v1.2.0 or example.com/m@v1.*
    #[arg(required = true, value_name = "MODULE[@VERSION]")]
    pub targets: Vec<String>,

    /// Whether to remove.
    #[command(flatten)]
    pub consent: Consent,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}

/// Removes what is named, or says what it would remove.
pub fn run(args: &RmArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let targets: Vec<Target> =
        args.targets.iter().map(|text| Target::parse(text)).collect::<Result<_, _>>()?;
    let settings = session.settings(&args.flags.given)?;
    let root = data_folder(&settings)?;
    let mut removal = Removal::begin(&root, args.consent, session)?;
    let (mut outcome, mut unknown) = (Outcome::default(), Vec::new());
    for target in &targets {
        if !target.remove(&root, &mut removal, &mut outcome) {
            unknown.push(Problem::new(format!("nothing is kept of {}", target.text)));
        }
    }
    removal.end(&outcome)?;
    if unknown.is_empty() { Ok(()) } else { Err(Failed { exit: Exit::Failure, problems: unknown }) }
}

/// One argument.
struct Target {
    text: String,
    module: ModulePath,
    /// `None` for all that is kept of the module.
    versions: Option<Pattern>,
}

impl Target {
    fn parse(text: &str) -> Result<Self, Failed> {
        let (path, version) =
            text.split_once('@').map_or((text, None), |(path, version)| (path, Some(version)));
        let module = ModulePath::parse(path).map_err(|error| {
            let problem = Problem::new(format!("`{path}` is no module path")).because(error.to_string());
            let advice = "name one module; to remove by a pattern of paths use `modkeep store gc --pattern`";
            Failed::new(Exit::Usage, problem.advise(advice))
        })?;
        let parse = |version| Pattern::parse(version).ok_or_else(|| malformed(version, "such as v1.*"));
        Ok(Self { text: text.to_owned(), module, versions: version.map(parse).transpose()? })
    }

    fn names(&self, unit: &Unit) -> bool {
        // `@latest` is named as it would be in a go command: m@latest.
        let name = unit.name.trim_start_matches('@');
        self.versions.as_ref().is_none_or(|versions| versions.matches(name))
    }

    /// Whether there is anything that it names.
    fn remove(&self, root: &Path, removal: &mut Removal<'_, '_>, outcome: &mut Outcome) -> bool {
        let units = match units_of_module(root, &self.module) {
            Ok(units) => units,
            Err(error) => {
                removal.take(Err(error));
                return true;
            }
        };
        let mut found = false;
        for unit in &units {
            let named = self.names(unit);
            found |= named;
            outcome.count(unit, named && removal.take(Ok(unit)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_module_and_perhaps_a_pattern_of_versions() {
        let target = Target::parse("example.com/m@v1.*").unwrap();
        assert_eq!(target.module.as_str(), "example.com/m");
        assert!(target.versions.unwrap().matches("v1.2.0"));
        assert!(Target::parse("example.com/m").unwrap().versions.is_none());
        for bad in ["*.example/m", "example.com/m@[", "", "@v1.0.0"] {
            assert_eq!(Target::parse(bad).err().unwrap().exit, Exit::Usage, "{bad}");
        }
    }
}
