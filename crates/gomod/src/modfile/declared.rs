//! The module path of a go.mod file that may be broken elsewhere (protocol.md D5).

use super::quote::unquote;
use super::text::decode;

/// The module path that a go.mod file declares, found without parsing the file: the first line whose first word is
/// `module` and that has something behind it. A path in quotes must be one Go string literal. None when there is no such
/// line or its path is empty or badly quoted. A `module ( … )` block is not understood. The path is not checked.
///
/// ```
/// use gomod::modfile::module_path_of;
/// assert_eq!(module_path_of(b"!? broken\nmodule \"example.com/m\" // yes\n").as_deref(), Some("example.com/m"));
/// assert_eq!(module_path_of(b"module \"example.com/m\" more\n"), None);
/// assert_eq!(module_path_of(b"modules example.com/m\n"), None);
/// ```
pub fn module_path_of(data: &[u8]) -> Option<String> {
    let text = decode(data);
    let declared = text.split('\n').find_map(declared_on)?;
    let path = if declared.starts_with(['"', '`']) { unquote(declared)? } else { declared.to_owned() };
    (!path.is_empty()).then_some(path)
}

/// What stands behind the word `module` on a line, without its comment.
fn declared_on(line: &str) -> Option<&str> {
    let line = line.split("//").next().unwrap_or(line).trim();
    let rest = line.strip_prefix("module")?;
    let declared = rest.trim_start();
    (declared.len() < rest.len() && !declared.is_empty()).then_some(declared)
}
