//! Bundles that a trusted key has signed, but that no writer of ours makes.

use std::io::Write;
use std::time::Duration;

use gomod::note::SignerKey;

use super::*;
use crate::manifest::{About, hex};
use sha2::{Digest, Sha256};

fn signer() -> SignerKey {
    SignerKey::from_seed("me.example", [1; 32]).unwrap()
}

/// A file of a bundle in the making: what the tar calls it, what the manifest does, and its content.
struct Made {
    in_tar: &'static str,
    in_manifest: &'static str,
    content: &'static [u8],
}

fn same(path: &'static str, content: &'static [u8]) -> Made {
    Made { in_tar: path, in_manifest: path, content }
}

/// Signs and lays out whatever it is given.
fn make(files: &[Made]) -> tempfile::NamedTempFile {
    let created = std::time::UNIX_EPOCH + Duration::from_secs(7);
    let about =
        About { created, project: String::new(), scope: String::new(), go: String::new(), platforms: vec![] };
    let entry = |made: &Made| FileEntry {
        path: made.in_manifest.to_owned(),
        size: made.content.len() as u64,
        sha256: hex(&Sha256::digest(made.content).into()),
        h1: None,
    };
    let manifest =
        Manifest { about, databases: vec![], after: None, files: files.iter().map(entry).collect() };
    let note = signer().sign(&manifest.to_text().unwrap()).unwrap();
    let mut out = Vec::new();
    let put = |out: &mut Vec<u8>, path: &str, content: &[u8]| {
        let at = out.len() as u64;
        out.extend(
            layout::header(path, content.len() as u64, 7).unwrap_or_else(|_| raw_header(path, content.len())),
        );
        out.extend(content);
        out.resize(out.len() + to_usize(layout::padding(content.len() as u64)).unwrap(), 0);
        at
    };
    for made in files {
        put(&mut out, made.in_tar, made.content);
    }
    let header = put(&mut out, paths::MANIFEST, note.as_bytes());
    out.extend(layout::tail(ManifestAt { header, size: note.len() as u64 }, 7).unwrap());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&out).unwrap();
    file
}

/// A header with a path that the tar library refuses to write.
fn raw_header(path: &str, size: usize) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size as u64);
    header.set_mtime(7);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn open(files: &[Made]) -> Result<Bundle, BundleError> {
    Bundle::open(make(files).path(), &[signer().verifier()])
}

fn layout_flaw(files: &[Made]) -> String {
    match open(files) {
        Err(BundleError::Layout(path)) => path,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_as_it_should_be_opens() {
    let bundle = open(&[same("README", b"x"), same("proxy/a.b/c/@v/list", b"v1.0.0\n")]).unwrap();
    assert_eq!(bundle.content(1).unwrap().read().unwrap(), b"v1.0.0\n");
}

#[test]
fn paths_that_lead_elsewhere_are_refused_whoever_signed() {
    for path in ["../x", "/etc/x", "proxy/../../x", "proxy/a.b/@v/../../../../x.mod", ".git/config", "x"] {
        assert_eq!(layout_flaw(&[same("README", b""), same(path, b"")]), path);
    }
}

#[test]
fn a_path_can_be_there_once() {
    let list = "proxy/a.b/c/@v/list";
    assert_eq!(layout_flaw(&[same(list, b"v1.0.0\n"), same(list, b"v1.1.0\n")]), list);
}

#[test]
fn the_tar_cannot_hold_what_the_manifest_does_not_say() {
    let named_otherwise = Made { in_tar: "../x", in_manifest: "README", content: b"" };
    assert_eq!(layout_flaw(&[named_otherwise]), "README");
    // One more file before the manifest than it knows of.
    let hidden = make(&[same("README", b"")]);
    let mut bytes = std::fs::read(hidden.path()).unwrap();
    let extra = layout::header("x", 0, 7).unwrap();
    bytes.splice(512..512, extra);
    let at = bytes.windows(9).position(|window| window == b"begins at").unwrap() + 10;
    bytes[at..at + 4].copy_from_slice(b"1024");
    bytes.remove(at + 4 - 1 + 500);
    std::fs::write(hidden.path(), bytes).unwrap();
    assert!(Bundle::open(hidden.path(), &[signer().verifier()]).is_err());
}

#[test]
fn a_file_of_another_form_than_its_name_says_is_not_used() {
    for (path, content) in [
        ("proxy/a.b/c/@v/v1.0.0.zip", &b"no zip"[..]),
        ("proxy/a.b/c/@v/v1.0.0.mod", b"module a.b/c\n"),
        ("proxy/a.b/c/@v/v1.0.0.info", b"{\"Version\":\"v1.0.1\"}"),
        ("proxy/a.b/c/@v/list", b"<html>"),
    ] {
        let bundle = open(&[same(path, content)]).unwrap();
        assert!(matches!(bundle.content(0), Err(BundleError::Content { .. })), "{path}");
    }
}
