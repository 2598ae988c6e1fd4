//! What becomes of a mail: addresses, the table of verdicts, and what no mail can do.

mod address;
mod judge;
mod properties;
