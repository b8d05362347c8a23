//! How fresh a client wants its answer, and from whom (protocol.md B29; RFC 9111).

use http::{HeaderMap, HeaderName, header};
use source::{Lifetime, Want};

/// The first element of the path that asks for what is kept alone. No module begins so: its first element has a dot.
pub(crate) const CACHED_ONLY: &str = "cached-only/";

/// The header of the same meaning, which is older.
const DISABLE_MODULE_FETCH: HeaderName = HeaderName::from_static("disable-module-fetch");

/// Which answers are good enough for the client.
///
/// `Cache-Control: no-cache` has things asked for anew that may have changed. For what cannot change it means nothing:
/// fetching that again would only wear down the upstreams.
pub(crate) fn want(by_path: bool, headers: &HeaderMap, lifetime: Lifetime) -> Want {
    if by_path || says(headers, &DISABLE_MODULE_FETCH, "true") {
        Want::KeptOnly
    } else if lifetime == Lifetime::Mutable && says(headers, &header::CACHE_CONTROL, "no-cache") {
        Want::Revalidate
    } else {
        Want::Usual
    }
}

/// Whether a header holds this word in its list.
fn says(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|said| said.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str, lifetime: Lifetime) -> Want {
        want(false, &HeaderMap::from_iter([(name, HeaderValue::from_static(value))]), lifetime)
    }

    #[test]
    fn what_is_kept_is_asked_for_by_path_or_header() {
        for lifetime in [Lifetime::Immutable, Lifetime::Mutable] {
            assert_eq!(want(true, &HeaderMap::new(), lifetime), Want::KeptOnly);
            assert_eq!(with(DISABLE_MODULE_FETCH, "true", lifetime), Want::KeptOnly);
            assert_eq!(with(DISABLE_MODULE_FETCH, "false", lifetime), Want::Usual);
        }
    }

    #[test]
    fn only_what_can_change_is_asked_for_anew() {
        let no_cache = |value, lifetime| with(header::CACHE_CONTROL, value, lifetime);
        assert_eq!(no_cache("no-cache", Lifetime::Mutable), Want::Revalidate);
        assert_eq!(no_cache("max-age=0, No-Cache", Lifetime::Mutable), Want::Revalidate);
        assert_eq!(no_cache("max-age=0", Lifetime::Mutable), Want::Usual);
        assert_eq!(no_cache("no-cache", Lifetime::Immutable), Want::Usual);
    }
}
