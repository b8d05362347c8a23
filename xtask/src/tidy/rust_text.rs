//! Rust source reduced to what a textual check may look at: no comments, no strings, no test modules.
//!
//! A check on words must not trip over a doc comment that explains what is forbidden. Parsing for real would need a
//! parser that takes longer to compile than all of this program; blanking out what is not code is enough. Blanks keep
//! every line where it was, so positions stay true.

/// `source` with the content of comments, strings and character literals replaced by spaces.
pub(super) fn code_only(source: &str) -> String {
    let mut scan = Scan { rest: source, code: String::with_capacity(source.len()) };
    while let Some(c) = scan.rest.chars().next() {
        let length = match c {
            '/' if scan.rest.starts_with("//") => scan.rest.find('\n').unwrap_or(scan.rest.len()),
            '/' if scan.rest.starts_with("/*") => block_comment(scan.rest),
            '"' => string(scan.rest),
            'r' | 'b' | 'c' if !scan.follows_word() => prefixed_string(scan.rest),
            '\'' => character(scan.rest),
            _ => 0,
        };
        if length == 0 { scan.keep(c) } else { scan.blank(length) }
    }
    scan.code
}

struct Scan<'a> {
    rest: &'a str,
    code: String,
}

impl Scan<'_> {
    fn keep(&mut self, c: char) {
        self.code.push(c);
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn blank(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.code.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }

    /// Whether the next character continues a name, as the `r` of `for"` would.
    fn follows_word(&self) -> bool {
        self.code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }
}

/// The length of the block comment at the start of `text`; they nest.
fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (2, 1_usize);
    while depth > 0 {
        let Some(next) = text[at..].find(['/', '*']).map(|found| at + found) else { return text.len() };
        let (opens, closes) = (text[next..].starts_with("/*"), text[next..].starts_with("*/"));
        depth = depth + usize::from(opens) - usize::from(closes);
        at = next + if opens || closes { 2 } else { 1 };
    }
    at
}

/// The length of the string at the start of `text`, quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `br#"…"#`, `b"…"`, `c"…"` at the start of `text`; 0 when it is something else.
fn prefixed_string(text: &str) -> usize {
    let prefix = text.len() - text.trim_start_matches(['r', 'b', 'c']).len();
    if prefix > 2 {
        return 0;
    }
    let hashes = text[prefix..].len() - text[prefix..].trim_start_matches('#').len();
    let start = prefix + hashes;
    if !text[start..].starts_with('"') {
        return 0;
    }
    if !text[..prefix].contains('r') {
        return if hashes == 0 { start + string(&text[start..]) } else { 0 };
    }
    let end = format!("\"{}", "#".repeat(hashes));
    text[start + 1..].find(&end).map_or(text.len(), |found| start + 1 + found + end.len())
}

/// The length of the character literal at the start of `text`; 0 when it is a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(0, |end| end + 4),
        Some(_) => chars.next().filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

/// `code` (from [`code_only`]) with every item blanked out that is compiled for tests only.
pub(super) fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    while let Some(start) = kept.find("#[cfg(test)]") {
        let end = item_end(&kept[start..]).map_or(kept.len(), |length| start + length);
        let blank: String = kept[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        kept.replace_range(start..end, &blank);
    }
    kept
}

/// The length of the item at the start of `code`: to its `;`, or to the brace that closes its first `{`.
fn item_end(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            ';' if depth == 0 => return Some(at + 1),
            '{' => depth += 1,
            '}' if depth <= 1 => return Some(at + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Every path in `code` (from [`code_only`]) that begins with `root`, trees of `use` written out, with its line.
/// `use std::{fs, io::{self, Read as R}};` gives `std::fs`, `std::io::self` and `std::io::Read as R`.
pub(super) fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let is_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        if is_word && code[at + root.len()..].trim_start().starts_with("::") {
            let line = code[..at].matches('\n').count() + 1;
            let mut tree = Vec::new();
            write_out(&code[at + root.len()..], root, &mut tree);
            found.extend(tree.into_iter().map(|path| (line, path)));
        }
    }
    found
}

/// Every line of `code` (from [`code_only`]) that has the word `root` without `::` behind it: as in `use std as s`, this
/// takes the crate as a whole, and what is used of it cannot be told from the text.
pub(super) fn taken_whole(code: &str, root: &str) -> Vec<usize> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let words = code.match_indices(root).filter(|(at, _)| {
        let behind = &code[at + root.len()..];
        !code[..*at].ends_with(is_name)
            && !behind.starts_with(is_name)
            && !behind.trim_start().starts_with("::")
    });
    words.map(|(at, _)| code[..at].matches('\n').count() + 1).collect()
}

/// A path from [`paths`] without its last part's new name.
pub(super) fn without_alias(path: &str) -> &str {
    path.split_once(" as ").map_or(path, |(path, _)| path)
}

/// Follows one path that has come as far as `so_far`; returns what stands behind it.
fn write_out<'a>(code: &'a str, so_far: &str, found: &mut Vec<String>) -> &'a str {
    let Some(next) = code.trim_start().strip_prefix("::").map(str::trim_start) else {
        let alias = alias(code).map(|name| format!(" as {name}"));
        found.push(format!("{so_far}{}", alias.unwrap_or_default()));
        return code;
    };
    if let Some(mut inside) = next.strip_prefix('{') {
        while !inside.is_empty() && !inside.starts_with('}') {
            let (name, rest) = split_name(inside.trim_start_matches(|c: char| c == ',' || c.is_whitespace()));
            if name.is_empty() {
                return rest.strip_prefix('}').unwrap_or(rest);
            }
            inside = write_out(rest, &format!("{so_far}::{name}"), found);
            inside = inside.trim_start_matches(|c| c != ',' && c != '}');
        }
        return inside.strip_prefix('}').unwrap_or(inside);
    }
    let (name, rest) = split_name(next);
    if name.is_empty() {
        found.push(so_far.to_owned());
        return next;
    }
    write_out(rest, &format!("{so_far}::{name}"), found)
}

/// The name behind the `as` at the start of `code`.
fn alias(code: &str) -> Option<&str> {
    let behind = code.trim_start().strip_prefix("as")?;
    let name = split_name(behind.trim_start()).0;
    (behind.starts_with(char::is_whitespace) && !name.is_empty()).then_some(name)
}

fn split_name(code: &str) -> (&str, &str) {
    code.split_at(code.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(code.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        let source = "let a = \"x // y\"; // std::fs\n/* a /* b */ c */ let b = 'x'; let c: &'static str = r#\"std\"q\"#;\n";
        let code = code_only(source);
        assert_eq!(code.len(), source.len());
        assert_eq!(
            code.split_whitespace().collect::<Vec<_>>().join(" "),
            "let a = ; let b = ; let c: &'static str = ;"
        );
        assert_eq!(code.matches('\n').count(), 2);
    }

    #[test]
    fn escapes_do_not_end_a_literal() {
        assert_eq!(code_only(r#"f("\"", '\'', b"\\", '"')"#).replace(' ', ""), "f(,,,)");
        assert_eq!(code_only("for b in c { r }"), "for b in c { r }");
        assert_eq!(code_only("r#type(br##\"a\"#b\"##)").trim_end_matches(')').trim(), "r#type(");
    }

    #[test]
    fn unfinished_literals_reach_to_the_end() {
        for source in ["\"abc", "/* abc", "r#\"abc\"", "// abc"] {
            assert_eq!(code_only(source).trim(), "");
        }
        assert_eq!(code_only("'"), "'");
    }

    #[test]
    fn test_modules_are_left_out() {
        let code = "fn a() { {} }\n#[cfg(test)]\nmod tests {\n fn b() { {} }\n}\nfn c() {}\n#[cfg(test)] use d;\nfn e() {}";
        let kept = without_tests(code);
        assert_eq!(kept.split_whitespace().collect::<String>(), "fna(){{}}fnc(){}fne(){}");
        assert_eq!(kept.lines().count(), code.lines().count());
    }

    #[test]
    fn trees_of_use_are_written_out() {
        let code = "use std::{fs as f, io::{self, Read}, time::*};\nlet x = std::env::var(y); my_std::fs; std :: net";
        let found: Vec<_> = paths(code, "std");
        let names: Vec<&str> = found.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(
            names,
            ["std::fs as f", "std::io::self", "std::io::Read", "std::time::*", "std::env::var", "std::net"]
        );
        assert_eq!((found[0].0, found[4].0), (1, 2));
        assert_eq!(without_alias(names[0]), "std::fs");
    }

    #[test]
    fn a_crate_that_is_taken_whole_is_found() {
        assert_eq!(taken_whole("use std as s;\nextern crate std;\nuse ::{std};", "std"), [1, 2, 3]);
        assert_eq!(taken_whole("use std::fs; my_std; std ::io; stdin", "std"), [0_usize; 0]);
    }
}
