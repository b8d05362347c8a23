//! A real S3-compatible server on loopback, over a temporary folder: a bucket is a folder in it.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;

use crate::listening::Listening;

/// Who may use it.
const ACCESS_KEY: &str = "test-access-key";
const SECRET_KEY: &str = "test-secret-key";

/// A server with one bucket, which only the holder of its keys can use. Dropping it stops it and deletes everything.
#[derive(Debug)]
pub struct S3 {
    listening: Listening,
    folder: TempDir,
    bucket: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

impl S3 {
    /// Starts a server with an empty bucket.
    pub fn start() -> Self {
        let folder = TempDir::with_prefix("testkit-s3-").expect("a temporary folder");
        let bucket = "bundles";
        fs::create_dir(folder.path().join(bucket)).expect("a bucket");
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a folder to serve"));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let (service, asked) = (builder.build(), Arc::new(Mutex::new(Vec::new())));
        let log = asked.clone();
        // The library looks at a condition and writes afterwards, which in S3 is one step.
        let in_turn = Arc::new(tokio::sync::Mutex::new(()));
        let listening = Listening::start(move |stream| {
            let (service, log) = (service.clone(), log.clone());
            let in_turn = in_turn.clone();
            let logged = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                lock(&log).push(line(&request));
                let (service, in_turn) = (service.clone(), in_turn.clone());
                async move {
                    let _turn = if is_conditional(&request) { Some(in_turn.lock().await) } else { None };
                    hyper::service::Service::call(&service, request).await
                }
            });
            async move {
                let connection = auto::Builder::new(TokioExecutor::new());
                let _ = connection.serve_connection(TokioIo::new(stream), logged).await;
            }
        });
        Self { listening, folder, bucket, asked }
    }

    /// The name of the bucket.
    pub fn bucket(&self) -> &str {
        self.bucket
    }

    /// What a client must know, by its names in the environment.
    pub fn settings(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.listening.address());
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ];
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// The file of an object. Tests may change it.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join(self.bucket).join(key)
    }

    /// What was asked so far: method, path, and the range where there was one.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

fn is_conditional<B>(request: &http::Request<B>) -> bool {
    ["if-match", "if-none-match"].iter().any(|name| request.headers().contains_key(*name))
}

fn line(request: &http::Request<hyper::body::Incoming>) -> String {
    let range = request.headers().get("range").and_then(|range| range.to_str().ok()).unwrap_or_default();
    format!("{} {} {range}", request.method(), request.uri().path()).trim_end().to_owned()
}

fn lock(asked: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}
