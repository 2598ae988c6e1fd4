//! Mail from anybody: transports in, parsing, sender checks, safe HTML.

pub mod transport;
