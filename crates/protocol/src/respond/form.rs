//! In which form an answer is sent, and what identifies it.

use std::time::Duration;

use http::header;
use sha2::{Digest, Sha256};
use source::{Answer, Failure, Kind};
use tokio::time::timeout_at;

use super::{Asked, modified};
use crate::coding;
use crate::conditional::Validators;
use crate::entity_tag::EntityTag;

/// The form that was chosen for one client.
#[derive(Debug)]
pub(super) struct Form {
    /// Whether the bytes are compressed.
    pub(super) gzip: bool,
    /// Whether another client may get another form.
    pub(super) varies: bool,
    /// What identifies the bytes.
    pub(super) validators: Validators,
}

impl Form {
    /// Chooses. Whoever wants a part gets plain bytes: the parts of a compressed form are of no use to anybody who did not
    /// begin with it.
    pub(super) fn of(asked: &Asked<'_>, answer: &Answer) -> Self {
        let varies = coding::is_worth_it(asked.ask.kind(), answer.body.size());
        let gzip = varies && !asked.headers.contains_key(header::RANGE) && coding::wants_gzip(asked.headers);
        let tag = answer.sha256.as_ref().and_then(|sha256| EntityTag::of(sha256, gzip));
        Self { gzip, varies, validators: Validators { tag, modified: modified(asked.ask, answer) } }
    }
}

/// The answer with the hash of its content.
///
/// Lists are hashed here, whatever hash they bring along: they are put together from several places on their way. They are
/// small and in memory. Anything else without a hash was not looked at by anybody, and stays without a tag.
pub(super) async fn identified(asked: &Asked<'_>, answer: Answer) -> Result<Answer, Failure> {
    if asked.ask.kind() != Kind::List {
        return Ok(answer);
    }
    let Answer { body, origin, .. } = answer;
    let unread = |why: &str| {
        Failure::unavailable(&origin, format!("{} could not be read: {why}", asked.ask), Duration::ZERO)
    };
    let text = match timeout_at(asked.ctx.deadline, body.into_bytes(Kind::List.size_max())).await {
        Ok(text) => text.map_err(|error| unread(&error.to_string()))?,
        Err(_) => return Err(unread("it took too long")),
    };
    let sha256 = Some(Sha256::digest(&text).into());
    Ok(Answer { body: text.into(), origin, sha256, ..answer })
}
