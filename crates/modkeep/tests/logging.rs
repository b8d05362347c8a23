//! The log of a process is started once. This file is a process of its own, so no other test can have started it.

use std::path::Path;

use modkeep::env::{Env, Platform};
use modkeep::exit::Exit;
use modkeep::files::Disk;
use modkeep::logging;
use modkeep::settings::{flags::Given, resolve::resolve};

#[test]
fn the_log_obeys_its_filter_and_starts_only_once() {
    let vars = [("HOME", "/nowhere"), ("GOENV", "off"), ("MODKEEP_LOG", "warn,quiet=off")];
    let env = Env::new(vars, Path::new("/"), Platform::Unix);
    let settings = resolve(&env, &Disk, &Given::default()).unwrap().settings;
    let _log = logging::start(&settings, &env).unwrap();
    assert!(tracing::enabled!(tracing::Level::WARN) && !tracing::enabled!(tracing::Level::INFO));
    assert!(!tracing::enabled!(target: "quiet", tracing::Level::ERROR));
    assert_eq!(logging::start(&settings, &env).unwrap_err().exit, Exit::Failure);
}
