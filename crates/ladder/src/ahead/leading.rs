//! The decorator that hears what go asks, and tells what it will ask next.

use std::sync::{Arc, Mutex, PoisonError};

use source::{Answer, Ask, Ctx, Failure, Foresight, Source};

use super::outlook::Outlook;
use super::scope::Scope;
use super::script::{Next, Script};

/// A source whose asker works on a project that is known.
#[derive(Debug)]
pub struct Leading<S> {
    inner: Arc<S>,
    far: Option<Arc<dyn Foresight>>,
    script: Mutex<Script>,
}

impl<S: Source + Foresight> Leading<S> {
    /// Tells `inner` what to expect, and `far` once, when it is clear what the whole run will ask.
    pub fn new(inner: Arc<S>, far: Option<Arc<dyn Foresight>>, outlook: Outlook, scope: Scope) -> Self {
        Self { inner, far, script: Mutex::new(Script::new(outlook, scope)) }
    }

    fn next(&self, ask: &Ask) -> Next {
        // A step that a panic has cut short leaves out what could have been expected, and no more.
        self.script.lock().unwrap_or_else(PoisonError::into_inner).asked(ask)
    }
}

#[async_trait::async_trait]
impl<S: Source + Foresight> Source for Leading<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let Next { expected, whole } = self.next(ask);
        if let (Some(far), Some(whole)) = (&self.far, whole) {
            far.expect(whole);
        }
        if !expected.is_empty() {
            self.inner.expect(expected);
        }
        self.inner.ask(ask, ctx).await
    }
}
