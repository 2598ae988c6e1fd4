//! The rules of Pforte, as pure functions: values and `now` in, decisions out.
//!
//! Nothing in this crate reads a clock, draws a random number, opens a file or awaits. Whoever calls
//! it brings the facts and the instant. Start reading at [`access::decide`], the one decision that
//! every door asks, then at [`pin`], the model feature.

pub mod access;
pub mod catalogue;
pub mod contact;
pub mod entry;
pub mod kernel;
pub mod pin;
pub mod recovery;
pub mod sender;
pub mod ticket;
