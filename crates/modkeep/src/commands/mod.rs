//! One file per command: its arguments, and what it does.
//!
//! A command gets all that it may touch as a [`Session`], writes its result to `out`, and what the user should know
//! besides to `err`.

pub mod agent;
pub mod bundle;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod drill;
pub mod go;
pub mod import;
pub mod init;
pub mod lock;
pub mod man;
pub mod serve;
pub mod static_build;
pub mod store;
pub mod trace;
pub mod vendor;
pub mod version;
mod watch;

use std::io::Write;

use crate::agent::list;
use crate::env::Env;
use crate::files::Files;
use crate::report::{self, Failed};
use crate::settings::Settings;
use crate::settings::flags::Given;
use crate::settings::resolve::resolve;

/// What a command may touch.
pub struct Session<'a> {
    /// Variables, working directory, terminal.
    pub env: &'a Env,
    /// Settings files.
    pub files: &'a dyn Files,
    /// For results.
    pub out: &'a mut dyn Write,
    /// For errors and warnings.
    pub err: &'a mut dyn Write,
}

impl Session<'_> {
    /// The same session in another environment.
    pub fn within<'b>(&'b mut self, env: &'b Env) -> Session<'b> {
        Session { env, files: self.files, out: &mut *self.out, err: &mut *self.err }
    }

    /// The settings of this run, without the user's own agent among the places to ask. Warnings about them are printed.
    pub fn settings(&mut self, given: &Given) -> Result<Settings, Failed> {
        let resolved = resolve(self.env, self.files, given)?;
        report::write_warnings(&resolved.warnings, self.err)?;
        Ok(list::stripped(resolved.settings, self.env))
    }
}
