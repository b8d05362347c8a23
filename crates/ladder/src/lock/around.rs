//! Which module a tool is in. go asks for a module at every beginning of the path of its package, and gives up when one of these
//! questions finds nobody. The lock knows the answer, so that they are no reason to fail, and no stranger can put a module in between.

use std::sync::Arc;
use std::time::Duration;

use gomod::ModuleVersion;
use gomod::gosum::{GoSum, Part};
use source::{Answer, Ask, Ctx, Failure, Origin, Source};

use super::NAME;

/// A source for runs of tools that are in a lock: around their packages it has the modules of the lock and no others.
#[derive(Debug)]
pub struct Around<S> {
    inner: S,
    tools: Vec<String>,
    pins: Arc<GoSum>,
}

impl<S: Source> Around<S> {
    /// For `tools`, each `PACKAGE@VERSION`, of all of which `pins` are the hashes. Without tools it is as `inner`.
    pub fn new(inner: S, tools: Vec<String>, pins: Arc<GoSum>) -> Self {
        Self { inner, tools, pins }
    }

    /// Whether a tool could be in this module at its version, and the lock says that it is in another one.
    fn is_elsewhere(&self, module: &ModuleVersion) -> bool {
        let is_around = |tool: &String| {
            let Some((package, version)) = tool.split_once('@') else { return false };
            let rest = package.strip_prefix(module.path().as_str());
            version == module.version().as_str()
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_pinned = |part| self.pins.hashes(module, part).next().is_some();
        self.tools.iter().any(is_around) && !is_pinned(Part::Zip) && !is_pinned(Part::GoMod)
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Around<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let module = ask.version().filter(|_| !matches!(ask, Ask::SumDb(_)));
        match module.filter(|module| self.is_elsewhere(module)) {
            Some(module) => {
                let message = format!("{NAME} has the tool in another module than {module}");
                Err(Failure::not_found(&Origin::new(NAME), message, Duration::ZERO))
            }
            None => self.inner.ask(ask, ctx).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use source::{FailureKind, Trail};

    use super::*;

    /// Has everything.
    #[derive(Debug)]
    struct All;

    #[async_trait::async_trait]
    impl Source for All {
        async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            Ok(Answer::live("x".into(), Origin::new("all"), Trail::default()))
        }
    }

    async fn has(source: &Around<All>, path: &str, version: &str) -> bool {
        let ask = Ask::Zip(ModuleVersion::parse(path, version).unwrap());
        match source.ask(&ask, &Ctx::within(Duration::from_secs(30))).await {
            Ok(_) => true,
            Err(failure) => {
                assert_eq!(failure.kind(), FailureKind::NotFound);
                false
            }
        }
    }

    #[tokio::test]
    async fn around_a_tool_only_modules_of_the_lock_are_there() {
        let mut pins = GoSum::default();
        for path in ["a.example/t/cmd", "a.example/t"] {
            let module = ModuleVersion::parse(path, "v1.0.0").unwrap();
            pins.add(&module, Part::GoMod, &gomod::dirhash::hash_go_mod(b"x"));
        }
        let source = Around::new(All, vec!["a.example/t/cmd/x@v1.0.0".to_owned()], pins.into());
        for path in ["a.example/t/cmd", "a.example/t", "b.example/other", "a.example/t/cm"] {
            assert!(has(&source, path, "v1.0.0").await, "{path}");
        }
        assert!(
            !has(&source, "a.example/t/cmd/x", "v1.0.0").await && !has(&source, "a.example", "v1.0.0").await
        );
        assert!(has(&source, "a.example/t/cmd/x", "v1.1.0").await, "another version is another question");
        let none = Around::new(All, Vec::new(), Arc::default());
        assert!(has(&none, "a.example/t/cmd/x", "v1.0.0").await);
    }
}
