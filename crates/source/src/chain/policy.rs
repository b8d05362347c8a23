//! Which failure lets the next place be asked, and which paths may go where (house.md, contract of Source).

use gomod::ModulePath;
use gomod::glob::PrefixPatterns;
use gomod::goproxy::Fallback;

use crate::FailureKind;

/// How a chain falls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// An outage of one place is passed over also behind a `,`, except for private paths; lists are united.
    #[default]
    Resilient,
    /// Exactly what the go command does with the same list.
    Go,
}

/// The settings that decide about passing on a question.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// How to fall back.
    pub mode: Mode,
    /// GOPRIVATE: paths whose names are not to be told to strangers.
    pub goprivate: PrefixPatterns,
    /// The effective GONOPROXY (unset: GOPRIVATE): paths for places marked private alone.
    pub gonoproxy: PrefixPatterns,
    /// The effective GONOSUMDB (unset: GOPRIVATE).
    pub gonosumdb: PrefixPatterns,
}

impl Policy {
    /// Whether only places marked private may hear of `module` (house.md, invariant 3). What is about no module is public.
    pub fn only_private(&self, module: Option<&ModulePath>) -> bool {
        module.is_some_and(|module| self.gonoproxy.matches(module.as_str()))
    }

    /// Whether a failure lets the place behind the separator `then` be asked.
    ///
    /// * `NotFound` always does.
    /// * `Refused` does behind `|` alone: the user said "whatever happens".
    /// * `Unavailable` does behind `|`, and in [`Mode::Resilient`] behind `,` too, but not for a private path: the
    ///   next place must not learn its name because the first is down.
    /// * `Mismatch` never stops the search: the next place is asked against the same hash. That it ends as
    ///   `Mismatch` when no place has the right bytes follows from the order of [`FailureKind`].
    pub fn passes(&self, kind: FailureKind, then: Fallback, module: Option<&ModulePath>) -> bool {
        match kind {
            FailureKind::NotFound | FailureKind::Mismatch => true,
            FailureKind::Refused => then == Fallback::AnyError,
            FailureKind::Unavailable => then == Fallback::AnyError || self.passes_outage(module),
        }
    }

    /// Whether the list of one place is united with those of the places behind it: not where go would not, and not for a
    /// private path, whose name the next place need not learn.
    pub fn unites(&self, module: Option<&ModulePath>) -> bool {
        self.passes_outage(module)
    }

    /// Whether the next place may be asked before this one has answered: where silence is an outage, and an outage passes.
    pub fn hedges(&self, module: Option<&ModulePath>) -> bool {
        self.passes_outage(module)
    }

    fn passes_outage(&self, module: Option<&ModulePath>) -> bool {
        self.mode == Mode::Resilient && !module.is_some_and(|module| self.is_private(module))
    }

    /// Whether the name of `module` is not to be told to strangers, for whichever of the three reasons.
    pub fn is_private(&self, module: &ModulePath) -> bool {
        [&self.goprivate, &self.gonoproxy, &self.gonosumdb].iter().any(|globs| globs.matches(module.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind::{Mismatch, NotFound, Refused, Unavailable};

    fn passes(mode: Mode, path: &str, then: Fallback) -> Vec<FailureKind> {
        let goprivate = PrefixPatterns::parse("corp.example");
        let policy = Policy { mode, goprivate, ..Policy::default() };
        let path = ModulePath::parse(path).unwrap();
        let kinds = [NotFound, Refused, Unavailable, Mismatch];
        kinds.into_iter().filter(|kind| policy.passes(*kind, then, Some(&path))).collect()
    }

    #[test]
    fn a_bar_passes_everything_in_both_modes() {
        for mode in [Mode::Resilient, Mode::Go] {
            assert_eq!(
                passes(mode, "a.example/m", Fallback::AnyError),
                [NotFound, Refused, Unavailable, Mismatch]
            );
        }
    }

    #[test]
    fn behind_a_comma_an_outage_passes_in_resilient_mode_and_for_public_paths_only() {
        use Fallback::NotFound as Comma;
        assert_eq!(passes(Mode::Resilient, "a.example/m", Comma), [NotFound, Unavailable, Mismatch]);
        assert_eq!(passes(Mode::Go, "a.example/m", Comma), [NotFound, Mismatch]);
        assert_eq!(passes(Mode::Resilient, "corp.example/m", Comma), [NotFound, Mismatch]);
    }
}
