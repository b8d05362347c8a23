//! The tables of docs/benchmarks.md: each between two comments that name its row.

use std::fs;
use std::path::Path;

use crate::failure::{Context as _, Failure};

const PAGE: &str = "docs/benchmarks.md";

/// Puts `text` into the place of `row`.
pub(super) fn write(root: &Path, row: &str, text: &str) -> Result<(), Failure> {
    let path = root.join(PAGE);
    let page = fs::read_to_string(&path).cannot(format_args!("read {PAGE}"))?;
    let page = replaced(&page, row, text).ok_or_else(|| {
        Failure::new(format!(
            "{PAGE} has no place for {row}: add the lines `{}` and `{}`",
            begin(row),
            end(row)
        ))
    })?;
    fs::write(&path, page).cannot(format_args!("write {PAGE}"))
}

/// `page` with `text` in the place of `row`; `None` when it has no such place.
pub(super) fn replaced(page: &str, row: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(&begin(row))?;
    let (_, after) = rest.split_once(&end(row))?;
    Some(format!("{before}{}\n\n{}\n\n{}{after}", begin(row), text.trim(), end(row)))
}

fn begin(row: &str) -> String {
    format!("<!-- measured: {row} -->")
}

fn end(row: &str) -> String {
    format!("<!-- end of {row} -->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_place_of_the_row_changes() {
        let page = "a\n<!-- measured: P1 -->\nold\n<!-- end of P1 -->\nb\n";
        let once = replaced(page, "P1", "new\n").unwrap();
        assert_eq!(once, "a\n<!-- measured: P1 -->\n\nnew\n\n<!-- end of P1 -->\nb\n");
        assert_eq!(replaced(&once, "P1", "new").as_deref(), Some(once.as_str()));
        assert_eq!(replaced(page, "P2", "new"), None);
    }
}
