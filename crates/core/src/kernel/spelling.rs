//! The one way in which words of people are compared: names, customers, what is looked for.
//!
//! Must never decide who somebody is: it only finds. Two people may have the same folded name.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Characters of one word of a name that count.
const WORD_CHARS: usize = 40;
/// Bytes of all a name is found by: an index of PostgreSQL's takes no more than 2,704.
const KEY_BYTES: usize = 2_000;
/// Words of a question that count.
const ASKED: usize = 6;

/// Lower case, without accents and the like: `Größe` is `grosse`, `İ` and `ı` are `i`, a final `ς` is `σ`.
pub fn fold(text: &str) -> String {
    // Taken apart first: what is one sign may hold capital letters.
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let mut folded = String::with_capacity(plain.len());
    for c in plain.to_lowercase().chars() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
    folded
}

/// Folded, with `ae`, `oe` and `ue` as `a`, `o` and `u`: `Mueller`, `Müller` and `Muller` are one.
fn plainest(word: &str) -> String {
    let mut kept = String::with_capacity(word.len());
    let mut before = ' ';
    for c in word.chars() {
        if !(c == 'e' && matches!(before, 'a' | 'o' | 'u')) {
            kept.push(c);
        }
        before = c;
    }
    kept
}

fn words(text: &str) -> Vec<String> {
    // `O'Neill` is one word, and is found by `oneill`.
    let whole: String = text.chars().filter(|c| !matches!(c, '\'' | '’' | 'ʼ' | '`' | '´')).collect();
    let folded = fold(&whole);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD_CHARS).collect()).collect()
}

/// What a name is found by, as it is stored: each word after a blank, as it stands and at its plainest.
pub fn name_key<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut key = String::new();
    for word in texts.into_iter().flat_map(words) {
        let plainest = plainest(&word);
        let both = if plainest == word { format!(" {word}") } else { format!(" {word} {plainest}") };
        if key.len() + both.len() > KEY_BYTES {
            break;
        }
        key.push_str(&both);
    }
    key
}

/// The words of a question for names, to be found in [`name_key`] in any order, each anywhere in a word; a
/// number only at the beginning of one, after the blank that stands before it. None in a text without words.
pub fn asked_words(text: &str) -> Vec<String> {
    let number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    let asked = words(text).into_iter().take(ASKED).map(|word| plainest(&word));
    asked.map(|word| if number(&word) { format!(" {word}") } else { word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(asked: &str, name: &str) -> bool {
        let words = asked_words(asked);
        let key = name_key([name]);
        !words.is_empty() && words.iter().all(|word| key.contains(word))
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        for (name, asked) in [
            (
                "Jörg Müller",
                "Müller Jörg|mueller|muller|MÜLLER|jo\u{308}rg  mu\u{308}ller|joerg\tmueller|ülle",
            ),
            ("Hans Mueller", "müller|muller|mueller hans|Mu\u{308}ller"),
            ("Öztürk", "ÖZTÜRK|ozturk|oeztuerk|o\u{308}ztu\u{308}rk|özt"),
            ("Петров", "петров|ПЕТРОВ|Пет"),
            ("Österreichische Öle", "österreichische öle|ÖLE|oele|oesterreich"),
            ("Weiß", "weiss|WEISS|WEIẞ|weiß"),
            ("İlker Işık", "ilker|İLKER|isik|IŞIK|ışık"),
            ("Νίκος Παπαδόπουλος", "ΝΙΚΟΣ|νικος|παπαδοπουλοσ|Παπαδόπουλος"),
            ("Michael Bauer", "michael|micha|bau|baue|bauer"),
            ("Siobhán O’Neill", "o'neill|oneill|neill|O´Neill|siobhan"),
            ("Søren Ærø", "soren|aero|ærø"),
            ("山田太郎", "山田|太郎 山田|太郎"),
            ("Anna-Lena Groß", "gross lena|anna lena|anna-lena"),
            ("ＷＩＤＥ Ltd", "wide"),
            ("K-100 Praxis", "k-100|praxis 100|100 k"),
        ] {
            for asked in asked.split('|') {
                assert!(
                    finds(asked, name),
                    "{asked} in {name}: {:?} {:?}",
                    asked_words(asked),
                    name_key([name])
                );
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for (name, asked) in [
            ("Jörg Müller", "jörg meier"),
            ("10001 Oduya", "0001"),
            ("10001 Oduya", "20001"),
            ("Oduya", "%"),
            ("Oduya", "_"),
            ("Петров", "Petrow"),
        ] {
            assert!(!finds(asked, name), "{asked} in {name}");
        }
        assert!(finds("1000", "10001 Oduya"));
        assert!(asked_words("'’ … \t\u{200b} --").is_empty());
    }

    #[test]
    fn what_is_stored_has_a_bound() {
        assert!(name_key(["\u{fdfa} ".repeat(200).as_str()]).len() <= KEY_BYTES);
        assert!(name_key(["ü".repeat(5_000).as_str()]).len() <= 200);
        assert_eq!(asked_words(&"a ".repeat(500)).len(), ASKED);
    }
}
