//! In front of a terminal: a signal reaches the command once, whoever sends it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::scene::BINARY;

/// Says who runs it, counts the signal, and at the end how often it came.
const COUNTING: &str = "n=0; trap \"n=\\$((n+1)); echo came\" SIGNAL; trap \"echo times \\$n; exit 9\" TERM; echo run by $PPID; \
                        while :; do sleep 0.05; done";

/// How long a line is waited for: no machine is that slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command under `modkeep exec` in front of a terminal of its own. Dropped, all of it is ended.
struct Terminal {
    script: Child,
    /// The lines that are written to it.
    screen: Receiver<String>,
    /// modkeep itself.
    pid: String,
}

impl Terminal {
    /// Waits until the command listens to this signal.
    fn start(signal: &str) -> Self {
        let counting = COUNTING.replace("SIGNAL", signal);
        let line = format!("exec {BINARY} exec -- /bin/sh -c '{counting}'");
        let mut script = Command::new("script")
            .args(["--quiet", "--return", "--echo", "never", "--command", &line, "/dev/null"])
            .env("XDG_CONFIG_HOME", "/nowhere")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (show, screen) = channel();
        let out = BufReader::new(script.stdout.take().unwrap());
        // It ends with the terminal, or when nobody looks any more.
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| show.send(line)));
        let mut terminal = Self { script, screen, pid: String::new() };
        terminal.pid = terminal.after("run by ");
        terminal
    }

    /// What comes behind these words in the next line that has them.
    fn after(&mut self, words: &str) -> String {
        loop {
            let line = self.screen.recv_timeout(PATIENCE);
            assert!(line.is_ok(), "no line with {words:?} came: {line:?}");
            if let Some((_, rest)) = line.unwrap().split_once(words) {
                return rest.trim().to_owned();
            }
        }
    }

    fn types(&mut self, key: u8) {
        self.script.stdin.as_mut().unwrap().write_all(&[key]).unwrap();
    }

    /// Sends modkeep alone this signal.
    fn sends(&self, signal: &str) {
        assert!(Command::new("kill").args([&format!("-{signal}"), &self.pid]).status().unwrap().success());
    }

    /// Ends the command, and says how often the signal came before that.
    fn times(mut self) -> String {
        self.after("came");
        self.sends("TERM");
        let times = self.after("times ");
        assert_eq!(self.script.wait().unwrap().code(), Some(9));
        times
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Who sits before it hears that it is gone. It may have ended by itself.
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

#[test]
fn what_is_typed_reaches_the_command_once() {
    for (signal, key) in [("INT", 3), ("QUIT", 28)] {
        let mut terminal = Terminal::start(signal);
        terminal.types(key);
        assert_eq!(terminal.times(), "1", "{signal}");
    }
}

#[test]
fn what_is_sent_to_us_alone_reaches_the_command_too() {
    for signal in ["INT", "QUIT"] {
        let terminal = Terminal::start(signal);
        terminal.sends(signal);
        assert_eq!(terminal.times(), "1", "{signal}");
    }
}
