//! Paths of tiles: what is taken prints as it was.
#![no_main]

use gomod::tlog::TilePath;
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    for path in [text, &format!("tile/8/{text}")] {
        if let Ok(tile) = TilePath::parse(path) {
            assert_eq!(tile.path(), path);
        }
    }
});
