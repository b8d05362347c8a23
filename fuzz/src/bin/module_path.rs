//! Module, import and file paths: what is accepted splits and joins, escapes and unescapes to itself.
#![no_main]

use gomod::path::{check_file_path, check_import_path, check_path, split_path_version};
use gomod::{EscapedPath, ModulePath};
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    if let Some((prefix, suffix)) = split_path_version(text) {
        assert_eq!(format!("{prefix}{suffix}"), text);
    }
    if check_import_path(text).is_ok() {
        assert!(check_file_path(text).is_ok(), "files may have all characters of packages");
    }
    let path = ModulePath::parse(text);
    assert_eq!(path.is_ok(), check_path(text).is_ok());
    if let Ok(path) = path {
        assert!(check_import_path(text).is_ok(), "a module is also a package");
        assert_eq!(path.to_string(), text);
        assert_eq!(EscapedPath::parse(path.escaped().as_str()).map(|p| p.unescape()), Ok(path));
    }
});
