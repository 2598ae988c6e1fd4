//! Customers and contacts out of a file of lines (CSV), as spreadsheets write them.
//!
//! First everything is looked at and nothing is written; a file with one wrong line is not taken at all, so
//! that nothing is half imported without anybody noticing. Lines that are there already change nothing, so a
//! file can be handed over again. Start reading at `table.rs`; what a line becomes is in `customers.rs` and
//! `contacts.rs`. An import gives nobody more than adding them by hand would: where a customer has somebody
//! who can agree, new contacts wait for them (rule P2).

mod contacts;
mod customers;
pub mod routes;
mod table;

pub use contacts::import as contacts;
pub use customers::import as customers;
use table::{Columns, Flaw, Table};

/// Flaws that are told; there may be more.
const TOLD: usize = 200;
/// Lines that a preview shows.
const SHOWN: usize = 100;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    Added,
    Changed,
    /// It is so already.
    Same,
    /// Somebody at the customer has to agree.
    Waits,
}

impl Becomes {
    /// The word the API uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Waits => "waits",
        }
    }
}

/// A line and what becomes of it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub line: u64,
    pub becomes: Becomes,
    /// Who or what it is, for people.
    pub name: String,
    /// What it differs in, by name.
    pub fields: Vec<&'static str>,
}

/// The code for a first password, shown only now.
#[derive(Clone, Debug)]
pub struct Code {
    pub line: u64,
    pub name: String,
    pub code: String,
}

/// What an import found, or did.
#[derive(Debug)]
pub struct Report {
    pub encoding: &'static str,
    pub separator: char,
    /// Columns of the file that mean nothing here.
    pub unknown: Vec<String>,
    pub lines: usize,
    /// One for each line that can be taken.
    pub planned: Vec<Planned>,
    pub flaws: Vec<Flaw>,
    /// Whether it was carried out, all of it.
    pub done: bool,
    /// Where it stopped, if something came between; what stands before it is done.
    pub stopped: Option<Flaw>,
    pub codes: Vec<Code>,
}

impl Report {
    fn new<M: Copy + Ord>(table: &Table, columns: &Columns<M>) -> Self {
        Self {
            encoding: table.encoding,
            separator: table.separator,
            unknown: columns.unknown(),
            lines: table.lines.len(),
            planned: vec![],
            flaws: vec![],
            done: false,
            stopped: None,
            codes: vec![],
        }
    }

    /// How many lines become this.
    pub fn count(&self, becomes: Becomes) -> usize {
        self.planned.iter().filter(|line| line.becomes == becomes).count()
    }
}
