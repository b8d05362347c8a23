//! What was counted where, as text and compared.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;

/// By how many percent a count may differ from its baseline. Hash tables have other seeds each time, which makes less than one.
const MARGIN_PERCENT: u64 = 5;

/// What a count depends on besides the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    /// The target, and what of the processor valgrind shows to programs, which choose their instructions by it.
    kind: String,
    /// The compiler.
    rustc: String,
}

/// The instructions of each path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Baseline {
    pub(super) machine: Machine,
    pub(super) counts: BTreeMap<String, u64>,
}

/// How counts stand to their baselines.
pub(super) struct Compared {
    /// For people, a line for each path.
    pub(super) table: String,
    pub(super) verdict: Result<(), Failure>,
}

impl Machine {
    /// This one.
    pub(super) fn here() -> Result<Self, Failure> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let said = run::capture(Command::new(rustc).arg("-vV"))?;
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self::told(&said, &cpuinfo)
            .ok_or_else(|| Failure::new(format!("cannot read what rustc says: {said}")))
    }

    /// From what `rustc -vV` says and the system knows of the processor. Of two that have AVX2 valgrind shows the same.
    fn told(rustc: &str, cpuinfo: &str) -> Option<Self> {
        let target = rustc.lines().find_map(|line| line.strip_prefix("host: "))?;
        let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
        let kind = if flags.split(' ').any(|flag| flag == "avx2") { "with AVX2" } else { "without AVX2" };
        Some(Self { kind: format!("{target}, {kind}"), rustc: rustc.lines().next()?.to_owned() })
    }
}

impl Baseline {
    /// As it is committed: TOML.
    pub(super) fn to_text(&self) -> String {
        let Machine { kind, rustc } = &self.machine;
        let lines: Vec<String> =
            self.counts.iter().map(|(name, count)| format!("{name} = {count}\n")).collect();
        let lines = lines.concat();
        format!(
            "# Written by `cargo xtask instructions --renew`.\nmachine = \"{kind}\"\nrustc = \"{rustc}\"\n\n[instructions]\n{lines}"
        )
    }

    /// Reads what [`Baseline::to_text`] writes.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut values: BTreeMap<&str, &str> =
            text.lines().filter_map(|line| line.split_once(" = ")).collect();
        let mut word = |name| values.remove(name).unwrap_or_default().trim_matches('"').to_owned();
        let machine = Machine { kind: word("machine"), rustc: word("rustc") };
        let count = |(name, value): (&str, &str)| {
            Ok((name.to_owned(), value.parse().cannot(format_args!("read the baseline of {name}"))?))
        };
        Ok(Self { machine, counts: values.into_iter().map(count).collect::<Result<_, _>>()? })
    }

    /// These counts held to baselines.
    pub(super) fn compared_with(&self, baseline: &Self) -> Compared {
        if self.machine.kind != baseline.machine.kind {
            let (theirs, ours) = (&baseline.machine.kind, &self.machine.kind);
            let table = format!("{self}not compared: the baselines are for {theirs}, and this is {ours}\n");
            return Compared { table, verdict: Ok(()) };
        }
        let names: std::collections::BTreeSet<&String> =
            self.counts.keys().chain(baseline.counts.keys()).collect();
        let rows: Vec<Row<'_>> = names
            .into_iter()
            .map(|name| Row::new(name, self.counts.get(name).copied(), baseline.counts.get(name).copied()))
            .collect();
        let table = rows.iter().map(ToString::to_string).collect();
        Compared { table, verdict: verdict(&rows, &self.machine, &baseline.machine) }
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.counts.iter().try_for_each(|(name, count)| writeln!(f, "{count:>12}  {name}"))
    }
}

fn verdict(rows: &[Row<'_>], ours: &Machine, theirs: &Machine) -> Result<(), Failure> {
    const RENEW: &str = "`cargo xtask instructions --renew`, and say why in the commit";
    if ours.rustc != theirs.rustc {
        let (ours, theirs) = (&ours.rustc, &theirs.rustc);
        return Err(Failure::new(format!("the baselines are of {theirs}, and this is {ours}: {RENEW}")));
    }
    let bad: Vec<String> = rows.iter().filter(|row| row.is_bad()).map(ToString::to_string).collect();
    if bad.is_empty() {
        return Ok(());
    }
    let bad = bad.concat();
    Err(Failure::new(format!("not as committed:\n{bad}make it as cheap as it was, or {RENEW}")))
}

/// One path.
struct Row<'a> {
    name: &'a str,
    now: Option<u64>,
    before: Option<u64>,
}

impl<'a> Row<'a> {
    fn new(name: &'a str, now: Option<u64>, before: Option<u64>) -> Self {
        Self { name, now, before }
    }

    fn is_bad(&self) -> bool {
        match (self.now, self.before) {
            (Some(now), Some(before)) => now * 100 > before * (100 + MARGIN_PERCENT),
            _ => true,
        }
    }

    fn word(&self) -> &'static str {
        match (self.now, self.before) {
            (None, _) => "has a baseline, and is not counted any more",
            (_, None) => "has no baseline",
            _ if self.is_bad() => "grew by more than 5 %",
            (Some(now), Some(before)) if now * 100 < before * (100 - MARGIN_PERCENT) => {
                "shrank by more than 5 %: renew its baseline"
            }
            _ => "",
        }
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
        let line = format!(
            "{:>12} now, {:>12} before  {:<12} {}",
            shown(self.now),
            shown(self.before),
            self.name,
            self.word()
        );
        writeln!(f, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Baseline {
        let machine = Machine { kind: "x86_64, with AVX2".to_owned(), rustc: "rustc 1.95.0".to_owned() };
        Baseline { machine, counts: of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect() }
    }

    #[test]
    fn growth_beyond_the_margin_fails_and_is_named() {
        let before = counts(&[("hit", 1000), ("route", 1000)]);
        assert!(counts(&[("hit", 1050), ("route", 950)]).compared_with(&before).verdict.is_ok());
        let compared = counts(&[("hit", 1051), ("route", 1000)]).compared_with(&before);
        let told = compared.verdict.unwrap_err().to_string();
        assert!(told.contains("hit") && told.contains("--renew") && !told.contains("route"), "{told}");
    }

    #[test]
    fn what_shrank_is_told_and_does_not_fail() {
        let compared = counts(&[("hit", 900)]).compared_with(&counts(&[("hit", 1000)]));
        assert!(compared.verdict.is_ok());
        assert!(compared.table.contains("renew"), "{}", compared.table);
    }

    #[test]
    fn a_path_without_a_baseline_fails_and_so_does_a_baseline_without_a_path() {
        let (one, two) = (counts(&[("hit", 1)]), counts(&[("hit", 1), ("route", 1)]));
        assert!(one.compared_with(&two).verdict.is_err());
        assert!(two.compared_with(&one).verdict.is_err());
    }

    #[test]
    fn another_machine_is_not_compared_and_another_compiler_wants_new_baselines() {
        let (before, mut now) = (counts(&[("hit", 1)]), counts(&[("hit", 100)]));
        now.machine.kind = "aarch64".to_owned();
        let compared = now.compared_with(&before);
        assert!(compared.verdict.is_ok() && compared.table.contains("not compared"));
        let mut now = counts(&[("hit", 1)]);
        now.machine.rustc = "rustc 1.96.0".to_owned();
        assert!(now.compared_with(&before).verdict.is_err());
    }

    #[test]
    fn what_is_written_is_read() {
        let written = counts(&[("hit", 12), ("zip-check", 3_000_000_000)]);
        assert_eq!(Baseline::parse(&written.to_text()).unwrap(), written);
        assert!(Baseline::parse("hit = many\n").is_err());
    }

    #[test]
    fn a_machine_is_told_by_its_target_its_processor_and_its_compiler() {
        let rustc = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        let machine = Machine::told(rustc, "flags\t\t: fpu avx2 sha_ni\n").unwrap();
        assert_eq!(machine.kind, "x86_64-unknown-linux-gnu, with AVX2");
        assert_eq!(machine.rustc, "rustc 1.95.0 (59807616e 2026-04-14)");
        assert_ne!(Machine::told(rustc, "flags\t\t: fpu avx\n").unwrap(), machine);
    }
}
