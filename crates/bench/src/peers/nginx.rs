//! nginx's settings for this job.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::Setup;

/// Whether nginx lets the kernel send files, so that their bytes never reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sendfile {
    /// `sendfile on`
    On,
    /// `sendfile off`
    Off,
}

/// Writes the settings file and returns its path.
pub(crate) fn write_settings(setup: &Setup, address: SocketAddr, sendfile: Sendfile) -> PathBuf {
    let path = setup.scratch.join("nginx.conf");
    fs::write(&path, settings(setup, address, sendfile)).expect("a settings file");
    path
}

/// One worker; open files and what is known of them kept open; the access log written in blocks, as busy sites have it.
/// A worker of root would become somebody else, who may not read the folder; for any other user the line does nothing.
fn settings(setup: &Setup, address: SocketAddr, sendfile: Sendfile) -> String {
    let (scratch, data) = (setup.scratch.display(), setup.data.display());
    let sendfile = if sendfile == Sendfile::On { "on" } else { "off" };
    format!(
        r#"daemon off;
user root;
worker_processes 1;
pid "{scratch}/pid";
error_log "{scratch}/error.log" error;
events {{ worker_connections 8192; }}
http {{
    types {{ application/json info; application/zip zip; text/plain mod; }}
    default_type text/plain;
    access_log "{scratch}/access.log" combined buffer=64k flush=1s;
    open_file_cache max=200000 inactive=1h;
    open_file_cache_valid 60s;
    sendfile {sendfile};
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_body_temp_path "{scratch}/body";
    proxy_temp_path "{scratch}/proxy";
    fastcgi_temp_path "{scratch}/fastcgi";
    uwsgi_temp_path "{scratch}/uwsgi";
    scgi_temp_path "{scratch}/scgi";
    server {{ listen {address} backlog=4096; root "{data}"; }}
}}
"#
    )
}
