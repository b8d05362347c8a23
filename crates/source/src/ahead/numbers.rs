//! What is counted of looking ahead.

/// Of one kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Questions asked ahead of places: those that were answered with what was kept are not among them.
    pub asked: u64,
    /// Those that a client has asked afterwards.
    pub claimed: u64,
    /// Those that brought nothing.
    pub failed: u64,
    /// Questions that waited and were not begun: there were too many, they came too late, or nobody followed.
    pub dropped: u64,
    /// Bytes that came, also of what came to nothing in the end.
    pub fetched_bytes: u64,
    /// Bytes that lie there for somebody to ask for.
    pub unclaimed_bytes: u64,
    /// Bytes that nobody has asked for, or that came to nothing.
    pub wasted_bytes: u64,
}
