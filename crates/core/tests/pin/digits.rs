//! Digits, the check digit, word pairs.

use std::collections::HashSet;

use pforte_core::{
    kernel::{CustomerId, GroundId, Language, Moment, PinId},
    pin::*,
};
use proptest::{prelude::*, test_runner::Config};
use uuid::Uuid;

const KEY: [u8; 32] = [7; 32];

fn pin_id(n: u128) -> PinId {
    PinId(Uuid::from_u128(n))
}

/// Control 1: what the database keeps of a PIN tells no digits; another key gives others.
#[test]
fn control_1_digits_come_from_the_key_and_not_from_what_is_stored() {
    let mut same = 0;
    for n in 0..1_000 {
        let id = pin_id(n);
        let shown = digits(&KEY, id).reveal();
        assert_eq!(shown, digits(&KEY, id).reveal(), "derived again, the same");
        same += u32::from(shown == digits(&[8; 32], id).reveal());
        let customer = CustomerId(Uuid::from_u128(1));
        let stored = Pin::issue(id, customer, pforte_core::kernel::ContactId(Uuid::from_u128(2)), Moment(0));
        let stored = format!("{stored:?}{}", serde_json::to_string(&stored).expect("JSON"));
        assert!(!stored.contains(&shown) && !stored.contains(&shown[..8]), "{n}");
    }
    assert_eq!(same, 0, "another key gives the same digits");
}

#[test]
fn control_1_printing_digits_by_accident_shows_none() {
    let digits = digits(&KEY, pin_id(1));
    assert_eq!(format!("{digits:?}"), "PinDigits(…)");
    assert_eq!(format!("{:?}", parse(&digits.reveal())), "Ok(PinDigits(…))");
}

/// Each of the eight places takes each digit about equally often: chi-squared with nine degrees of
/// freedom stays below 40 (one in 10^5) for ids that differ in one bit.
#[test]
fn digits_are_spread_evenly() {
    let mut counts = [[0_u32; 10]; 8];
    let mut seen = HashSet::new();
    for n in 0..20_000 {
        let shown = digits(&KEY, pin_id(n)).reveal();
        for (place, digit) in shown.bytes().take(8).enumerate() {
            counts[place][usize::from(digit - b'0')] += 1;
        }
        seen.insert(shown);
    }
    for row in counts {
        let chi: f64 = row.iter().map(|n| (f64::from(*n) - 2_000.0).powi(2) / 2_000.0).sum();
        assert!(chi < 40.0, "{row:?}");
    }
    assert!(seen.len() > 19_990, "{} different ones", seen.len());
}

#[test]
fn a_pin_is_read_however_it_is_grouped() {
    let shown = digits(&KEY, pin_id(1));
    let (plain, grouped) = (shown.reveal(), shown.reveal_grouped());
    assert_eq!((plain.len(), grouped.len()), (9, 11));
    assert_eq!(grouped.replace(' ', ""), plain);
    for text in [
        plain.clone(),
        grouped.clone(),
        format!("  {grouped} "),
        grouped.replace(' ', "-"),
        grouped.replace(' ', "."),
        grouped.replace(' ', "\u{a0}"),
        grouped.replace(' ', "\u{202f}"),
        grouped.replace(' ', "\u{2013}"),
    ] {
        assert_eq!(parse(&text), Ok(shown), "{text:?}");
    }
}

#[test]
fn what_is_no_pin_is_mistyped_and_says_how() {
    let plain = digits(&KEY, pin_id(1)).reveal();
    let wrong_check = format!("{}{}", &plain[..8], (plain.as_bytes()[8] - b'0' + 1) % 10);
    for (text, why) in [
        ("", Mistyped::Length),
        (&plain[..8], Mistyped::Length),
        (&format!("{plain}0"), Mistyped::Length),
        (&"1".repeat(100_000), Mistyped::Length),
        ("12345678x", Mistyped::Character),
        ("１２３４５６７８９", Mistyped::Character),
        ("123/456/789", Mistyped::Character),
        (&wrong_check, Mistyped::Check),
    ] {
        assert_eq!(parse(text), Err(why), "{text:.20}");
        assert_eq!(why.code(), "pin.mistyped");
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    /// A wrong digit, and two swapped neighbours, never cost an attempt: Damm finds them all.
    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_found(id in any::<u128>(), key in any::<[u8; 32]>()) {
        let shown = digits(&key, pin_id(id)).reveal().into_bytes();
        let read = |bytes: &[u8]| parse(std::str::from_utf8(bytes).expect("digits"));
        prop_assert!(read(&shown).is_ok());
        for place in 0..9 {
            for digit in (b'0'..=b'9').filter(|d| *d != shown[place]) {
                let mut typed = shown.clone();
                typed[place] = digit;
                prop_assert_eq!(read(&typed), Err(Mistyped::Check));
            }
            if place < 8 && shown[place] != shown[place + 1] {
                let mut typed = shown.clone();
                typed.swap(place, place + 1);
                prop_assert_eq!(read(&typed), Err(Mistyped::Check));
            }
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    /// Rule W6: both sides see the same two words, never one word twice.
    #[test]
    fn w6_a_word_pair_is_two_words_of_its_language(id in any::<u128>(), key in any::<[u8; 32]>()) {
        let ground = GroundId(Uuid::from_u128(id));
        for (language, words) in [(Language::German, &WORDS_DE), (Language::English, &WORDS_EN)] {
            let (first, second) = word_pair(&key, ground, language);
            prop_assert_ne!(first, second);
            prop_assert!(words.contains(&first) && words.contains(&second));
            prop_assert_eq!((first, second), word_pair(&key, ground, language));
        }
    }
}

#[test]
fn w6_words_are_short_plain_and_all_different() {
    for words in [&WORDS_DE, &WORDS_EN] {
        let mut seen = HashSet::new();
        for word in words.iter() {
            assert!((2..=10).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|b| b.is_ascii_alphabetic()), "{word}");
            assert!(seen.insert(word.to_lowercase()), "{word} stands twice");
        }
    }
}

#[test]
fn w6_pairs_differ_between_grounds_and_between_keys() {
    let pair = |key: u8, n| word_pair(&[key; 32], GroundId(Uuid::from_u128(n)), Language::English);
    let pairs: HashSet<_> = (0..1_000).map(|n| pair(1, n)).collect();
    assert!(pairs.len() > 980, "{} different ones", pairs.len());
    assert!((0..1_000).filter(|n| pair(1, *n) == pair(2, *n)).count() < 5);
}

#[test]
fn languages_are_written_as_the_api_writes_them() {
    assert_eq!(serde_json::to_string(&Language::German).expect("JSON"), "\"de\"");
    assert_eq!(serde_json::from_str::<Language>("\"en\"").expect("JSON"), Language::English);
}
