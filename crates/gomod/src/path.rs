//! Module, import and file paths: what Go accepts, and the types that prove a check was made.

mod check;
mod error;
mod major;
mod module_path;

pub(crate) use check::check_element;
pub use check::{check_file_path, check_import_path, check_path};
pub use error::{PathError, PathFlaw, PathKind};
pub use major::{major_of_suffix, split_path_version};
pub use module_path::{EscapedPath, ModulePath};
