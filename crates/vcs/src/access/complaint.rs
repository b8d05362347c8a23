//! What it means when a program that went to the network has failed.

use source::Symptom;

use super::Way;
use crate::RepoError;

/// Why a program could not do what it was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The place says that there is no such repository.
    Missing,
    /// The place does not know us, or we may not.
    NoRights,
    /// The place sends us elsewhere.
    Moved,
    /// The place could not be reached, or the connection broke.
    Unreachable,
    /// It was waited for in vain.
    Silent,
    /// What is on our disk is broken.
    Damage,
    /// The repository has no such revision or file.
    Absent,
    /// It is more than we take.
    TooLarge,
    /// Anything else: the place cannot do this, or does not have what was asked for.
    Other,
}

/// A failed call of a program that went to the network.
#[derive(Debug, Clone)]
pub(crate) struct Complaint {
    pub(crate) cause: Cause,
    /// One line, without credentials.
    pub(crate) message: String,
}

impl Complaint {
    /// Whether another way may fare better.
    pub(crate) fn is_about_the_way(&self) -> bool {
        !matches!(self.cause, Cause::Damage | Cause::Absent | Cause::TooLarge | Cause::Other)
    }

    /// As the error of a repository that is reached by this way.
    pub(crate) fn into_error(self, way: &Way, has_credential: bool) -> RepoError {
        let (place, said) = (format!("{}://{}", way.scheme(), way.host()), self.message);
        match self.cause {
            Cause::Missing if way.is_web() && !has_credential => RepoError::not_found(format!(
                "{place} knows no such repository, or shows it to those alone that have a credential there: {said}"
            )),
            Cause::Missing => RepoError::not_found(format!("{place} knows no such repository: {said}")),
            Cause::NoRights if has_credential || !way.is_web() => {
                RepoError::refused(format!("{place} does not let us in: {said}"))
            }
            Cause::NoRights => RepoError::refused(format!(
                "{place} wants to know who we are: set a credential for it: {said}"
            )),
            Cause::Moved => RepoError::unavailable(format!(
                "{place} sends us to another address, which is not followed: name the new one for this prefix: {said}"
            )),
            Cause::Silent => RepoError::unavailable(format!("{place} does not answer: {said}"))
                .with_symptom(Symptom::Silent),
            Cause::Unreachable => RepoError::unavailable(format!("{place} cannot be reached: {said}"))
                .with_symptom(Symptom::Unreachable),
            Cause::Absent => RepoError::not_found(said),
            Cause::TooLarge => RepoError::refused(format!("{place}: {said}")),
            Cause::Damage | Cause::Other => RepoError::unavailable(format!("{place}: {said}")),
        }
    }
}

/// How much of a complaint is told on.
const TOLD_CHARS: usize = 300;

/// What a program has said, as one line without those that say nothing.
pub(crate) fn one_line(text: &str, is_padding: impl Fn(&str) -> bool) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_padding(line));
    let text = lines.collect::<Vec<_>>().join("; ");
    let text: String = text.chars().filter(|c| !c.is_control()).take(TOLD_CHARS).collect();
    if text.is_empty() { "it says nothing".into() } else { text }
}

/// The first cause of which a word, in lower case, is in the text.
pub(crate) fn cause_by(words: &[(Cause, &[&str])], text: &str) -> Cause {
    let text = text.to_ascii_lowercase();
    let row = words.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    row.map_or(Cause::Other, |(cause, _)| *cause)
}
