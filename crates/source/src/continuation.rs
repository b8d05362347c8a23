//! Going on with one body where another one broke off.
//!
//! A client that has the beginning of a body can be given the rest of another one, if that begins with the same bytes; it then
//! has that other one, whole. Both are compared by hash, so that neither is held in memory.

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use sha2::{Digest, Sha256};

use crate::{Body, Chunks, Failure};

/// The content of `body` from byte `from` on, if its first `from` bytes are `beginning`; `None` if they are not, or if the
/// body can be read only once.
///
/// # Errors
/// The failure of either while it is read.
pub async fn continuation(
    body: Body,
    from: u64,
    beginning: impl Stream<Item = Result<Bytes, Failure>>,
) -> Result<Option<Chunks>, Failure> {
    let (Some(size), Some(first)) =
        (body.size(), body.share().and_then(|body| body.into_range(0..from).ok()))
    else {
        return Ok(None);
    };
    if sha256(first.into_chunks()).await? != sha256(beginning).await? {
        return Ok(None);
    }
    Ok(body.into_range(from..size).ok().map(Body::into_chunks))
}

async fn sha256(chunks: impl Stream<Item = Result<Bytes, Failure>>) -> Result<[u8; 32], Failure> {
    let hashing = |mut so_far: Sha256, chunk: Bytes| async move {
        so_far.update(&chunk);
        Ok(so_far)
    };
    Ok(chunks.try_fold(Sha256::new(), hashing).await?.finalize().into())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn rest(body: &'static str, from: u64, beginning: &'static str) -> Option<Vec<u8>> {
        let beginning = stream::iter([Ok(Bytes::from_static(beginning.as_bytes()))]);
        let rest = continuation(Body::from(body), from, beginning).await.unwrap()?;
        let rest: Vec<Bytes> = rest.try_collect().await.unwrap();
        Some(rest.concat())
    }

    #[tokio::test]
    async fn only_what_begins_with_the_same_bytes_goes_on() {
        assert_eq!(rest("0123456789", 4, "0123").await.unwrap(), b"456789");
        assert_eq!(rest("0123456789", 0, "").await.unwrap(), b"0123456789");
        assert_eq!(rest("0123456789", 10, "0123456789").await.unwrap(), b"");
        assert_eq!(rest("0123456789", 4, "012x").await, None);
        assert_eq!(rest("0123456789", 4, "012").await, None);
        assert_eq!(rest("012", 4, "0123").await, None);
    }
}
