//! The process: it reads the environment once, runs one command and turns the result into an exit code.
//!
//! Everything else is in the library beside it, where tests can give their own environment and read what was printed.

use std::io;
use std::process::ExitCode;

// Serving is many short-lived buffers on many threads, which is what this allocator is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let env = modkeep::env::Env::from_process();
    let exit = modkeep::run(std::env::args_os(), &env, &mut io::stdout().lock(), &mut io::stderr());
    ExitCode::from(exit.code())
}
