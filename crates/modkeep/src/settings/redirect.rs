//! What settings files say about modules that are to be fetched elsewhere: the `[[redirect]]` tables.

use crate::settings::origin::Position;
use crate::settings::values;

/// One `[[redirect]]` table.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// What it says.
    pub rule: protocol::Redirect,
    /// The patterns as they were written.
    pub paths: String,
    /// Where the table stands.
    pub position: Position,
}

impl Redirect {
    /// The word for what is redirected.
    pub fn what(&self) -> &'static str {
        values::redirected_choice(self.rule.what).name
    }
}

impl PartialEq for Redirect {
    /// A table is what stands at its place.
    fn eq(&self, other: &Self) -> bool {
        (&self.paths, &self.position) == (&other.paths, &other.position)
    }
}

impl Eq for Redirect {}
