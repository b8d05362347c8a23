//! Patterns for lines of output: literal text, in which `{}` stands for a word, the shortest that fits.

/// What the `{}` of `pattern` stand for at the first place of `line` where it fits; `None` if it fits nowhere.
pub(super) fn captures(pattern: &str, line: &str) -> Option<Vec<String>> {
    line.char_indices().map(|(at, _)| at).chain([line.len()]).find_map(|at| captures_at(pattern, &line[at..]))
}

fn captures_at(pattern: &str, text: &str) -> Option<Vec<String>> {
    let mut literals = pattern.split("{}");
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut found = Vec::new();
    for literal in literals {
        let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        let end = if literal.is_empty() { word.len() } else { word_end(word, rest, literal)? };
        found.push(rest[..end].to_owned());
        rest = &rest[end + literal.len()..];
    }
    Some(found)
}

/// Where the literal begins: inside the word or right after it.
fn word_end(word: &str, rest: &str, literal: &str) -> Option<usize> {
    rest.find(literal).filter(|at| *at <= word.len())
}

#[cfg(test)]
mod tests {
    use super::captures;

    fn words(pattern: &str, line: &str) -> Option<String> {
        captures(pattern, line).map(|words| words.join("|"))
    }

    #[test]
    fn words_are_found() {
        assert_eq!(words("on {}", "listening on 127.0.0.1:80 now").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(words("http://{}:{}/", "at http://127.0.0.1:80/x").as_deref(), Some("127.0.0.1|80"));
        assert_eq!(words("{} of {}", "n: 3 of 7").as_deref(), Some("3|7"));
        assert_eq!(words("ready", "now ready.").as_deref(), Some(""));
    }

    #[test]
    fn what_does_not_fit_does_not_fit() {
        assert_eq!(words("ready", "not yet"), None);
        assert_eq!(words("port {} of", "port 1 2 of"), None);
    }
}
