//! modkeep.lock: how it is made and checked, and what it holds when builds come from repositories.

mod check;
mod held;
mod hostile;
mod kit;
mod making;
mod stopping;
mod tools;
