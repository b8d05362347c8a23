use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::{Call, Environment, ExecError, Programs};

/// Longer than any test takes.
const LONG: Duration = Duration::from_mins(1);

fn programs(max_at_once: usize) -> Programs {
    Programs::new(max_at_once, [("PATH", "/usr/bin:/bin")].into_iter().collect())
}

fn soon() -> Instant {
    Instant::now() + LONG
}

fn shell(script: &str) -> Call {
    Call::new("sh").args(["-c", script])
}

/// A lock that the child and all that it starts hold: free again once they are all gone.
struct Holding(tempfile::TempDir);

impl Holding {
    fn new() -> (Self, File) {
        let folder = tempfile::tempdir().unwrap();
        let held = File::create(folder.path().join("lock")).unwrap();
        held.lock().unwrap();
        (Self(folder), held)
    }

    async fn is_let_go(&self) {
        let file = File::open(self.0.path().join("lock")).unwrap();
        timeout(LONG, spawn_blocking(move || file.lock().unwrap())).await.expect("all are gone").unwrap();
    }
}

#[tokio::test]
async fn it_runs_with_input_and_output() {
    let call = shell("cat; echo why >&2").stdin("text");
    let output = programs(1).run(call, soon()).await.unwrap();
    assert_eq!(&output.stdout[..], b"text");
}

#[tokio::test]
async fn a_child_sees_what_is_on_the_list_and_no_more() {
    let environment: Environment =
        [("PATH", "/bin:/usr/bin"), ("HOME", "/h"), ("SECRET", "s"), ("SSH_AUTH_SOCK", "a"), ("LANG", "de")]
            .into_iter()
            .collect();
    let programs = Programs::new(1, environment);
    let seen = async |call: Call| {
        let stdout = programs.run(call, soon()).await.unwrap().stdout;
        let mut lines: Vec<_> = String::from_utf8_lossy(&stdout).lines().map(str::to_owned).collect();
        lines.sort();
        lines.join(" ")
    };
    let fixed = seen(Call::new("env").env("MORE", "m")).await;
    assert_eq!(fixed, "HOME=/h LANG=C LC_ALL=C MORE=m PATH=/bin:/usr/bin");
    let with_agent = seen(Call::new("env").inherit("SSH_AUTH_SOCK").inherit("NONE")).await;
    assert_eq!(with_agent, "HOME=/h LANG=C LC_ALL=C PATH=/bin:/usr/bin SSH_AUTH_SOCK=a");
    let most = seen(Call::new("env").inherit_all_but(&["SECRET"])).await;
    assert_eq!(most, "HOME=/h LANG=C LC_ALL=C PATH=/bin:/usr/bin SSH_AUTH_SOCK=a");
}

#[tokio::test]
async fn how_it_failed_is_told() {
    let programs = programs(1);
    let failed = programs.run(shell("echo first >&2; echo last >&2; exit 3"), soon()).await.unwrap_err();
    assert_eq!(failed.to_string(), "`sh` failed (exit status: 3): last");
    assert_eq!(failed.stderr(), "first\nlast\n");
    let missing = programs.run(Call::new("no-such-program"), soon()).await.unwrap_err();
    assert!(matches!(missing, ExecError::NotInstalled { package: "no-such-program", .. }), "{missing}");
}

#[tokio::test]
async fn of_its_complaints_the_end_is_kept() {
    let script = "head -c 100000 /dev/zero | tr '\\0' x >&2; printf END >&2; exit 1";
    let failed = programs(1).run(shell(script), soon()).await.unwrap_err();
    assert_eq!(failed.stderr().len(), 16 << 10);
    assert!(failed.stderr().ends_with("END"));
}

#[tokio::test]
async fn the_deadline_ends_the_whole_group() {
    let (holding, held) = Holding::new();
    let call = shell("sleep 1000 & sleep 1000").stdout_to(held);
    let ended = programs(1).run(call, Instant::now() + Duration::from_millis(100)).await.unwrap_err();
    assert!(matches!(ended, ExecError::Deadline { program: "sh" }), "{ended}");
    holding.is_let_go().await;
}

#[tokio::test]
async fn an_asker_that_goes_away_ends_the_whole_group() {
    let (holding, held) = Holding::new();
    let programs = programs(1);
    let call = shell("sleep 1000 & sleep 1000").stdout_to(held);
    let asking = timeout(Duration::from_millis(100), programs.run(call, soon()));
    assert!(asking.await.is_err());
    holding.is_let_go().await;
    programs.run(shell("true"), soon()).await.expect("its turn is free again");
}

#[tokio::test]
async fn what_a_child_leaves_behind_ends_with_it() {
    let (holding, held) = Holding::new();
    programs(1).run(shell("sleep 1000 &").stdout_to(held), soon()).await.unwrap();
    holding.is_let_go().await;
}

#[tokio::test]
async fn too_much_output_ends_it() {
    let endless = || shell("yes").stdout_bytes_max(1000);
    let ended = programs(1).run(endless(), soon()).await.unwrap_err();
    assert!(matches!(ended, ExecError::TooMuchOutput { bytes_max: 1000, .. }), "{ended}");
    let mut stream = programs(1).stream(endless(), soon()).await.unwrap();
    let read = spawn_blocking(move || stream.read_to_end(&mut Vec::new())).await.unwrap();
    assert_eq!(read.unwrap_err().to_string(), "`sh` wrote more than 1000 bytes and was ended");
}

#[tokio::test]
async fn one_more_than_the_limit_waits_for_its_turn() {
    let programs = programs(1);
    let first = programs.stream(shell("sleep 1000"), soon()).await.unwrap();
    let brief = Instant::now() + Duration::from_millis(50);
    let busy = programs.run(shell("true"), brief).await.unwrap_err();
    assert!(matches!(busy, ExecError::Busy { .. }), "{busy}");
    drop(first);
    programs.run(shell("true"), soon()).await.expect("the turn is free");
}

#[tokio::test]
async fn a_stream_ends_well_only_with_its_program() {
    let read = async |script: &str| {
        let mut stream = programs(1).stream(shell(script), soon()).await.unwrap();
        let read = move || {
            let mut text = String::new();
            let result = stream.read_to_string(&mut text).map_err(|error| error.to_string());
            (text, result)
        };
        spawn_blocking(read).await.unwrap()
    };
    assert_eq!(read("printf whole").await, ("whole".into(), Ok(5)));
    assert_eq!(
        read("printf half; echo broken >&2; exit 1").await,
        ("half".into(), Err("`sh` failed (exit status: 1): broken".into()))
    );
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_whether_anybody_reads_or_not() {
    let programs = programs(1);
    let brief = Instant::now() + Duration::from_millis(100);
    let mut unread = programs.stream(shell("sleep 1000 & sleep 1000"), brief).await.unwrap();
    programs.run(shell("true"), soon()).await.expect("the turn is free");
    let read = spawn_blocking(move || unread.read(&mut [0])).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), ErrorKind::TimedOut);
}
