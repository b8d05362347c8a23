//! From the URL of a repository to those that are tried.

use gomod::repository::Vcs;
use url::Url;

use super::client::Reach;
use super::located::Route;
use super::options::{DiscoveryOptions, Rewrite, Way};
use super::url_text::{parse, shown};
use crate::RepoError;

/// The URL with the longest beginning replaced that a rewriting names; none where no rewriting is about it.
pub(super) fn rewritten(url: &str, rewrites: &[Rewrite]) -> Option<String> {
    let fitting = rewrites.iter().filter(|rewrite| url.starts_with(&rewrite.instead_of));
    let best = fitting.max_by_key(|rewrite| rewrite.instead_of.len())?;
    let rest = url.strip_prefix(&best.instead_of)?;
    Some(format!("{}{rest}", best.base))
}

/// What to try for a repository at a URL that the operator named: that URL alone.
pub(super) fn vouched(url: &str, options: &DiscoveryOptions) -> Vec<Route> {
    let url = rewritten(url, &options.rewrites).unwrap_or_else(|| url.to_owned());
    vec![Route::vouched(url)]
}

/// What to try for a repository at a URL that a stranger named.
///
/// A URL that the operator rewrites is used in that form alone, and one that the user's own git does as it is. Else an `https` URL of a git repository can also be tried over
/// ssh, at the same host and path, as user `git`.
///
/// # Errors
/// `Refused` for a URL that is not to be given to any program, or whose scheme needs GOINSECURE (protocol.md E10);
/// `Unavailable` when no way is left.
pub(super) fn discovered(
    url: &str,
    vcs: Vcs,
    reach: Reach,
    options: &DiscoveryOptions,
) -> Result<Vec<Route>, RepoError> {
    let parsed = check(url, vcs, reach)?;
    if let Some(url) = rewritten(url, &options.rewrites) {
        return Ok(vec![Route::vouched(url)]);
    }
    let named = |url: &str| named(url.to_owned(), vcs, reach, options);
    let over_ssh = ssh_url(&parsed, vcs).filter(|_| options.ssh_available);
    let as_it_is = named(url);
    if parsed.scheme() != "https" || as_it_is.is_vouched {
        return Ok(vec![as_it_is]);
    }
    let way = |way: &Way| match way {
        Way::Ssh => over_ssh
            .as_ref()
            .map(|url| rewritten(url, &options.rewrites).map_or_else(|| named(url), Route::vouched)),
        Way::Https => Some(named(url)),
    };
    let ways: Vec<_> = options.order.iter().filter_map(way).collect();
    if ways.is_empty() {
        let message =
            format!("no way is left to {}: the settings leave out https, and there is no ssh", shown(url));
        return Err(RepoError::unavailable(message));
    }
    Ok(ways)
}

/// A URL that a stranger named. What the user's own git puts in its place, the user has vouched for.
pub(super) fn named(url: String, vcs: Vcs, reach: Reach, options: &DiscoveryOptions) -> Route {
    let is_vouched = vcs == Vcs::Git && options.own_git.rewrites(&url);
    Route { url, is_vouched, is_private: reach.is_private }
}

/// Refuses a proxy of a `mod` tag that is not asked over `https`, or over `http` where GOINSECURE allows it.
pub(super) fn check_proxy(url: &str, reach: Reach) -> Result<(), RepoError> {
    let refused =
        |why| RepoError::refused(format!("the proxy {} of a mod tag is not used: {why}", shown(url)));
    match parse(url).map_err(refused)?.scheme() {
        "https" => Ok(()),
        "http" if reach.is_insecure => Ok(()),
        _ => Err(refused("its scheme is not https")),
    }
}

fn check(url: &str, vcs: Vcs, reach: Reach) -> Result<Url, RepoError> {
    let refused =
        |why: &str| RepoError::refused(format!("the repository URL {} is not used: {why}", shown(url)));
    let parsed = parse(url).map_err(refused)?;
    let scheme = parsed.scheme();
    if !vcs.schemes(true).any(|known| known == scheme) {
        return Err(refused(&format!("{vcs} repositories are not read over {scheme}")));
    }
    if !reach.is_insecure && !vcs.schemes(false).any(|secure| secure == scheme) {
        return Err(refused(&format!(
            "{scheme} is not secure; match the module path by GOINSECURE if it has to be"
        )));
    }
    Ok(parsed)
}

/// The same repository over ssh. Large hosts have it at the same path, with or without `.git` at its end.
fn ssh_url(url: &Url, vcs: Vcs) -> Option<String> {
    let host = url.host_str()?;
    let is_git = vcs == Vcs::Git && url.scheme() == "https" && url.query().is_none();
    is_git.then(|| format!("ssh://git@{host}{}", url.path()))
}

#[cfg(test)]
mod tests {
    use super::super::options::OwnGit;
    use super::*;

    const SECURE: Reach = Reach { is_private: false, is_insecure: false };
    const INSECURE: Reach = Reach { is_private: false, is_insecure: true };

    fn options(ssh_available: bool, rewrites: &[(&str, &str)]) -> DiscoveryOptions {
        let rewrite = |(base, instead_of): &(&str, &str)| Rewrite {
            base: (*base).to_owned(),
            instead_of: (*instead_of).to_owned(),
        };
        let rewrites = rewrites.iter().map(rewrite).collect();
        DiscoveryOptions { rewrites, ssh_available, ..DiscoveryOptions::default() }
    }

    fn urls(url: &str, options: &DiscoveryOptions) -> Vec<String> {
        let ways = discovered(url, Vcs::Git, SECURE, options).unwrap();
        ways.into_iter().map(|way| format!("{}{}", if way.is_vouched { "!" } else { "" }, way.url)).collect()
    }

    #[test]
    fn ssh_comes_before_https_where_there_is_one() {
        let (over_https, over_ssh) = ("https://a.example/x/y", "ssh://git@a.example/x/y");
        assert_eq!(urls(over_https, &options(false, &[])), [over_https]);
        assert_eq!(urls(over_https, &options(true, &[])), [over_ssh, over_https]);
        assert_eq!(urls("ssh://b.example/x", &options(true, &[])), ["ssh://b.example/x"]);
        let only = |way| DiscoveryOptions { order: vec![way], ..options(true, &[]) };
        assert_eq!(urls(over_https, &only(Way::Https)), [over_https]);
        assert_eq!(urls(over_https, &only(Way::Ssh)), [over_ssh]);
        let none = DiscoveryOptions { ssh_available: false, ..only(Way::Ssh) };
        assert!(discovered(over_https, Vcs::Git, SECURE, &none).is_err());
        assert_eq!(discovered(over_https, Vcs::Mercurial, SECURE, &options(true, &[])).unwrap().len(), 1);
    }

    #[test]
    fn the_longest_rewriting_wins_and_is_then_the_only_way() {
        let rules = [("file:///here/", "https://a.example/"), ("file:///x/", "https://a.example/x/")];
        assert_eq!(urls("https://a.example/x/y", &options(true, &rules)), ["!file:///x/y"]);
        assert_eq!(urls("https://a.example/z", &options(true, &rules)), ["!file:///here/z"]);
        let rules = [("ssh://git@inner.example/", "ssh://git@a.example/")];
        assert_eq!(
            urls("https://a.example/z", &options(true, &rules)),
            ["!ssh://git@inner.example/z", "https://a.example/z"]
        );
        assert_eq!(vouched("https://a.example/z", &options(true, &rules))[0].url, "https://a.example/z");
    }

    #[test]
    fn what_the_users_own_git_rewrites_is_left_to_it() {
        let own_git = OwnGit { instead_of: vec!["https://a.example/".to_owned()], ..OwnGit::default() };
        let options = DiscoveryOptions { own_git, ..options(true, &[]) };
        assert_eq!(urls("https://a.example/x", &options), ["!https://a.example/x"]);
        assert_eq!(urls("https://b.example/x", &options).len(), 2);
        let ways = discovered("https://a.example/x", Vcs::Mercurial, SECURE, &options).unwrap();
        assert!(!ways[0].is_vouched, "other systems do not read git's configuration");
    }

    #[test]
    fn insecure_schemes_need_goinsecure_and_others_are_never_used() {
        let error =
            |url, vcs, reach| discovered(url, vcs, reach, &options(true, &[])).err().map(|e| e.message);
        for url in ["http://a.example/x", "git://a.example/x"] {
            assert!(error(url, Vcs::Git, SECURE).unwrap().contains("GOINSECURE"), "{url}");
            assert_eq!(error(url, Vcs::Git, INSECURE), None, "{url}");
        }
        for url in ["file:///x", "ext::sh", "ftp://a.example/x", "svn+ssh://a.example/x", "fd://1/x"] {
            assert!(error(url, Vcs::Git, INSECURE).is_some(), "{url}");
        }
        let told = error("https://me:secret@a.example/x", Vcs::Git, SECURE).unwrap();
        assert!(!told.contains("secret"), "{told}");
    }
}
