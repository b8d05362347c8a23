//! Reading go.sum, and the same format in go.work.sum (protocol.md F4, F6).

use super::file::GoSum;

/// The hash of an empty go.mod. Early go commands wrote it by mistake; go drops such lines (protocol.md F4).
const EMPTY_GO_MOD: &str = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";
const FIELDS: usize = 3;

/// A line that is no entry. go stops at it, except in `go mod tidy`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed go.sum: line {line}: {flaw}; delete the line, or run go mod tidy")]
pub struct GoSumError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub flaw: GoSumFlaw,
}

/// What is wrong with a line of go.sum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoSumFlaw {
    /// Not path, version and hash.
    #[error("it has {0} fields instead of {FIELDS}")]
    Fields(usize),
    /// No text. No module path or version holds such bytes.
    #[error("it is not UTF-8")]
    NotUtf8,
}

impl GoSum {
    /// Reads the file as go does: the first malformed line is an error.
    ///
    /// ```
    /// use gomod::gosum::GoSum;
    /// let error = GoSum::parse(b"example.com/m v1.0.0 h1:x=\n\nexample.com/m v1.0.0\n").unwrap_err();
    /// assert_eq!(error.line, 3);
    /// ```
    pub fn parse(content: &[u8]) -> Result<Self, GoSumError> {
        let mut sum = Self::default();
        for (number, line) in content.split(|&b| b == b'\n').enumerate() {
            sum.read_line(line).map_err(|flaw| GoSumError { line: number + 1, flaw })?;
        }
        Ok(sum)
    }

    /// Reads the file as `go mod tidy` does: malformed lines are left out.
    ///
    /// ```
    /// use gomod::gosum::GoSum;
    /// let sum = GoSum::parse_lenient(b"<<<<<<< HEAD\nexample.com/m v1.0.0 h1:x=\n");
    /// assert_eq!(sum.to_string(), "example.com/m v1.0.0 h1:x=\n");
    /// ```
    pub fn parse_lenient(content: &[u8]) -> Self {
        let mut sum = Self::default();
        for line in content.split(|&b| b == b'\n') {
            // A malformed line adds nothing, which is all that leniency means.
            let _ = sum.read_line(line);
        }
        sum
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), GoSumFlaw> {
        let line = std::str::from_utf8(line).map_err(|_| GoSumFlaw::NotUtf8)?;
        match *line.split_whitespace().collect::<Vec<_>>() {
            [] | [_, _, EMPTY_GO_MOD] => Ok(()),
            [path, version, hash] => {
                self.add_text(path, version, hash);
                Ok(())
            }
            ref fields => Err(GoSumFlaw::Fields(fields.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_is_free_and_blank_lines_are_none() {
        let sum = GoSum::parse(b"\n  a.b/c\tv1.0.0   h1:x=  \r\n \r\n\n").unwrap();
        assert_eq!(sum.to_string(), "a.b/c v1.0.0 h1:x=\n");
    }

    #[test]
    fn lines_with_the_hash_of_an_empty_go_mod_are_dropped() {
        let text = format!("a.b/c v1.0.0/go.mod {EMPTY_GO_MOD}\n");
        assert_eq!(GoSum::parse(text.as_bytes()).unwrap().to_string(), "");
        assert_eq!(crate::dirhash::hash_go_mod(b"").to_string(), EMPTY_GO_MOD);
    }

    #[test]
    fn malformed_lines_are_named() {
        let cases: [(&[u8], usize, GoSumFlaw); 3] = [
            (b"a.b/c v1.0.0", 1, GoSumFlaw::Fields(2)),
            (b"\na b c d\n", 2, GoSumFlaw::Fields(4)),
            (b"a b c\n\n\xff b c\n", 3, GoSumFlaw::NotUtf8),
        ];
        for (text, line, flaw) in cases {
            assert_eq!(GoSum::parse(text), Err(GoSumError { line, flaw }));
            GoSum::parse_lenient(text);
        }
    }
}
