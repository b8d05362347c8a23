//! What both sides are asked, and what they answer.

use serde_json::Value;

/// A function of the table, and the arguments for one call.
pub(crate) struct Question {
    pub(crate) function: &'static str,
    pub(crate) args: Args,
}

/// Arguments as bytes, since a go.mod file or a zip may hold anything.
#[derive(Clone)]
pub(crate) struct Args(pub(crate) Vec<Vec<u8>>);

impl Args {
    pub(crate) fn of<T: Into<Vec<u8>>>(args: impl IntoIterator<Item = T>) -> Self {
        Self(args.into_iter().map(Into::into).collect())
    }

    pub(crate) fn bytes(&self, index: usize) -> &[u8] {
        &self.0[index]
    }

    /// An argument for a function that takes text; its generator makes only UTF-8.
    pub(crate) fn text(&self, index: usize) -> &str {
        std::str::from_utf8(&self.0[index]).expect("the generator makes UTF-8")
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        (0..self.0.len()).map(|index| self.text(index)).collect()
    }

    /// For people: what went in, with escapes, cut where it gets long.
    pub(crate) fn describe(&self) -> String {
        const LENGTH_MAX: usize = 1500;
        let all: Vec<_> = self.0.iter().map(|arg| format!("b\"{}\"", arg.escape_ascii())).collect();
        let mut text = all.join(", ");
        text.truncate(LENGTH_MAX);
        text
    }
}

/// What was made of the input, or what both sides must agree on about its rejection (mostly nothing: `Null`).
pub(crate) type Answer = Result<Value, Value>;
