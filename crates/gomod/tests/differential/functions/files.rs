//! Whole files and keys.

use super::Function;

pub(crate) const FUNCTIONS: &[Function] = &[];
