//! Hashes, zips and keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gomod::dirhash::{hash_zip, hash1};
use gomod::gosumdb::VerifierKey;
use gomod::zip::{self, ZipError};
use gomod::{H1, ModuleVersion};
use serde_json::{Value, json};

use super::Function;
use crate::dice::Dice;
use crate::grammar::{keys, paths, zips};
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function { name: "hash1", inputs: 500, generate: named_contents, ours: hash_of_contents },
    Function { name: "h1", inputs: 1000, generate: |dice| Args::of([keys::h1(dice)]), ours: h1 },
    Function { name: "zip", inputs: 3000, generate: |dice| Args(zips::module_zip(dice)), ours: zip_answer },
    Function {
        name: "verifier_key",
        inputs: 1000,
        generate: |dice| Args::of([keys::verifier_key(dice)]),
        ours: verifier_key,
    },
];

/// Pairs of a name and a content; x/mod takes no name twice.
fn named_contents(dice: &mut Dice) -> Args {
    let mut args: Vec<String> = Vec::new();
    for index in 0..dice.below(6) {
        args.push(format!("{}{index}", paths::file_path(dice)));
        args.push(dice.text("ab\n", 0, 9));
    }
    Args::of(args)
}

fn hash_of_contents(args: &Args, hits: &mut Hits) -> Answer {
    let texts = args.texts();
    let files = texts.as_chunks::<2>().0.iter().map(|[name, content]| (*name, content.as_bytes()));
    hash1(files).map(|h1| json!(h1.to_string())).map_err(|error| {
        hits.note("HashError", &error);
        Value::Null
    })
}

fn h1(args: &Args, hits: &mut Hits) -> Answer {
    H1::parse(args.text(0)).map(|h1| json!(STANDARD.encode(h1.as_bytes()))).map_err(|error| {
        hits.note("H1Error", &error);
        Value::Null
    })
}

/// The h1 of a good module zip. Of another zip, whether its directory passes, and its h1 if it can be read all the same.
fn zip_answer(args: &Args, hits: &mut Hits) -> Answer {
    let zip = args.bytes(2);
    let module = ModuleVersion::parse(args.text(0), args.text(1));
    let checked = module.map_err(|error| hits.module(&error)).is_ok_and(|module| {
        zip::check(&module, zip, len(zip)).map_err(|error| note_zip(&error, hits)).is_ok()
    });
    let h1 = hash_zip(zip, len(zip)).map_err(|error| note_zip(&error, hits)).ok();
    match h1.as_ref().map(H1::to_string) {
        Some(h1) if checked => Ok(json!(h1)),
        h1 => Err(json!({ "checked": checked, "h1": h1 })),
    }
}

fn len(zip: &[u8]) -> u64 {
    u64::try_from(zip.len()).expect("a length fits into 64 bits")
}

fn note_zip(error: &ZipError, hits: &mut Hits) {
    hits.note("ZipError", error);
    match error {
        ZipError::Path(error) => hits.path(error),
        ZipError::Collision(error) => hits.note("Collision", error),
        ZipError::Hash(error) => hits.note("HashError", error),
        _ => {}
    }
}

fn verifier_key(args: &Args, hits: &mut Hits) -> Answer {
    let key = VerifierKey::parse(args.text(0)).map_err(|error| {
        hits.note("KeyError", &error);
        Value::Null
    })?;
    let bytes = [&[1], key.public_key().as_slice()].concat();
    Ok(json!([key.name(), key.hash(), STANDARD.encode(bytes)]))
}
