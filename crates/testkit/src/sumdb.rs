//! A checksum database with a key of its own (protocol.md G), which tells the truth until it is told to lie.
//!
//! Tree, notes and tiles are made here and not by the code under test, so that a fault there cannot hide itself here.

mod answer;
mod lie;
mod log;
mod note;
mod route;
mod state;
mod tile;
mod tree;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use answer::{Answerer, index};
pub use lie::{Lie, Place};
use note::Signer;
use state::State;

use crate::module::Module;
use crate::upstream::{FakeUpstream, Reply, Request};

/// A checksum database. Clones are the same one.
///
/// ```
/// use testkit::{FakeUpstream, Lie, Module, SumDb};
///
/// let (db, a) = (SumDb::new("localhost.localdev/sumdb"), Module::new("example.com/a", "v1.0.0"));
/// db.fill(1000);
/// assert_eq!(db.add(&a), 1000);
/// let upstream = FakeUpstream::builder().module(a).start();
/// db.mirror_on(&upstream); // a client with GOSUMDB=db.gosumdb() and this upstream as GOPROXY is content
/// db.lie(Lie::WrongHash); // and now it is not
/// ```
#[derive(Clone)]
pub struct SumDb(Arc<Inner>);

struct Inner {
    signer: Signer,
    /// A key that no client knows.
    stranger: Signer,
    state: Mutex<State>,
}

impl SumDb {
    /// An empty database. The name is `host[:port][/path]` (protocol.md G8); the key follows from it.
    pub fn new(name: &str) -> Self {
        Self::with_key_seed(name, "")
    }

    /// An empty database whose key follows from name and seed: another seed is another key under the same name.
    pub fn with_key_seed(name: &str, seed: impl AsRef<[u8]>) -> Self {
        let stranger = Signer::new(name, &[seed.as_ref(), b" that nobody knows"].concat());
        let signer = Signer::new(name, seed.as_ref());
        Self(Arc::new(Inner { signer, stranger, state: Mutex::default() }))
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.0.signer.name()
    }

    /// A value for GOSUMDB: `name+hash+base64` (protocol.md G1). Add a space and a URL to have it asked there (G7).
    pub fn gosumdb(&self) -> String {
        self.0.signer.verifier_key()
    }

    /// Adds `n` records of modules that nobody serves, as a real database has them by the million. Version v1.0.0 of
    /// `filler.example/mID`, with the record's id, can be looked up. 70 000 take some 0.2 seconds.
    pub fn fill(&self, n: u64) {
        let mut state = self.state();
        for _ in 0..n {
            state.fill();
        }
    }

    /// Adds the sums of a module version, and gives the id of its record. A version that is there already keeps its
    /// record, whatever the sums.
    pub fn add(&self, module: &Module) -> u64 {
        let text = module.go_sum_lines();
        let mut state = self.state();
        state.id(&log::key(&text)).unwrap_or_else(|| state.add(text)) as u64
    }

    /// Adds a record, and gives its id. Lookups of the `path version` in its first line find it from now on. Stops the
    /// test if the text is no record: lines that end with a line feed, none of them empty.
    pub fn add_record(&self, text: &str) -> u64 {
        log::assert_is_record(text);
        self.state().add(text.to_owned()) as u64
    }

    /// The number of records.
    pub fn size(&self) -> u64 {
        self.state().truth.size() as u64
    }

    /// The number of records under the head that is handed out.
    pub fn published(&self) -> u64 {
        self.state().published() as u64
    }

    /// From now on more records do not move the head that is handed out, and are not found.
    pub fn freeze_head(&self) {
        let mut state = self.state();
        state.frozen = Some(state.published());
    }

    /// Hands out a head over all records. A frozen head stays frozen there.
    pub fn publish(&self) {
        let mut state = self.state();
        state.frozen = state.frozen.map(|_| state.truth.size());
    }

    /// Hands out a head over all records, at all times again.
    pub fn unfreeze_head(&self) {
        self.state().frozen = None;
    }

    /// The signed head that is handed out, whatever the lies.
    pub fn head(&self) -> String {
        Answerer::honest(self, &self.state()).head()
    }

    /// The signed head of the first `n` records. Stops the test if there are fewer.
    pub fn head_at(&self, n: u64) -> String {
        let state = self.state();
        assert!(n <= state.truth.size() as u64, "no head over {n} of {} records", state.truth.size());
        Answerer::honest(self, &state).head_at(index(n))
    }

    /// The whole true answer for a module version, given unescaped; `None` if it is not found.
    pub fn lookup(&self, path: &str, version: &str) -> Option<String> {
        Answerer::honest(self, &self.state()).lookup(&format!("{path}@{version}"))
    }

    /// The answer, true or not, for a path below the database's root: `supported`, `latest`, `lookup/PATH@VERSION`,
    /// `tile/8/…`. What is malformed gets a 400, what is not there a 404. Tiles can be had in every width.
    pub fn answer(&self, path_below_name: &str) -> Reply {
        let state = self.state();
        Answerer::to(self, &state, path_below_name).answer(path_below_name)
    }

    /// Lets the upstream answer for `sumdb/NAME/` below its URL, as a proxy that mirrors this database (protocol.md G9).
    pub fn mirror_on(&self, upstream: &FakeUpstream) {
        self.serve_on(upstream, format!("/sumdb/{}/", self.name()), |_| true);
    }

    /// Lets the upstream be the database's own host, with the database's root at this path: `/sumdb`, or nothing. It does
    /// not know `supported`, which only mirrors are asked for.
    pub fn host_on(&self, upstream: &FakeUpstream, root: &str) {
        let is_ours =
            |path: &str| path == "latest" || path.starts_with("lookup/") || path.starts_with("tile/");
        self.serve_on(upstream, format!("{root}/"), is_ours);
    }

    fn serve_on(&self, upstream: &FakeUpstream, root: String, is_ours: fn(&str) -> bool) {
        let db = self.clone();
        upstream.on(move |request: &Request| {
            let path = request.path.strip_prefix(&root).filter(|path| is_ours(path))?;
            matches!(request.method.as_str(), "GET" | "HEAD").then(|| db.answer(path).into())
        });
    }

    /// The sums that lies give for this module version, instead of made-up ones: those that a client would need to
    /// accept this module, a tampered one perhaps.
    pub fn falsify(&self, tampered: &Module) {
        self.state().falsify(tampered.go_sum_lines());
    }

    /// Lies from now on, to all who ask. Lies that were told before go on.
    pub fn lie(&self, lie: Lie) {
        self.lie_about("*", lie);
    }

    /// Lies from now on where the path below the database's root is like this pattern, in which `*` stands for any
    /// characters: `lookup/example.com/a@*`, say, or `tile/8/0/*`.
    pub fn lie_about(&self, pattern: &str, lie: Lie) {
        self.state().lie(pattern, lie);
    }

    /// Tells the truth again.
    pub fn clear_lies(&self) {
        self.state().lies.clear();
    }

    /// A test that panicked in one thread has failed already; the others may still read.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SumDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SumDb").field("gosumdb", &self.gosumdb()).finish_non_exhaustive()
    }
}
