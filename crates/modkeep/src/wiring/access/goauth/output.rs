//! What programs print: for which URLs, an empty line, which headers, an empty line; and so on (protocol.md B28).

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::program::Answer;

/// What a URL is known by: without its scheme, and without a slash at its end.
pub(super) fn place_of(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_start_matches("https://").trim_end_matches('/').to_owned()
}

/// Reads all groups. A URL that is not https is passed over: nothing is ever sent there.
pub(super) fn parse(text: &str) -> Result<Vec<Answer>, String> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let mut answers = Vec::new();
    while let Some(first) = lines.next() {
        let mut prefixes: Vec<String> = prefix(first)?.into_iter().collect();
        loop {
            match lines.next() {
                Some("") => break,
                Some(line) => prefixes.extend(prefix(line)?),
                None => return Err("no empty line follows the URLs".to_owned()),
            }
        }
        let mut headers = HeaderMap::new();
        loop {
            match lines.next() {
                Some("") => break,
                Some(line) => add_header(&mut headers, line)?,
                None => return Err("no empty line follows the headers".to_owned()),
            }
        }
        answers.push(Answer { prefixes, headers });
    }
    Ok(answers)
}

/// No message repeats a line: it may hold a secret.
fn prefix(line: &str) -> Result<Option<String>, String> {
    let url = Url::parse(line).map_err(|_| "a line where a URL should be is none".to_owned())?;
    Ok((url.scheme() == "https" && url.has_host()).then(|| place_of(&url)))
}

fn add_header(headers: &mut HeaderMap, line: &str) -> Result<(), String> {
    let wrong = || "a line where a header should be is none".to_owned();
    let (name, value) = line.split_once(':').ok_or_else(wrong)?;
    let name = HeaderName::try_from(name).map_err(|_| wrong())?;
    let mut value = HeaderValue::try_from(value.trim()).map_err(|_| wrong())?;
    value.set_sensitive(true);
    headers.append(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_urls_have_headers_together() {
        let text = "https://a.example\nhttps://b.example:8443/x/\n\nAuthorization: Bearer t\nX-Team: blue\n\n\
                    https://c.example\n\n\n";
        let answers = parse(text).unwrap();
        assert_eq!(answers[0].prefixes, ["a.example", "b.example:8443/x"]);
        assert_eq!(
            (&answers[0].headers["authorization"], &answers[0].headers["x-team"]),
            (&"Bearer t".parse().unwrap(), &"blue".parse().unwrap())
        );
        assert!(answers[1].headers.is_empty());
        assert_eq!(parse("").unwrap().len(), 0);
    }

    #[test]
    fn a_url_that_is_not_https_spoils_nothing() {
        let text = "http://a.example/x\nhttps://b.example\n\nA: b\n\nhttp://c.example\n\nA: b\n\nhttps://d.example\n\nA: b\n\n";
        let prefixes: Vec<_> = parse(text).unwrap().into_iter().map(|answer| answer.prefixes).collect();
        assert_eq!(prefixes, [vec!["b.example"], vec![], vec!["d.example"]]);
    }

    #[test]
    fn anything_else_is_refused_and_not_repeated() {
        for text in [
            "a.example/secret\n\nA: b\n\n",
            "https://a.example\n\nA: secret\n",
            "https://a.example\nA: secret\n\n",
            "https://a.example\n\nsecret\n\n",
        ] {
            assert!(!parse(text).unwrap_err().contains("secret"), "{text}");
        }
    }
}
