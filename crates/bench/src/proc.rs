//! What Linux says of a process and its descendants: processor time and memory.

use std::fs;

/// Ticks per second of the times in `/proc/PID/stat`: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// `VmRSS`: everything resident, pages of mapped files too.
    pub(crate) resident: u64,
    /// `RssAnon`: what no file stands behind.
    pub(crate) anonymous: u64,
}

impl Memory {
    /// The larger of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { resident: self.resident.max(other.resident), anonymous: self.anonymous.max(other.anonymous) }
    }

    /// What is more than in `before`.
    pub(crate) fn above(self, before: Self) -> Self {
        Self {
            resident: self.resident.saturating_sub(before.resident),
            anonymous: self.anonymous.saturating_sub(before.anonymous),
        }
    }
}

/// User and system seconds that `pid` and its descendants have used so far, those that ended too.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let seconds = |pid: &u32| Some(Cpu::of(&read(*pid, "stat")?)?.with_ended());
    family(pid).iter().filter_map(seconds).sum()
}

/// User and system seconds of the calling thread.
pub(crate) fn own_cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    Cpu::of(&stat).map_or(0.0, |cpu| cpu.own)
}

/// User and system seconds of all processes that this one started, waited for, and what those started and waited for.
pub(crate) fn ended_cpu_seconds() -> f64 {
    read(std::process::id(), "stat").and_then(|stat| Cpu::of(&stat)).map_or(0.0, |cpu| cpu.ended)
}

/// Seconds of user and system time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cpu {
    own: f64,
    /// Of children that ended and were waited for.
    ended: f64,
}

impl Cpu {
    /// Fields 14 to 17 of `stat`. The second field is a name in parentheses that may hold anything, so count from its end.
    fn of(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(str::parse::<f64>);
        let mut both = || Some((fields.next()?.ok()? + fields.next()?.ok()?) / TICKS_PER_SECOND);
        Some(Self { own: both()?, ended: both()? })
    }

    fn with_ended(self) -> f64 {
        self.own + self.ended
    }
}

/// The memory of `pid` and its descendants now. Pages that they share are counted for each.
pub(crate) fn memory(pid: u32) -> Memory {
    let all = family(pid).into_iter().filter_map(|pid| memory_of(&read(pid, "status")?));
    all.fold(Memory::default(), |sum, one| Memory {
        resident: sum.resident + one.resident,
        anonymous: sum.anonymous + one.anonymous,
    })
}

/// Bytes as MiB.
#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 bytes")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A process and all its descendants. Linux lists children by the thread that started them.
fn family(pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        for children in children {
            family.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        next += 1;
    }
    family
}

fn read(pid: u32, file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/{file}")).ok()
}

fn memory_of(status: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
    };
    Some(Memory { resident: bytes("VmRSS:")?, anonymous: bytes("RssAnon:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_parentheses() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 40 10 20 0 1 0 99";
        assert_eq!(Cpu::of(stat), Some(Cpu { own: 3.0, ended: 0.5 }));
        assert_eq!(Cpu::of("nonsense"), None);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tx\nVmRSS:\t    2048 kB\nRssAnon:\t     512 kB\n";
        assert_eq!(memory_of(status), Some(Memory { resident: 2 << 20, anonymous: 512 << 10 }));
        assert_eq!(memory_of("Name:\tkthread\n"), None);
    }

    #[test]
    fn the_time_of_a_child_counts_once_it_was_waited_for() {
        let before = ended_cpu_seconds();
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", busy]).status().unwrap().success());
        assert!(ended_cpu_seconds() > before);
        assert!(cpu_seconds(std::process::id()) >= ended_cpu_seconds());
    }

    #[test]
    fn children_of_any_thread_are_counted() {
        let start = || std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let mut child = std::thread::scope(|scope| scope.spawn(start).join().unwrap());
        let found = family(std::process::id()).contains(&child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(memory(std::process::id()).resident > 0);
        // A child of a thread that has ended belongs to another thread of its process.
        assert!(found);
    }
}
