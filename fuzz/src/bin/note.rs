//! Signed notes: no note opens that no known key signed, and what a key signs opens with it to the same text.
#![no_main]

use gomod::note::{Note, SignerKey};
use gomod::tlog::TreeHead;
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(signer) = SignerKey::from_seed("db.example", [7; 32]) else { panic!("the name is good") };
    let key = [signer.verifier()];
    // Nobody can forge a signature, so an input that opens is a fault.
    assert!(Note::open(data, &key).is_err());
    let Some(text) = text(data) else { return };
    let _ = SignerKey::parse(text);
    if let Ok(head) = TreeHead::parse(text) {
        assert_eq!(TreeHead::parse(&head.to_text()), Ok(head));
    }
    let Ok(note) = signer.sign(text) else { return };
    assert_eq!(Note::open(note.as_bytes(), &key).map(|note| note.text()), Ok(text));
    // Lines behind the good one may be anything.
    let longer = format!("x\n\n{}{text}", &signer.sign("x\n").unwrap_or_default()[3..]);
    if let Ok(note) = Note::open(longer.as_bytes(), &key) {
        assert!(!note.verified().is_empty());
    }
});
