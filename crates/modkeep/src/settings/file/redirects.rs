//! Reads the `[[redirect]]` tables.

use std::time::Duration;

use gomod::glob::PrefixPatterns;
use protocol::{Redirected, Target};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Key, REDIRECT_KEYS, Reader};
use crate::report::Problem;
use crate::settings::redirect::Redirect;
use crate::settings::{Invalid, values};

/// How long a redirect may be remembered when its table does not say: long enough that a build asks once.
const MAX_AGE: Duration = Duration::from_hours(1);

/// What was read of one table so far.
#[derive(Default)]
struct Draft {
    paths: Option<String>,
    to: Option<Target>,
    max_age: Option<Duration>,
    what: Redirected,
}

impl Reader<'_> {
    pub(super) fn redirect(&mut self, fields: &DeTable<'_>, start: usize) {
        let known = self.problems.len();
        let mut draft = Draft::default();
        for (key, value) in fields {
            self.field(key, value, &mut draft);
        }
        if self.problems.len() == known {
            self.push_redirect(draft, start);
        }
    }

    fn field(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, draft: &mut Draft) {
        let name = key.get_ref().as_ref();
        if !REDIRECT_KEYS.contains(&name) {
            return self.unknown(key, REDIRECT_KEYS);
        }
        let Some(text) = value.get_ref().as_str() else {
            return self.wrong_type(name, expects(name), value);
        };
        let read = match name {
            "paths" => patterns(text).map(|paths| draft.paths = Some(paths)),
            "to" => target(text).map(|to| draft.to = Some(to)),
            "max-age" => values::wait_or_none(text, &self.base).map(|time| draft.max_age = Some(time)),
            _ => values::redirected(text, &self.base).map(|what| draft.what = what),
        };
        if let Err(invalid) = read {
            let position = self.position(value.span().start);
            let problem = Problem::new(format!("{position}: `{name}` of this redirect cannot be used"));
            let advice = format!("`{name}` expects {}", expects(name));
            self.problems.push(problem.because(invalid.to_string()).advise(advice));
        }
    }

    fn push_redirect(&mut self, draft: Draft, start: usize) {
        let position = self.position(start);
        let (paths, to) = match (draft.paths, draft.to) {
            (Some(paths), Some(to)) => (paths, to),
            (paths, _) => {
                let missing = if paths.is_none() { "paths" } else { "to" };
                let problem = Problem::new(format!("{position}: this redirect has no `{missing}`"));
                return self
                    .problems
                    .push(problem.advise(format!("`{missing}` expects {}", expects(missing))));
            }
        };
        let max_age = draft.max_age.unwrap_or(MAX_AGE);
        let rule = protocol::Redirect { paths: PrefixPatterns::parse(&paths), to, max_age, what: draft.what };
        self.layer.redirects.push(Redirect { rule, paths, position });
    }
}

/// What a good value of a key is.
fn expects(key: &str) -> &'static str {
    match key {
        "paths" => "patterns as in GOPRIVATE, such as github.com/big/*",
        "to" => "the URL of a proxy that every client can reach, such as https://mirror.example",
        "max-age" => "a time such as 10s, 5m or 1h, between 0s and 24h",
        _ => "zips or all",
    }
}

/// go ignores patterns that are none; here a table without a pattern would be without effect.
fn patterns(text: &str) -> Result<String, Invalid> {
    if PrefixPatterns::parse(text).is_empty() {
        return Err(Invalid("there is no pattern in it".to_owned()));
    }
    Ok(text.to_owned())
}

fn target(text: &str) -> Result<Target, Invalid> {
    Target::parse(text).map_err(|error| Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::env::{Env, Platform};
    use crate::report::Problem;
    use crate::settings::file::{FileLayer, parse};

    fn read(text: &str) -> (FileLayer, Vec<Problem>) {
        let env = Env::new([("HOME", "/home/u")], Path::new("/"), Platform::Unix);
        parse(Path::new("/m.toml"), text.as_bytes(), &env)
    }

    #[test]
    fn a_table_is_read_with_its_defaults() {
        let (layer, problems) = read("\n[[redirect]]\npaths = \"a.example\"\nto = \"https://m.example\"\n");
        assert_eq!(problems, []);
        let redirect = &layer.redirects[0];
        assert_eq!((redirect.rule.max_age, redirect.rule.what), (super::MAX_AGE, super::Redirected::Zips));
        assert!(redirect.rule.paths.matches("a.example/m"));
        assert_eq!(redirect.position.line, 2);
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_a_password_is_not_repeated() {
        for (text, told, why) in [
            ("to = \"https://m.example\"", "/m.toml:1:1: this redirect has no `paths`", "patterns as in"),
            ("paths = \"a.example\"", "/m.toml:1:1: this redirect has no `to`", "URL of a proxy"),
            ("path = \"a.example\"", "/m.toml:2:1: `path` is not a key", "`paths`"),
            ("paths = \",\"", "/m.toml:2:9: `paths` of this redirect", "no pattern"),
            ("to = \"https://u:secret@m.example\"", "/m.toml:2:6: `to` of this redirect", "every client"),
            ("to = \"m.example\"", "/m.toml:2:6: `to` of this redirect", "absolute URL"),
            ("max-age = \"1 parsec\"", "/m.toml:2:11: `max-age` of this redirect", "24h"),
            ("max-age = 1", "/m.toml:2:11: `max-age` has a value of the wrong type", "24h"),
            ("what = \"zip\"", "/m.toml:2:8: `what` of this redirect", "zips, all"),
        ] {
            let (layer, problems) = read(&format!("[[redirect]]\n{text}\n"));
            assert!(layer.redirects.is_empty(), "{text}");
            let shown = format!("{problems:?}");
            assert!(problems[0].message.starts_with(told) && shown.contains(why), "{text}: {shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
