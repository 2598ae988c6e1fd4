//! The piece of a text around the words that were looked for.

use pforte_core::kernel::fold;

/// Characters before and after.
const AROUND: usize = 60;

/// A piece of the text around the first word that was asked for; `None` when none is there.
pub fn snippet(text: &str, asked: &str) -> Option<String> {
    let asked: Vec<String> = split(&fold(asked)).map(str::to_owned).collect();
    let begins = |word: &str| {
        let folded = fold(word);
        // Stems are found as well: the beginning has to be the same.
        asked.iter().any(|a| {
            let kept = a.chars().count().saturating_sub(3).max(3);
            let stem: String = a.chars().take(kept).collect();
            folded.starts_with(&stem)
        })
    };
    let mut begin = None;
    let mut at = 0;
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        if begins(word.trim_end_matches(|c: char| !c.is_alphanumeric())) {
            begin = Some(at);
            break;
        }
        at += word.len();
    }
    let begin = begin?;
    let before: Vec<char> = text[..begin].chars().rev().take(AROUND).collect();
    let after: String = text[begin..].chars().take(AROUND * 2).collect();
    let cut = (before.len() == AROUND, after.len() < text.len() - begin);
    let piece: String = before.into_iter().rev().chain(after.chars()).collect();
    let piece = piece.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(format!("{}{piece}{}", if cut.0 { "…" } else { "" }, if cut.1 { "…" } else { "" }))
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::snippet;

    #[test]
    fn a_piece_around_the_word_also_by_its_stem() {
        assert_eq!(snippet("Die Rechnungen\nfehlen.", "rechnung").as_deref(), Some("Die Rechnungen fehlen."));
        assert_eq!(snippet("Nothing here", "rechnung"), None);
        let long = format!("{} the needle {}", "x ".repeat(100), "y ".repeat(100));
        let piece = snippet(&long, "needle").expect("found");
        assert!(piece.starts_with('…') && piece.ends_with('…') && piece.contains("the needle y"), "{piece}");
    }
}
