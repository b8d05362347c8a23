//! Making module zips.

use gomod::ModuleVersion;
use gomod::dirhash::hash_zip;
use gomod::zip::{self, Listed, ListedKind, Packer, SelectError, Writer};
use serde_json::{Value, json};

use super::Function;
use crate::grammar::trees::{self, LINK, OTHER};
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] =
    &[Function { name: "create", inputs: 4000, generate: |dice| Args::of(trees::tree(dice)), ours: created }];

/// The paths that are chosen, and the hash of the zip of them.
fn created(args: &Args, hits: &mut Hits) -> Answer {
    let texts = args.texts();
    let (files, _) = texts.as_chunks::<3>();
    let chosen = chosen(files).map_err(|error| {
        note(&error, hits);
        Value::Null
    })?;
    let names: Vec<&str> = chosen.iter().map(|[_, path, _]| *path).collect();
    Ok(json!([names, written(&chosen)]))
}

/// Those of kind, path and content that belong into the zip.
pub(crate) fn chosen<'a>(files: &[[&'a str; 3]]) -> Result<Vec<[&'a str; 3]>, SelectError> {
    let listed = |[kind, path, _]: &[&'a str; 3]| Listed { path, kind: kind_of(kind) };
    let go_mod =
        files.iter().find(|[_, path, _]| *path == "go.mod").map(|[_, _, content]| content.as_bytes());
    let entries: Vec<_> = files.iter().map(listed).collect();
    Ok(zip::select(&entries, go_mod)?.iter().map(|index| files[index]).collect())
}

fn kind_of(text: &str) -> ListedKind {
    match text {
        LINK => ListedKind::Symlink,
        OTHER => ListedKind::Other,
        _ => ListedKind::File,
    }
}

/// The hash of the zip, which must be readable and have the hash that was told when it was written.
fn written(files: &[[&str; 3]]) -> String {
    let module = ModuleVersion::parse("example.com/m", "v1.0.0").expect("a good module version");
    let mut writer = Writer::new(Vec::new(), &module);
    let mut packer = Packer::new();
    for (index, [_, path, content]) in files.iter().enumerate() {
        let added = if index % 2 == 0 {
            writer.add(path, content.as_bytes())
        } else {
            writer.add_packed(path, &packer.pack(content.as_bytes()).expect("it can be compressed"))
        };
        added.expect("small, and memory takes bytes");
    }
    let (zip, summary, h1) = writer.finish().expect("small, and memory takes bytes");
    let len = u64::try_from(zip.len()).expect("a length fits into 64 bits");
    assert_eq!(zip::check(&module, zip.as_slice(), len).expect("our own zip passes"), summary);
    assert_eq!(hash_zip(zip.as_slice(), len).expect("our own zip can be read"), h1);
    h1.to_string()
}

fn note(error: &SelectError, hits: &mut Hits) {
    hits.note("SelectError", error);
    match error {
        SelectError::Path(error) => hits.path(error),
        SelectError::Collision(error) => hits.note("Collision", error),
        _ => {}
    }
}
