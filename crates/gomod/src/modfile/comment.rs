//! Comments that mean something: `// indirect`, deprecations, reasons of retractions.

use std::sync::Arc;

use super::syntax::Line;

/// Whether the first comment behind a line is `// indirect`, alone or with a `;` and more text.
pub(super) fn is_indirect(line: &Line<'_>) -> bool {
    let Some(comment) = line.suffix.first() else { return false };
    let mut words = without_slashes(comment).split_whitespace();
    match (words.next(), words.next()) {
        (Some("indirect"), None) => true,
        (first, Some(_)) => first == Some("indirect;"),
        _ => false,
    }
}

/// The text of comments: of those in `before`, a piece of a file without words, and of those behind a line.
pub(super) fn comment_text(before: &str, suffix: &[&str]) -> String {
    let comments = before.split('\n').map(str::trim).filter(|line| line.starts_with("//"));
    comments
        .chain(suffix.iter().copied())
        .map(|comment| without_slashes(comment).trim())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text of the comments of a line, above it and then behind it. A line in a block that has none (not even a
/// blank line above it) shares those of the block, so that a block with many lines holds them once.
pub(super) fn comments_of(line: &Line<'_>, of_block: Option<&Arc<str>>) -> Arc<str> {
    match of_block {
        Some(text) if line.before.is_empty() && line.suffix.is_empty() => text.clone(),
        _ => comment_text(line.before, &line.suffix).into(),
    }
}

/// What a comment says behind `Deprecated:` at the start of a paragraph, up to the end of that paragraph.
pub(super) fn deprecation(text: &str) -> Option<&str> {
    const MARK: &str = "Deprecated:";
    let message = text.strip_prefix(MARK).or_else(|| {
        let paragraph = text.find(&format!("\n\n{MARK}"))?;
        text.get(paragraph + 2 + MARK.len()..)
    })?;
    let message = message.trim_start_matches(' ');
    message.split("\n\n").next()
}

fn without_slashes(comment: &str) -> &str {
    comment.strip_prefix("//").unwrap_or(comment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modfile::syntax::{Statement, parse};

    fn indirect(text: &str) -> bool {
        is_indirect(&parse(text, |_| true).unwrap().lines[0])
    }

    #[test]
    fn indirect_is_a_word_of_its_own() {
        for good in
            ["a // indirect", "a //indirect", "a //\tindirect ", "a // indirect; why", "a // indirect; "]
        {
            assert_eq!(indirect(good), !good.ends_with("; "), "{good}");
        }
        for bad in ["a", "a // indirectly", "a // indirect why", "a // not indirect", "a //"] {
            assert!(!indirect(bad), "{bad}");
        }
    }

    #[test]
    fn a_line_without_comments_takes_those_of_its_block() {
        let tree =
            parse("// of\r\n// block\nretract (\n\tv1\n\t// own\n\tv2 // tail\n)\n", |_| true).unwrap();
        let Statement::Block(block) = &tree.statements[0] else { panic!("no block") };
        let of_block: Arc<str> = comment_text(block.before, &[]).into();
        assert_eq!(&*of_block, "of\nblock");
        assert!(Arc::ptr_eq(&comments_of(&tree.lines[0], Some(&of_block)), &of_block));
        assert_eq!(&*comments_of(&tree.lines[1], Some(&of_block)), "own\ntail");
    }

    #[test]
    fn a_deprecation_is_one_paragraph() {
        assert_eq!(deprecation("Deprecated: use b\nsoon\n\nmore"), Some("use b\nsoon"));
        assert_eq!(deprecation("Package a.\n\nDeprecated:gone"), Some("gone"));
        assert_eq!(deprecation("Package a.\nDeprecated: no"), None);
        assert_eq!(deprecation("deprecated: no"), None);
    }
}
