//! The variables that name HTTP proxies, as go reads them: upper case before lower case, an empty one counts as not set.
//!
//! A proxy's URL may hold a password, so that no error here repeats it.

use source::upstream::Proxies;
use url::Url;

use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The proxies of the environment.
pub(crate) fn of(env: &Env) -> Result<Proxies, Failed> {
    Ok(Proxies {
        http: proxy(env, ["HTTP_PROXY", "http_proxy"])?,
        https: proxy(env, ["HTTPS_PROXY", "https_proxy"])?,
        no_proxy: text(env, ["NO_PROXY", "no_proxy"])?.map(|(_, text)| text).unwrap_or_default(),
    })
}

fn proxy(env: &Env, names: [&'static str; 2]) -> Result<Option<String>, Failed> {
    let Some((name, text)) = text(env, names)? else { return Ok(None) };
    let with_scheme = if text.contains("://") { text } else { format!("http://{text}") };
    match Url::parse(&with_scheme) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(with_scheme)),
        Ok(url) => Err(wrong(name, &format!("the scheme {} is neither http nor https", url.scheme()))),
        Err(error) => Err(wrong(name, &error.to_string())),
    }
}

/// The first of the variables that is set, with its name.
fn text(env: &Env, names: [&'static str; 2]) -> Result<Option<(&'static str, String)>, Failed> {
    let Some((name, value)) = names.into_iter().find_map(|name| Some((name, env.var(name)?))) else {
        return Ok(None);
    };
    let text = value.to_str().ok_or_else(|| wrong(name, "it is not UTF-8"))?;
    Ok(Some((name, text.to_owned())))
}

fn wrong(name: &str, reason: &str) -> Failed {
    let problem =
        Problem::new(format!("the variable {name} names no proxy that can be used")).because(reason);
    Failed::new(
        Exit::Config,
        problem.advise("set it to a URL such as http://proxy.example:3128, or unset it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use std::path::Path;

    fn read(vars: &[(&str, &str)]) -> Result<Proxies, Failed> {
        of(&Env::new(vars.iter().copied(), Path::new("/"), Platform::Unix))
    }

    #[test]
    fn upper_case_wins_and_a_scheme_is_added() {
        let vars =
            [("HTTP_PROXY", "a:1"), ("http_proxy", "b:1"), ("HTTPS_PROXY", ""), ("https_proxy", "https://c")];
        let proxies = read(&[&vars[..], &[("no_proxy", "corp.example")]].concat()).unwrap();
        assert_eq!(proxies.http.as_deref(), Some("http://a:1"));
        assert_eq!(proxies.https.as_deref(), Some("https://c"));
        assert_eq!(proxies.no_proxy, "corp.example");
        assert_eq!(read(&[]).unwrap().http, None);
    }

    #[test]
    fn what_is_no_proxy_is_told_without_its_password() {
        for bad in ["http://u:secret@h:99999", "socks5://u:secret@h:1", "u:secret@"] {
            let failed = read(&[("HTTPS_PROXY", bad)]).unwrap_err();
            let told = format!("{failed:?}");
            assert!(told.contains("HTTPS_PROXY") && !told.contains("secret"), "{told}");
            assert_eq!(failed.exit, Exit::Config);
        }
    }
}
