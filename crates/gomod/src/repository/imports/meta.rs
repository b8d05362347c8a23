//! Picking the go-import tags out of a page (protocol.md E5, E6).

use std::collections::HashSet;

use super::GoImport;
use super::flaw::SyntaxError;
use super::tokens::{Element, Token, Tokens};

/// Why a page cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct PageError(SyntaxError);

/// All tags of a page, up to the end of its head: those for module proxies first, the others without those whose prefix a
/// proxy has.
///
/// The cost is linear in the length of the page; the caller limits that.
///
/// # Errors
/// Something that go cannot read stands before the first tag; behind one it only ends the page.
pub fn parse(page: &[u8]) -> Result<Vec<GoImport>, PageError> {
    let mut tags = Vec::new();
    let mut tokens = Tokens::new(page);
    loop {
        match tokens.next() {
            Ok(Some(token)) if ends_head(&token) => break,
            Ok(Some(Token::Start(element))) => tags.extend(go_import(&element)),
            Ok(Some(_)) => {}
            Err(error) if tags.is_empty() => return Err(PageError(error)),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(proxies_first(tags))
}

/// Whether nothing that may follow these first bytes of a page can count: its head has ended in them.
///
/// ```
/// use gomod::repository::imports::head_ends;
/// assert!(head_ends(b"<head><title>a</title></head>") && head_ends(b"<p><body class=x>"));
/// assert!(!head_ends(b"<head><!-- <body>") && !head_ends(b"<head><title>a</ti"));
/// ```
pub fn head_ends(page: &[u8]) -> bool {
    let mut tokens = Tokens::new(page);
    loop {
        match tokens.next() {
            Ok(Some(token)) if ends_head(&token) => return true,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return false,
        }
    }
}

fn ends_head(token: &Token) -> bool {
    match token {
        Token::Start(element) => element.is("body"),
        Token::End(name) => name.eq_ignore_ascii_case("head"),
        Token::Other => false,
    }
}

fn go_import(element: &Element) -> Option<GoImport> {
    if !element.is("meta") || element.attribute("name") != Some("go-import") {
        return None;
    }
    let mut fields = element.attribute("content")?.split_whitespace().map(str::to_owned);
    let (prefix, vcs, url) = (fields.next()?, fields.next()?, fields.next()?);
    let subdir = fields.next().unwrap_or_default();
    fields.next().is_none().then_some(GoImport { prefix, vcs, url, subdir })
}

fn proxies_first(tags: Vec<GoImport>) -> Vec<GoImport> {
    let (mut all, mut others): (Vec<_>, Vec<_>) = tags.into_iter().partition(GoImport::is_mod);
    let taken: HashSet<&str> = all.iter().map(|tag| tag.prefix.as_str()).collect();
    others.retain(|tag| !taken.contains(tag.prefix.as_str()));
    all.append(&mut others);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Result<String, String> {
        let tags = parse(page.as_bytes()).map_err(|error| error.to_string())?;
        let lines: Vec<_> =
            tags.iter().map(|t| format!("{} {} {} {}", t.prefix, t.vcs, t.url, t.subdir)).collect();
        Ok(lines.join("|"))
    }

    fn meta(content: &str) -> String {
        format!("<meta name=\"go-import\" content=\"{content}\">")
    }

    #[test]
    fn pages_of_all_kinds_are_understood() {
        let good = meta("a.example/b git https://c.example");
        for page in [
            good.clone(),
            format!("\u{feff}<!DOCTYPE html SYSTEM \"x<>\" [<!ENTITY a '>'> <!-- > -->]><html><head>{good}"),
            format!("<?xml version='1.0' encoding='ASCII'?><?php a > b ?>{good}"),
            format!("<!-- <meta> & - --> <title>a &nbsp; b & c &#x41;</title>{good}"),
            format!("<script><![CDATA[ if (a<b) ]]></script>{good}"),
            format!("<link rel=icon href='x' crossorigin>{good}</head>{good}{good}"),
            format!("{good}<body>{good}"),
            format!("{good}<Body class=x/>{good}"),
            format!("{good}<head/>{good}"),
            format!("{good}<div style=position:relative;top:0>{good}"),
            "<META NAME=go-import CONTENT='a.example/b\n git\u{a0}https://c.example'/>".to_owned(),
            "<x:meta x:name='go-import' content='a.example/b git https&#58;//c.example'>".to_owned(),
            "<meta name='go-import' name='x' content='a.example/b git https://c.example' content=''>"
                .to_owned(),
        ] {
            assert_eq!(read(&page).as_deref(), Ok("a.example/b git https://c.example "), "{page}");
        }
    }

    #[test]
    fn other_tags_are_passed_over() {
        for page in [
            "<meta name=\"go-source\" content=\"a b c\">",
            "<meta name=\"Go-Import\" content=\"a b c\">",
            "<meta name=\"go-import\" content=\"a b\">",
            "<meta name=\"go-import\" content=\"a b c d e\">",
            "<meta name=\"go-import\">",
            "<p name=\"go-import\" content=\"a b c\">",
            "</head><meta name=\"go-import\" content=\"a b c\">",
            "<body><meta name=\"go-import\" content=\"a b c\">",
            "",
        ] {
            assert_eq!(read(page).as_deref(), Ok(""), "{page}");
        }
        assert_eq!(read(&meta("a git b c/d")).as_deref(), Ok("a git b c/d"));
    }

    #[test]
    fn proxies_come_first_and_hide_what_has_their_prefix() {
        let page = [meta("a git 1"), meta("b git 2"), meta("a mod 3"), meta("c mod 4")].concat();
        assert_eq!(read(&page).as_deref(), Ok("a mod 3 |c mod 4 |b git 2 "));
    }

    #[test]
    fn a_page_that_cannot_be_read_is_told_with_the_line() {
        for (page, told) in [
            ("<meta name=\"go-import\n\" content=\"a b c", "line 2: unexpected EOF"),
            ("a\n]]>", "line 2: unescaped ]]> not in CDATA section"),
            ("<!-- a -- b -->", "line 1: invalid sequence \"--\" not allowed in comments"),
            ("<a b=\"<\">", "line 1: unescaped < inside quoted string"),
            ("a\0", "line 1: illegal character code U+0000"),
            ("<a b=.>", "line 1: invalid XML name: ."),
            ("<a b=,>", "line 1: expected attribute name in element"),
            ("<a /b>", "line 1: expected /> in element"),
            ("< a>", "line 1: expected element name after <"),
        ] {
            assert_eq!(read(page), Err(format!("XML syntax error on {told}")), "{page}");
        }
        assert!(parse(b"<a>\xff").is_err());
        let other = "<?xml version=\"1.0\" encoding=\"windows-1252\"?>";
        assert!(read(other).unwrap_err().contains("windows-1252"), "{other}");
        assert!(read("<?xml version='1.1'?>").unwrap_err().contains("1.1"));
    }

    #[test]
    fn nothing_behind_a_tag_can_spoil_it() {
        let good = meta("a git b");
        for page in [format!("{good}<"), format!("{good}]]>"), format!("{good}<a \0>"), format!("{good}<![x")]
        {
            assert_eq!(read(&page).as_deref(), Ok("a git b "), "{page}");
        }
    }
}
