//! A server as a process, from its start until it accepts connections, and its end.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::proc;

/// How long a server may take until it accepts connections.
const START_MAX: Duration = Duration::from_mins(2);

/// How long a server may take until it says what is waited for.
const WORDS_MAX: Duration = Duration::from_mins(30);

/// A running server. Dropping it kills it and all that it started.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `command`, its output into the file `log`, and waits until `address` accepts connections.
    pub(crate) fn start(mut command: Command, address: SocketAddr, log: &Path) -> Self {
        let log_file = File::create(log).expect("a log file");
        command.stdin(Stdio::null()).stdout(log_file.try_clone().expect("a second handle")).stderr(log_file);
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            eprintln!("cannot start {command:?}: {error}");
            std::process::exit(1)
        });
        let mut server = Self { child, address, log: log.to_owned() };
        server.wait_until_it_listens();
        server
    }

    fn wait_until_it_listens(&mut self) {
        let begin = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || begin.elapsed() > START_MAX {
                let said = self.said();
                eprintln!("a server does not listen on {} ({ended:?}); it said:\n{said}", self.address);
                std::process::exit(1);
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Waits until its output holds `words`; `false` when that takes longer than half an hour.
    pub(crate) fn says(&self, words: &str) -> bool {
        let begin = Instant::now();
        while !self.said().contains(words) {
            if begin.elapsed() > WORDS_MAX {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) {
        // It may have ended by itself.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Processor seconds of it and its descendants so far.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        proc::cpu_seconds(self.pid())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let is_running = self.child.try_wait().is_ok_and(|ended| ended.is_none());
        if is_running {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// A loopback address that nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    probe.local_addr().expect("its address")
}
