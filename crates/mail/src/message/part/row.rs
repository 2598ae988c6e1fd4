//! What can be read of a part, and which of several forms of one thing is shown.

use super::{has_letters, html};

/// Something to read, where it stood.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Plain(String),
    /// The source, and what it says.
    Html(String, String),
}

impl Piece {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Html(_, text) => text,
        }
    }

    pub(super) fn source(&self) -> String {
        match self {
            Self::Plain(text) => html::plain(text),
            Self::Html(source, _) => source.clone(),
        }
    }
}

/// A row of pieces: one for the text, and one for how it was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) text: Vec<Piece>,
    pub(super) sent: Vec<Piece>,
}

impl Row {
    pub(super) fn one(piece: Piece) -> Self {
        Self { text: vec![piece.clone()], sent: vec![piece] }
    }

    pub(super) fn says_something(&self) -> bool {
        self.text.iter().any(|piece| has_letters(piece.text()))
    }

    pub(super) fn has_html(&self) -> bool {
        self.sent.iter().any(|piece| matches!(piece, Piece::Html(..)))
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.text.append(&mut other.text);
        self.sent.append(&mut other.sent);
    }
}

/// Of several forms of one thing the first plain one that says something, else the HTML; and for how it was sent
/// the last HTML.
pub(super) fn chosen(rows: Vec<Row>) -> Row {
    let plain =
        |row: &&Row| row.says_something() && !row.text.iter().any(|piece| matches!(piece, Piece::Html(..)));
    let rich = rows.iter().rev().find(|row| row.has_html() && row.says_something());
    let text = rows.iter().find(plain).filter(|row| rich.is_none_or(|rich| !only_points_at(row, rich)));
    let any = text.or(rich).or_else(|| rows.iter().find(|row| row.says_something())).or_else(|| rows.first());
    let sent = rich.or_else(|| rows.iter().rev().find(|row| row.has_html())).or(any);
    Row {
        text: any.map(|row| row.text.clone()).unwrap_or_default(),
        sent: sent.map(|row| row.sent.clone()).unwrap_or_default(),
    }
}

/// Whether the plain form only says that the HTML one is to be read.
pub(super) fn only_points_at(plain: &Row, rich: &Row) -> bool {
    let join = |row: &Row| row.text.iter().map(Piece::text).collect::<Vec<_>>().join(" ");
    let (plain, rich) = (join(plain), join(rich));
    plain.chars().count() < 300
        && plain.to_lowercase().contains("html")
        && !rich.to_lowercase().contains("html")
}
