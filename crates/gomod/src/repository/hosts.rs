//! The table of hosts whose repositories go knows (protocol.md E2).

use super::Vcs;

/// A row of the table.
pub(super) struct Host {
    /// What its paths begin with.
    pub(super) prefix: &'static str,
    /// Its system.
    pub(super) vcs: Vcs,
    /// What the elements of a root below the prefix are like.
    elements: &'static [Element],
    /// Whether a path may go on below the root.
    has_folders: bool,
    /// Whether a root that ends like `.git` is a mistake.
    pub(super) is_without_suffix: bool,
}

/// What one element of a path must be.
pub(super) enum Element {
    /// One or more ASCII letters, digits, `_`, `.` and `-`.
    Word,
    /// Lower-case letters and digits.
    LowerAlphanumeric,
    /// Letters and digits.
    Alphanumeric,
    /// A word without capitals that ends in `.git`.
    ApacheGit,
    /// This text.
    Exactly(&'static str),
}

/// Every host, in go's order.
pub(super) const HOSTS: &[Host] = &[
    Host::of_two("github.com", true),
    Host::of_two("bitbucket.org", true),
    Host { elements: &[Element::LowerAlphanumeric, Element::Word], ..Host::of_two("hub.jazz.net/git", true) },
    Host { elements: &[Element::ApacheGit], ..Host::of_two("git.apache.org", false) },
    Host::of_two("git.openstack.org", false),
    Host {
        vcs: Vcs::Fossil,
        elements: &[
            Element::Exactly("user"),
            Element::Alphanumeric,
            Element::Exactly("repository"),
            Element::Word,
        ],
        has_folders: false,
        ..Host::of_two("chiselapp.com", false)
    },
];

impl Host {
    /// Git repositories below a prefix at an owner and a name.
    const fn of_two(prefix: &'static str, is_without_suffix: bool) -> Self {
        let elements = &[Element::Word, Element::Word];
        Self { prefix, vcs: Vcs::Git, elements, has_folders: true, is_without_suffix }
    }

    /// The part of a path that is a root of this host.
    pub(super) fn root<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut end = self.prefix.len();
        let mut given = path.get(end..)?.strip_prefix('/')?.split('/');
        for element in self.elements {
            let text = given.next().filter(|text| element.fits(text))?;
            end += 1 + text.len();
        }
        let fits = given.all(|text| self.has_folders && Element::Word.fits(text));
        fits.then(|| path.get(..end)).flatten()
    }
}

impl Element {
    /// Whether a text is such an element.
    pub(super) fn fits(&self, text: &str) -> bool {
        let all = |fits: fn(char) -> bool| !text.is_empty() && text.chars().all(fits);
        match self {
            Self::Word => all(is_word),
            Self::LowerAlphanumeric => all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            Self::Alphanumeric => all(|c| c.is_ascii_alphanumeric()),
            Self::ApacheGit => {
                all(|c| is_word(c) && !c.is_ascii_uppercase())
                    && text.strip_suffix(".git").is_some_and(|name| !name.is_empty())
            }
            Self::Exactly(wanted) => text == *wanted,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}
