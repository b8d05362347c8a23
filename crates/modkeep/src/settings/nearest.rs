//! "Did you mean": the known name that a mistyped one is nearest to.

/// The known name with the fewest edits away, counted with swapped neighbours as one edit. The first of equals wins.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().min_by_key(|name| strsim::damerau_levenshtein(typed, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["listen", "log", "log-format", "path-prefix"];
        for (typed, name) in
            [("lsiten", "listen"), ("log_format", "log-format"), ("prefix", "path-prefix"), ("lag", "log")]
        {
            assert_eq!(nearest(typed, known), Some(name));
        }
        assert_eq!(nearest("x", []), None);
    }
}
