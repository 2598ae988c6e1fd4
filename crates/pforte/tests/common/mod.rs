//! What the tests of the real binary share: a server as a process of its own, people who use it over
//! HTTP, a product behind it. Must never know how the server works inside. Start reading at [`Site`].

// Each test file uses its own part of this.
#![allow(dead_code, unused_imports)]

pub mod api;
pub mod disk;
pub mod entries;
pub mod site;
pub mod tools;
pub mod upstream;

pub use api::{Api, Inside, Person};
pub use site::Site;
pub use upstream::Upstream;
