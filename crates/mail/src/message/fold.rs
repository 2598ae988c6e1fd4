//! What somebody wrote, apart from what their program quoted under it.
//!
//! Only the look of the text decides, so a wrong guess must cost nothing: the quoted part is kept,
//! shown folded, and can always be opened.

/// A text in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What is new. Never empty when the text was not.
    pub own: String,
    /// From the first line of the quote to the end.
    pub quoted: Option<String>,
}

/// The line our own mails carry above what is quoted: `##- … -##`.
pub const MARKER_BEGINS: &str = "##-";
const MARKER_ENDS: &str = "-##";
/// Only lines of usual length are looked at.
const MAX_LINE_BYTES: usize = 1_000;

/// Splits a text at the first sign of a quote.
pub fn fold(text: &str) -> Folded {
    let lines: Vec<&str> = text.lines().collect();
    let Some(at) = (0..lines.len()).find(|at| begins_quote(&lines, *at)) else {
        return Folded { own: text.trim_end().to_owned(), quoted: None };
    };
    let own = lines[..at].join("\n").trim_end().to_owned();
    let quoted = lines[at..].join("\n").trim_end().to_owned();
    if own.trim().is_empty() {
        // An answer below or inside the quote: show all.
        return Folded { own: text.trim_end().to_owned(), quoted: None };
    }
    Folded { own, quoted: Some(quoted) }
}

fn begins_quote(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    if line.is_empty() || line.len() > MAX_LINE_BYTES {
        return false;
    }
    is_marker(line)
        || is_divider(line)
        || is_attribution(line, lines.get(at + 1).copied().unwrap_or_default())
        || is_header_block(lines, at)
        || is_quoted_to_the_end(lines, at)
}

fn is_marker(line: &str) -> bool {
    line.trim_start_matches(['>', ' ']).starts_with(MARKER_BEGINS) && line.ends_with(MARKER_ENDS)
}

/// `-----Original Message-----` and its like.
fn is_divider(line: &str) -> bool {
    if !line.starts_with("--") || !line.ends_with("--") {
        return false;
    }
    let words = line.trim_matches('-').trim().to_lowercase();
    [
        "original message",
        "ursprüngliche nachricht",
        "original-nachricht",
        "originalnachricht",
        "forwarded message",
        "weitergeleitete nachricht",
        "original appointment",
        "ursprünglicher termin",
    ]
    .contains(&words.as_str())
}

/// `On …, … wrote:` and `Am … schrieb …:`, on one line or two.
fn is_attribution(line: &str, next: &str) -> bool {
    let lower = line.to_lowercase();
    let begins = ["on ", "am ", "em ", "le "].iter().any(|word| lower.starts_with(word));
    if !begins && !lower.ends_with(" schrieb:") && !lower.ends_with(" wrote:") {
        return false;
    }
    let both = format!("{lower} {}", next.trim().to_lowercase());
    let is_whole = |text: &str| {
        let text = text.trim_end();
        let says = text.contains(" wrote") || text.contains(" schrieb");
        says && text.ends_with(':') && (text.contains('@') || text.chars().any(|c| c.is_ascii_digit()))
    };
    is_whole(&lower) || (begins && next.len() <= MAX_LINE_BYTES && is_whole(&both))
}

/// Outlook's block: From/Von, then at least two of Sent, To, Subject.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    let label = |line: &str, words: &[&str]| {
        let line = line.trim().trim_start_matches('*').to_lowercase();
        words.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with([':', '*'])))
    };
    if !label(lines[at], &["from", "von"]) {
        return false;
    }
    let near = lines.iter().skip(at + 1).take(5);
    near.filter(|line| {
        label(line, &["sent", "gesendet", "date", "datum", "to", "an", "cc", "subject", "betreff"])
    })
    .count()
        >= 2
}

/// A `>` line after which only quotes and empty lines come.
fn is_quoted_to_the_end(lines: &[&str], at: usize) -> bool {
    // Looked at only where a block of quotes begins, so that all of this stays linear.
    let quotes = |line: &str| line.trim_start().starts_with('>');
    let begins = quotes(lines[at]) && (at == 0 || !quotes(lines[at - 1]));
    begins && lines[at..].iter().all(|line| line.trim().is_empty() || quotes(line))
}
