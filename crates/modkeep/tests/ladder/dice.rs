//! Proxies that dice strike, as in the bench `headline`, but more often: a download goes through all of it, and nothing wrong comes out.

use std::time::Duration;

use testkit::dice::{Dice, StruckPair};
use testkit::{GoHome, GoRun, Graph, GraphSpec};

use super::scene::BINARY;

/// So often that go alone fails most of the time.
const DICE: Dice = Dice { seed: 5, one_in: 60 };

const PULLS: u64 = 12;

/// How long go alone is waited for.
const GO_PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn downloads_end_well_where_go_alone_fails() {
    let graph = Graph::generate(GraphSpec { modules: 40, depth: 4, versions: 1, ..GraphSpec::default() });
    let pair = StruckPair::start(DICE, &graph.modules());
    let pull = |number: u64, through_modkeep: bool| {
        pair.begin(number);
        let home = GoHome::fresh();
        let project = home.project("main");
        graph.write_project(&project);
        let run = GoRun::in_home(&home).dir(&project).proxy(pair.list(','));
        let run =
            if through_modkeep { run.under(BINARY.as_ref(), ["go"]) } else { run.deadline(GO_PATIENCE) };
        // go waits for ever for a body that does not come.
        let Some(output) = run.args(["mod", "download"]).run_in_time() else {
            return (false, pair.blows(), "it hangs".to_owned());
        };
        let downloads = home.module_cache().join("cache/download");
        let is_true = |module: &testkit::Module| {
            let file = downloads.join(module.url_path("zip").trim_start_matches('/'));
            std::fs::read(file).is_ok_and(|kept| kept == module.zip())
        };
        assert!(
            !output.status.success() || graph.selected().iter().all(is_true),
            "something wrong was accepted"
        );
        (output.status.success(), pair.blows(), output.stderr)
    };
    for number in 0..PULLS {
        let (is_well, blows, told) = pull(number, true);
        assert!(is_well, "pull {number}: {blows:?}\n{told}");
    }
    let alone = (0..3).filter(|number| pull(*number, false).0).count();
    assert!(alone < 3, "the dice are harmless");
}
