//! `.checksums` beside coreutils: what we write, sha256sum reads; what it writes, we read.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use ladder::vendor::{List, rewrite};

use crate::scene::Scene;

#[test]
fn sha256sum_reads_what_we_write_and_we_read_what_it_writes() {
    let scene = Scene::new();
    for name in
        [&b"new\nline"[..], b"back\\slash", b"return\r", b"star*", b" space ", b"\xc3\xa9", b"b\xff", b"#x"]
    {
        fs::write(scene.path("vendor").join(OsStr::from_bytes(name)), name).unwrap();
    }
    assert_eq!(rewrite(&scene.project()).unwrap(), Some(11));
    let sha256sum = |args: &[&OsStr]| {
        let output = Command::new("sha256sum").args(args).current_dir(scene.path("vendor")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    sha256sum(&["--check", "--strict", ".checksums"].map(OsStr::new));

    let text = fs::read(scene.path("vendor/.checksums")).unwrap();
    let list = List::parse(&text).unwrap();
    let names: Vec<&OsStr> = list.files().iter().map(|(name, _)| name.as_path().as_os_str()).collect();
    assert_eq!(sha256sum(&[&[OsStr::new("--")], names.as_slice()].concat()), text);
}
