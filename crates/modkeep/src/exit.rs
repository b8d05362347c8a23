//! Exit codes: the only words that a script hears from us, so each has one meaning, written once.
//!
//! Where `sysexits.h` has a number for a meaning, that number is used: init systems and CI runners know it.

/// Why the process ended. Printed in `--help` and in the man page from this very list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command did what was asked.
    Ok,
    /// The command could not do what was asked, for a reason that has no number of its own; or `doctor` has warnings.
    Failure,
    /// The answer cannot be told: what to compare with is missing or cannot be read; or `doctor` has found something broken.
    Untold,
    /// What was asked about does not run; the number is that of the init scripts of the Linux Standard Base.
    NotRunning,
    /// The command line is wrong: an unknown flag or command, a missing or impossible value.
    Usage,
    /// What the command needs from this machine is not there, such as a free address or a writable data folder.
    Unavailable,
    /// A command that was run failed because a network or a server did, and not the code.
    Infrastructure,
    /// A setting is wrong: a file, a variable, or one of go's own settings.
    Config,
    /// What the command that was run ended with; never zero.
    Command(u8),
    /// The command that was run died of this signal, and so does modkeep: shells stop a loop by it, for example.
    Died(u8),
}

impl Exit {
    /// All codes of our own, in the order in which they are documented. `modkeep go` and `modkeep exec` end with the command's
    /// own otherwise.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Failure,
        Self::Untold,
        Self::NotRunning,
        Self::Usage,
        Self::Unavailable,
        Self::Infrastructure,
        Self::Config,
    ];

    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Untold => 2,
            Self::NotRunning => 3,
            Self::Usage => 64,
            Self::Unavailable => 69,
            Self::Infrastructure => 75,
            Self::Config => 78,
            Self::Command(code) => code,
            Self::Died(signal) => 128u8.saturating_add(signal),
        }
    }

    /// The meaning in one line, for help and man page.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::Failure => "failed, or there are warnings (doctor)",
            Self::Untold => {
                "what to compare with is missing or unreadable (vendor verify); something is broken (doctor)"
            }
            Self::NotRunning => "it does not run (agent status)",
            Self::Usage => "the command line is wrong",
            Self::Unavailable => {
                "something needed on this machine is missing (address in use, data folder not writable)"
            }
            Self::Infrastructure => "go failed because the network or a server did, not the code",
            Self::Config => "a setting is wrong (file, variable, or one of go's own settings)",
            Self::Command(_) | Self::Died(_) => "what the command that was run ended with",
        }
    }

    /// The table of all codes, one per line, as help and man page show it.
    pub fn table() -> String {
        let line = |exit: &Self| format!("  {:>2}  {}", exit.code(), exit.meaning());
        let lines: Vec<String> = Self::ALL.iter().map(line).collect();
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_number_and_stands_in_the_table() {
        let table = Exit::table();
        for (at, exit) in Exit::ALL.iter().enumerate() {
            assert!(Exit::ALL[at + 1..].iter().all(|other| other.code() != exit.code()), "{exit:?}");
            assert!(table.contains(&format!("{:>2}  {}", exit.code(), exit.meaning())), "{exit:?}");
        }
    }
}
