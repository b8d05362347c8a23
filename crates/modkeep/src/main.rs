//! The process: it reads the environment once, runs one command and turns the result into an exit code.
//!
//! Everything else is in the library beside it, where tests can give their own environment and read what was printed.

use std::io;
use std::process::ExitCode;

use modkeep::exit::Exit;
use modkeep::unblocked::Unblocked;

// Serving is many short-lived buffers on many threads, which is what this allocator is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_pages_small();
    let env = modkeep::env::Env::from_process();
    let (out, args) = (&mut io::stdout().lock(), std::env::args_os());
    let exit = match Unblocked::new(io::stderr()) {
        Ok(mut err) => modkeep::run(args, &env, out, &mut err),
        // Without a thread for it, stderr is written to in the plain way: slow telling is better than none.
        Err(_) => modkeep::run(args, &env, out, &mut io::stderr()),
    };
    if let Exit::Died(signal) = exit {
        // Comes back for signals that end nothing by themselves; the code says it then.
        let _ = signal_hook::low_level::emulate_default_handler(signal.into());
    }
    ExitCode::from(exit.code())
}

/// Takes memory from the system in pages of 4 KiB alone. The allocator asks for pages of 2 MiB, of which each thread and each
/// size of buffer touches a few: an idle server took five times what it uses.
#[cfg(target_os = "linux")]
fn keep_pages_small() {
    // Where the kernel has no such switch, more memory is taken, and nothing else is different.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
fn keep_pages_small() {}
