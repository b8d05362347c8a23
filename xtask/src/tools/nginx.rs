//! nginx, which serves static files as fast as anything: what `bench` measures against.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::{self, Need};
use super::in_path;
use crate::failure::{Context as _, Failure};
use crate::run;

/// Where Debian puts it, which is in the PATH of root alone.
const DEBIAN: &str = "/usr/sbin/nginx";

const FOR_BENCH: &[Need] = &[Need {
    probe: &["sh", "-c", "PATH=$PATH:/usr/sbin nginx -v"],
    package: "nginx-light",
    purpose: "measure modkeep against it",
}];

/// Its path and version, installed if need be.
pub(crate) fn find_or_install() -> Result<(PathBuf, String), Failure> {
    debian::install(FOR_BENCH)?;
    let program = in_path("nginx").unwrap_or_else(|| PathBuf::from(DEBIAN));
    let version = version(&program)?;
    Ok((program, version))
}

fn version(program: &Path) -> Result<String, Failure> {
    let said = run::output(Command::new(program).arg("-v"))?;
    // It tells its version on standard error.
    let said = String::from_utf8(said.stderr).cannot("read the version of nginx")?;
    Ok(number(&said).to_owned())
}

/// `1.22.1` of `nginx version: nginx/1.22.1 (Debian)`.
fn number(said: &str) -> &str {
    let behind_slash = said.split_once('/').map_or(said, |(_, version)| version);
    behind_slash.split_whitespace().next().unwrap_or("of an unknown version")
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_version_is_found() {
        assert_eq!(number("nginx version: nginx/1.22.1\n"), "1.22.1");
        assert_eq!(number("nginx version: nginx/1.26.0 (Ubuntu)\n"), "1.26.0");
        assert_eq!(number(""), "of an unknown version");
    }
}
