//! The modules that the tests of this crate ask about, and places that know them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and a test may stop loudly"
)]

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use gomod::goproxy::Fallback;
use source::chain::Link;
use source::chain::claims::Claims;
use source::chain::policy::Policy;
use source::conformance::{World, asks_about};
use source::upstream::{Authorities, HttpClient, HttpOptions};
use source::{Ask, Chain, Checked, Spool, Steady, Upstream, Vitals};
use testkit::module::noise;
use testkit::{FakeUpstream, Module};

pub(crate) const PATH: &str = "example.com/Big/mod";

/// Two versions of one module; the second has a zip that does not fit into memory buffers.
pub(crate) fn modules() -> Vec<Module> {
    let module = |version: &str| {
        Module::new(PATH, version)
            .file("go.mod", format!("module {PATH}\n"))
            .file("a.go", format!("package a\n\nconst Version = {version:?}\n"))
    };
    vec![module("v1.0.0"), module("v1.2.0").file("noise.bin", noise(300_000)).revision("main")]
}

pub(crate) fn upstream(tls: bool) -> FakeUpstream {
    let builder = FakeUpstream::builder().modules(modules());
    if tls { builder.tls().start() } else { builder.start() }
}

pub(crate) fn client(fake: &FakeUpstream) -> HttpClient {
    client_with(fake, &HttpOptions::default())
}

pub(crate) fn client_with(fake: &FakeUpstream, options: &HttpOptions) -> HttpClient {
    let authorities = if fake.url().starts_with("https") {
        Authorities::from_pem(fake.ca_pem().as_bytes()).unwrap()
    } else {
        Authorities::default()
    };
    HttpClient::new(&HttpOptions { authorities, ..options.clone() }).unwrap()
}

pub(crate) fn checked(fake: &FakeUpstream, spool: &Path) -> Checked<Upstream> {
    checked_with(fake, spool, &HttpOptions::default())
}

fn checked_with(fake: &FakeUpstream, spool: &Path, options: &HttpOptions) -> Checked<Upstream> {
    Checked::new(Upstream::new(&fake.url(), &client_with(fake, options)).unwrap(), Spool::new(spool))
}

pub(crate) fn steady(fake: &FakeUpstream, spool: &Path) -> Steady<Checked<Upstream>> {
    steady_with(fake, spool, &HttpOptions::default()).0
}

pub(crate) fn steady_with(
    fake: &FakeUpstream,
    spool: &Path,
    options: &HttpOptions,
) -> (Steady<Checked<Upstream>>, Arc<Vitals>) {
    let vitals = Vitals::new(source::Origin::new(fake.url()), || 0.5);
    (Steady::new(checked_with(fake, spool, options), vitals.clone()), vitals)
}

pub(crate) fn chain_of(fakes: &[&FakeUpstream], spool: &Path) -> Chain {
    chain_with(fakes, spool, &HttpOptions::default())
}

pub(crate) fn chain_with(fakes: &[&FakeUpstream], spool: &Path, options: &HttpOptions) -> Chain {
    let links = fakes.iter().map(|fake| {
        let (place, vitals) = steady_with(fake, spool, options);
        let (origin, place) = (vitals.origin().clone(), Arc::new(place));
        let then = Fallback::NotFound;
        Link {
            place,
            origin,
            then,
            private: false,
            authoritative: false,
            stands_in: false,
            vitals: Some(vitals),
        }
    });
    Chain::new(links.collect(), Policy::default(), Claims::in_memory())
}

/// What is there and what is not.
pub(crate) fn world() -> World {
    let all = modules();
    let mut present = Vec::new();
    for module in &all {
        let [_, _, info, go_mod, zip] = asks_about(PATH, module.version());
        present.extend([(info, module.info()), (go_mod, module.mod_file()), (zip, module.zip())]);
    }
    let [list, latest, ..] = asks_about(PATH, "v1.2.0");
    present.push((list, Bytes::from_static(b"v1.0.0\nv1.2.0\n")));
    present.push((latest, all[1].info()));
    let [.., info, go_mod, zip] = asks_about(PATH, "v1.9.0");
    let absent = asks_about("example.com/nothing", "v1.0.0").into_iter().chain([info, go_mod, zip]);
    World { present, absent: absent.collect::<Vec<Ask>>() }
}
