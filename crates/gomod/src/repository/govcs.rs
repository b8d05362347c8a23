//! GOVCS: which version control systems may be used for which repositories (protocol.md E11).

use std::collections::HashSet;

use super::Vcs;
use crate::excerpt::excerpt;
use crate::glob::PrefixPatterns;

/// The value of GOVCS, with go's defaults behind it: `private:all,public:git|hg`. [`GoVcs::default`] is the defaults alone.
///
/// ```
/// use gomod::repository::{GoVcs, Vcs};
/// let rules = GoVcs::parse("code.example.com:svn,public:git")?;
/// assert!(rules.allows("code.example.com/tool", Vcs::Subversion, false));
/// assert!(!rules.allows("example.org/tool", Vcs::Mercurial, false));
/// assert!(rules.allows("example.org/tool", Vcs::Mercurial, true));
/// assert!(GoVcs::parse("example.org").is_err());
/// # Ok::<(), gomod::repository::GoVcsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoVcs {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    about: About,
    allowed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    Private,
    Public,
    Below(PrefixPatterns),
}

/// What is wrong with GOVCS, in go's words. Quotes no more of it than its beginning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoVcsError {
    /// Two commas with nothing between them.
    #[error("empty entry in GOVCS")]
    EmptyEntry,
    /// An entry that is no `pattern:list`.
    #[error("malformed entry in GOVCS (missing colon): {0:?}")]
    NoColon(String),
    /// Nothing before the colon.
    #[error("empty pattern in GOVCS: {0:?}")]
    EmptyPattern(String),
    /// Nothing behind the colon.
    #[error("empty VCS list in GOVCS: {0:?}")]
    EmptyList(String),
    /// A pattern that begins like a path on a disk.
    #[error("relative pattern not allowed in GOVCS: {0:?}")]
    Relative(String),
    /// A pattern that stood there before.
    #[error("unreachable pattern in GOVCS: {0:?}")]
    Unreachable(String),
    /// Two bars with nothing between them.
    #[error("empty VCS name in GOVCS: {0:?}")]
    EmptyName(String),
}

impl Default for GoVcs {
    fn default() -> Self {
        Self { rules: Rule::defaults().into() }
    }
}

impl GoVcs {
    /// Reads the value of the variable; an empty one is that of [`GoVcs::default`].
    ///
    /// # Errors
    /// Each variant of [`GoVcsError`].
    pub fn parse(value: &str) -> Result<Self, GoVcsError> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(Self::default());
        }
        let mut rules = Vec::new();
        let mut patterns = HashSet::new();
        for entry in value.split(',').map(str::trim) {
            let (pattern, list) = split(entry)?;
            if !patterns.insert(pattern) {
                return Err(GoVcsError::Unreachable(excerpt(entry)));
            }
            rules.push(Rule { about: About::parse(pattern), allowed: names(entry, list)? });
        }
        rules.extend(Rule::defaults());
        Ok(Self { rules })
    }

    /// Whether this system may be used for the repository that stands at the import path `root`; the first rule about it
    /// decides. `is_private` says whether GOPRIVATE matches `root`.
    pub fn allows(&self, root: &str, vcs: Vcs, is_private: bool) -> bool {
        let about_it = |rule: &&Rule| match &rule.about {
            About::Private => is_private,
            About::Public => !is_private,
            About::Below(patterns) => patterns.matches(root),
        };
        let rule = self.rules.iter().find(about_it);
        rule.is_some_and(|rule| rule.allowed.iter().any(|word| word == "all" || word == vcs.as_str()))
    }

    /// What go says where [`GoVcs::allows`] says no.
    pub fn refusal(root: &str, vcs: Vcs, is_private: bool) -> String {
        let what = if is_private { "private" } else { "public" };
        format!("GOVCS disallows using {vcs} for {what} {root}; see 'go help vcs'")
    }
}

/// The pattern and the list of an entry.
fn split(entry: &str) -> Result<(&str, &str), GoVcsError> {
    let told = || excerpt(entry);
    if entry.is_empty() {
        return Err(GoVcsError::EmptyEntry);
    }
    let (pattern, list) = entry.split_once(':').ok_or_else(|| GoVcsError::NoColon(told()))?;
    let (pattern, list) = (pattern.trim(), list.trim());
    if pattern.is_empty() {
        return Err(GoVcsError::EmptyPattern(told()));
    }
    if list.is_empty() {
        return Err(GoVcsError::EmptyList(told()));
    }
    if pattern == "." || pattern == ".." || pattern.starts_with("./") || pattern.starts_with("../") {
        return Err(GoVcsError::Relative(excerpt(pattern)));
    }
    Ok((pattern, list))
}

fn names(entry: &str, list: &str) -> Result<Vec<String>, GoVcsError> {
    let names: Vec<String> = list.split('|').map(|word| word.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err(GoVcsError::EmptyName(excerpt(entry)));
    }
    Ok(names)
}

impl Rule {
    fn defaults() -> [Self; 2] {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        [
            Self { about: About::Private, allowed: words(&["all"]) },
            Self { about: About::Public, allowed: words(&["git", "hg"]) },
        ]
    }
}

impl About {
    fn parse(pattern: &str) -> Self {
        match pattern {
            "private" => Self::Private,
            "public" => Self::Public,
            pattern => Self::Below(PrefixPatterns::parse(pattern)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(value: &str, is_private: bool) -> String {
        let rules = GoVcs::parse(value).unwrap();
        let is_allowed = |vcs: &Vcs| rules.allows("a.example/y", *vcs, is_private);
        let words: Vec<_> = Vcs::ALL.into_iter().filter(is_allowed).map(Vcs::as_str).collect();
        words.join(" ")
    }

    #[test]
    fn the_first_rule_about_a_path_decides() {
        for (value, is_private, expected) in [
            ("", false, "hg git"),
            ("", true, "hg git svn bzr fossil"),
            (" public : svn | git ", false, "git svn"),
            ("*:off", false, ""),
            ("*:off", true, ""),
            ("a.example:svn,*:off", false, "svn"),
            ("a.example/x:svn", false, "hg git"),
            ("private:git", true, "git"),
            ("public:all", false, "hg git svn bzr fossil"),
            ("a.exampl:svn", false, "hg git"),
        ] {
            assert_eq!(allowed(value, is_private), expected, "{value}");
        }
    }

    #[test]
    fn each_mistake_is_told() {
        use GoVcsError as E;
        let told = |text: &str| text.to_owned();
        for (value, expected) in [
            ("a:git,,b:git", E::EmptyEntry),
            ("a:git,", E::EmptyEntry),
            ("a", E::NoColon(told("a"))),
            (":git", E::EmptyPattern(told(":git"))),
            ("a: ", E::EmptyList(told("a:"))),
            ("./a:git", E::Relative(told("./a"))),
            ("..:git", E::Relative(told(".."))),
            ("a:git,a : hg", E::Unreachable(told("a : hg"))),
            ("a:git||hg", E::EmptyName(told("a:git||hg"))),
        ] {
            assert_eq!(GoVcs::parse(value), Err(expected), "{value}");
        }
    }

    #[test]
    fn a_refusal_has_gos_words() {
        assert_eq!(
            GoVcs::refusal("a.example/x", Vcs::Subversion, false),
            "GOVCS disallows using svn for public a.example/x; see 'go help vcs'"
        );
    }
}
