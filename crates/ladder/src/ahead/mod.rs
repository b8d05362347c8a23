//! What a run will ask, known before it asks: go.mod and go.sum say it.
//!
//! * [`Scope`]: what a command of go asks, by its name.
//! * [`Outlook`]: what go.mod and go.sum of the project say.
//! * [`Nearby`]: what lies on this machine already, and is asked of nobody.
//! * [`script`]: what to expect after each question of go. Pure.
//! * [`CacheDelivery`]: puts zips where `go mod download` finds them by itself, as [`putting`] says.
//! * [`Leading`]: the decorator that hears the questions and tells what to expect.
//!
//! go.sum and go.mod are a stranger's files in a cloned project. What they name is asked as go would ask it, of the same places and held
//! to the same hashes, and in numbers that grow with what go really asks.

mod delivery;
mod leading;
mod nearby;
mod outlook;
mod putting;
mod scope;
mod script;

pub use delivery::CacheDelivery;
pub use leading::Leading;
pub use nearby::Nearby;
pub use outlook::Outlook;
pub use scope::Scope;
