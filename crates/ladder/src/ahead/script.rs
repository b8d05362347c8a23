//! What to expect after each question of go.
//!
//! Only a question about something that the project pins says that go is at work on the project. `go mod download` then asks
//! everything. Any other command asks what it needs, in an order that only the code of the modules knows: so that little is fetched for
//! nothing, a few things are fetched ahead of go, and more with each that it asks.

use std::collections::HashMap;

use gomod::ModuleVersion;
use source::Ask;

use super::outlook::Outlook;
use super::scope::Scope;

/// How many things of a kind are fetched ahead of the first question about one.
const LEAD: usize = 16;

/// How many modules are looked at after one question, for those that do not lie on this machine: each is a question to the disk.
const LOOKED_AT_MAX: usize = 1_000;

/// How many more go.mod or `.info` with each question about one: they are small.
const SMALL: Steps = Steps { missed: 4, hit: 8 };

/// How many more zips with each question about one: whoever builds little of a large project is not sent all of it.
const ZIPS: Steps = Steps { missed: 1, hit: 4 };

/// What will be asked next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Next {
    /// What to expect now.
    pub(super) expected: Vec<Ask>,
    /// All that the run will ask, at the moment at which that is clear: for those who have to fetch it themselves.
    pub(super) whole: Option<Vec<Ask>>,
}

/// The course of one run.
#[derive(Debug)]
pub(super) struct Script {
    outlook: Outlook,
    scope: Scope,
    graph: Lead,
    infos: Lead,
    zips: Lead,
    has_told_whole: bool,
}

impl Script {
    pub(super) fn new(outlook: Outlook, scope: Scope) -> Self {
        let roots = outlook.graph[..outlook.roots].to_vec();
        Self {
            graph: Lead::new(outlook.graph.clone(), SMALL),
            infos: Lead::new(roots, SMALL),
            zips: Lead::new(outlook.built.clone(), ZIPS),
            outlook,
            scope,
            has_told_whole: false,
        }
    }

    /// go asks this.
    pub(super) fn asked(&mut self, ask: &Ask) -> Next {
        let Some(module) = ask.version() else { return Next::default() };
        let mut next = match ask {
            Ask::Mod(_) => self.after_mod(&module),
            Ask::Info(..) => self.after_info(&module),
            Ask::Zip(_) => self.after_zip(&module),
            Ask::List(_) | Ask::Latest(_) | Ask::SumDb(_) => Next::default(),
        };
        next.expected.retain(|expected| expected != ask && self.outlook.may_ask(expected));
        next
    }

    fn after_mod(&mut self, module: &ModuleVersion) -> Next {
        let outlook = &self.outlook;
        let Some(ahead) = self.graph.after(module, |module| outlook.ahead(outlook.go_mod(module))) else {
            return Next::default();
        };
        let mut next = self.download();
        next.expected.extend(ahead);
        next
    }

    fn after_info(&mut self, module: &ModuleVersion) -> Next {
        let outlook = &self.outlook;
        let Some(ahead) = self.infos.after(module, |module| outlook.ahead(outlook.info(module))) else {
            return Next::default();
        };
        let mut next = self.download();
        next.expected.extend(ahead);
        next
    }

    /// Behind the zip of a module go asks for its go.mod, and a build at its end for its `.info`.
    fn after_zip(&mut self, module: &ModuleVersion) -> Next {
        let outlook = &self.outlook;
        let Some(ahead) = self.zips.after(module, |module| outlook.ahead(outlook.zip(module))) else {
            return Next::default();
        };
        let mut next = self.download();
        let outlook = &self.outlook;
        let go_mods = ahead.iter().filter_map(|zip| outlook.go_mod(&zip.version()?));
        next.expected.extend(outlook.go_mod(module));
        next.expected.extend(ahead.iter().cloned().chain(go_mods));
        if self.scope != Scope::Graph {
            next.expected.extend(outlook.info(module));
        }
        if self.scope == Scope::Build {
            next.whole = self.whole();
        }
        next
    }

    /// The first question of `go mod download` says all.
    fn download(&mut self) -> Next {
        if self.scope != Scope::Download || self.has_told_whole {
            return Next::default();
        }
        let outlook = &self.outlook;
        let roots = || outlook.graph[..outlook.roots].iter();
        let mut expected: Vec<Ask> = roots().filter_map(|module| outlook.go_mod(module)).collect();
        expected.extend(roots().filter_map(|module| outlook.info(module)));
        expected.extend(outlook.built.iter().filter_map(|module| outlook.zip(module)));
        Next { expected, whole: self.whole() }
    }

    /// All that a run asks: none, when that was told already.
    fn whole(&mut self) -> Option<Vec<Ask>> {
        if std::mem::replace(&mut self.has_told_whole, true) {
            return None;
        }
        let outlook = &self.outlook;
        let is_download = self.scope == Scope::Download;
        let go_mods = if is_download { &outlook.graph } else { &outlook.built };
        let mut whole: Vec<Ask> = go_mods.iter().filter_map(|module| outlook.go_mod(module)).collect();
        whole.extend(outlook.built.iter().filter_map(|module| outlook.info(module)));
        whole.extend(outlook.built.iter().filter_map(|module| outlook.zip(module)));
        Some(whole)
    }
}

/// How many more things are fetched ahead with each question about one: when it was fetched ahead itself, the order is right.
#[derive(Debug, Clone, Copy)]
struct Steps {
    missed: usize,
    hit: usize,
}

/// Things of one kind, in the order in which they are fetched ahead.
#[derive(Debug)]
struct Lead {
    /// All of them, and whether each was fetched ahead.
    known: HashMap<ModuleVersion, bool>,
    rest: std::vec::IntoIter<ModuleVersion>,
    steps: Steps,
    has_begun: bool,
}

impl Lead {
    fn new(modules: Vec<ModuleVersion>, steps: Steps) -> Self {
        let known = modules.iter().map(|module| (module.clone(), false)).collect();
        Self { known, rest: modules.into_iter(), steps, has_begun: false }
    }

    /// The questions that are to be asked now that go has asked about this module; none, where it is none of them. `question` is what to
    /// ask about a module; there is none about one that is at hand.
    fn after(
        &mut self,
        module: &ModuleVersion,
        question: impl Fn(&ModuleVersion) -> Option<Ask>,
    ) -> Option<Vec<Ask>> {
        let is_hit = *self.known.get(module)?;
        let step = if is_hit { self.steps.hit } else { self.steps.missed };
        let more = if std::mem::replace(&mut self.has_begun, true) { step } else { LEAD };
        let known = &mut self.known;
        let looked_at = self.rest.by_ref().take(LOOKED_AT_MAX).filter_map(|module| {
            let question = question(&module);
            known.insert(module, true);
            question
        });
        Some(looked_at.take(more).collect())
    }
}

#[cfg(test)]
mod tests {
    use gomod::{ModulePath, Revision};

    use super::*;
    use crate::ahead::Nearby;

    fn module(at: usize) -> ModuleVersion {
        ModuleVersion::parse(&format!("m.example/m{at:03}"), "v1.0.0").unwrap()
    }

    fn info(at: usize) -> Ask {
        Ask::Info(module(at).path().clone(), Revision::parse("v1.0.0").unwrap())
    }

    /// A project of `built` modules, of which as many more are read the go.mod of.
    fn script(built: usize, scope: Scope) -> Script {
        let modules = |count| (0..count).map(module).collect::<Vec<_>>();
        let outlook =
            Outlook { graph: modules(2 * built), roots: built, built: modules(built), ..Outlook::default() };
        Script::new(outlook, scope)
    }

    fn count(asks: &[Ask], kind: source::Kind) -> usize {
        asks.iter().filter(|ask| ask.kind() == kind).count()
    }

    #[test]
    fn a_download_asks_everything_and_says_so_at_its_first_question() {
        let mut script = script(100, Scope::Download);
        let next = script.asked(&Ask::Mod(module(0)));
        let kinds = [source::Kind::Mod, source::Kind::Info, source::Kind::Zip];
        assert!(kinds.map(|kind| count(&next.expected, kind)).iter().all(|count| *count >= 99));
        assert!(!next.expected.contains(&Ask::Mod(module(0))), "that one is asked");
        assert_eq!(kinds.map(|kind| count(next.whole.as_deref().unwrap(), kind)), [200, 100, 100]);
        assert_eq!(script.asked(&info(1)).whole, None);
        let graph: usize =
            (1..100).map(|at| count(&script.asked(&Ask::Mod(module(at))).expected, source::Kind::Mod)).sum();
        assert!(graph >= 100, "{graph}: go reaches none that was not expected");
    }

    #[test]
    fn a_build_is_led_by_a_few_and_by_more_with_each_that_it_asks() {
        let mut script = script(100, Scope::Build);
        let first = script.asked(&Ask::Zip(module(50)));
        assert_eq!(count(&first.expected, source::Kind::Zip), LEAD);
        assert!(first.expected.contains(&Ask::Mod(module(50))) && first.expected.contains(&info(50)));
        assert_eq!(count(first.whole.as_deref().unwrap(), source::Kind::Zip), 100);
        let later: usize =
            (51..61).map(|at| count(&script.asked(&Ask::Zip(module(at))).expected, source::Kind::Zip)).sum();
        assert_eq!(later, 10 * ZIPS.missed);
    }

    #[test]
    fn what_lies_nearby_takes_no_place_among_those_few() {
        let tree = tempfile::tempdir().unwrap();
        for at in 0..30 {
            let file = tree.path().join(Ask::Zip(module(at)).address());
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let mut script = script(100, Scope::Build);
        script.outlook.nearby = Nearby::new(None, [], [tree.path().to_owned()]);
        let first = script.asked(&Ask::Zip(module(99)));
        assert_eq!(count(&first.expected, source::Kind::Zip), LEAD);
        assert!(first.expected.contains(&Ask::Zip(module(30 + LEAD - 1))));
        let later = script.asked(&Ask::Zip(module(0)));
        assert_eq!(count(&later.expected, source::Kind::Zip), ZIPS.hit, "it was there");
    }

    #[test]
    fn what_is_not_to_be_named_is_not_asked_ahead_and_takes_no_place_either() {
        for scope in [Scope::Build, Scope::Download] {
            let mut script = script(100, scope);
            let is_unnamed = |path: &ModulePath| path.as_str() < "m.example/m050";
            script.outlook = std::mem::take(&mut script.outlook).without_naming(is_unnamed);
            let next = script.asked(&Ask::Zip(module(99)));
            assert!(count(&next.expected, source::Kind::Zip) >= LEAD);
            assert!(next.expected.iter().all(|ask| !is_unnamed(ask.module().unwrap())), "{scope:?}");
            let whole = next.whole.unwrap();
            assert_eq!(count(&whole, source::Kind::Zip), 100, "who tells it knows whom");
        }
    }

    #[test]
    fn a_graph_needs_no_zip_before_one_is_asked() {
        let mut script = script(100, Scope::Build);
        let next = script.asked(&Ask::Mod(module(3)));
        assert_eq!(count(&next.expected, source::Kind::Mod), LEAD - 1);
        assert_eq!((count(&next.expected, source::Kind::Zip), next.whole), (0, None));
        let mut graph = self::script(100, Scope::Graph);
        let next = graph.asked(&Ask::Zip(module(3)));
        assert_eq!((count(&next.expected, source::Kind::Info), next.whole), (0, None));
    }

    #[test]
    fn what_the_project_does_not_pin_says_nothing() {
        for scope in [Scope::Graph, Scope::Build, Scope::Download] {
            let mut script = script(10, scope);
            let list = Ask::List(ModulePath::parse("m.example/m000").unwrap());
            for ask in [list, Ask::Mod(module(500)), Ask::Zip(module(15)), info(15)] {
                assert_eq!(script.asked(&ask), Next::default(), "{ask}");
            }
        }
    }
}
