//! Words as go's own settings have them: GOFLAGS, GOAUTH.

/// Splits at spaces. A word that begins with a quote goes as far as the next one, and there is no other way to quote.
///
/// # Errors
/// A quote is not closed.
pub fn split(text: &str) -> Result<Vec<String>, Unclosed> {
    let (mut rest, mut words) = (text.trim_start(), Vec::new());
    while let Some(first) = rest.chars().next() {
        let (word, behind) = if matches!(first, '\'' | '"') {
            rest[1..].split_once(first).ok_or(Unclosed)?
        } else {
            rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
        };
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    Ok(words)
}

/// A quote that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quote is not closed")]
pub struct Unclosed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_spaces_together() {
        assert_eq!(split(" '-mod=mod'  -x \"a b\"").unwrap(), ["-mod=mod", "-x", "a b"]);
        assert_eq!(split("'a"), Err(Unclosed));
    }
}
