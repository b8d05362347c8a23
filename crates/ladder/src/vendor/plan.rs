//! What is to be done with what lies in the work folder, written down before it is done. Whoever finds the plan later finishes it.

/// The name of the plan in the work folder.
pub(super) const PLAN: &str = "plan";

/// The longest plan that is read.
pub(super) const PLAN_BYTES_MAX: u64 = 1000;

/// A change that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// A new snapshot lies ready.
    Snapshot {
        /// Whether the snapshot before becomes vendor.bak/.
        keeps_old: bool,
    },
    /// The vendor folder is being replaced, or taken away.
    Replace {
        /// The time in the name under which the old one is kept.
        stamp: String,
        /// The inode of the new one; 0 when there is none.
        staged: u64,
    },
}

impl Plan {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Snapshot { keeps_old } => format!("snapshot {keeps_old}\n"),
            Self::Replace { stamp, staged } => format!("replace {stamp} {staged}\n"),
        }
    }

    /// Reads exactly what [`Plan::to_text`] writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.trim_end().split(' ').collect();
        let plan = match *words {
            ["snapshot", keeps_old] => Self::Snapshot { keeps_old: keeps_old.parse().ok()? },
            ["replace", stamp, staged] if stamp.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Self::Replace { stamp: stamp.to_owned(), staged: staged.parse().ok()? }
            }
            _ => return None,
        };
        (plan.to_text() == text).then_some(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_one_spelling() {
        for plan in [
            Plan::Snapshot { keeps_old: true },
            Plan::Snapshot { keeps_old: false },
            Plan::Replace { stamp: "20240102T030405Z".into(), staged: 7 },
        ] {
            assert_eq!(Plan::parse(&plan.to_text()), Some(plan));
        }
        for bad in ["", "snapshot\n", "snapshot true", "snapshot yes\n", "replace ../x 1\n", "replace x 01\n"]
        {
            assert_eq!(Plan::parse(bad), None, "{bad}");
        }
    }
}
