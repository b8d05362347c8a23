//! Several processes that see hashes in one data folder: they agree, they may be killed, and they say what stands in the way.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gomod::ModuleVersion;
use source::{FirstSeen, Subject};
use store::disk::FirstSeenLog;

use crate::common::{helper, helper_path};

/// More than a witness gets to before it is killed.
const NO_END: usize = 1_000_000;
const CYCLES: usize = 20;

fn witness(folder: &Path, who: u8, begin: usize, end: usize) -> Child {
    let mut command = helper("witness");
    command.arg(folder).args([who.to_string(), begin.to_string(), end.to_string()]);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// What counts for each hash, by the lines of go.sum that a witness printed. One that was cut by a kill says nothing.
fn counted(lines: &str) -> BTreeMap<String, String> {
    let whole = lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let pair = |line: &str| line.rsplit_once(' ').map(|(key, h1)| (key.to_owned(), h1.to_owned()));
    whole.filter_map(pair).collect()
}

#[test]
fn processes_that_see_different_hashes_agree_on_one() {
    let folder = tempfile::tempdir().unwrap();
    let witnesses: Vec<Child> = (1..4).map(|who| witness(folder.path(), who, 0, 150)).collect();
    let output = |witness: Child| String::from_utf8(witness.wait_with_output().unwrap().stdout).unwrap();
    let told: Vec<String> = witnesses.into_iter().map(output).collect();
    assert_eq!(counted(&told[0]).len(), 300, "{}", told[0]);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

/// Runs two at once until one has seen `lines` hashes, kills both, and gives what they were told.
fn witness_and_kill(folder: &Path, begin: usize, lines: usize) -> [BTreeMap<String, String>; 2] {
    let [mut first, mut second] = [1, 2].map(|who| witness(folder, who, begin, NO_END));
    let mut output = BufReader::new(first.stdout.take().unwrap());
    let mut told = String::new();
    for _ in 0..lines {
        output.read_line(&mut told).unwrap();
    }
    for witness in [&mut first, &mut second] {
        witness.kill().unwrap();
        witness.wait().unwrap();
    }
    std::io::Read::read_to_string(&mut output, &mut told).unwrap();
    let rest = second.wait_with_output().unwrap().stdout;
    [counted(&told), counted(&String::from_utf8(rest).unwrap())]
}

#[tokio::test]
async fn what_counted_before_a_kill_counts_after_it_and_nothing_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let log = FirstSeenLog::open(folder.path()).unwrap();
    for cycle in 0..CYCLES {
        let begin = cycle * 10_000;
        let [first, second] = witness_and_kill(folder.path(), begin, 20 + cycle);
        let mut last = begin;
        for (key, h1) in first.iter().chain(&second) {
            let (path, field) = key.split_once(' ').unwrap();
            let (version, subject) = Subject::of_field(field);
            let module = ModuleVersion::parse(path, version).unwrap();
            let counts = log.recall(&module, subject).await.unwrap().expect("it was acknowledged");
            assert_eq!(counts.h1.to_string(), *h1, "{key}");
            last = last.max(version.split('.').nth(1).unwrap().parse().unwrap());
        }
        // What they were at when they were killed.
        for version in [last, last + 1] {
            let module = ModuleVersion::parse("example.com/Seen", &format!("v1.{version}.0")).unwrap();
            log.recall(&module, Subject::Zip).await.unwrap();
        }
    }
}

/// The witness as a user whom permissions bind: root may write everywhere.
fn as_somebody(tools: &Path) -> Command {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return helper("witness");
    }
    // Where cargo builds, others may have no access.
    let program = tools.join("witness");
    fs::copy(helper_path("witness"), &program).unwrap();
    for path in [tools, &program] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(program);
    command
}

#[test]
fn where_nothing_can_be_written_what_is_on_record_counts_and_the_rest_is_an_error_that_says_what_to_do() {
    let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(witness(folder.path(), 1, 0, 1).wait_with_output().unwrap().status.success());
    let is_bound = as_somebody(tools.path());
    let versions = folder.path().join(".first-seen/example.com/!seen/@v");
    for path in [folder.path(), &versions] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let mut command = is_bound;
    let output = command.arg(folder.path()).args(["2", "0", "2"]).output().unwrap();
    fs::set_permissions(&versions, fs::Permissions::from_mode(0o755)).unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let h1 = gomod::H1::from_bytes([1; 32]);
    let [first, second, error] = *told.lines().collect::<Vec<_>>() else { panic!("{told}") };
    assert_eq!(first, format!("example.com/Seen v1.0.0/go.mod {h1}"));
    assert_eq!(second, format!("example.com/Seen v1.0.0 {h1}"));
    assert!(
        error.contains(&versions.display().to_string()) && error.contains("Permission denied"),
        "{error}"
    );
    assert!(error.contains("see to it that the user who runs modkeep may read and write there"), "{error}");
}
