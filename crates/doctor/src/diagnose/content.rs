//! Content held to the right hash: that of go.sum, else that of the database.

use gomod::gosum::{GoSum, Part, Verdict};
use gomod::gosumdb::Sums;
use gomod::{H1, ModuleVersion};

use super::Finding;
use crate::cause::Cause;
use crate::evidence::{Content, Observation, Outcome};
use crate::place::{Kind, Place};

/// Who says which hash is right.
pub(super) struct Right<'a> {
    pins: &'a GoSum,
    /// What the database said, its own host before its mirrors.
    sums: Vec<(ModuleVersion, Sums)>,
}

impl<'a> Right<'a> {
    pub(super) fn of(places: &[Place], seen: &[Observation], pins: &'a GoSum) -> Self {
        let mut said: Vec<(bool, ModuleVersion, Sums)> = Vec::new();
        for (place, seen) in places.iter().zip(seen) {
            let Some(module) = place.kind.database().and_then(|database| database.module.clone()) else {
                continue;
            };
            let is_mirror = !matches!(place.kind, Kind::Database { .. });
            said.extend(sums(seen).map(|sums| (is_mirror, module.clone(), *sums)));
        }
        said.sort_by_key(|(is_mirror, ..)| *is_mirror);
        let sums = said.into_iter().map(|(_, module, sums)| (module, sums)).collect();
        Self { pins, sums }
    }

    /// What the place has that is not right.
    pub(super) fn findings(&self, place: &Place, seen: &Observation) -> Vec<Finding> {
        let Some(module) = place.kind.module() else { return Vec::new() };
        let contents = seen.answers.iter().filter_map(|answer| match &answer.outcome {
            Outcome::Content(content) => Some(content),
            _ => None,
        });
        contents.flat_map(|content| self.finding(place, module, content)).collect()
    }

    fn finding(&self, place: &Place, module: &ModuleVersion, content: &Content) -> Vec<Finding> {
        match content {
            Content::Plain => Vec::new(),
            Content::GoMod(hash) => self.held(module, Part::GoMod, hash).into_iter().collect(),
            Content::Zip(hash) => self.held(module, Part::Zip, hash).into_iter().collect(),
            Content::Sums(sums) => {
                let module = place.kind.database().and_then(|database| database.module.as_ref());
                module.map_or_else(Vec::new, |module| self.agreeing(module, sums))
            }
        }
    }

    /// Holds content to go.sum, or to the database where go.sum has nothing.
    fn held(&self, module: &ModuleVersion, part: Part, hash: &H1) -> Option<Finding> {
        let (right, by) = match self.pins.check(module, part, hash) {
            Verdict::Match => return None,
            Verdict::Mismatch { listed } => (listed, "go.sum"),
            Verdict::Missing => {
                let (_, sums) = self.sums.iter().find(|(known, _)| known == module)?;
                let right = of(sums, part)?;
                if right == *hash {
                    return None;
                }
                (right.to_string(), "the checksum database")
            }
        };
        let file = if part == Part::GoMod { ".mod" } else { ".zip" };
        let what = format!("the {file} of {module} has {hash}, and {by} has {right}");
        Some(Finding::new(Cause::WrongHash, what))
    }

    /// Holds what a database says to go.sum.
    fn agreeing(&self, module: &ModuleVersion, sums: &Sums) -> Vec<Finding> {
        let differs = |part: Part| match self.pins.check(module, part, &of(sums, part)?) {
            Verdict::Mismatch { listed } => {
                let said = of(sums, part)?;
                let what = format!("of {module} it has {said}, and go.sum has {listed}");
                Some(Finding::new(Cause::SumsDisagree, what))
            }
            Verdict::Match | Verdict::Missing => None,
        };
        [Part::Zip, Part::GoMod].into_iter().filter_map(differs).collect()
    }
}

fn of(sums: &Sums, part: Part) -> Option<H1> {
    match part {
        Part::Zip => sums.zip,
        Part::GoMod => sums.go_mod,
    }
}

fn sums(seen: &Observation) -> impl Iterator<Item = &Sums> {
    seen.answers.iter().filter_map(|answer| match &answer.outcome {
        Outcome::Content(Content::Sums(sums)) => Some(sums),
        _ => None,
    })
}
