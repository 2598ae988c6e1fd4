//! The nouns every other module shares: typed ids, instants and the roles of people.
//!
//! Must never grow behaviour of a single feature; that belongs to the feature's own module.

mod id;
mod people;
mod spelling;
mod time;

pub use id::*;
pub use people::*;
pub use spelling::{asked_words, fold, name_key};
pub use time::{Moment, Span};
