//! Why a question has no answer: the one table from go's errors to [`RepoError`].
//!
//! | go | here | told as |
//! | --- | --- | --- |
//! | an error equal to `fs.ErrNotExist`: unknown revision, no commits, no go.mod or the wrong one (D3) | [`Fault::Absent`] | not found |
//! | another verdict on a version: invalid version or pseudo-version, no matching versions | [`Fault::Invalid`] | not found |
//! | the repository could not be read, or a limit of ours or its own forbids it | [`Fault::Repo`] | as the repository says |
//!
//! The first two are both the word of an authority that there is no such version; the difference counts only where go tries
//! a second way after the first kind (D30, D31). Of a proxy, go accepts either as a 404, and goes on to the next place.

use crate::RepoError;

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// There is no such thing.
    Absent(String),
    /// There is something, but it must not be called so.
    Invalid(String),
    /// It could not be found out.
    Repo(RepoError),
}

impl Fault {
    /// The fault in go's words about a version of a module, unless it is not about the version.
    pub(super) fn of_version(self, path: &str, version: &str) -> Self {
        match self {
            Self::Absent(why) => Self::Absent(format!("{path}@{version}: invalid version: {why}")),
            Self::Invalid(why) => Self::Invalid(format!("{path}@{version}: invalid version: {why}")),
            Self::Repo(error) => Self::Repo(error),
        }
    }
}

impl From<RepoError> for Fault {
    fn from(error: RepoError) -> Self {
        if error.is_not_found() { Self::Absent(error.message) } else { Self::Repo(error) }
    }
}

impl From<Fault> for RepoError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Absent(message) | Fault::Invalid(message) => Self::not_found(message),
            Fault::Repo(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use source::FailureKind;

    fn told(fault: Fault) -> (FailureKind, String) {
        let error = RepoError::from(fault.of_version("a.example/m", "v1.0.0"));
        (error.kind, error.message)
    }

    #[test]
    fn faults_follow_the_table() {
        let message = |why: &str| format!("a.example/m@v1.0.0: invalid version: {why}");
        assert_eq!(
            told(RepoError::not_found("unknown revision v1.0.0").into()),
            (FailureKind::NotFound, message("unknown revision v1.0.0")),
        );
        assert_eq!(told(Fault::Invalid("no".to_owned())), (FailureKind::NotFound, message("no")));
        let untouched = "the host is silent".to_owned();
        assert_eq!(told(RepoError::unavailable(&*untouched).into()), (FailureKind::Unavailable, untouched));
        assert_eq!(
            told(RepoError::refused("too long").into()),
            (FailureKind::Refused, "too long".to_owned())
        );
    }
}
