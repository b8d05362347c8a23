#![doc = include_str!("../README.md")]

pub mod dirhash;
mod escape;
mod excerpt;
pub mod glob;
mod go_base64;
pub mod goproxy;
pub mod gosum;
pub mod gosumdb;
pub mod modfile;
pub mod module;
pub mod modules_txt;
pub mod note;
pub mod path;
pub mod pseudo;
pub mod repository;
pub mod semver;
mod text_type;
pub mod tlog;
pub mod version;
pub mod zip;

pub use dirhash::H1;
pub use module::{ModuleError, ModuleVersion};
pub use path::{EscapedPath, ModulePath, PathError};
pub use version::{Revision, Version, VersionError};
