#![doc = include_str!("../README.md")]

mod cause;
mod certificate;
mod diagnose;
mod evidence;
mod examine;
mod options;
mod place;
mod probe;
mod resolve;
mod trust;

pub use cause::{Cause, Severity};
pub use certificate::{Distrust, Shown};
pub use diagnose::{Diagnosis, Examined, Finding};
pub use evidence::{
    Answer, Content, Observation, Outcome, Page, Question, Reading, Refusal, Stage, Trouble, Way,
};
pub use examine::examine;
pub use options::{Clock, Limits, Options};
pub use place::{Access, Database, Kind, Place};
pub use resolve::{Resolve, System};
pub use trust::Trust;
