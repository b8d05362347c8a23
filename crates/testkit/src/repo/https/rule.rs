//! `HttpsFault`: what can happen to a request, and to which.

/// What can happen to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpsFault {
    /// It is answered with this status and a line of text.
    Status(u16),
    /// It is sent elsewhere with status 301; `{}` in the URL stands for the path and query that was asked for.
    Redirect(String),
    /// The body of its answer stops after so many bytes, and the connection stays open.
    StallAfter(u64),
    /// The connection breaks after so many bytes of the answer's body.
    CutAfter(u64),
    /// The connection breaks before there is an answer.
    HangUp,
}

/// A fault, for which requests, and how often.
#[derive(Debug)]
pub(super) struct Rule {
    pattern: String,
    fault: HttpsFault,
    left: Option<usize>,
}

impl Rule {
    pub(super) fn new(pattern: &str, fault: HttpsFault, times: Option<usize>) -> Self {
        Self { pattern: pattern.to_owned(), fault, left: times }
    }

    /// What happens to this request by this rule, which is used up by it.
    pub(super) fn apply(&mut self, path_and_query: &str) -> Option<HttpsFault> {
        if !path_and_query.contains(&self.pattern) || self.left == Some(0) {
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(self.fault.clone())
    }
}
