//! Why a program gave no answer.

use std::process::ExitStatus;

/// Why a program gave no answer. Messages name the program, never its arguments or environment.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ExecError {
    /// There is no such program along `PATH`.
    #[error("the program `{program}` is not installed: install it (Debian: `apt-get install {package}`)")]
    NotInstalled {
        /// The program.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// It could not be started for another reason.
    #[error("cannot start `{program}`: {reason}")]
    NotStarted {
        /// The program.
        program: &'static str,
        /// What the system says.
        reason: String,
    },
    /// The deadline passed while it waited for its turn.
    #[error("too many programs run at once: `{program}` had no turn in time")]
    Busy {
        /// The program.
        program: &'static str,
    },
    /// The deadline passed, and it was ended.
    #[error("`{program}` took too long and was ended")]
    Deadline {
        /// The program.
        program: &'static str,
    },
    /// It said more than it may, and was ended.
    #[error("`{program}` wrote more than {bytes_max} bytes and was ended")]
    TooMuchOutput {
        /// The program.
        program: &'static str,
        /// What it may write.
        bytes_max: u64,
    },
    /// It ended by itself, and not well.
    #[error("`{program}` failed ({status}): {}", last_line(stderr))]
    Failed {
        /// The program.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
}

impl ExecError {
    pub(super) fn not_installed(program: &'static str) -> Self {
        Self::NotInstalled { program, package: package(program) }
    }

    /// What the program wrote to its standard error; empty when it did not end by itself.
    pub(crate) fn stderr(&self) -> &str {
        match self {
            Self::Failed { stderr, .. } => stderr,
            _ => "",
        }
    }
}

/// The Debian package of a program.
fn package(program: &'static str) -> &'static str {
    match program {
        "hg" => "mercurial",
        "svn" | "svnadmin" => "subversion",
        "ssh" => "openssh-client",
        same => same,
    }
}

/// The last line that is not empty, without control characters.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    line.trim().chars().filter(|character| !character.is_control()).collect()
}
