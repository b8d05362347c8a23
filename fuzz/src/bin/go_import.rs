//! Pages with go-import tags: what was read is about the paths that it says, and written anew it reads as the same.
#![no_main]

use gomod::repository::imports::{self, GoImport};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(tags) = imports::parse(data) else { return };
    for tag in &tags {
        let _ = tag.check();
        if let Ok(found) = imports::find(&tags, &tag.prefix) {
            assert!(tag.prefix.starts_with(&found.prefix));
        }
    }
    let page: String = tags.iter().map(written).collect();
    assert_eq!(imports::parse(page.as_bytes()), Ok(tags));
});

fn written(tag: &GoImport) -> String {
    let content = [tag.prefix.as_str(), &tag.vcs, &tag.url, &tag.subdir].join(" ");
    let content = content.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!("<meta name=go-import content=\"{content}\">")
}
