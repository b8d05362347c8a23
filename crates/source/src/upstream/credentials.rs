//! Who we are to a place: a user with a password, or a token.
//!
//! They are kept as the header that they are sent in, marked as sensitive: no `Debug` and no log shows it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

/// A user with a password, or a token. `Debug` shows nothing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials(HeaderValue);

/// Why something cannot be sent as credentials. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// A user with a `:` would be read as a shorter user with another password (RFC 7617).
    #[error("a user name must not have a colon in it")]
    Colon,
    /// HTTP headers are visible ASCII.
    #[error("a token must be visible ASCII characters in one line, without spaces, and not empty")]
    Token,
    /// Basic credentials cannot hold control characters (RFC 7617).
    #[error("a user name and a password must not have control characters in them, such as line ends")]
    Control,
}

impl Credentials {
    /// HTTP's Basic scheme.
    ///
    /// # Errors
    /// What the scheme cannot carry.
    pub fn basic(user: &str, password: &str) -> Result<Self, CredentialsError> {
        if user.contains(':') {
            return Err(CredentialsError::Colon);
        }
        if [user, password].iter().any(|part| part.contains(char::is_control)) {
            return Err(CredentialsError::Control);
        }
        let encoded = STANDARD.encode(format!("{user}:{password}"));
        Self::header(&format!("Basic {encoded}")).ok_or(CredentialsError::Control)
    }

    /// HTTP's Bearer scheme.
    ///
    /// # Errors
    /// What no header can carry.
    pub fn bearer(token: &str) -> Result<Self, CredentialsError> {
        let is_visible = !token.is_empty() && token.chars().all(|char| char.is_ascii_graphic());
        let header = is_visible.then(|| Self::header(&format!("Bearer {token}")));
        header.flatten().ok_or(CredentialsError::Token)
    }

    /// User and password of a URL (protocol.md B24), if it has any.
    ///
    /// # Errors
    /// What HTTP's Basic scheme cannot carry.
    pub fn of_url(url: &Url) -> Result<Option<Self>, CredentialsError> {
        if url.username().is_empty() && url.password().is_none() {
            return Ok(None);
        }
        let [user, password] = [url.username(), url.password().unwrap_or_default()]
            .map(|part| percent_decode_str(part).decode_utf8_lossy());
        Self::basic(&user, &password).map(Some)
    }

    /// The value of `Authorization`, marked as sensitive.
    pub fn into_header(self) -> HeaderValue {
        self.0
    }

    fn header(text: &str) -> Option<Self> {
        let mut value = HeaderValue::from_str(text).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_sent_as_http_wants_them_and_never_shown() {
        let basic = Credentials::basic("me", "pässword").unwrap();
        assert_eq!(basic.0, format!("Basic {}", STANDARD.encode("me:pässword")));
        let bearer = Credentials::bearer("abc.def").unwrap();
        assert_eq!(bearer.0, "Bearer abc.def");
        assert!(!format!("{bearer:?}").contains("abc"), "{bearer:?}");
    }

    #[test]
    fn those_of_a_url_are_decoded() {
        let of = |url: &str| Credentials::of_url(&Url::parse(url).unwrap());
        assert_eq!(of("https://a%40b:p%2Fw@h.example"), Ok(Credentials::basic("a@b", "p/w").ok()));
        assert_eq!(of("https://token@h.example"), Ok(Credentials::basic("token", "").ok()));
        assert_eq!(of("https://h.example"), Ok(None));
        assert_eq!(of("https://a%3Ab:p@h.example"), Err(CredentialsError::Colon));
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for token in ["", "a b", "a\n", "ä"] {
            assert_eq!(Credentials::bearer(token), Err(CredentialsError::Token), "{token:?}");
        }
        assert_eq!(Credentials::basic("a", "b\n"), Err(CredentialsError::Control));
        assert_eq!(Credentials::basic("a:b", "c"), Err(CredentialsError::Colon));
    }
}
