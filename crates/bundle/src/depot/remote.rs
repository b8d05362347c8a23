//! A depot on a web server, which can only be read, or in S3-compatible storage.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path as Key;
use object_store::{
    Certificate, ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, PutPayload, RetryConfig, UpdateVersion, WriteMultipart,
};
use url::Url;

use super::{DepotError, Files, Location, Reach, Reading, Stamp};

/// How large the parts are in which a file is sent, in bytes. S3 takes 10,000 of them: 160 GB.
const PART: usize = 16 << 20;

/// How many parts are on their way at once. They are in memory.
const PARTS_AT_ONCE: usize = 2;

/// How often a request is sent again, and how long all of that may take.
const RETRIES: usize = 4;
const RETRYING_MAX: Duration = Duration::from_mins(2);

/// The settings without which nobody says who is asking.
const KEYS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

#[derive(Debug)]
pub(super) struct Remote {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    shown: String,
    is_writable: bool,
    idle_timeout: Duration,
}

impl Remote {
    pub(super) fn web(url: &Url, location: &Location, reach: &Reach) -> Result<Self, DepotError> {
        let options = options(reach, url.scheme() == "http", location)?;
        let store = HttpBuilder::new()
            .with_url(url.as_str())
            .with_client_options(options)
            .with_retry(retries())
            .build();
        let store = Arc::new(store.map_err(|error| unreachable(location, &error))?);
        let (prefix, shown) = (String::new(), location.to_string());
        Ok(Self { store, prefix, shown, is_writable: false, idle_timeout: reach.idle_timeout })
    }

    pub(super) fn s3(
        bucket: &str,
        prefix: &str,
        location: &Location,
        reach: &Reach,
    ) -> Result<Self, DepotError> {
        let is_plain =
            reach.s3.iter().any(|(name, value)| name.contains("ENDPOINT") && value.starts_with("http://"));
        let options = options(reach, is_plain, location)?;
        let has_key = reach.s3.iter().any(|(name, _)| KEYS.contains(&name.as_str()));
        let mut builder = AmazonS3Builder::new().with_client_options(options).with_retry(retries());
        for (name, value) in &reach.s3 {
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.with_bucket_name(bucket).with_skip_signature(!has_key).build();
        let store = Arc::new(store.map_err(|error| unreachable(location, &error))?);
        let (prefix, shown) = (prefix.to_owned(), location.to_string());
        Ok(Self { store, prefix, shown, is_writable: true, idle_timeout: reach.idle_timeout })
    }

    fn key(&self, name: &str) -> Result<Key, DepotError> {
        Key::parse(format!("{}{name}", self.prefix)).map_err(|error| self.failed(&error))
    }

    /// The errors of the library name the request with all that is in it; a line of it is enough.
    fn failed(&self, error: &dyn std::fmt::Display) -> DepotError {
        let reason: String = error.to_string().chars().filter(|c| !c.is_control()).take(500).collect();
        DepotError::Unreachable { place: self.shown.clone(), reason }
    }

    async fn get(
        &self,
        name: &str,
        range: Option<GetRange>,
    ) -> Result<Option<object_store::GetResult>, Error> {
        let key = Key::parse(format!("{}{name}", self.prefix))?;
        match self.store.get_opts(&key, GetOptions { range, ..GetOptions::default() }).await {
            Err(Error::NotFound { .. }) => Ok(None),
            got => got.map(Some),
        }
    }

    /// The rest of a file, or all of it from a server that does not know ranges, and from one whose file is shorter.
    async fn get_from(&self, name: &str, from: u64) -> Result<Option<object_store::GetResult>, DepotError> {
        if from > 0
            && let Ok(got) = self.get(name, Some(GetRange::Offset(from))).await
        {
            return Ok(got);
        }
        self.get(name, None).await.map_err(|error| self.failed(&error))
    }
}

#[async_trait::async_trait]
impl Files for Remote {
    async fn read(&self, name: &str, from: u64) -> Result<Option<Reading>, DepotError> {
        let Some(got) = self.get_from(name, from).await? else { return Ok(None) };
        let (from, size, shown) = (got.range.start, got.meta.size, self.shown.clone());
        let failed = move |reason: String| DepotError::Unreachable { place: shown.clone(), reason };
        let idle = self.idle_timeout;
        let silent = failed.clone();
        let chunks = until_silent(got.into_stream(), idle).map(move |chunk| match chunk {
            Some(chunk) => chunk.map_err(|error| failed(error.to_string())),
            None => Err(silent(format!("nothing came for {} s", idle.as_secs()))),
        });
        Ok(Some(Reading { from, size, chunks: chunks.boxed() }))
    }

    async fn write(
        &self,
        name: &str,
        file: &Path,
        sent: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DepotError> {
        if !self.is_writable {
            return Err(DepotError::ReadOnly(self.shown.clone()));
        }
        let upload = self.store.put_multipart(&self.key(name)?).await.map_err(|error| self.failed(&error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut file = std::fs::File::open(file)?;
        loop {
            let (back, piece) = source::blocks::off_worker(move || next_part(file)).await?;
            file = back;
            if piece.is_empty() {
                break;
            }
            upload.wait_for_capacity(PARTS_AT_ONCE).await.map_err(|error| self.failed(&error))?;
            sent(piece.len() as u64);
            upload.put(piece);
        }
        upload.finish().await.map(drop).map_err(|error| self.failed(&error))
    }

    async fn read_stamped(&self, name: &str, limit: u64) -> Result<Option<(Bytes, Stamp)>, DepotError> {
        let Some(got) = self.get_from(name, 0).await? else { return Ok(None) };
        if got.meta.size > limit {
            return Err(self.failed(&format!("{name} has {} bytes, more than {limit}", got.meta.size)));
        }
        let stamp = Stamp(got.meta.e_tag.clone().unwrap_or_default());
        let bytes = tokio::time::timeout(self.idle_timeout, got.bytes()).await;
        let bytes = bytes.map_err(|_| self.failed(&"its list did not come in time"))?;
        Ok(Some((bytes.map_err(|error| self.failed(&error))?, stamp)))
    }

    async fn replace(&self, name: &str, stamp: Option<&Stamp>, content: Bytes) -> Result<bool, DepotError> {
        if !self.is_writable {
            return Err(DepotError::ReadOnly(self.shown.clone()));
        }
        let version = |stamp: &Stamp| UpdateVersion { e_tag: Some(stamp.0.clone()), version: None };
        let mode = stamp.map_or(PutMode::Create, |stamp| PutMode::Update(version(stamp)));
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.store.put_opts(&self.key(name)?, PutPayload::from_bytes(content), options).await {
            Ok(_) => Ok(true),
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed(&error)),
        }
    }
}

/// Each chunk, or `None` once when none came for so long; then it ends.
fn until_silent<S>(
    chunks: S,
    idle: Duration,
) -> impl futures_util::Stream<Item = Option<object_store::Result<Bytes>>>
where
    S: futures_util::Stream<Item = object_store::Result<Bytes>> + Send + Unpin + 'static,
{
    futures_util::stream::unfold(Some(chunks), move |chunks| async move {
        let mut chunks = chunks?;
        match tokio::time::timeout(idle, chunks.try_next()).await {
            Ok(Ok(None)) => None,
            Ok(Ok(Some(chunk))) => Some((Some(Ok(chunk)), Some(chunks))),
            Ok(Err(error)) => Some((Some(Err(error)), None)),
            Err(_) => Some((None, None)),
        }
    })
}

fn next_part(mut file: std::fs::File) -> std::io::Result<(std::fs::File, Bytes)> {
    let mut part = Vec::new();
    (&mut file).take(PART as u64).read_to_end(&mut part)?;
    Ok((file, part.into()))
}

fn options(reach: &Reach, is_plain: bool, location: &Location) -> Result<ClientOptions, DepotError> {
    let mut options = ClientOptions::new()
        .with_connect_timeout(reach.connect_timeout)
        .with_read_timeout(reach.idle_timeout)
        .with_timeout_disabled()
        .with_allow_http(is_plain);
    if let Some(pem) = &reach.authorities {
        let certificates =
            Certificate::from_pem_bundle(pem).map_err(|error| unreachable(location, &error))?;
        options = certificates.into_iter().fold(options, ClientOptions::with_root_certificate);
    }
    Ok(options)
}

fn retries() -> RetryConfig {
    RetryConfig { max_retries: RETRIES, retry_timeout: RETRYING_MAX, ..RetryConfig::default() }
}

fn unreachable(location: &Location, error: &Error) -> DepotError {
    DepotError::Unreachable { place: location.to_string(), reason: error.to_string() }
}
