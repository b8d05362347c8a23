//! Where an answer sends us, by the rules of go (protocol.md B8): for everybody who asks a place, whatever asks it.

use http::{HeaderMap, StatusCode, header};
use url::Url;

/// A redirect that is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirect {
    /// What it names is no URL.
    #[error("something that is not a URL")]
    NoUrl,
    /// It leads from https to this URL, where others could read along.
    #[error("a URL that is not https")]
    NotHttps(Url),
    /// It leads to what is no place of the web.
    #[error("a URL that is neither http nor https")]
    NotWeb,
}

/// Where an answer to a GET of `from` leads, if it is a redirect. Credentials in there are nobody's, and are taken out.
///
/// # Errors
/// It leads to where nobody goes.
pub fn redirect(status: StatusCode, headers: &HeaderMap, from: &Url) -> Result<Option<Url>, BadRedirect> {
    let leads_on = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = headers.get(header::LOCATION).filter(|_| leads_on) else { return Ok(None) };
    let location = location.to_str().ok().and_then(|location| from.join(location).ok());
    let mut url = location.ok_or(BadRedirect::NoUrl)?;
    let is_web = matches!(url.scheme(), "http" | "https");
    if !is_web || url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(BadRedirect::NotWeb);
    }
    if from.scheme() == "https" && url.scheme() != "https" {
        Err(BadRedirect::NotHttps(url))
    } else {
        Ok(Some(url))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn led(status: u16, location: &'static [u8], from: &str) -> Result<Option<String>, BadRedirect> {
        let location = HeaderValue::from_bytes(location).unwrap();
        let headers = HeaderMap::from_iter([(header::LOCATION, location)]);
        let from = Url::parse(from).unwrap();
        let led = redirect(StatusCode::from_u16(status).unwrap(), &headers, &from);
        led.map(|url| url.map(String::from))
    }

    #[test]
    fn redirects_are_followed_to_places_of_the_web_and_no_others() {
        let (secure, plain) = ("https://a.example/x/y", "http://a.example/x/y");
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(led(status, b"../z", secure), Ok(Some("https://a.example/z".to_owned())));
        }
        assert_eq!(led(200, b"/z", secure), Ok(None));
        assert_eq!(led(304, b"/z", secure), Ok(None));
        let other = Ok(Some("https://b.example/".to_owned()));
        assert_eq!(led(302, b"https://me:secret@b.example/", plain), other);
        assert!(matches!(led(302, b"http://b.example/", secure), Err(BadRedirect::NotHttps(_))));
        assert_eq!(led(302, b"http://b.example/", plain), Ok(Some("http://b.example/".to_owned())));
        assert_eq!(led(302, b"file:///etc/passwd", plain), Err(BadRedirect::NotWeb));
        assert_eq!(led(302, b"ftp://b.example/", secure), Err(BadRedirect::NotWeb));
        assert_eq!(led(302, b"https://[", secure), Err(BadRedirect::NoUrl));
        assert_eq!(led(302, b"\xff", secure), Err(BadRedirect::NoUrl));
    }
}
