//! vendor/modules.txt: every package belongs to a listed module.
#![no_main]

use gomod::modules_txt::ModulesTxt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let list = ModulesTxt::parse(data);
    for package in list.modules.iter().flat_map(|module| &module.packages) {
        let module = list.module_of(package).expect("a listed package has a module");
        assert!(module.packages.contains(package));
    }
});
