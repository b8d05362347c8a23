//! Signed notes and signatures.

use gomod::gosumdb::VerifierKey;
use gomod::note::{Note, NoteError, Signature, SignerKey};
use serde_json::{Value, json};

use super::Function;
use crate::grammar::notes;
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "verify",
        inputs: 800,
        generate: |dice| Args(notes::key_message_signature(dice)),
        ours: verify,
    },
    Function {
        name: "note_open",
        inputs: 1500,
        generate: |dice| Args(notes::note_and_keys(dice)),
        ours: open,
    },
    Function {
        name: "note_sign",
        inputs: 800,
        generate: |dice| Args(notes::signer_key_and_text(dice)),
        ours: sign,
    },
];

fn verify(args: &Args, _: &mut Hits) -> Answer {
    let key = VerifierKey::parse(args.text(0)).map_err(|_| Value::Null)?;
    if key.verify(args.bytes(1), args.bytes(2)) { Ok(Value::Null) } else { Err(Value::Null) }
}

fn open(args: &Args, hits: &mut Hits) -> Answer {
    let keys =
        (1..args.0.len()).map(|at| VerifierKey::parse(args.text(at)).expect("the generator makes keys"));
    let note = Note::open(args.bytes(0), &keys.collect::<Vec<_>>()).map_err(|error| {
        hits.note("NoteError", &error);
        json!(kind(&error))
    })?;
    Ok(json!([note.text(), signatures(note.verified()), signatures(note.unverified())]))
}

fn signatures(all: &[Signature]) -> Vec<Value> {
    all.iter().map(|signature| json!([signature.name, signature.hash, signature.base64])).collect()
}

/// The kinds of error that x/mod tells apart.
fn kind(error: &NoteError) -> &'static str {
    match error {
        NoteError::Unknown(_) => "unknown",
        NoteError::Wrong { .. } => "wrong",
        NoteError::Ambiguous { .. } => "ambiguous",
        _ => "malformed",
    }
}

fn sign(args: &Args, hits: &mut Hits) -> Answer {
    let key = SignerKey::parse(args.text(0)).map_err(|error| {
        hits.note("SignerKeyError", &error);
        Value::Null
    })?;
    let note = key.sign(args.text(1)).map_err(|error| {
        hits.note("SignError", &error);
        Value::Null
    })?;
    Ok(json!([key.verifier().name(), key.verifier().hash(), note]))
}
