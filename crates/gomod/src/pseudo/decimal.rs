//! Adding and subtracting one on decimal numbers of any length, as text (protocol.md A21, A23).

/// The next number: `99` gives `100`. Expects digits only.
pub(super) fn increment(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let bumped = match kept.char_indices().next_back() {
        Some((at, last)) => format!("{}{}", &kept[..at], next(last)),
        None => "1".to_owned(),
    };
    bumped + &"0".repeat(nines)
}

/// The number before: `100` gives `99`. `None` below zero. Expects digits only.
pub(super) fn decrement(digits: &str) -> Option<String> {
    let kept = digits.trim_end_matches('0');
    let zeros = digits.len() - kept.len();
    let (at, last) = kept.char_indices().next_back()?;
    let lowered = previous(last);
    // A lone leading 1 vanishes, unless it is the whole number.
    let head =
        if at == 0 && last == '1' && zeros > 0 { String::new() } else { format!("{}{lowered}", &kept[..at]) };
    Some(head + &"9".repeat(zeros))
}

fn next(digit: char) -> char {
    char::from_digit(digit.to_digit(10).map_or(0, |d| d + 1), 10).unwrap_or('0')
}

fn previous(digit: char) -> char {
    char::from_digit(digit.to_digit(10).map_or(0, |d| d.saturating_sub(1)), 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn up() {
        for (n, up) in [("0", "1"), ("1", "2"), ("9", "10"), ("99", "100"), ("100", "101"), ("1999", "2000")]
        {
            assert_eq!(increment(n), up);
        }
    }

    #[test]
    fn down() {
        for (n, down) in
            [("1", "0"), ("2", "1"), ("10", "9"), ("100", "99"), ("101", "100"), ("2000", "1999")]
        {
            assert_eq!(decrement(n).as_deref(), Some(down));
        }
        assert_eq!((decrement("0"), decrement("00")), (None, None));
    }

    proptest! {
        #[test]
        fn agree_with_arithmetic(n in 0_u64..1_000_000) {
            prop_assert_eq!(increment(&n.to_string()), (n + 1).to_string());
            prop_assert_eq!(decrement(&n.to_string()), n.checked_sub(1).map(|n| n.to_string()));
        }

        #[test]
        fn down_undoes_up_at_any_length(n in "[1-9][0-9]{0,60}") {
            prop_assert_eq!(decrement(&increment(&n)), Some(n));
        }
    }
}
