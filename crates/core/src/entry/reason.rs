//! Why a session is opened, and the record of the call or chat it belongs to (rules T4, T14).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clean::Clean;
use crate::kernel::{Channel, Moment, ReasonCategory};

/// A valid reason: a category and a text (rule T4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub category: ReasonCategory,
    text: Clean,
}

/// The record of the communication with the customer, which redeeming a PIN makes (rules T4, T14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub channel: Channel,
    /// The number or the name the customer used.
    from: Clean,
    pub at: Moment,
    note: Option<Clean>,
}

/// One field that cannot be taken as it is. Code `input.invalid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRefusal {
    /// As the API names it: `reason.text`.
    pub field: &'static str,
    pub problem: FieldProblem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldProblem {
    Empty,
    TooLong { max_chars: usize },
}

impl FieldRefusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        "input.invalid"
    }
}

impl fmt::Display for FieldRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            FieldProblem::Empty => f.write_str("must not be empty"),
            FieldProblem::TooLong { max_chars } => write!(f, "must have at most {max_chars} characters"),
        }
    }
}

impl std::error::Error for FieldRefusal {}

impl Reason {
    /// Takes a text of 1 to 2,000 characters; line breaks become spaces.
    pub fn new(category: ReasonCategory, text: &str) -> Result<Self, FieldRefusal> {
        Ok(Self { category, text: line("reason.text", text, Clean::TEXT_MAX)? })
    }

    pub fn text(&self) -> &str {
        self.text.as_str()
    }
}

impl Record {
    /// Takes a `from` of 1 to 200 characters and a note of at most 2,000; an empty note is none.
    pub fn new(channel: Channel, from: &str, at: Moment, note: Option<&str>) -> Result<Self, FieldRefusal> {
        let note = note.filter(|note| !blank(note));
        Ok(Self {
            channel,
            from: line("record.from", from, Clean::NAME_MAX)?,
            at,
            note: note.map(|note| line("record.note", note, Clean::TEXT_MAX)).transpose()?,
        })
    }

    pub fn from(&self) -> &str {
        self.from.as_str()
    }

    pub fn note(&self) -> Option<&str> {
        self.note.as_ref().map(Clean::as_str)
    }
}

/// Nothing that anybody could read.
fn blank(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

fn line(field: &'static str, text: &str, max_chars: usize) -> Result<Clean, FieldRefusal> {
    if blank(text) {
        return Err(FieldRefusal { field, problem: FieldProblem::Empty });
    }
    if text.chars().nth(max_chars).is_some() {
        return Err(FieldRefusal { field, problem: FieldProblem::TooLong { max_chars } });
    }
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Encoding lengthens; what was short enough is never cut.
    Ok(Clean::new(&joined, max_chars * 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t4_a_reason_without_a_readable_text_is_refused() {
        for text in ["", "   ", "\n\t", "\u{200b}\u{200b}", "...", "-"] {
            let refusal = Reason::new(ReasonCategory::Fault, text).expect_err(text);
            assert_eq!((refusal.field, refusal.problem), ("reason.text", FieldProblem::Empty));
            assert_eq!(refusal.code(), "input.invalid");
        }
    }

    #[test]
    fn t4_2000_characters_are_taken_and_one_more_is_not() {
        assert!(Reason::new(ReasonCategory::Other, &"ü".repeat(2_000)).is_ok());
        let refusal = Reason::new(ReasonCategory::Other, &"ü".repeat(2_001)).expect_err("too long");
        assert_eq!(refusal.problem, FieldProblem::TooLong { max_chars: 2_000 });
        assert_eq!(refusal.to_string(), "must have at most 2000 characters");
    }

    #[test]
    fn t14_a_record_names_the_field_it_refuses() {
        let at = Moment(0);
        let refused =
            |from: &str, note| Record::new(Channel::Phone, from, at, note).expect_err("refused").field;
        assert_eq!(refused(" ", None), "record.from");
        assert_eq!(refused(&"1".repeat(201), None), "record.from");
        assert_eq!(refused("+49 30 1", Some(&"x".repeat(2_001))), "record.note");
        let record = Record::new(Channel::Chat, "Ada", at, Some(" ")).expect("an empty note is none");
        assert_eq!(record.note(), None);
    }

    #[test]
    fn control_64_line_breaks_become_spaces_and_overrides_are_encoded() {
        let reason = Reason::new(ReasonCategory::Fault, " a\r\nb\u{202e}c \u{1b}[0m").expect("readable");
        assert_eq!(reason.text(), "a b\\u{202e}c \\u{1b}[0m");
    }
}
