//! Where an answer comes from and how old it is (house.md, invariants 1 and 6). The whole story is in the log.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use source::{Answer, Freshness, Lifetime};

/// Names the place that gave the answer in the first place.
const ORIGIN: HeaderName = HeaderName::from_static("modkeep-origin");

/// Says whether a place was asked: `hit` (what is kept or was just said was enough), `miss` (one was asked and answered), `stale` (none could
/// be asked, so that what is kept may be out of date).
const CACHE: HeaderName = HeaderName::from_static("modkeep-cache");

/// The warning of RFC 9111's predecessors for what may be out of date; there is no later one.
const STALE: HeaderValue = HeaderValue::from_static("110 modkeep \"Response is Stale\"");

/// Marks the answer.
pub(super) fn set(headers: &mut HeaderMap, lifetime: Lifetime, answer: &Answer) {
    if let Ok(origin) = HeaderValue::from_str(answer.origin.as_str()) {
        headers.insert(ORIGIN, origin);
    }
    let (word, kept_at) = match answer.freshness {
        Freshness::Live => ("miss", None),
        Freshness::Kept(since) | Freshness::Recent(since) => ("hit", Some(since)),
        Freshness::Stale(since) => ("stale", Some(since)),
    };
    headers.insert(CACHE, HeaderValue::from_static(word));
    // What cannot change does not age.
    if let (Lifetime::Mutable, Some(since)) = (lifetime, kept_at) {
        let age = since.elapsed().map_or(0, |age| age.as_secs());
        headers.insert(header::AGE, age.into());
    }
    if matches!(answer.freshness, Freshness::Stale(_)) {
        headers.insert(header::WARNING, STALE);
    }
}
