//! go.mod, strict and lenient: what the strict reading accepts the lenient one accepts too, with the same meaning.
#![no_main]

use gomod::modfile::{GoMod, module_path_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = module_path_of(data);
    let lax = GoMod::parse_lax(data);
    match GoMod::parse(data) {
        Ok(strict) => {
            let lax = lax.expect("lenient reading accepts what strict reading accepts");
            assert_eq!((strict.module, strict.go, strict.require), (lax.module, lax.go, lax.require));
            assert_eq!((strict.retract, strict.ignore), (lax.retract, lax.ignore));
        }
        Err(errors) => {
            assert!(errors.iter().len() > 0);
            let lines = data.split(|&byte| byte == b'\n').count();
            assert!(
                errors
                    .iter()
                    .all(|error| (1..=lines).contains(&error.position.line) && error.position.column > 0)
            );
            assert!(!errors.to_string().is_empty());
        }
    }
});
