//! What is found on this machine and in this project.

use doctor::Severity;

/// One finding, in the form of those about places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    /// What it is about: `cache` or `project`.
    pub(super) area: &'static str,
    /// The word for scripts.
    pub(super) cause: &'static str,
    pub(super) severity: Severity,
    /// What is wrong, in one sentence.
    pub(super) message: String,
    /// How that is known.
    pub(super) evidence: Vec<String>,
    /// What to do.
    pub(super) fix: &'static str,
}

impl Local {
    pub(super) fn new(
        area: &'static str,
        cause: &'static str,
        severity: Severity,
        message: impl Into<String>,
        fix: &'static str,
    ) -> Self {
        Self { area, cause, severity, message: message.into(), evidence: Vec::new(), fix }
    }

    pub(super) fn with(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}
