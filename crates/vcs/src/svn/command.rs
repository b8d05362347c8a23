//! Calls of svn: with which environment and which settings.

use std::path::Path;

use crate::access::{Access, Profile, Way, ssh};
use crate::exec::Call;

/// How names of files are written here and on our disk.
const LOCALE: &str = "C.UTF-8";

/// A call that may ask this place. `config` is a folder for its configuration that nobody else writes to.
pub(super) fn call(access: &Access, way: &Way, config: &Path) -> Call {
    let call = match &access.profile {
        Profile::Server { config: own } => of_server(access, way, own.as_deref().unwrap_or(config)),
        Profile::User => Call::new("svn").inherit_all_but(&["LC_ALL", "LANG", "LANGUAGE"]),
    };
    let call = call.env("LC_ALL", LOCALE).env("LANG", LOCALE).arg("--non-interactive");
    let call = call.args(setting("servers:global:http-timeout", access.stall_seconds()));
    match &access.ca_file {
        Some(file) => call.args(setting("servers:global:ssl-authority-files", file.display())),
        None => call,
    }
}

fn of_server(access: &Access, way: &Way, config: &Path) -> Call {
    let call = Call::new("svn").env("SVN_SSH", ssh_command(access, way));
    let call = if access.ssh.with_agent { call.inherit("SSH_AUTH_SOCK") } else { call };
    let call = call.arg("--no-auth-cache").arg("--config-dir").arg(config);
    // A command of the machine's own configuration is no way, and no helper keeps secrets.
    call.args(setting("config:tunnels:ssh", "$SVN_SSH")).args(setting("config:auth:password-stores", ""))
}

/// svn itself tells ssh no port.
fn ssh_command(access: &Access, way: &Way) -> String {
    let command = ssh::of_server(&access.ssh, access.stall_seconds());
    match way.port() {
        Some(port) => format!("{command} -p {port}"),
        None => command,
    }
}

fn setting(name: &str, value: impl std::fmt::Display) -> [String; 2] {
    ["--config-option".to_owned(), format!("{name}={value}")]
}
