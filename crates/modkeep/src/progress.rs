//! How far a long command is, in bytes or in things: a bar where somebody watches, a line for each tenth where not.

use std::io::{self, Write};

use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::env::Env;

/// What the bar looks like. `wide_bar` takes the room that is left.
const TEMPLATE: &str = "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

/// The same for things.
const TEMPLATE_OF_THINGS: &str = "{msg} {wide_bar} {pos} of {len}, {eta} left";

/// The progress of one command over a number of bytes, or of things.
pub struct Progress {
    doing: &'static str,
    /// What is counted, where that is no bytes.
    things: Option<&'static str>,
    total: u64,
    done: u64,
    /// `None` where no terminal is.
    bar: Option<ProgressBar>,
    /// Tenths that were told.
    told: u64,
}

impl Progress {
    /// Begins with nothing done of `total` bytes. `doing` is a word such as "verifying".
    pub fn new(doing: &'static str, total: u64, env: &Env) -> Self {
        let bar = env.stderr_is_terminal().then(|| bar(doing, total, TEMPLATE));
        Self { doing, things: None, total, done: 0, bar, told: 0 }
    }

    /// Begins with none of `total` things done; `things` is a word such as "modules".
    pub fn of_things(doing: &'static str, things: &'static str, total: u64, env: &Env) -> Self {
        let bar = env.stderr_is_terminal().then(|| bar(doing, total, TEMPLATE_OF_THINGS));
        Self { doing, things: Some(things), total, done: 0, bar, told: 0 }
    }

    /// So many more bytes or things are done.
    pub fn add(&mut self, amount: u64, err: &mut dyn Write) -> io::Result<()> {
        self.done += amount;
        let tenth = self.done.saturating_mul(10).checked_div(self.total).unwrap_or_default().min(10);
        match &self.bar {
            Some(bar) => bar.inc(amount),
            None if tenth > self.told => {
                self.told = tenth;
                let total = match self.things {
                    None => ByteSize(self.total).to_string(),
                    Some(things) => format!("{} {things}", self.total),
                };
                writeln!(err, "{} {total}: {} %", self.doing, tenth * 10)?;
            }
            None => {}
        }
        Ok(())
    }

    /// All is done: what was not read (sidecars, what went meanwhile) counts too.
    pub fn finish(&mut self, err: &mut dyn Write) -> io::Result<()> {
        self.add(self.total.saturating_sub(self.done), err)?;
        err.flush()
    }

    /// Writes something while no bar is in the way.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(doing: &'static str, total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()).with_message(doing);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        // A template that cannot be read leaves the plain bar; a test holds that it can.
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::env::Platform;

    #[test]
    fn without_a_terminal_each_tenth_is_a_line() {
        let env = Env::new::<&str, &str>([], Path::new("/"), Platform::Unix);
        let (mut progress, mut err) = (Progress::new("verifying", 1000, &env), Vec::new());
        for bytes in [50, 49, 1, 700, 100] {
            progress.add(bytes, &mut err).unwrap();
        }
        progress.finish(&mut err).unwrap();
        progress.add(500, &mut err).unwrap();
        let text = String::from_utf8(err).unwrap();
        let percents: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(": ")?.1)).collect();
        assert_eq!(percents, ["10 %", "80 %", "90 %", "100 %"], "{text}");
        Progress::new("verifying", 0, &env).add(0, &mut Vec::new()).unwrap();
    }

    #[test]
    fn things_are_counted_as_what_they_are() {
        let env = Env::new::<&str, &str>([], Path::new("/"), Platform::Unix);
        let (mut progress, mut err) = (Progress::of_things("locking", "modules", 2, &env), Vec::new());
        progress.add(1, &mut err).unwrap();
        assert_eq!(String::from_utf8(err).unwrap(), "locking 2 modules: 50 %\n");
    }

    #[test]
    fn the_bar_can_be_drawn() {
        for template in [TEMPLATE, TEMPLATE_OF_THINGS] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
