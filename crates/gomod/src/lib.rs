#![doc = include_str!("../README.md")]

mod escape;
pub mod glob;
pub mod modfile;
pub mod module;
pub mod modules_txt;
pub mod path;
pub mod pseudo;
pub mod semver;
pub mod version;

pub use module::{ModuleError, ModuleVersion};
pub use path::{EscapedPath, ModulePath, PathError};
pub use version::{Revision, Version, VersionError};
