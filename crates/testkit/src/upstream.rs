//! A module proxy on a loopback port that serves described modules, records what it is asked, and misbehaves on demand.
//!
//! It runs on a thread and a runtime of its own: a test may block (on the real go, say) and still be served, and its
//! methods need no `await` except where something must be awaited.

mod action;
mod body;
mod catalogue;
mod gate;
pub(crate) mod pick;
mod request;
mod server;
pub(crate) mod tls;
mod tree;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub use action::{Action, Reply};
use catalogue::Catalogue;
pub use gate::Gate;
pub use pick::Pick;
pub use request::{Recorded, Request};
use server::{Running, Shared};
use tls::Identity;
pub use tls::{Authority, Issued};

use crate::Module;

pub use tree::write_file_proxy;

/// A running fake upstream. Dropping it closes its port and all its connections.
///
/// ```
/// use testkit::{FakeUpstream, Module};
///
/// let upstream = FakeUpstream::builder()
///     .module(Module::parse("module example.com/a\nversion v1.0.0\n"))
///     .start();
/// let gate = upstream.hold("*.zip"); // every request for a zip now waits for gate.release()
/// upstream.set_status("/example.com/a/@v/list", 503, "busy");
/// assert_eq!(upstream.count(".zip"), 0);
/// # drop(gate);
/// ```
pub struct FakeUpstream {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Bound to the same port without listening, so that nobody else takes the port while the server is stopped.
    _reservation: Option<tokio::net::TcpSocket>,
    identity: Option<Identity>,
    running: Option<Running>,
}

/// Collects what a [`FakeUpstream`] shall serve.
#[derive(Default)]
pub struct Builder {
    catalogue: Catalogue,
    identity: Option<Identity>,
}

impl Builder {
    /// Serves one module version.
    #[must_use]
    pub fn module(mut self, module: Module) -> Self {
        self.catalogue.publish(module);
        self
    }

    /// Serves many module versions.
    #[must_use]
    pub fn modules(self, modules: impl IntoIterator<Item = Module>) -> Self {
        modules.into_iter().fold(self, Self::module)
    }

    /// Serves the modules of a text with one or more of them (format: README).
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.modules(Module::parse_all(text))
    }

    /// Answers for what does not exist with this status instead of 404.
    #[must_use]
    pub fn missing_status(mut self, status: u16) -> Self {
        self.catalogue.set_missing_status(status);
        self
    }

    /// Speaks TLS (HTTP/2 by ALPN, HTTP/1.1 for those who want it) with a certificate of [`FakeUpstream::ca_pem`].
    #[must_use]
    pub fn tls(self) -> Self {
        self.tls_of(&Authority::new(), &["127.0.0.1", "localhost"])
    }

    /// Speaks TLS as with [`Builder::tls`], but HTTP/1.1 alone.
    #[must_use]
    pub fn tls_http1(self) -> Self {
        let mut builder = self.tls();
        builder.identity = builder.identity.map(Identity::without_http2);
        builder
    }

    /// Speaks TLS with a certificate of this authority for these host names and addresses.
    #[must_use]
    pub fn tls_of(mut self, authority: &Authority, names: &[&str]) -> Self {
        self.identity = Some(Identity::issued(authority, names, None));
        self
    }

    /// Speaks TLS with a certificate of this authority for loopback, and asks clients for one of the same authority.
    /// Those without are served too: [`Request::client_certificate`] tells.
    #[must_use]
    pub fn tls_asking(mut self, authority: &Authority) -> Self {
        self.identity = Some(Identity::issued(authority, &["127.0.0.1", "localhost"], Some(authority)));
        self
    }

    /// Takes a free loopback port and serves.
    pub fn start(self) -> FakeUpstream {
        let (reservation, address) = server::reserve_port();
        let mut upstream = FakeUpstream {
            shared: Arc::new(Shared::new(self.catalogue)),
            address,
            _reservation: reservation,
            identity: self.identity,
            running: None,
        };
        upstream.restart();
        upstream
    }
}

impl FakeUpstream {
    /// Begins a description of an upstream.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The base URL, without a slash at the end: what GOPROXY takes.
    pub fn url(&self) -> String {
        let scheme = if self.identity.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The loopback address and port; they stay the same over [`FakeUpstream::restart`].
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that vouches for this upstream, in PEM. Stops the test without [`Builder::tls`].
    pub fn ca_pem(&self) -> &str {
        self.identity.as_ref().expect("ca_pem() needs an upstream built with tls()").ca_pem()
    }

    /// Closes the port and all connections: who connects now is refused. Does nothing when stopped.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Serves again, on the same port, with the same modules, rules and log. Does nothing when running.
    pub fn restart(&mut self) {
        if self.running.is_none() {
            let tls = self.identity.as_ref().map(Identity::acceptor);
            self.running = Some(Running::start(self.address, tls, Arc::clone(&self.shared)));
        }
    }

    /// Adds or replaces a module version while running.
    pub fn publish(&self, module: Module) {
        self.shared.catalogue().publish(module);
    }

    /// Takes a module version away while running, as a vanished tag does.
    pub fn withdraw(&self, path: &str, version: &str) {
        self.shared.catalogue().withdraw(path, version);
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log().clone()
    }

    /// How many requests had a (percent-decoded) path that ends with `path_suffix`. All requests end with `""`.
    pub fn count(&self, path_suffix: &str) -> usize {
        self.shared.log().iter().filter(|r| r.request.path.ends_with(path_suffix)).count()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// Accepts the next `count` connections, and says nothing on them until [`Gate::release`].
    pub fn hold_connections(&self, count: usize) -> Gate {
        let gate = Gate::new();
        self.shared.hold_connections(count, gate.clone());
        gate
    }

    /// Forgets the requests so far.
    pub fn reset_log(&self) {
        self.shared.log().clear();
    }

    /// Adds a rule: `hook` sees every request and may say what happens to it.
    ///
    /// The newest rule is asked first. [`Action::Answer`] and [`Action::HangUp`] end the search; the other actions change
    /// how the answer travels, and the older rules are asked on. Without an answer from a rule the modules answer.
    pub fn on(&self, hook: impl Fn(&Request) -> Option<Action> + Send + Sync + 'static) {
        self.shared.rules().push(Arc::new(hook));
    }

    /// Forgets all rules. Requests that wait at a [`Gate`] go on waiting for it.
    pub fn clear_rules(&self) {
        self.shared.rules().clear();
    }

    fn rule(&self, pick: impl Pick, action: impl Into<Action>) {
        let action = action.into();
        self.on(move |request| pick.picks(request).then(|| action.clone()));
    }

    /// Answers with a status and a plain text.
    pub fn set_status(&self, pick: impl Pick, status: u16, body: &str) {
        self.rule(pick, Reply::text(status, body));
    }

    /// Answers the first `times` picked requests with a status, the later ones as ever.
    pub fn fail_first(&self, pick: impl Pick, times: usize, status: u16) {
        let left = AtomicUsize::new(times);
        let take_one =
            move || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        self.on(move |r| {
            (pick.picks(r) && take_one()).then(|| Reply::text(status, "failing for now").into())
        });
    }

    /// Waits before answering.
    pub fn delay(&self, pick: impl Pick, pause: Duration) {
        self.rule(pick, Action::Delay(pause));
    }

    /// Lets picked requests wait until [`Gate::release`].
    pub fn hold(&self, pick: impl Pick) -> Gate {
        let gate = Gate::new();
        self.rule(pick, Action::Hold(gate.clone()));
        gate
    }

    /// Closes the connection without any answer.
    pub fn hang_up(&self, pick: impl Pick) {
        self.rule(pick, Action::HangUp);
    }

    /// Announces the whole body, sends `after_bytes` of it, then breaks the connection.
    pub fn cut_body(&self, pick: impl Pick, after_bytes: usize) {
        self.rule(pick, Action::CutBody { after_bytes });
    }

    /// Announces the whole body, sends `after_bytes` of it, then nothing more, with the connection open.
    pub fn stall_body(&self, pick: impl Pick, after_bytes: usize) {
        self.rule(pick, Action::StallBody { after_bytes });
    }

    /// Sends `after_bytes` of the body, and the rest when [`Gate::release`] is called.
    pub fn hold_body(&self, pick: impl Pick, after_bytes: usize) -> Gate {
        let gate = Gate::new();
        self.rule(pick, Action::HoldBody { after_bytes, gate: gate.clone() });
        gate
    }

    /// Sends the body in pieces of `chunk_bytes` with a pause after each: slow but moving.
    pub fn trickle_body(&self, pick: impl Pick, chunk_bytes: usize, pause: Duration) {
        self.rule(pick, Action::TrickleBody { chunk_bytes, pause });
    }

    /// Answers 302 with this `Location`.
    pub fn redirect(&self, pick: impl Pick, location: &str) {
        self.rule(pick, Reply::text(302, "elsewhere").header("location", location));
    }

    /// Writes the same modules as a `file://` GOPROXY tree below `folder` (protocol.md B10).
    pub fn write_file_proxy(&self, folder: &Path) {
        tree::write(&self.shared.catalogue(), folder);
    }
}
