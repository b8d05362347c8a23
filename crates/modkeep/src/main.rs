//! The process: it reads the environment once, runs one command and turns the result into an exit code.
//!
//! Everything else is in the library beside it, where tests can give their own environment and read what was printed.

use std::io;
use std::process::ExitCode;

use modkeep::unblocked::Unblocked;

// Serving is many short-lived buffers on many threads, which is what this allocator is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let env = modkeep::env::Env::from_process();
    let (out, args) = (&mut io::stdout().lock(), std::env::args_os());
    let exit = match Unblocked::new(io::stderr()) {
        Ok(mut err) => modkeep::run(args, &env, out, &mut err),
        // Without a thread for it, stderr is written to in the plain way: slow telling is better than none.
        Err(_) => modkeep::run(args, &env, out, &mut io::stderr()),
    };
    ExitCode::from(exit.code())
}
