//! `modkeep store accept`: an operator's word that another hash than the one seen first is right.
//!
//! The three arguments are the fields of a go.sum line, as the refusal printed them. The word is put on record first and
//! what is kept with another hash moved away after that: were it the other way round, a running server could fetch the new content
//! in between and refuse it.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use gomod::{H1, ModuleVersion};
use source::Subject;
use store::disk::{FirstSeenLog, OnRecord};

use crate::commands::Session;
use crate::commands::store::selection::data_folder;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfStore};

/// The arguments of `modkeep store accept`.
#[derive(Debug, Clone, Args)]
pub struct AcceptArgs {
    /// The module path, such as example.com/m
    pub module: String,

    /// The version, such as v1.2.0 for the hash of its zip, or v1.2.0/go.mod for that of its go.mod
    #[arg(value_name = "VERSION[/go.mod]")]
    pub version: String,

    /// The hash, as it stands in go.sum: h1: and 44 characters
    pub h1: String,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}

/// Puts the hash on record, moves what is kept with another one out of the way, and says both.
pub fn run(args: &AcceptArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let accepted = Accepted::parse(&args.module, &args.version, &args.h1)?;
    let settings = session.settings(&args.flags.given)?;
    let root = data_folder(&settings)?;
    let Accepted { module, subject, h1 } = &accepted;
    let log = FirstSeenLog::open(&root)?;
    let before =
        log.accept(module, *subject, *h1, SystemTime::now()).map_err(|error| not_recorded(&error))?;
    writeln!(session.out, "accepted {}", subject.line(module, *h1))?;
    writeln!(session.out, "{}", accepted.told(&before))?;
    let aside = log.make_way(module, *subject, *h1).map_err(|error| {
        let advice = "the hash is accepted; run this once more to move the kept file, or delete it";
        Failed::new(Exit::Unavailable, Problem::from_error(&error).advise(advice))
    })?;
    Ok(aside.map_or(Ok(()), |aside| accepted.tell_moved(&aside, session))?)
}

fn not_recorded(error: &io::Error) -> Failed {
    Failed::new(Exit::Unavailable, Problem::new("the hash is not accepted").because(error.to_string()))
}

/// What the arguments say.
struct Accepted {
    module: ModuleVersion,
    subject: Subject,
    h1: H1,
}

impl Accepted {
    fn parse(path: &str, version: &str, h1: &str) -> Result<Self, Failed> {
        let (version, subject) = Subject::of_field(version);
        let module = ModuleVersion::parse(path, version).map_err(|error| misread(&error))?;
        let h1 = H1::parse(h1).map_err(|error| misread(&error))?;
        Ok(Self { module, subject, h1 })
    }

    /// What the acceptance changes.
    fn told(&self, before: &OnRecord) -> String {
        match before {
            OnRecord::Nothing => {
                "nothing was on record for it: this is what it is held to from now on".to_owned()
            }
            OnRecord::Sighting(same) if same.h1 == self.h1 => format!("it was on record already: {same}"),
            OnRecord::Sighting(other) => format!("in the place of {other}"),
            OnRecord::Damaged => "in the place of a record that is damaged and says nothing".to_owned(),
        }
    }

    fn tell_moved(&self, aside: &Path, session: &mut Session<'_>) -> io::Result<()> {
        let (subject, aside) = (self.subject, aside.display());
        writeln!(
            session.out,
            "the {subject} that was kept has another hash and was moved to {aside}; it is fetched again"
        )
    }
}

fn misread(error: &dyn std::error::Error) -> Failed {
    let advice =
        "give the three fields of a line of go.sum, as the refusal names them: MODULE VERSION[/go.mod] H1";
    Failed::new(Exit::Usage, Problem::from_error(error).advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    const H1_TEXT: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn a_line_of_go_sum_is_read_as_it_stands() {
        for (version, subject) in [("v1.0.0", Subject::Zip), ("v1.0.0/go.mod", Subject::GoMod)] {
            let accepted = Accepted::parse("example.com/m", version, H1_TEXT).ok().unwrap();
            assert_eq!(accepted.subject, subject);
            assert_eq!(
                subject.line(&accepted.module, accepted.h1),
                format!("example.com/m {version} {H1_TEXT}")
            );
        }
    }

    #[test]
    fn what_is_no_line_of_go_sum_is_a_usage_error_with_advice() {
        let lines = [
            ("m", "v1.0.0", H1_TEXT),
            ("example.com/m", "main", H1_TEXT),
            ("example.com/m", "v1.0", H1_TEXT),
            ("example.com/m", "v2.0.0", H1_TEXT),
            ("example.com/m", "v1.0.0/go.sum", H1_TEXT),
            ("example.com/m", "v1.0.0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("example.com/m", "v1.0.0", "h1:short="),
        ];
        for (module, version, h1) in lines {
            let failed = Accepted::parse(module, version, h1).err().unwrap();
            assert_eq!(failed.exit, Exit::Usage, "{module} {version} {h1}");
            assert!(failed.problems[0].help.as_deref().unwrap().contains("go.sum"), "{failed:?}");
        }
    }
}
