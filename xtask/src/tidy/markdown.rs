//! As much of Markdown as finding links takes: headings, link targets, code spans and examples, with their lines.
//!
//! Fenced and indented blocks are examples, not links. A code span is taken to end on its own line, as all of ours do.

use std::collections::BTreeMap;

/// What one page refers to, and what can be referred to in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// The anchors of its headings, as the usual viewers name them.
    pub(super) anchors: Vec<String>,
    /// Targets of links, with their lines (from 1).
    pub(super) links: Vec<(usize, String)>,
    /// Content of code spans, with their lines (from 1).
    pub(super) spans: Vec<(usize, String)>,
    /// Lines of fenced and indented examples, with their numbers (from 1).
    pub(super) examples: Vec<(usize, String)>,
}

impl Page {
    /// Reads a page.
    pub(super) fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut seen = BTreeMap::new();
        let mut block = Block::default();
        for (at, line) in text.lines().enumerate() {
            match block.next(line) {
                Kind::Prose => page.read_line(at + 1, line, &mut seen),
                Kind::Example => page.examples.push((at + 1, line.to_owned())),
                Kind::Mark => {}
            }
        }
        page
    }

    fn read_line(&mut self, number: usize, line: &str, seen: &mut BTreeMap<String, usize>) {
        if let Some(title) = heading(line) {
            let slug = slug(title);
            let count = seen.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0);
            self.anchors.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
        }
        let (prose, spans) = split_spans(line);
        self.spans.extend(spans.into_iter().map(|span| (number, span)));
        self.links.extend(targets(&prose).into_iter().map(|target| (number, target)));
    }
}

/// What a line is.
enum Kind {
    Prose,
    Example,
    /// It only opens or closes a fenced block.
    Mark,
}

/// What the lines so far mean for the next one.
#[derive(Default)]
struct Block<'a> {
    /// The mark that opened the fenced block that we are in.
    fence: Option<&'a str>,
    /// Whether an indented line would continue a list instead of being an example.
    in_list: bool,
    /// Whether the last line was neither prose nor a mark: only then can an indented example begin or go on.
    may_indent: bool,
}

impl<'a> Block<'a> {
    fn next(&mut self, line: &'a str) -> Kind {
        let mark = fence_mark(line);
        let kind = match (self.fence, mark) {
            (Some(open), Some(close)) if close.starts_with(open) => Kind::Mark,
            (Some(_), _) => return Kind::Example,
            (None, Some(_)) => Kind::Mark,
            (None, None) if line.starts_with("    ") && self.may_indent && !self.in_list => Kind::Example,
            (None, None) => Kind::Prose,
        };
        if matches!(kind, Kind::Mark) {
            self.fence = if self.fence.is_some() { None } else { mark };
        }
        if !line.is_empty() && !line.starts_with(' ') {
            self.in_list =
                line.starts_with(['-', '*', '+']) || line.starts_with(|c: char| c.is_ascii_digit());
        }
        self.may_indent = line.trim().is_empty() || matches!(kind, Kind::Example);
        kind
    }
}

/// The run of marks with which `line` opens or closes a fenced block.
fn fence_mark(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let length = ['`', '~'].map(|mark| line.len() - line.trim_start_matches(mark).len()).into_iter().max()?;
    (length >= 3).then(|| &line[..length])
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with(' ')).then(|| title.trim())
}

/// The anchor of a heading: its letters in lower case, blanks as hyphens, everything else dropped.
fn slug(title: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// `line` without its code spans (a blank stands for each), and their contents.
fn split_spans(line: &str) -> (String, Vec<String>) {
    let (mut prose, mut spans, mut rest) = (String::new(), Vec::new(), line);
    while let Some(start) = rest.find('`') {
        let inside = rest[start..].trim_start_matches('`');
        let marks = &rest[start..rest.len() - inside.len()];
        prose.push_str(&rest[..start]);
        let Some(end) = inside.find(marks) else { return (prose + inside, spans) };
        spans.push(inside[..end].trim().to_owned());
        prose.push(' ');
        rest = &inside[end + marks.len()..];
    }
    (prose + rest, spans)
}

/// The targets of inline links, pictures and reference definitions in `prose`.
fn targets(prose: &str) -> Vec<String> {
    let inline = prose.match_indices("](").map(|(at, mark)| &prose[at + mark.len()..]);
    let inline = inline.filter_map(|rest| rest.find(')').map(|end| &rest[..end]));
    let definition = prose.trim_start().strip_prefix('[').and_then(|line| line.split_once("]: "));
    let all = inline.chain(definition.map(|(_, target)| target));
    let words = all.filter_map(|target| target.split_whitespace().next());
    words.map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_become_anchors_and_repeated_ones_are_numbered() {
        let page = Page::parse("# The `serve` command, in short\n## Use\n## Use\n#no heading\n");
        assert_eq!(page.anchors, ["the-serve-command-in-short", "use", "use-1"]);
    }

    #[test]
    fn links_are_found_with_their_lines() {
        let page = Page::parse("See [a](docs/a.md#x \"title\") and\n![b](b.png).\n[c]: <c.md>\n");
        assert_eq!(page.links, [(1, "docs/a.md#x".into()), (2, "b.png".into()), (3, "c.md".into())]);
    }

    #[test]
    fn examples_hold_no_links() {
        let page = Page::parse("```text\n[a](b)\n~~~\n# c\n```\n`[d](e)` [f](g) ``h`i``\n");
        assert_eq!(page.links, [(6, "g".into())]);
        assert_eq!(page.spans, [(6, "[d](e)".into()), (6, "h`i".into())]);
        assert!(page.anchors.is_empty());
    }

    #[test]
    fn indented_examples_need_a_blank_line_and_no_list() {
        let page = Page::parse("Run\n    [a](prose)\n\n    [b](example)\n- item\n\n    [c](item)\n");
        assert_eq!(page.links, [(2, "prose".into()), (7, "item".into())]);
        assert_eq!(page.examples, [(4, "    [b](example)".into())]);
    }

    #[test]
    fn an_unclosed_span_is_prose() {
        assert_eq!(Page::parse("a ` b [c](d)").links, [(1, "d".into())]);
    }
}
