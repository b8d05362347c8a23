//! go.work: an error names a place in the file, and what is accepted has what the lines say.
#![no_main]

use gomod::modfile::WorkFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match WorkFile::parse(data) {
        Ok(file) => assert!(file.uses.len() + file.replace.len() <= data.len()),
        Err(errors) => {
            let lines = data.split(|&byte| byte == b'\n').count();
            let is_inside = |line: usize| (1..=lines).contains(&line);
            assert!(errors.iter().len() > 0 && errors.iter().all(|error| is_inside(error.position.line)));
        }
    }
});
