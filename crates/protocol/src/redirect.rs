//! Sending clients elsewhere: for modules that somebody else holds ready, better than this server could.
//!
//! A redirect is an answer of its own: nothing is asked, fetched or kept for it, so that it also works for what this
//! server could not get. The client then depends on the other place, and tells it the name of the module; that is why
//! private modules are never redirected.

use std::time::Duration;

use gomod::glob::PrefixPatterns;
use http::HeaderValue;
use source::Ask;
use url::Url;

/// Another proxy, by the URL below which it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL cannot be redirected to. No text repeats the URL, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It does not parse.
    #[error("it is not an absolute URL: {0}")]
    Invalid(#[from] url::ParseError),
    /// Clients can only be sent to a web server.
    #[error("its scheme is neither https nor http")]
    Scheme,
    /// Everybody who is redirected would see them.
    #[error("it has a user or password in it, which every client would be told")]
    Credentials,
    /// The module's address would end up in it.
    #[error("it has a query or a fragment, behind which no path can stand")]
    NoBase,
}

impl Target {
    /// Reads the URL of a proxy. A final slash makes no difference.
    ///
    /// # Errors
    /// What [`TargetError`] names.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let url = Url::parse(text)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(TargetError::NoBase);
        }
        Ok(Self(url))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The absolute URL of an answer there.
    fn location(&self, ask: &Ask) -> Option<HeaderValue> {
        let base = self.as_str().trim_end_matches('/');
        HeaderValue::try_from(format!("{base}/{}", ask.url_path())).ok()
    }
}

/// Which questions about a module are redirected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Redirected {
    /// Zips alone: nearly all of the bytes. What decides which version is taken stays here.
    #[default]
    Zips,
    /// Everything.
    All,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// The modules, in the grammar of GOPRIVATE.
    pub paths: PrefixPatterns,
    /// Where they are to be fetched.
    pub to: Target,
    /// How long clients and caches may remember it.
    pub max_age: Duration,
    /// Which questions about them.
    pub what: Redirected,
}

impl Redirect {
    fn is_about(&self, ask: &Ask) -> bool {
        let matches = |ask: &Ask| ask.module().is_some_and(|module| self.paths.matches(module.as_str()));
        match ask {
            Ask::SumDb(_) => false,
            Ask::Zip(_) => matches(ask),
            _ => self.what == Redirected::All && matches(ask),
        }
    }
}

/// All rules. The first that is about a question holds.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    rules: Vec<Redirect>,
    private: PrefixPatterns,
}

impl Redirects {
    /// Rules in their order. Modules that match `private` are never redirected.
    pub fn new(rules: Vec<Redirect>, private: PrefixPatterns) -> Self {
        Self { rules, private }
    }

    /// Whether who asks is sent elsewhere.
    pub fn lead_away(&self, ask: &Ask) -> bool {
        self.of(ask).is_some()
    }

    /// Where to send who asks, and for how long that holds.
    pub(crate) fn of(&self, ask: &Ask) -> Option<(HeaderValue, Duration)> {
        let rule = self.rules.iter().find(|rule| rule.is_about(ask))?;
        if ask.module().is_some_and(|module| self.private.matches(module.as_str())) {
            return None;
        }
        Some((rule.to.location(ask)?, rule.max_age))
    }
}

#[cfg(test)]
mod tests {
    use gomod::{ModulePath, ModuleVersion, Revision, Version};

    use super::*;

    fn rule(paths: &str, to: &str, what: Redirected) -> Redirect {
        let (paths, to) = (PrefixPatterns::parse(paths), Target::parse(to).unwrap());
        Redirect { paths, to, max_age: Duration::from_hours(1), what }
    }

    fn zip(path: &str) -> Ask {
        let path = ModulePath::parse(path).unwrap();
        Ask::Zip(ModuleVersion::new(path, Version::parse("v2.0.0+incompatible").unwrap()).unwrap())
    }

    fn location(redirects: &Redirects, ask: &Ask) -> Option<String> {
        redirects.of(ask).map(|(location, _)| location.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_first_rule_about_a_question_holds() {
        let rules = vec![
            rule("a.example/Big", "https://one.example/go/", Redirected::Zips),
            rule("a.example", "http://two.example", Redirected::All),
        ];
        let redirects = Redirects::new(rules, PrefixPatterns::parse("a.example/secret"));
        let to = |ask| location(&redirects, &ask);
        let first = "https://one.example/go/a.example/%21big/@v/v2.0.0+incompatible.zip";
        assert_eq!(to(zip("a.example/Big")).as_deref(), Some(first));
        let info =
            Ask::Info(ModulePath::parse("a.example/Big").unwrap(), Revision::parse("a#b %41").unwrap());
        let second = "http://two.example/a.example/%21big/@v/a%23b%20%2541.info";
        assert_eq!(to(info).as_deref(), Some(second));
        assert_eq!(to(zip("a.example/secret/m")), None, "no stranger learns of a private module");
        assert_eq!(to(zip("b.example/m")), None);
    }

    #[test]
    fn a_target_is_something_that_every_client_may_see_and_reach() {
        let error = |text| Target::parse(text).unwrap_err();
        assert_eq!(error("https://u:secret@a.example"), TargetError::Credentials);
        assert_eq!(error("https://u@a.example"), TargetError::Credentials);
        assert_eq!(error("file:///m"), TargetError::Scheme);
        assert_eq!(error("https://a.example?x"), TargetError::NoBase);
        assert!(matches!(error("a.example"), TargetError::Invalid(_)));
    }
}
