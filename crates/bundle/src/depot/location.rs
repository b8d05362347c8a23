//! Where a depot is: a folder, an http(s) URL, or `s3://BUCKET/PREFIX`.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

/// A depot by its address. What is printed of it holds no secret, since none is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder of this machine, or one that is mounted.
    Folder(PathBuf),
    /// A folder of a web server. Its path ends in `/`.
    Web(Url),
    /// A part of a bucket.
    S3 {
        /// The bucket.
        bucket: String,
        /// What the names of its files begin with: empty, or ending in `/`.
        prefix: String,
    },
}

/// Why a text is no place for bundles. The text is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// A URL that cannot be read.
    #[error("it is not a URL")]
    NotAUrl,
    /// A user, password, query or fragment, which would be shown.
    #[error(
        "there is a user, a password, a query or a fragment in it; for S3 say who you are with AWS_ACCESS_KEY_ID"
    )]
    Secrets,
    /// Another scheme.
    #[error("it is neither a folder nor a URL that begins with https://, http://, file:/// or s3://")]
    Scheme,
    /// No bucket, or a part that is no name.
    #[error("it has no bucket, or an empty part, or one of dots alone")]
    Parts,
}

impl Location {
    /// Reads a location. A path is one of this machine, below `base` if it is relative.
    ///
    /// # Errors
    /// See [`LocationError`].
    pub fn parse(text: &str, base: &Path) -> Result<Self, LocationError> {
        if !text.contains("://") {
            return if text.is_empty() {
                Err(LocationError::Scheme)
            } else {
                Ok(Self::Folder(base.join(text)))
            };
        }
        let url = Url::parse(text).map_err(|_| LocationError::NotAUrl)?;
        let has_login = !url.username().is_empty() || url.password().is_some();
        if has_login || url.query().is_some() || url.fragment().is_some() {
            return Err(LocationError::Secrets);
        }
        match url.scheme() {
            "https" | "http" => Ok(Self::Web(with_final_slash(url))),
            "file" => url.to_file_path().map(Self::Folder).map_err(|()| LocationError::NotAUrl),
            "s3" => s3(&url),
            _ => Err(LocationError::Scheme),
        }
    }
}

fn with_final_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

fn s3(url: &Url) -> Result<Location, LocationError> {
    let bucket = url.host_str().filter(|bucket| !bucket.is_empty()).ok_or(LocationError::Parts)?.to_owned();
    let path = url.path().trim_matches('/');
    let is_name = |part: &str| !part.is_empty() && !matches!(part, "." | "..");
    if path.is_empty() {
        return Ok(Location::S3 { bucket, prefix: String::new() });
    }
    if path.split('/').all(is_name) {
        Ok(Location::S3 { bucket, prefix: format!("{path}/") })
    } else {
        Err(LocationError::Parts)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(out),
            Self::Web(url) => url.fmt(out),
            Self::S3 { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, LocationError> {
        Location::parse(text, Path::new("/here")).map(|location| location.to_string())
    }

    #[test]
    fn folders_sites_and_buckets_are_places() {
        for (text, told) in [
            ("b", "/here/b"),
            ("/srv/b", "/srv/b"),
            ("file:///srv/b", "/srv/b"),
            ("https://a.example/b", "https://a.example/b/"),
            ("http://a.example:8080", "http://a.example:8080/"),
            ("s3://bucket", "s3://bucket/"),
            ("s3://bucket/a/b/", "s3://bucket/a/b/"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(told), "{text}");
        }
    }

    #[test]
    fn nothing_secret_is_taken_or_repeated() {
        for text in [
            "https://me:secret@a.example/",
            "https://a.example/?sig=secret",
            "s3://key:secret@b/p",
            "https://a/#secret",
        ] {
            let error = Location::parse(text, Path::new("/")).unwrap_err();
            assert!(error == LocationError::Secrets && !error.to_string().contains("secret="), "{text}");
        }
        assert_eq!(parse("ftp://a.example/"), Err(LocationError::Scheme));
        assert_eq!(
            (parse(""), parse("s3:///p"), parse("s3://b/a//b")),
            (Err(LocationError::Scheme), Err(LocationError::Parts), Err(LocationError::Parts))
        );
    }
}
