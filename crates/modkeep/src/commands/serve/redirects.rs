//! From the `[[redirect]]` tables to the rules of the server.

use protocol::Redirects;

use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::redirect::Redirect;
use crate::settings::{Settings, table};
use crate::wiring::upstreams::Own;

/// The rules. A table that would send clients back here is an error: they would go in circles.
pub(super) async fn of(settings: &Settings, own: Own<'_>) -> Result<Redirects, Failed> {
    for redirect in settings.redirects() {
        if own.is_meant_by(redirect.rule.to.as_str()).await {
            return Err(Failed::new(Exit::Config, circle(redirect)));
        }
    }
    let rules = settings.redirects().iter().map(|redirect| redirect.rule.clone()).collect();
    Ok(Redirects::new(rules, settings.get(&table::GONOPROXY)?))
}

fn circle(redirect: &Redirect) -> Problem {
    let Redirect { rule, position, .. } = redirect;
    let message =
        format!("{position}: this redirect leads to {}, which is this server itself", rule.to.as_str());
    Problem::new(message).advise("name another proxy in `to`, or take the table out")
}
