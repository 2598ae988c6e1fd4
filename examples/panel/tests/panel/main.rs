//! The sample product, tested in process: who gets in, what it answers, and that its catalogue
//! classifies everything it serves.

mod catalogue;
mod console;
mod keys;
mod pages;
mod signer;
mod token;
